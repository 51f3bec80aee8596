// The models: what each predicts, how well, and whether that beats the plain guess.
import { score, shortName } from "./format.js";
import { Badge, Empty, Section } from "./parts.jsx";

const WIDTH = 200;
const MARGIN = 4;

/** The section of the models. */
export function ModelsSection({ models }) {
  return (
    <Section id="models" title="Models">
      {models.length === 0 ? (
        <Empty>No models yet. They are trained when a column can be predicted from the others.</Empty>
      ) : (
        <ul class="items">
          {models.map((model) => (
            <Model key={model.id} model={model} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Model({ model }) {
  const { metric, low, high, baseline, kept } = model;
  return (
    <li class="item" data-testid="model-row" data-model={model.id}>
      <div class="item-head">
        <h3 title={model.target}>
          {model.target_class && <span class="note">{shortName(model.target_class)} · </span>}
          {shortName(model.target)}
        </h3>
        <Badge tone={kept ? "good" : "quiet"}>{kept ? "kept" : "not kept"}</Badge>
      </div>
      <p class="measure">
        <span class="note">{metric}</span> <strong>{score(model.score)}</strong>{" "}
        <span title="Interval of the score">
          [{score(low)}, {score(high)}]
        </span>{" "}
        <span class="note">baseline</span> {score(baseline)}
      </p>
      <IntervalPicture model={model} />
      <p>{model.verdict}</p>
      <p class="note">{model.algorithm}</p>
    </li>
  );
}

/** The interval of the score beside the baseline; the same numbers stand above it. */
function IntervalPicture({ model }) {
  const { score: value, low, high, baseline } = model;
  if ([value, low, high, baseline].some((number) => typeof number !== "number")) return null;
  const place = scaleOf([value, low, high, baseline]);
  return (
    <svg class="interval" viewBox={`0 0 ${WIDTH} 16`} aria-hidden="true" focusable="false">
      <line class="axis" x1={MARGIN} x2={WIDTH - MARGIN} y1="8" y2="8" />
      <line class="baseline" x1={place(baseline)} x2={place(baseline)} y1="2" y2="14" />
      <line class="range" x1={place(low)} x2={place(high)} y1="8" y2="8" />
      <circle class="value" cx={place(value)} cy="8" r="3.5" />
    </svg>
  );
}

function scaleOf(numbers) {
  const least = Math.min(0, ...numbers);
  const most = Math.max(...numbers.map(Math.abs)) <= 1 ? 1 : Math.max(...numbers) * 1.05;
  return (number) => MARGIN + ((WIDTH - 2 * MARGIN) * (number - least)) / (most - least || 1);
}
