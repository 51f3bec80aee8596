"""Step: measure the columns of the files, and what changed since their last version."""

from collections.abc import Iterable, Mapping

from graph.changes import ChangeSet
from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.records import Facts, record_quads
from graph.terms import NamedNode, Quad
from graph.vocab import DQV, MIMIR, RDF, RDFS
from inference.columns.drift import ColumnDrift, measure_drift
from inference.columns.sketches import ColumnSketch
from inference.evolution import SchemaChange
from workers.orchestrator import StepContext, StepResult
from workers.runs import last_output
from workers.versions import Files, changes_since, read_version, version_files

METRICS: Mapping[str, str] = {
    "nullShare": "share of the rows without a value",
    "nullShareBefore": "share of the rows without a value in the version before",
    "nullShareP": "probability that the shares differ by accident, corrected for all columns",
    "distance": "distance of the distributions of this version and the one before, 0 to 1",
    "distanceP": "probability of such a distance by accident, corrected for all columns",
    "outside": "share of the rows with a value outside of what the version before had",
    "changed": "1 where the column differs by so much that it matters, and not by accident",
}
"""Local names of the metrics with their labels."""


def execute(context: StepContext) -> StepResult:
    """Write one measurement per column and metric."""
    files = version_files(context)
    before_files = _version_before(context, files)
    now = read_version(context, files)
    drifts: tuple[ColumnDrift, ...] = ()
    changes: tuple[SchemaChange, ...] = ()
    message = f"{len(now.sketches)} columns"
    if before_files:
        before = read_version(context, before_files)
        drifts = measure_drift(before.sketches, now.sketches)
        changes = changes_since(before, now)
        drifted = sum(drift.changed for drift in drifts)
        message += f" · {drifted} with other values than before · {len(changes)} schema changes"
    names = context.project.names
    quads = (
        *_quads(names, now.model, now.sketches, drifts),
        *(quad for change in changes for quad in _change_quads(names, change)),
    )
    output = {"version": files, "before": before_files}
    return StepResult(output, message, ChangeSet(added=quads), (names.quality,))


def _version_before(context: StepContext, files: Files) -> Files | None:
    """Find the newest other version; the same files again are compared with the same one."""
    last = last_output(context.project.reader(context.project.names.meta), "measure")
    if last is None:
        return None
    same = last["version"]["sketches"] == files["sketches"]
    found: Files | None = last["before"] if same else last["version"]
    return found


def _change_quads(names: ProjectNames, change: SchemaChange) -> list[Quad]:
    columns = ", ".join(change.columns)
    return record_quads(
        names.record("schema-change", change.kind, change.table, columns, change.was),
        {
            RDF.type: MIMIR.SchemaChange,
            MIMIR.changeKind: change.kind,
            MIMIR.sourceTable: change.table,
            MIMIR.sourceColumn: columns or None,
            MIMIR.was: change.was or None,
            MIMIR.now: change.now or None,
            MIMIR.risk: change.risk,
            MIMIR.confidence: change.confidence,
            MIMIR.evidence: change.evidence,
        },
        names.quality,
    )


def _quads(
    names: ProjectNames,
    model: KnowledgeModel,
    sketches: Iterable[ColumnSketch],
    drifts: Iterable[ColumnDrift],
) -> list[Quad]:
    properties = _properties(names, model)
    by_column = {(drift.table, drift.column): drift for drift in drifts}
    quads: list[Quad] = []
    for name, label in METRICS.items():
        metric: Facts = {RDF.type: DQV.Metric, RDFS.label: label}
        quads += record_quads(MIMIR.term(name), metric, names.quality)
    for sketch in sketches:
        place = (sketch.table, sketch.column)
        for name, value in _values(sketch, by_column.get(place)).items():
            facts: Facts = {
                RDF.type: DQV.QualityMeasurement,
                DQV.isMeasurementOf: MIMIR.term(name),
                DQV.computedOn: properties.get(place),
                DQV.value: value,
                MIMIR.sourceTable: sketch.table,
                MIMIR.sourceColumn: sketch.column,
            }
            quads += record_quads(names.record("measurement", *place, name), facts, names.quality)
    return quads


def _values(sketch: ColumnSketch, drift: ColumnDrift | None) -> dict[str, float]:
    found = {"nullShare": round(sketch.nulls / sketch.rows, 6) if sketch.rows else 0.0}
    if drift:
        found |= {"nullShareBefore": drift.null_share_before, "nullShareP": drift.p_nulls}
        rest = {"distance": drift.distance, "distanceP": drift.p_values, "outside": drift.outside}
        found |= {name: value for name, value in rest.items() if value is not None}
        found["changed"] = float(drift.changed)
    return found


def _properties(names: ProjectNames, model: KnowledgeModel) -> dict[tuple[str, str], NamedNode]:
    found: dict[tuple[str, str], NamedNode] = {}
    for item in model.classes:
        for link in item.links:
            found |= {(item.table, column): names.term(link.name) for column in link.columns}
        found |= {(item.table, each.column): names.term(each.name) for each in item.attributes}
    return found
