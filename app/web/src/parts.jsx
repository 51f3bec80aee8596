// Small parts that several sections share.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import { serverNow } from "./api.js";

/** Holds the function that says a sentence to screen readers. */
export const Announcer = createContext(() => {});
export const useAnnounce = () => useContext(Announcer);

/** A section of the page: a heading, what belongs beside it, and the content. */
export function Section({ id, title, note, actions, children }) {
  return (
    <section class="card" id={id} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <header class="card-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {note && <span class="note">{note}</span>}
        {actions && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** What to do when there is nothing to show yet. */
export function Empty({ children }) {
  return <p class="empty">{children}</p>;
}

/** A failure in words: what happened, why, and each single error. */
export function Failure({ problem, testid, onRetry }) {
  return (
    <div class="failure" role="alert" data-testid={testid}>
      <strong>{problem.title}</strong>
      {problem.detail && <p>{problem.detail}</p>}
      {problem.errors && (
        <ul>
          {errorLines(problem.errors).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A word with a colour that repeats what the word says. */
export function Badge({ tone, children }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** Give the server's time, renewed each second while `running`. */
export function useClock(running) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (!running) return undefined;
    setNow(serverNow());
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

function errorLines(errors, where = "") {
  if (Array.isArray(errors)) return errors.flatMap((error) => errorLines(error, where));
  if (typeof errors !== "object" || errors === null) return [where ? `${where}: ${errors}` : String(errors)];
  const said = errors.detail ?? errors.message;
  if (typeof said === "string") {
    const place = errors.pointer ?? errors.parameter ?? errors.location ?? where;
    return [place ? `${place}: ${said}` : said];
  }
  return Object.entries(errors).flatMap(([key, value]) => errorLines(value, where ? `${where}.${key}` : key));
}
