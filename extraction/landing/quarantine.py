"""Quarantine: the cells and rows of an import that could not be mapped, each with its reason.

Records are collected inside DuckDB, kept as Parquet beside the landed file, and told to the graph
in the terms of the platform's own vocabulary.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from extraction.landing.literals import AS_IT_IS, link_sql, literal_sql
from extraction.landing.rows import TableRows
from extraction.staging import connect
from graph.lexical import quote_text
from graph.names import ProjectNames, encode
from graph.schema import ROW
from graph.terms import NamedNode
from graph.vocab import MIMIR, RDF

_COLUMNS = (
    "record VARCHAR, kind VARCHAR, source_file VARCHAR, source_table VARCHAR, source_row BIGINT, "
    "source_column VARCHAR, value VARCHAR, reason VARCHAR, proposed_repair VARCHAR, "
    "focus_node VARCHAR, path VARCHAR"
)
_TEXTS = (
    ("source_file", MIMIR.sourceFile),
    ("source_table", MIMIR.sourceTable),
    ("source_column", MIMIR.sourceColumn),
    ("value", MIMIR.value),
    ("reason", MIMIR.reason),
    ("proposed_repair", MIMIR.proposedRepair),
)
_LINKS = (("focus_node", MIMIR.focusNode), ("path", MIMIR.path))


@dataclass(frozen=True)
class Finding:
    """What is wrong with some rows; expressions are SQL over the alias `t`.

    Attributes:
        columns: source columns concerned.
        reason, value, repair, focus: expressions of texts; `focus` is an IRI.
        path: the property that has no triple; None when the whole row did not land.
        part: what tells this record from others of the same row and columns.
    """

    columns: tuple[str, ...]
    reason: str
    value: str
    repair: str = "NULL"
    focus: str = "NULL"
    path: NamedNode | None = None
    part: str = ""


class Quarantine:
    """The records of one import, in the table `quarantine` of a DuckDB connection."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, names: ProjectNames, import_id: str
    ) -> None:
        self._connection = connection
        self._names = names
        self._import = import_id
        connection.execute(f"CREATE TABLE quarantine ({_COLUMNS})")

    def add(self, rows: TableRows, finding: Finding, source: str) -> int:
        """Record a finding for all rows of `source` (FROM and WHERE text); give their number."""
        record = self._names.record("quarantine", self._import, rows.table.name).value
        column = ", ".join(finding.columns)
        ends = [encode(part) for part in (column, finding.part) if part]
        kind = "QuarantinedCell" if finding.path else "QuarantinedRow"
        path = quote_text(finding.path.value) if finding.path else "NULL"
        statement = (
            f"INSERT INTO quarantine SELECT {quote_text(record + '/')} || t.{ROW} || "
            f"{quote_text(''.join('/' + end for end in ends))}, {quote_text(kind)}, "
            f"{rows.source_file()}, {quote_text(rows.table.name)}, {rows.source_row()}, "
            f"{quote_text(column)}, {finding.value}, {finding.reason}, {finding.repair}, "
            f"{finding.focus}, {path} {source}"
        )
        counted = self._connection.execute(statement).fetchone()
        return int(counted[0]) if counted else 0

    def save(self, path: Path) -> None:
        """Write the records to a Parquet file, by table, row and record."""
        self._connection.execute(
            "COPY (SELECT * FROM quarantine ORDER BY source_table, source_row, record) "
            f"TO {quote_text(str(path))} (FORMAT parquet)"
        )


def write_quads(records: Path, graph: NamedNode, output: Path) -> None:
    """Write saved records as an N-Quads file in bulk, one line per triple."""
    with connect() as connection:
        connection.execute(
            f"COPY (SELECT {_record_sql(graph)} FROM read_parquet({quote_text(str(records))})) "
            f"TO {quote_text(str(output))} {AS_IT_IS}"
        )


def _record_sql(graph: NamedNode) -> str:
    middle, end = quote_text(f"> {RDF.type} <{MIMIR}"), quote_text(f"> {graph} .")
    parts = [f"'<' || record || {middle} || kind || {end}"]
    parts.append(literal_sql("record", MIMIR.sourceRow, "source_row", "integer", graph))
    parts += [literal_sql("record", term, field, "string", graph) for field, term in _TEXTS]
    parts += [link_sql("record", term, field, graph) for field, term in _LINKS]
    return f"encode({' || '.join(parts)} || chr(10))"
