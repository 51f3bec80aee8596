// The page of one project, from files to questions.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { AlertsSection } from "./alerts.jsx";
import { firstOfClassQuery } from "./examples.js";
import { ModelsSection } from "./models.jsx";
import { Failure, Section } from "./parts.jsx";
import { useProject } from "./project_state.js";
import { QuerySection } from "./query.jsx";
import { Results } from "./results.jsx";
import { showSection } from "./route.js";
import { RunSteps } from "./run.jsx";
import { TwinsSection } from "./twins.jsx";
import { Upload } from "./upload.jsx";

const NOT_FOUND = 404;

/** All sections of a project. */
export function ProjectView({ project, section, onSummary }) {
  const state = useProject(project);
  const { summary, run, groups, problem, version, refresh, follow } = state;
  const [question, setQuestion] = useState(null);
  const asked = useRef(0);

  const ask = useCallback((query, twin = null, { run = true } = {}) => {
    asked.current += 1;
    setQuestion({ number: asked.current, query, twin, run });
    showSection("query");
  }, []);

  useEffect(() => {
    if (summary) onSummary(summary);
  }, [summary, onSummary]);
  const settled = Boolean(summary && groups);
  useEffect(() => {
    if (section && settled) showSection(section);
  }, [section, settled]);

  if (problem?.status === NOT_FOUND && !summary) return <Failure problem={problem} />;
  return (
    <>
      <h1 class="visually-hidden">{project}</h1>
      {problem && <Failure problem={problem} onRetry={refresh} />}
      <div class="columns">
        <div class="column">
          <Section id="files" title="Add files">
            <Upload project={async () => project} onRun={follow} />
          </Section>
          <RunSteps run={run} />
        </div>
        <div class="column" id="results" tabIndex={-1}>
          <Results project={project} summary={summary} groups={groups} onClass={(iri) => ask(firstOfClassQuery(iri))} />
        </div>
      </div>
      {summary && (
        <div class="pair">
          <ModelsSection models={summary.models} />
          <TwinsSection
            project={project}
            twins={summary.twins}
            total={summary.twin_count}
            onTwin={(twin) => ask(null, twin, { run: false })}
          />
        </div>
      )}
      <AlertsSection project={project} counts={summary?.alerts} version={version} onChange={refresh} onQuery={ask} />
      <QuerySection project={project} summary={summary} question={question} />
    </>
  );
}
