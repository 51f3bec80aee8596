// The head of the page: product, project, places on the page, and where the data stands.
import { useState } from "preact/hooks";

import { counted, shortName } from "./format.js";
import { Mark } from "./icons.jsx";
import { ProjectForm } from "./project_form.jsx";
import { openProject, routeTo, showSection } from "./route.js";

/** The head of the page. */
export function Head({ route, projects, summary, onCreate }) {
  const [naming, setNaming] = useState(false);
  const known = projects.some((project) => project.name === route.project);
  const create = async (name) => {
    await onCreate(name);
    setNaming(false);
  };
  return (
    <header class="head">
      <a class="brand" href={route.project ? routeTo(route.project) : "#/"}>
        <Mark />
        Mimir
      </a>
      {route.project && (
        <div class="project">
          <label>
            <span class="visually-hidden">Project</span>
            <select
              data-testid="project-switch"
              value={route.project}
              onChange={(event) => openProject(event.currentTarget.value)}
            >
              {!known && <option value={route.project}>{route.project}</option>}
              {projects.map((project) => (
                <option key={project.name} value={project.name}>
                  {project.name}
                </option>
              ))}
            </select>
          </label>
          {naming ? (
            <ProjectForm onCreate={create} onCancel={() => setNaming(false)} />
          ) : (
            <button type="button" data-testid="project-new" onClick={() => setNaming(true)}>
              New project
            </button>
          )}
        </div>
      )}
      {route.project && <Places project={route.project} summary={summary} />}
      {summary && (
        <span class="standing" data-testid="standing">
          commit {shortName(summary.commit ?? 0)} · {counted(summary.triples, "triple")}
        </span>
      )}
    </header>
  );
}

function Places({ project, summary }) {
  const open = summary?.alerts.open ?? 0;
  return (
    <nav class="places" aria-label="Sections">
      <Place project={project} section="results">
        Results
      </Place>
      <Place project={project} section="alerts">
        Alerts {open > 0 && <span class="bubble">{open}</span>}
        {open > 0 && <span class="visually-hidden">open</span>}
      </Place>
      <Place project={project} section="query">
        Query
      </Place>
    </nav>
  );
}

// The click counts too: a link to the address that is already there changes nothing.
function Place({ project, section, children }) {
  return (
    <a href={routeTo(project, section)} onClick={() => showSection(section)}>
      {children}
    </a>
  );
}
