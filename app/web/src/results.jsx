// What came out: the figures, then classes, checks, models and twins.
import { ClassesSection } from "./classes.jsx";
import { count } from "./format.js";
import { ModelsSection } from "./models.jsx";
import { Empty, Section } from "./parts.jsx";
import { TwinsSection } from "./twins.jsx";
import { ViolationsSection } from "./violations.jsx";

/** The results of a project. */
export function Results({ project, summary, violations, onClass, onTwin }) {
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
      <ViolationsSection summary={summary} violations={violations} />
      <div class="pair">
        <ModelsSection models={summary.models} />
        <TwinsSection project={project} twins={summary.twins} onTwin={onTwin} />
      </div>
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
        <div class={`figure ${tone}`} key={name}>
          <dt>{name}</dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
