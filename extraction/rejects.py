"""Rows of a file that cannot be read at all, as records of the quarantine."""

from collections.abc import Iterable

from extraction.staging import Reject
from graph.names import ProjectNames
from graph.records import record_quads
from graph.terms import Quad
from graph.vocab import MIMIR, RDF


def reject_quads(rejects: Iterable[Reject], names: ProjectNames, import_id: str) -> list[Quad]:
    """Describe unreadable rows in the quarantine graph of the import."""
    graph = names.quarantine(import_id)
    quads: list[Quad] = []
    for number, reject in enumerate(rejects, 1):
        iri = names.record("quarantine", import_id, reject.table, f"reject-{number}")
        quads += record_quads(
            iri,
            {
                RDF.type: MIMIR.QuarantinedRow,
                MIMIR.sourceFile: reject.source,
                MIMIR.sourceTable: reject.table,
                MIMIR.sourceRow: reject.row,
                MIMIR.sourceLine: reject.line,
                MIMIR.sourceStart: reject.start if reject.end else None,
                MIMIR.sourceEnd: reject.end or None,
                MIMIR.value: reject.text,
                MIMIR.reason: reject.reason,
                MIMIR.proposedRepair: reject.repair or None,
            },
            graph,
        )
    return quads
