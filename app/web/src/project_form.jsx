// Naming a new project.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** What the server accepts as a project's name. */
export const NAME_PATTERN = "[a-z0-9][a-z0-9\\-]{0,62}";
export const NAME_RULE = "Lower-case letters, digits and hyphens";

/** A line with the name and two buttons. */
export function ProjectForm({ onCreate, onCancel }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  useLayoutEffect(() => field.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await onCreate(field.current.value.trim());
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  return (
    <form
      class="project-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      <label>
        <span class="visually-hidden">Name of the new project</span>
        <input
          ref={field}
          data-testid="project-name"
          required
          pattern={NAME_PATTERN}
          title={NAME_RULE}
          placeholder="new-project"
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="primary" data-testid="project-create" disabled={busy}>
        Create
      </button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
      {problem && (
        <span class="inline-problem" role="alert">
          {problem.detail || problem.title}
        </span>
      )}
    </form>
  );
}
