// The page as a whole: its head, the choice of project, and the sections of the project.
import { useCallback, useEffect, useState } from "preact/hooks";

import { createProject, listProjects } from "./api.js";
import { Head } from "./head.jsx";
import { Announcer, Failure } from "./parts.jsx";
import { ProjectView } from "./project.jsx";
import { firstProject, openProject, routeTo, useRoute } from "./route.js";
import { Welcome } from "./welcome.jsx";

/** The page. */
export function Page() {
  const route = useRoute();
  const [projects, setProjects] = useState(null);
  const [problem, setProblem] = useState(null);
  const [summary, setSummary] = useState(null);
  const [spoken, setSpoken] = useState("");

  const load = useCallback(async () => {
    try {
      setProjects(await listProjects());
      setProblem(null);
    } catch (failure) {
      setProblem(failure);
    }
  }, []);
  const open = useCallback((project) => {
    setProjects((known) => [...(known ?? []), project]);
    openProject(project.name);
  }, []);

  useEffect(() => {
    load();
  }, [load]);
  useEffect(() => {
    const first = projects && firstProject(projects);
    if (first && !route.project) window.location.replace(routeTo(first));
  }, [projects, route.project]);
  useEffect(() => {
    setSummary(null);
    document.title = route.project ? `${route.project} · Mimir` : "Mimir";
  }, [route.project]);

  return (
    <Announcer.Provider value={setSpoken}>
      <Head route={route} projects={projects ?? []} summary={summary} onCreate={async (name) => open(await createProject(name))} />
      <main id="main">
        {problem && <Failure problem={problem} onRetry={load} />}
        {projects && !route.project && projects.length === 0 && <Welcome onReady={open} />}
        {projects && route.project && (
          <ProjectView key={route.project} project={route.project} section={route.section} onSummary={setSummary} />
        )}
        {!projects && !problem && <p class="empty">Loading …</p>}
      </main>
      <div class="visually-hidden" role="status" aria-live="polite">
        {spoken}
      </div>
    </Announcer.Provider>
  );
}
