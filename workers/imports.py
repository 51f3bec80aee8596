"""The report of an import as facts: rows in = rows landed + rows quarantined, per table."""

from collections import Counter

from extraction.mapping import Landing
from extraction.staging import Staging
from graph.names import ProjectNames
from graph.records import record_quads
from graph.terms import Quad
from graph.vocab import MIMIR, PROV, RDF


def import_quads(
    names: ProjectNames, import_id: str, landing: Landing, found: Staging
) -> list[Quad]:
    """Describe an import in the meta graph: one record for it, one per table."""
    iri = names.record("import", import_id)
    sources = sorted({(table.source, table.sha256) for table in found.tables})
    quads = record_quads(
        iri,
        {
            RDF.type: (MIMIR.Import, PROV.Entity),
            MIMIR.quarantineGraph: names.quarantine(import_id),
            PROV.wasDerivedFrom: [names.record("source", *source) for source in sources],
        },
        names.meta,
    )
    unread = Counter(reject.table for reject in found.rejects)
    for table in landing.tables:
        quads += record_quads(
            names.record("import", import_id, table.table),
            {
                RDF.type: MIMIR.TableImport,
                MIMIR.partOf: iri,
                MIMIR.sourceTable: table.table,
                MIMIR.rowsIn: table.rows_in + unread[table.table],
                MIMIR.rowsLanded: table.rows_landed,
                MIMIR.rowsQuarantined: table.rows_quarantined + unread[table.table],
            },
            names.meta,
        )
    return quads
