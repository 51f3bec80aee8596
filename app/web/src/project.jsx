// The page of one project, from files to questions.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { AlertsSection } from "./alerts.jsx";
import { firstOfClassQuery } from "./examples.js";
import { Failure, Section } from "./parts.jsx";
import { useProject } from "./project_state.js";
import { QuerySection } from "./query.jsx";
import { Results } from "./results.jsx";
import { RunSteps } from "./run.jsx";
import { Upload } from "./upload.jsx";

/** All sections of a project. */
export function ProjectView({ project, section, onSummary }) {
  const state = useProject(project);
  const { summary, run, violations, problem, version, refresh, follow } = state;
  const [question, setQuestion] = useState(null);
  const asked = useRef(0);

  const ask = useCallback((query, twin = null, { run = true } = {}) => {
    asked.current += 1;
    setQuestion({ number: asked.current, query, twin, run });
    scrollToSection("query");
  }, []);

  useEffect(() => {
    if (summary) onSummary(summary);
  }, [summary, onSummary]);
  const settled = Boolean(summary && violations);
  useEffect(() => {
    if (section && settled) scrollToSection(section);
  }, [section, settled]);

  return (
    <>
      <h1 class="visually-hidden">{project}</h1>
      {problem && <Failure problem={problem} onRetry={refresh} />}
      <div class="columns">
        <div class="column way-in">
          <Section id="files" title="Add files">
            <Upload project={async () => project} onRun={follow} />
          </Section>
          <RunSteps run={run} />
        </div>
        <div class="column way-out" id="results" tabIndex={-1}>
          <Results
            project={project}
            summary={summary}
            violations={violations}
            onClass={(iri) => ask(firstOfClassQuery(iri))}
            onTwin={(twin) => ask(null, twin, { run: false })}
          />
        </div>
      </div>
      <AlertsSection project={project} counts={summary?.alerts} version={version} onChange={refresh} onQuery={ask} />
      <QuerySection project={project} summary={summary} question={question} />
    </>
  );
}

function scrollToSection(id) {
  const target = document.getElementById(id);
  if (!target) return;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  target.focus({ preventScroll: true });
}
