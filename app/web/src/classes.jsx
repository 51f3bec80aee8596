// The classes and how many things each has: a table, with a bar beside each number.
import { count } from "./format.js";
import { Empty, Section } from "./parts.jsx";

/** The section of the classes. */
export function ClassesSection({ classes, onClass }) {
  if (classes.length === 0) {
    return (
      <Section id="classes" title="Classes">
        <Empty>Nothing here yet. Add files: each table becomes a class, each row a thing.</Empty>
      </Section>
    );
  }
  const ordered = [...classes].sort((left, right) => right.count - left.count || compare(left.name, right.name));
  const most = Math.max(1, ordered[0].count);
  return (
    <Section id="classes" title="Classes" note="choose one to see its first things">
      <div class="scroll classes-scroll" tabIndex={0} role="region" aria-label="Classes and their counts">
        <table class="classes">
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col" class="number">
                Things
              </th>
              <th scope="col" aria-hidden="true" />
            </tr>
          </thead>
          <tbody>
            {ordered.map((item) => (
              <tr key={item.iri} data-testid="class-row" data-class={item.name}>
                <th scope="row">
                  <button type="button" class="like-link" title={item.iri} onClick={() => onClass(item.iri)}>
                    {item.label || item.name}
                  </button>
                </th>
                <td class="number">{count(item.count)}</td>
                <td class="bar-cell" aria-hidden="true">
                  <div class="bar" style={{ width: `${(100 * item.count) / most}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

const compare = (left, right) => (left < right ? -1 : Number(left > right));
