// What came out: the figures, then the classes and the checks.
import { ClassesSection } from "./classes.jsx";
import { count } from "./format.js";
import { Empty, Section } from "./parts.jsx";
import { ViolationsSection } from "./violations.jsx";

/** The figures, the classes and the checks of a project. */
export function Results({ project, summary, groups, onClass }) {
  if (!summary) {
    return (
      <Section id="classes" title="What came out">
        <Empty>Loading …</Empty>
      </Section>
    );
  }
  return (
    <>
      <Figures summary={summary} />
      <ClassesSection classes={summary.classes} onClass={onClass} />
      <ViolationsSection project={project} summary={summary} groups={groups} />
    </>
  );
}

function Figures({ summary }) {
  const things = summary.classes.reduce((sum, item) => sum + item.count, 0);
  const figures = [
    ["Triples", summary.triples],
    ["Classes", summary.classes.length],
    ["Things", things],
    ["Shapes", summary.shapes],
    ["Violations", summary.violations, summary.violations > 0 ? "warn" : ""],
    ["Open alerts", summary.alerts.open, summary.alerts.open > 0 ? "bad" : ""],
  ];
  return (
    <dl class="figures" aria-label="Figures">
      {figures.map(([name, value, tone = ""]) => (
        <div class={`figure ${tone}`} key={name} data-testid="figure" data-figure={name}>
          <dt>{name}</dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
