// One alert: its line, its evidence, and the form that resolves it.
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { moment, shortName } from "./format.js";
import { Badge, Failure } from "./parts.jsx";

const TONES = { critical: "bad", high: "bad", medium: "warn", low: "info" };

/** The rows of one alert: a table body of its own, so that what unfolds stays with its line. */
export function AlertRow({ alert, actions, onQuery }) {
  const [open, setOpen] = useState(false);
  const [resolving, setResolving] = useState(false);
  const { busy, problem, perform } = useAction();
  const unfolded = open || resolving || problem;

  return (
    <tbody data-testid="alert-row" data-alert={alert.id} data-state={alert.state} data-severity={alert.severity}>
      <tr>
        <td data-label="Severity">
          <Badge tone={TONES[alert.severity] ?? "info"}>{alert.severity}</Badge>
        </td>
        <td data-label="Alert" class="alert-text">
          <strong>{alert.title}</strong>
          <span class="block">{alert.message}</span>
          <Handled alert={alert} />
        </td>
        <td data-label="Since" class="since">
          <time dateTime={alert.opened_at}>{moment(alert.started ?? alert.opened_at)}</time>
        </td>
        <td class="row-actions">
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            Details
          </button>
          <StateButtons
            state={alert.state}
            busy={busy}
            resolving={resolving}
            onAcknowledge={() => perform(() => actions.acknowledge(alert))}
            onResolve={() => setResolving(!resolving)}
          />
        </td>
      </tr>
      {unfolded && (
        <tr class="unfolded">
          <td colSpan={4}>
            {problem && <Failure problem={problem} />}
            {resolving && (
              <ResolveForm
                busy={busy}
                onCancel={() => setResolving(false)}
                onResolve={(reason) => perform(() => actions.resolve(alert, reason))}
              />
            )}
            {open && <Details alert={alert} onQuery={onQuery} />}
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** Perform one action at a time: {busy, problem, perform}. */
function useAction() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const perform = async (action) => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (failure) {
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, perform };
}

function StateButtons({ state, busy, resolving, onAcknowledge, onResolve }) {
  return (
    <>
      {state === "open" && (
        <button type="button" data-testid="alert-acknowledge" disabled={busy} onClick={onAcknowledge}>
          Acknowledge
        </button>
      )}
      {state !== "resolved" && (
        <button type="button" data-testid="alert-resolve" aria-expanded={resolving} disabled={busy} onClick={onResolve}>
          Resolve
        </button>
      )}
    </>
  );
}

function Handled({ alert }) {
  if (alert.state === "acknowledged") return <span class="note block">acknowledged by {alert.acknowledged_by}</span>;
  if (alert.state === "resolved") return <span class="note block">resolved by {alert.resolved_by ?? "the monitor"}</span>;
  return null;
}

function ResolveForm({ busy, onResolve, onCancel }) {
  const field = useRef(null);
  useLayoutEffect(() => field.current.focus(), []);
  return (
    <form
      class="resolve-form"
      onSubmit={(event) => {
        event.preventDefault();
        onResolve(field.current.value.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
    >
      <label>
        What was it? <input ref={field} data-testid="alert-reason" required maxLength={500} placeholder="Sensor replaced" />
      </label>
      <button type="submit" class="primary" data-testid="alert-resolve-confirm" disabled={busy}>
        Resolve
      </button>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </form>
  );
}

function Details({ alert, onQuery }) {
  return (
    <div class="details">
      <p class="note">
        {alert.entity && <span title={alert.entity}>{shortName(alert.entity)} · </span>}
        from {moment(alert.started)} {alert.ended ? `to ${moment(alert.ended)}` : "until now"} · raised{" "}
        {moment(alert.opened_at)}
      </p>
      <ul class="evidence">
        {alert.evidence.map((evidence, index) => (
          <li key={index}>
            <p>
              {evidence.sentence}
              {evidence.rule && (
                <span class="note" title={evidence.rule}>
                  {" "}
                  rule {shortName(evidence.rule)}
                </span>
              )}
            </p>
            {evidence.query && (
              <div class="evidence-query">
                <pre tabIndex={0}>{evidence.query.trim()}</pre>
                <button type="button" data-testid="evidence-run" onClick={() => onQuery(evidence.query.trim())}>
                  Run it
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
