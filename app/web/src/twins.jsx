// The twins: what each differs in, and where to ask it.
import { useEffect, useState } from "preact/hooks";

import { fetchTwinDiff, sparqlAddress } from "./api.js";
import { count, counted, moment, shortName, shortTerm } from "./format.js";
import { Empty, Failure, Section } from "./parts.jsx";

const TRIPLES_SHOWN = 200;

/** The section of the twins. */
export function TwinsSection({ project, twins, total, onTwin }) {
  return (
    <Section id="twins" title="Twins">
      {twins.length === 0 ? (
        <Empty>No twins yet. The first is made from the data when a run has ended.</Empty>
      ) : (
        <ul class="items">
          {twins.map((twin) => (
            <Twin key={twin.id} project={project} twin={twin} onTwin={onTwin} />
          ))}
        </ul>
      )}
      {total > twins.length && (
        <p class="note">
          Showing {count(twins.length)} of {count(total)} twins.
        </p>
      )}
    </Section>
  );
}

function Twin({ project, twin, onTwin }) {
  const [open, setOpen] = useState(false);
  return (
    <li class="item" data-testid="twin-row" data-twin={twin.id}>
      <div class="item-head">
        <h3 title={twin.id}>{shortName(twin.id)}</h3>
        {twin.added || twin.removed ? (
          <span class="change">
            <span class="added">+{count(twin.added)}</span> <span class="removed">−{count(twin.removed)}</span>
          </span>
        ) : (
          <span class="note">equals its base</span>
        )}
      </div>
      <p class="note">
        made {moment(twin.created)}
        {twin.predictions ? ` · ${count(twin.predictions)} predictions` : ""}
      </p>
      <div class="item-actions">
        <button type="button" onClick={() => onTwin(twin.id)}>
          Query it
        </button>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Hide diff" : "Show diff"}
        </button>
        <a href={sparqlAddress(project, twin.id)}>SPARQL endpoint</a>
      </div>
      {open && <Diff key={`${twin.added} ${twin.removed}`} project={project} twin={twin.id} />}
    </li>
  );
}

function Diff({ project, twin }) {
  const [diff, setDiff] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    fetchTwinDiff(project, twin).then(setDiff, setProblem);
  }, [project, twin]);
  if (problem) return <Failure problem={problem} />;
  if (!diff) return <p class="note">Loading …</p>;
  const total = diff.added.length + diff.removed.length;
  if (total === 0) return <p class="note">The twin equals its base.</p>;
  const lines = [
    ...diff.added.map((triple) => ({ sign: "+", tone: "added", triple })),
    ...diff.removed.map((triple) => ({ sign: "−", tone: "removed", triple })),
  ];
  return (
    <>
      <div class="scroll diff-scroll" tabIndex={0} role="region" aria-label={`Diff of ${twin}`}>
        <table class="diff">
          <tbody>
            {lines.slice(0, TRIPLES_SHOWN).map(({ sign, tone, triple }, index) => (
              <tr key={index} class={tone}>
                <td>
                  {sign}
                  <span class="visually-hidden">{tone}</span>
                </td>
                {triple.map((term, place) => (
                  <td key={place} title={typeof term === "string" ? term : term.value}>
                    {shortTerm(term)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > TRIPLES_SHOWN && <p class="note">The first {count(TRIPLES_SHOWN)} of {counted(total, "triple")}.</p>}
    </>
  );
}
