// The first visit: no project yet. Dropping files makes one.
import { useRef, useState } from "preact/hooks";

import { createProject } from "./api.js";
import { Failure } from "./parts.jsx";
import { NAME_PATTERN, NAME_RULE } from "./project_form.jsx";
import { Upload } from "./upload.jsx";

const FIRST_NAME = "first-project";

/** The empty page: a name, and a place for files; `onReady` gets the project once it holds what was dropped. */
export function Welcome({ onReady }) {
  const field = useRef(null);
  const created = useRef(null);
  const [problem, setProblem] = useState(null);

  const create = async () => {
    const name = field.current.value;
    if (created.current?.name !== name) created.current = await createProject(name);
    return name;
  };
  const createForFiles = async () => (field.current.reportValidity() ? create() : null);
  const createEmpty = async (event) => {
    event.preventDefault();
    try {
      await create();
      onReady(created.current);
    } catch (failure) {
      setProblem(failure);
    }
  };
  return (
    <section class="card welcome" aria-labelledby="welcome-title">
      <h1 id="welcome-title">Drop your files in</h1>
      <p class="lead">
        Mimir reads the tables, works out how they belong together, writes an ontology and shapes, lands every row as
        RDF, checks it, trains models, and watches what comes next.
      </p>
      <form class="welcome-form" onSubmit={createEmpty}>
        <label for="first-name">Project</label>
        <input
          id="first-name"
          ref={field}
          data-testid="project-name"
          defaultValue={FIRST_NAME}
          required
          pattern={NAME_PATTERN}
          title={NAME_RULE}
          autocomplete="off"
          spellcheck={false}
        />
        <button type="submit" data-testid="project-create">
          Create it empty
        </button>
      </form>
      {problem && <Failure problem={problem} />}
      <Upload project={createForFiles} onRun={() => onReady(created.current)} />
    </section>
  );
}
