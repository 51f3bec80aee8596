// What the shapes found: the violations of the newest validation, by cause.
import { counted } from "./format.js";
import { Empty, Section } from "./parts.jsx";
import { ViolationGroup } from "./violation_group.jsx";

/** The section of the checks. */
export function ViolationsSection({ project, summary, groups }) {
  const note = `${counted(summary.shapes, "shape")} · ${counted(summary.violations, "violation")}`;
  return (
    <Section id="violations" title="Checks" note={note}>
      <Groups project={project} summary={summary} groups={groups} />
    </Section>
  );
}

function Groups({ project, summary, groups }) {
  if (summary.violations === 0) {
    return (
      <Empty>
        {summary.shapes === 0 ? "No shapes yet. They are written from the first files you add." : "Every row keeps every shape."}
      </Empty>
    );
  }
  if (!groups) return <Empty>Loading …</Empty>;
  return (
    <div class="scroll violations-scroll" tabIndex={0} role="region" aria-label="Violations by cause">
      <table class="stacked">
        <thead>
          <tr>
            <th scope="col">What is wrong</th>
            <th scope="col">How often</th>
            <th scope="col">Repair</th>
          </tr>
        </thead>
        <tbody>
          {groups.items.map((group) => (
            <ViolationGroup key={group.id} project={project} group={group} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
