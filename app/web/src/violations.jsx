// What the shapes found: the newest violations, each with the cell it comes from.
import { count, counted, shortName, shortTerm } from "./format.js";
import { Empty, Section } from "./parts.jsx";

/** The section of the checks. */
export function ViolationsSection({ summary, violations }) {
  const note = `${counted(summary.shapes, "shape")} · ${counted(summary.violations, "violation")}`;
  return (
    <Section id="violations" title="Checks" note={note}>
      <Violations summary={summary} violations={violations} />
    </Section>
  );
}

function Violations({ summary, violations }) {
  if (summary.violations === 0) {
    return (
      <Empty>
        {summary.shapes === 0 ? "No shapes yet. They are written from the first files you add." : "Every row keeps every shape."}
      </Empty>
    );
  }
  if (!violations) return <Empty>Loading …</Empty>;
  const shown = violations.items.length;
  return (
    <>
      <div class="scroll violations-scroll" tabIndex={0} role="region" aria-label="Newest violations">
        <table class="stacked">
          <thead>
            <tr>
              <th scope="col">What is wrong</th>
              <th scope="col">Value</th>
              <th scope="col">Where</th>
            </tr>
          </thead>
          <tbody>
            {violations.items.map((violation, index) => (
              <ViolationRow key={index} violation={violation} />
            ))}
          </tbody>
        </table>
      </div>
      {shown < summary.violations && (
        <p class="table-note note">
          The newest {count(shown)} of {count(summary.violations)}.
        </p>
      )}
    </>
  );
}

function ViolationRow({ violation }) {
  const { message, severity, value, focus_node: node, path, source_file: file } = violation;
  const grade = shortName(severity ?? "Violation");
  return (
    <tr data-testid="violation-row" title={violation.component ?? undefined}>
      <td data-label="What is wrong">
        {message}
        <span class="note block">
          <span title={node}>{shortName(node)}</span>
          {grade !== "Violation" && <span> · {grade}</span>}
          {path && <span title={path}> · {shortName(path)}</span>}
        </span>
      </td>
      <td data-label="Value" class="value-cell">
        {value === null || value === undefined ? <span class="note">none</span> : <code>{shortTerm(value)}</code>}
      </td>
      <td data-label="Where" class="where-cell">
        {file ?? <span class="note">not from a file</span>}
        {file && <span class="note block">{cellOf(violation)}</span>}
      </td>
    </tr>
  );
}

function cellOf({ source_row: row, source_column: column }) {
  const parts = [];
  if (row !== null && row !== undefined) parts.push(`row ${count(row)}`);
  if (column) parts.push(`column ${column}`);
  return parts.join(", ");
}
