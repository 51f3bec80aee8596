// Alerts: what needs a person, the evidence, and what the person did.
import { useCallback, useEffect, useState } from "preact/hooks";

import { acknowledgeAlert, listAlerts, resolveAlert } from "./api.js";
import { AlertRow } from "./alert_row.jsx";
import { count } from "./format.js";
import { Empty, Failure, Section, useAnnounce } from "./parts.jsx";

const STATES = ["open", "acknowledged", "resolved"];
const NOTHING = {
  open: "Nothing is open. When the data leaves its usual range or breaks a rule, it shows here with the evidence.",
  acknowledged: "Nobody is working on an alert.",
  resolved: "No alert has been resolved yet.",
};
const SIGNATURE = "mimir.signature";
const UNSIGNED = "web page";

/** The section of the alerts. */
export function AlertsSection({ project, counts, version, onChange, onQuery }) {
  const [state, setState] = useState("open");
  const [page, setPage] = useState(null);
  const [problem, setProblem] = useState(null);
  const [signature, setSignature] = useState(() => localStorage.getItem(SIGNATURE) ?? "");
  const announce = useAnnounce();

  const load = useCallback(async () => {
    try {
      setPage({ state, ...(await listAlerts(project, state)) });
      setProblem(null);
    } catch (failure) {
      setProblem(failure);
    }
  }, [project, state]);
  useEffect(() => {
    load();
  }, [load, version]);

  const act = async (action, said) => {
    await action(signature.trim() || UNSIGNED);
    announce(said);
    await Promise.all([load(), onChange()]);
  };
  const actions = {
    acknowledge: (alert) => act((by) => acknowledgeAlert(project, alert.id, by), `Acknowledged: ${alert.title}`),
    resolve: (alert, reason) => act((by) => resolveAlert(project, alert.id, by, reason), `Resolved: ${alert.title}`),
  };
  const sign = (event) => {
    setSignature(event.currentTarget.value);
    localStorage.setItem(SIGNATURE, event.currentTarget.value);
  };

  return (
    <Section id="alerts" title="Alerts" actions={<StateChoice chosen={state} counts={counts} onChoose={setState} />}>
      {problem && <Failure problem={problem} onRetry={load} />}
      <Alerts page={page?.state === state ? page : null} state={state} actions={actions} onQuery={onQuery} />
      {counts && counts.open + counts.acknowledged > 0 && (
        <label class="signature note">
          Sign what you do here as{" "}
          <input value={signature} onInput={sign} placeholder={UNSIGNED} autocomplete="name" maxLength={80} />
        </label>
      )}
    </Section>
  );
}

function StateChoice({ chosen, counts, onChoose }) {
  return (
    <div class="choice" role="group" aria-label="State of the alerts">
      {STATES.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={state === chosen}
          data-testid={`alerts-${state}`}
          onClick={() => onChoose(state)}
        >
          {state} <span class="note">{counts ? count(counts[state]) : ""}</span>
        </button>
      ))}
    </div>
  );
}

function Alerts({ page, state, actions, onQuery }) {
  if (!page) return <Empty>Loading …</Empty>;
  if (page.items.length === 0) return <Empty>{NOTHING[state]}</Empty>;
  return (
    <>
      <div class="scroll">
        <table class="stacked alerts">
          <thead>
            <tr>
              <th scope="col">Severity</th>
              <th scope="col">Alert</th>
              <th scope="col">Since</th>
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          {page.items.map((alert) => (
            <AlertRow key={alert.id} alert={alert} actions={actions} onQuery={onQuery} />
          ))}
        </table>
      </div>
      {page.next && <p class="table-note note">Only the first {count(page.items.length)} are shown.</p>}
    </>
  );
}
