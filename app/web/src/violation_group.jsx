// One cause of violations: how often, an example, its repair, and the single violations on demand.
import { useState } from "preact/hooks";

import { listViolations, proposeRepairs } from "./api.js";
import { count, counted, shortName, shortTerm } from "./format.js";
import { Failure, useAnnounce } from "./parts.jsx";

const MEMBERS_SHOWN = 50;

/** The rows of a group: the group itself and, when it is open, its violations. */
export function ViolationGroup({ project, group }) {
  const [members, setMembers] = useState(null);
  const [problem, setProblem] = useState(null);
  const [proposal, setProposal] = useState(null);
  const announce = useAnnounce();

  async function attempt(action) {
    setProblem(null);
    try {
      await action();
    } catch (failure) {
      setProblem(failure);
    }
  }
  const toggle = () =>
    attempt(async () => setMembers(members ? null : await listViolations(project, MEMBERS_SHOWN, group.id)));
  const propose = () =>
    attempt(async () => {
      const made = await proposeRepairs(project, group.id);
      setProposal(made);
      announce(`Proposal ${made.id} is ${made.state}.`);
    });

  return (
    <>
      <tr data-testid="violation-group">
        <td data-label="What is wrong">
          {group.message}
          <span class="note block">
            <span title={group.shape}>{shortName(group.shape)}</span>
            {group.path && <span title={group.path}> · {shortName(group.path)}</span>}
            {group.severity !== "Violation" && <span> · {group.severity}</span>}
          </span>
          {problem && <Failure problem={problem} />}
        </td>
        <td data-label="How often">
          <button type="button" class="like-link" aria-expanded={members !== null} onClick={toggle}>
            {counted(group.count, "time")}
          </button>
        </td>
        <td data-label="Repair">
          {group.repair ?? <span class="note">no plain repair</span>}
          {group.repair && <span class="note block">{share(group.confidence)} sure, known for {share(group.repairable)}</span>}
          {group.repair && !proposal && (
            <button type="button" data-testid="propose-repairs" onClick={propose}>
              Propose
            </button>
          )}
          {proposal && <span class="note block">proposal {proposal.id}: {proposal.state}</span>}
        </td>
      </tr>
      {members?.items.map((item) => (
        <ViolationRow key={item.id} violation={item} />
      ))}
    </>
  );
}

function ViolationRow({ violation }) {
  const { message, value, focus_node: node, source_file: file, proposed_repair: repair } = violation;
  return (
    <tr data-testid="violation-row">
      <td data-label="Violation">
        <span title={node}>{shortName(node)}</span>
        <span class="note block">{file ? `${file}, ${cellOf(violation)}` : message}</span>
      </td>
      <td data-label="Value" class="value-cell">
        {value === null ? <span class="note">none</span> : <code>{shortTerm(value)}</code>}
      </td>
      <td data-label="Repair">{repair ?? <span class="note">no plain repair</span>}</td>
    </tr>
  );
}

function cellOf({ source_row: row, source_column: column }) {
  const parts = [];
  if (row !== null) parts.push(`row ${count(row)}`);
  if (column) parts.push(`column ${column}`);
  return parts.join(", ");
}

function share(part) {
  return `${Math.round(100 * part)} %`;
}
