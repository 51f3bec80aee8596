// What the page knows of one project, kept fresh: by events while a run goes on, by asking now and then otherwise.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import { fetchLatestRun, fetchSummary, followRun, hasEnded, listViolationGroups } from "./api.js";

const ASK_AGAIN_AFTER_MS = 10_000;
const GROUPS_SHOWN = 50;

/** Give {summary, run, groups, problem, version, refresh, follow}; what is not known yet is undefined. */
export function useProject(project) {
  const [summary, setSummary] = useState();
  const [run, setRun] = useState();
  const [groups, setGroups] = useState();
  const [problem, setProblem] = useState(null);

  const load = useCallback(async (fetched, keep) => {
    try {
      keep(await fetched(project));
      setProblem(null);
    } catch (failure) {
      setProblem(failure);
    }
  }, [project]);
  const loadRun = useCallback(() => load(fetchLatestRun, setRun), [load]);
  const loadSummary = useCallback(() => load(fetchSummary, setSummary), [load]);
  const refresh = useCallback(() => Promise.all([loadRun(), loadSummary()]), [loadRun, loadSummary]);

  const active = Boolean(run) && !hasEnded(run);
  const progress = run && `${run.id} ${run.state} ${run.steps.filter((step) => step.ended).length}`;
  const version = summary && JSON.stringify([summary.commit, summary.violations, summary.alerts]);

  useEffect(() => {
    loadRun();
  }, [loadRun]);
  useEffect(() => {
    loadSummary();
  }, [loadSummary, progress]);
  useEffect(() => (active ? followRun(project, run.id, setRun) : undefined), [project, run?.id, active]);
  useRegularly(refresh, ASK_AGAIN_AFTER_MS);
  useEffect(() => {
    if (version) load((name) => listViolationGroups(name, GROUPS_SHOWN), setGroups);
  }, [load, version]);

  return { summary, run, groups, problem, version, refresh, follow: setRun };
}

/** Call `task` every `milliseconds` while the page can be seen. */
function useRegularly(task, milliseconds) {
  const latest = useRef(task);
  latest.current = task;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") latest.current();
    }, milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
