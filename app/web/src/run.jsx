// The newest run, step by step, while it happens.
import { useEffect, useRef } from "preact/hooks";

import { hasEnded } from "./api.js";
import { count, duration, moment } from "./format.js";
import { StepIcon } from "./icons.jsx";
import { Badge, Empty, Section, useAnnounce, useClock } from "./parts.jsx";
import { Progress } from "./upload.jsx";

const STATE_WORDS = { waiting: "waiting", running: "running", done: "done", skipped: "skipped", failed: "failed" };
const RUN_TONES = { queued: "quiet", running: "busy", succeeded: "good", failed: "bad" };

/** The section of the newest run. */
export function RunSteps({ run }) {
  const now = useClock(Boolean(run) && !hasEnded(run));
  useSpokenSteps(run);
  if (!run) {
    return (
      <Section id="run" title="Latest run">
        <Empty>{run === null ? "No run yet. Add files, and each step shows here as it happens." : "Loading …"}</Empty>
      </Section>
    );
  }
  return (
    <Section id="run" title="Latest run" actions={<Badge tone={RUN_TONES[run.state]}>{run.state}</Badge>}>
      <p class="run-line note">
        {run.workflow} · {moment(run.started ?? run.created)}
        {run.started && ` · ${duration(seconds(run.started, run.ended, now))}`}
        {hasEnded(run) && <Change run={run} />}
      </p>
      {run.state === "queued" && <p class="note run-line">Waiting for a free worker.</p>}
      {run.error && (
        <p class="run-error" role="alert">
          {run.error}
        </p>
      )}
      <ol class="steps">
        {run.steps.map((step) => (
          <Step key={step.name} step={step} now={now} hideError={step.error === run.error} />
        ))}
      </ol>
    </Section>
  );
}

function Step({ step, now, hideError }) {
  const running = step.state === "running";
  return (
    <li class={`step ${step.state}`} data-testid="run-step" data-state={step.state} data-step={step.name}>
      <StepIcon state={step.state} />
      <div class="step-body">
        <div class="step-line">
          <span class="step-label">{step.label}</span>
          <span class="visually-hidden">: {STATE_WORDS[step.state]}</span>
          <span class="step-time">{timeOf(step, now)}</span>
        </div>
        {step.message && <p class="step-message">{step.message}</p>}
        {running && <Progress fraction={step.fraction} label={step.label} />}
        {step.error && !hideError && <p class="step-error">{step.error}</p>}
      </div>
    </li>
  );
}

function Change({ run }) {
  if (!run.added && !run.removed) return " · no triple changed";
  return (
    <>
      {" · "}
      {run.added > 0 && <span class="added">+{count(run.added)} </span>}
      {run.removed > 0 && <span class="removed">−{count(run.removed)} </span>}
      triples
    </>
  );
}

function timeOf(step, now) {
  if (step.state === "skipped") return "skipped";
  if (!step.started) return "";
  const elapsed = duration(seconds(step.started, step.ended, now));
  if (step.state !== "running" || step.eta_seconds === null || step.eta_seconds === undefined) return elapsed;
  return `${elapsed} · ${duration(Math.max(1, Math.round(step.eta_seconds)))} left`;
}

function seconds(started, ended, now) {
  return Math.max(0, ((ended ? Date.parse(ended) : now) - Date.parse(started)) / 1000);
}

/** Say each change of a step's state once; the bars and clocks would talk without end. */
function useSpokenSteps(run) {
  const announce = useAnnounce();
  const known = useRef(null);
  useEffect(() => {
    if (!run) return;
    const before = known.current;
    known.current = run;
    if (before?.id !== run.id) return;
    const changed = run.steps.filter((step, index) => step.state !== before.steps[index]?.state);
    const sentences = changed.map((step) => `${step.label}: ${STATE_WORDS[step.state]}. ${step.message ?? ""}`);
    if (hasEnded(run) && !hasEnded(before)) sentences.push(`The run has ${run.state}. ${run.error ?? ""}`);
    if (sentences.length > 0) announce(sentences.join(" "));
  }, [run, announce]);
}
