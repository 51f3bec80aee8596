"""Runs of workflows and their steps: durable records in the meta graph, and how they change."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from graph.changes import ChangeSet
from graph.errors import NotFound
from graph.names import ProjectNames
from graph.ontology.schema_overrides import SchemaOverride, overrides_from_json
from graph.records import record_quads
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import Literal as Value
from graph.terms import NamedNode, Quad
from graph.vocab import MIMIR, PROV, RDF

RunState = Literal["queued", "running", "succeeded", "failed"]
StepState = Literal["done", "failed"]
FINISHED = ("succeeded", "failed")
KEPT_ROUNDS = 100


@dataclass(frozen=True)
class Source:
    """One uploaded file: its name, the hash of its stored bytes, and its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class StepRecord:
    """A step that ended: what went in (as a hash), what came out, and when."""

    name: str
    order: int
    state: StepState
    input_hash: str
    output: dict[str, Any]
    started: datetime
    ended: datetime
    message: str = ""
    error: str | None = None


@dataclass(frozen=True)
class Run:
    """One run of a workflow.

    Attributes:
        id: number in the project, as text.
        workflow: `ingest` or `watch`.
        inputs: what the run works on; `{"sources": [...], "overrides": [...]}` for an ingest.
        epoch: counts the claims; a worker with an older epoch may not commit.
        failures: how often the run ended without finishing.
        added, removed: triples of the knowledge graphs that the run's commits changed so far.
    """

    id: str
    workflow: str
    created: datetime
    inputs: dict[str, Any] = field(default_factory=dict)
    state: RunState = "queued"
    epoch: int = 0
    failures: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    error: str | None = None
    added: int = 0
    removed: int = 0
    steps: tuple[StepRecord, ...] = ()

    def step(self, name: str) -> StepRecord | None:
        """Find the record of a step."""
        return next((step for step in self.steps if step.name == name), None)


def sources_of(run: Run) -> tuple[Source, ...]:
    """Read the files that an ingest works on."""
    return tuple(Source(**item) for item in run.inputs.get("sources", ()))


def overrides_of(run: Run) -> tuple[SchemaOverride, ...]:
    """Read what people decided about the schema before the run was made."""
    return overrides_from_json(run.inputs.get("overrides", ()))


def run_iri(names: ProjectNames, run: str) -> NamedNode:
    """Name a run."""
    return names.record("run", run)


def run_quads(run: Run, names: ProjectNames) -> list[Quad]:
    """Describe a run, without its steps."""
    return record_quads(
        run_iri(names, run.id),
        {
            RDF.type: (MIMIR.Run, PROV.Activity),
            MIMIR.identifier: run.id,
            MIMIR.workflow: run.workflow,
            MIMIR.inputs: _json(run.inputs),
            MIMIR.state: run.state,
            MIMIR.epoch: run.epoch,
            MIMIR.failures: run.failures,
            MIMIR.createdAt: run.created,
            PROV.startedAtTime: run.started,
            PROV.endedAtTime: run.ended,
            MIMIR.error: run.error,
        },
        names.meta,
    )


def step_quads(run: str, step: StepRecord, names: ProjectNames) -> list[Quad]:
    """Describe an ended step."""
    return record_quads(
        names.record("run", run, step.name),
        {
            RDF.type: (MIMIR.Step, PROV.Activity),
            MIMIR.partOf: run_iri(names, run),
            MIMIR.stepName: step.name,
            MIMIR.order: step.order,
            MIMIR.state: step.state,
            MIMIR.inputHash: step.input_hash,
            MIMIR.output: _json(step.output),
            PROV.startedAtTime: step.started,
            PROV.endedAtTime: step.ended,
            MIMIR.message: step.message or None,
            MIMIR.error: step.error,
        },
        names.meta,
    )


def run_change(names: ProjectNames, before: Run | None, after: Run, reason: str) -> ChangeSet:
    """Give the change that turns one state of a run's record into the next."""
    return ChangeSet(
        added=tuple(run_quads(after, names)),
        removed=tuple(run_quads(before, names)) if before else (),
        author="mimir",
        reason=reason,
    )


def old_rounds(reader: GraphReader, names: ProjectNames, newest: int) -> tuple[Quad, ...]:
    """Give the records of rounds of monitoring that are too old to be kept; the log has them.

    Args:
        newest: number of the newest run; a round that failed stays.
    """
    terms = {"workflow": Value("watch"), "upto": Value(newest - KEPT_ROUNDS)}
    rows = reader.select(bind(load_query("workers", "old_rounds"), **terms))
    return tuple(Quad(record, name, value, names.meta) for record, name, value in rows)  # type: ignore[arg-type] # a triple


def read_run(reader: GraphReader, names: ProjectNames, run: str) -> Run:
    """Read a run with its steps.

    Raises:
        NotFound: there is no such run.
    """
    iri = run_iri(names, run)
    facts = _facts(reader, "run_facts", iri)
    if iri.value not in facts:
        raise NotFound(f"Project {names.project!r} has no run {run!r}.")
    steps = [_step(value) for key, value in facts.items() if key != iri.value]
    totals = reader.select(bind(load_query("workers", "run_totals"), run=iri)).rows[0]
    return replace(
        _run(facts[iri.value]),
        steps=tuple(sorted(steps, key=lambda step: step.order)),
        added=int(_text(totals[0])),
        removed=int(_text(totals[1])),
    )


def list_runs(reader: GraphReader, *states: RunState) -> tuple[Run, ...]:
    """List runs without their steps, newest first; all, or those in one of `states`."""
    facts = _facts(reader, "all_runs", MIMIR.Run) if not states else {}
    for state in states:
        facts |= _facts(reader, "runs_in_state", Value(state))
    runs = [_run(value) for value in facts.values()]
    return tuple(sorted(runs, key=lambda run: int(run.id), reverse=True))


def newest_run(reader: GraphReader) -> Run | None:
    """Find the run with the highest number, without its steps."""
    found = [_run(value) for value in _facts(reader, "newest_run", MIMIR.Run).values()]
    return found[0] if found else None


def find_step(reader: GraphReader, name: str, input_hash: str) -> dict[str, Any] | None:
    """Find the output of a finished step of any run with the same name and input."""
    text = bind(load_query("workers", "same_step"), name=Value(name), hash=Value(input_hash))
    rows = reader.select(text).rows
    return json.loads(_text(rows[0][0])) if rows else None


def last_output(reader: GraphReader, name: str) -> dict[str, Any] | None:
    """Find the output of the newest finished step with this name."""
    rows = reader.select(bind(load_query("workers", "last_step"), name=Value(name))).rows
    return json.loads(_text(rows[0][0])) if rows else None


def _facts(
    reader: GraphReader, query: str, subject: NamedNode | Value
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for iri, predicate, value in reader.select(bind(load_query("workers", query), about=subject)):
        found.setdefault(_text(iri), {})[_text(predicate)] = _text(value)
    return found


def _run(facts: dict[str, str]) -> Run:
    def _get(name: NamedNode) -> str | None:
        return facts.get(name.value)

    return Run(
        id=facts[MIMIR.identifier.value],
        workflow=facts[MIMIR.workflow.value],
        created=_time(facts[MIMIR.createdAt.value]),
        inputs=json.loads(facts[MIMIR.inputs.value]),
        state=facts[MIMIR.state.value],  # type: ignore[arg-type] # written by run_quads
        epoch=int(facts[MIMIR.epoch.value]),
        failures=int(facts[MIMIR.failures.value]),
        started=_optional_time(_get(PROV.startedAtTime)),
        ended=_optional_time(_get(PROV.endedAtTime)),
        error=_get(MIMIR.error),
    )


def _step(facts: dict[str, str]) -> StepRecord:
    return StepRecord(
        name=facts[MIMIR.stepName.value],
        order=int(facts[MIMIR.order.value]),
        state=facts[MIMIR.state.value],  # type: ignore[arg-type] # written by step_quads
        input_hash=facts[MIMIR.inputHash.value],
        output=json.loads(facts[MIMIR.output.value]),
        started=_time(facts[PROV.startedAtTime.value]),
        ended=_time(facts[PROV.endedAtTime.value]),
        message=facts.get(MIMIR.message.value, ""),
        error=facts.get(MIMIR.error.value),
    )


def _json(value: dict[str, Any] | Sequence[Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _optional_time(text: str | None) -> datetime | None:
    return _time(text) if text else None
