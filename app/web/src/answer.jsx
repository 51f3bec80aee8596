// The answer to a query: a table, a yes or no, or Turtle.
import { saveText } from "./download.js";
import { count, counted, duration, shortName } from "./format.js";

const ROWS_SHOWN = 1_000;
const CHARACTERS_SHOWN = 200_000;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC = new Set(
  ["integer", "decimal", "double", "float", "int", "long", "short", "nonNegativeInteger", "positiveInteger"].map(
    (name) => XSD + name,
  ),
);

/** Read a response of the SPARQL protocol: {kind, title, …}. */
export async function readAnswer(response) {
  const mediaType = response.headers.get("Content-Type") ?? "";
  if (!mediaType.includes("json")) {
    const text = await response.text();
    return { kind: "graph", title: counted(text.split("\n").length, "line"), text };
  }
  const { head, results, boolean } = await response.json();
  if (typeof boolean === "boolean") return { kind: "boolean", title: boolean ? "Yes" : "No" };
  return { kind: "rows", title: counted(results.bindings.length, "row"), names: head.vars, rows: results.bindings };
}

/** The answer with how long it took. */
export function Answer({ answer, onThing }) {
  return (
    <div class="answer" data-testid="query-answer">
      <p class="answer-line">
        <strong>{answer.title}</strong> <span class="note">in {duration(answer.seconds)}</span>
        {answer.kind === "graph" && (
          <button type="button" onClick={() => saveText("answer.ttl", "text/turtle", answer.text)}>
            Download Turtle
          </button>
        )}
      </p>
      {answer.kind === "rows" && <Rows {...answer} onThing={onThing} />}
      {answer.kind === "graph" && <Turtle text={answer.text} />}
    </div>
  );
}

function Rows({ names, rows, onThing }) {
  if (rows.length === 0) return <p class="empty">No row matches. Check the class and property names against the examples.</p>;
  const shown = rows.slice(0, ROWS_SHOWN);
  const classes = Object.fromEntries(names.map((name) => [name, holdsNumbers(shown, name) ? "number" : ""]));
  return (
    <>
      {rows.length > ROWS_SHOWN && (
        <p class="note table-note">
          Showing the first {count(ROWS_SHOWN)}; the CSV holds all {count(rows.length)}.
        </p>
      )}
      <div class="scroll answer-scroll" tabIndex={0} role="region" aria-label="Rows of the answer">
        <table class="answer-table">
          <thead>
            <tr>
              {names.map((name) => (
                <th key={name} scope="col" class={classes[name]}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={index} data-testid="query-row">
                {names.map((name) => (
                  <td key={name} class={classes[name]}>
                    <Term term={row[name]} onThing={onThing} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Term({ term, onThing }) {
  if (!term) return <span class="note">–</span>;
  if (term.type === "uri") {
    return (
      <button type="button" class="like-link" title={term.value} onClick={() => onThing(term.value)}>
        {shortName(term.value)}
      </button>
    );
  }
  if (term.type === "bnode") return `_:${term.value}`;
  return (
    <span title={term.datatype}>
      {term.value}
      {term["xml:lang"] && <span class="note"> @{term["xml:lang"]}</span>}
    </span>
  );
}

function Turtle({ text }) {
  return (
    <>
      {text.length > CHARACTERS_SHOWN && (
        <p class="note table-note">Showing the first {count(CHARACTERS_SHOWN)} characters; the download holds all.</p>
      )}
      <pre class="scroll turtle" tabIndex={0} data-testid="query-turtle">
        {text.slice(0, CHARACTERS_SHOWN)}
      </pre>
    </>
  );
}

const holdsNumbers = (rows, name) => rows.every((row) => !row[name] || NUMERIC.has(row[name].datatype));
