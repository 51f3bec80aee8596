// Questions in SPARQL, to the project or to one of its twins.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";

import { Answer, readAnswer } from "./answer.jsx";
import { runQuery, sparqlAddress } from "./api.js";
import { saveText } from "./download.js";
import { Editor, isEditing } from "./editor.jsx";
import { aboutQuery, exampleQueries } from "./examples.js";
import { duration, shortName } from "./format.js";
import { Failure, Section, useAnnounce } from "./parts.jsx";

/** The section of the queries; `question` is what another section asks: {number, query, twin, run}. */
export function QuerySection({ project, summary, question }) {
  const [twin, setTwin] = useState("");
  const [draft, setDraft] = useState({ text: "", revision: 0 });
  const text = useRef("");
  const suggested = useRef("");
  const { answer, problem, busy, run, download, cancel } = useQuery(project);
  const examples = useMemo(() => exampleQueries(summary?.classes ?? []), [summary]);

  const write = useCallback((query) => {
    text.current = query;
    setDraft((before) => ({ text: query, revision: before.revision + 1 }));
  }, []);
  const writeAndRun = (query, endpoint = twin) => {
    write(query);
    run(query, endpoint);
  };

  useEffect(() => {
    if (!summary || text.current !== suggested.current || isEditing()) return;
    suggested.current = examples[0].query;
    if (text.current !== suggested.current) write(suggested.current);
  }, [summary, examples, write]);
  useEffect(() => {
    if (!question) return;
    setTwin(question.twin ?? "");
    if (question.query) write(question.query);
    if (question.run) run(text.current, question.twin ?? "");
  }, [question?.number]);

  return (
    <Section id="query" title="Query" note="SPARQL 1.1">
      <QueryBar
        project={project}
        twins={summary?.twins ?? []}
        twin={twin}
        onTwin={setTwin}
        examples={examples}
        onExample={writeAndRun}
      />
      <Editor
        text={draft.text}
        revision={draft.revision}
        onChange={(value) => {
          text.current = value;
        }}
        onRun={() => run(text.current, twin)}
      />
      <QueryActions
        busy={busy}
        onRun={() => run(text.current, twin)}
        onDownload={() => download(text.current, twin)}
        onCancel={cancel}
      />
      {problem && <Failure problem={problem} testid="query-error" />}
      {answer && <Answer answer={answer} onThing={(iri) => writeAndRun(aboutQuery(iri))} />}
    </Section>
  );
}

function QueryBar({ project, twins, twin, onTwin, examples, onExample }) {
  return (
    <div class="query-bar">
      <label>
        Ask{" "}
        <select data-testid="query-endpoint" value={twin} onChange={(event) => onTwin(event.currentTarget.value)}>
          <option value="">{project}</option>
          {twins.map((item) => (
            <option key={item.id} value={item.id}>
              twin {shortName(item.id)}
            </option>
          ))}
        </select>
      </label>
      <div class="examples" role="group" aria-label="Examples">
        {examples.map((example) => (
          <button key={example.title} type="button" class="chip" onClick={() => onExample(example.query)}>
            {example.title}
          </button>
        ))}
      </div>
    </div>
  );
}

function QueryActions({ busy, onRun, onDownload, onCancel }) {
  return (
    <div class="query-actions">
      <button type="button" class="primary" data-testid="query-run" onClick={onRun}>
        Run
      </button>
      <button type="button" data-testid="query-csv" disabled={busy} onClick={onDownload}>
        Download CSV
      </button>
      {busy ? (
        <>
          <span class="note">Running …</span>
          <button type="button" data-testid="query-cancel" onClick={onCancel}>
            Cancel
          </button>
        </>
      ) : (
        <kbd class="note">Ctrl + Enter</kbd>
      )}
    </div>
  );
}

/** Run queries one at a time: {answer, problem, busy, run, download, cancel}. */
function useQuery(project) {
  const [answer, setAnswer] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(null);
  const announce = useAnnounce();

  const perform = async (task) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setProblem(null);
    try {
      await task(control.signal);
    } catch (failure) {
      if (failure.name === "AbortError") return;
      setAnswer(null);
      setProblem(failure);
    } finally {
      if (running.current === control) setBusy(false);
    }
  };
  const address = (twin) => sparqlAddress(project, twin || null);
  const run = (query, twin) =>
    perform(async (signal) => {
      setAnswer(null);
      const started = performance.now();
      const result = await readAnswer(await runQuery(address(twin), query, "answer", signal));
      const seconds = (performance.now() - started) / 1000;
      setAnswer({ ...result, seconds });
      announce(`${result.title} in ${duration(seconds)}`);
    });
  const download = (query, twin) =>
    perform(async (signal) => {
      const response = await runQuery(address(twin), query, "csv", signal);
      saveText(`${project}${twin ? `-${shortName(twin)}` : ""}.csv`, "text/csv", await response.text());
    });
  return { answer, problem, busy, run, download, cancel: () => running.current?.abort() };
}
