"""The report of an import as facts: rows in = rows landed + rows quarantined, per table."""

from collections import Counter

from extraction.landing.mapping import Landing
from extraction.staging import Staging
from graph.errors import MimirError
from graph.names import ProjectNames
from graph.records import record_quads
from graph.terms import Quad
from graph.vocab import MIMIR, PROV, RDF


class RowsLost(MimirError):
    """An import does not add up."""

    code = "rows-lost"


def check_counts(landing: Landing, found: Staging) -> None:
    """Compare the mapping's own counts with the rows that were staged.

    Raises:
        RowsLost: rows in are not rows landed and rows quarantined.
    """
    for staged, table in zip(
        sorted(found.tables, key=lambda item: item.name),
        sorted(landing.tables, key=lambda item: item.table),
        strict=True,
    ):
        if staged.rows != table.rows_landed + table.rows_quarantined:
            raise RowsLost(
                f"Table {staged.name!r} has {staged.rows:,} rows, but {table.rows_landed:,} landed "
                f"and {table.rows_quarantined:,} were quarantined. Nothing was changed."
            )


def import_quads(
    names: ProjectNames, import_id: str, landing: Landing, found: Staging
) -> list[Quad]:
    """Describe an import in the meta graph: one record for it, one per table."""
    iri = names.record("import", import_id)
    files = [file for table in found.tables for file in table.parts or (table,)]
    sources = sorted({(file.source, file.sha256) for file in files})
    quads = record_quads(
        iri,
        {
            RDF.type: (MIMIR.Import, PROV.Entity),
            MIMIR.quarantineGraph: names.quarantine(import_id),
            PROV.wasDerivedFrom: [names.record("source", *source) for source in sources],
        },
        names.meta,
    )
    unread = Counter(reject.table for reject in found.rejects if reject.row)
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
