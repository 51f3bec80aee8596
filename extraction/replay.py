"""The landed rows as CSV files that another RML engine reads to make the same graph.

Cells are in canonical form, or empty where they have no value or were quarantined; rows that were
refused are not there. Names of files and of added columns come from `graph.replay`.
"""

import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from extraction.individuals import Edge, Individuals
from extraction.quarantine import Quarantine
from extraction.rows import TableRows, open_rows
from extraction.staging import connect
from graph.lexical import quote_name, quote_text
from graph.model import ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.replay import is_by_key, pointing_column, replay_file, row_name_column, target_column
from graph.schema import ROW, Schema, StagedTable

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_FAST = 1


def write_replay(
    tables: Sequence[StagedTable],
    schema: Schema,
    model: KnowledgeModel,
    names: ProjectNames,
    output: Path,
) -> None:
    """Write the CSV files of all tables as one ZIP file; same input, same bytes.

    Args:
        tables: every table of the schema, staged.
        schema, model: what the columns are, and how they are named.
        names: IRIs of the project.
        output: file to write; each CSV file lies beside it while it is packed.
    """
    with closing(connect()) as connection, zipfile.ZipFile(output, "w") as archive:
        rows = open_rows(connection, tables, schema)
        individuals = Individuals(connection, rows, names, Quarantine(connection, names, "replay"))
        for item in model.classes:
            individuals.settle(item)
        texts = _Texts(rows, individuals, {item.table: item for item in model.classes})
        for item in model.classes:
            _pack(connection, archive, item.table, texts.of_class(item), output)
        for pair in model.junctions:
            _pack(connection, archive, pair.table, texts.of_pair(pair), output)


def _pack(
    connection: duckdb.DuckDBPyConnection,
    archive: zipfile.ZipFile,
    table: str,
    query: str,
    output: Path,
) -> None:
    path = output.with_name(f"{output.name}.csv")
    try:
        connection.execute(f"COPY ({query}) TO {quote_text(str(path))} (FORMAT csv, HEADER)")
        entry = zipfile.ZipInfo(replay_file(table), _FIRST_DAY)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry._compresslevel = _FAST  # type: ignore[attr-defined] # public from Python 3.13
        with path.open("rb") as source, archive.open(entry, "w") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
    finally:
        path.unlink(missing_ok=True)


class _Texts:
    """The queries that write tables."""

    def __init__(
        self,
        rows: Mapping[str, TableRows],
        individuals: Individuals,
        classes: Mapping[str, ClassDef],
    ) -> None:
        self._rows = rows
        self._individuals = individuals
        self._classes = classes

    def of_class(self, item: ClassDef) -> str:
        """Select the landed rows of a class."""
        rows = self._rows[item.table]
        cells = self._cells(rows)
        if not item.key:
            cells[row_name_column(rows.table)] = "t.iri"
        joins = ""
        for place, link in enumerate(item.links):
            edge = self._individuals.edge(rows, link)
            joins += self._add_link(cells, rows, edge, f"e{place}", "LEFT JOIN")
        return _select(cells, f"{self._individuals.of(item.table).view} t{joins}")

    def of_pair(self, pair: JunctionDef) -> str:
        """Select the rows of a table of pairs whose two ends landed."""
        rows = self._rows[pair.table]
        cells = self._cells(rows)
        joins = ""
        for alias, link in (("source", pair.source), ("target", pair.target)):
            edge = self._individuals.edge(rows, link)
            joins += self._add_link(cells, rows, edge, alias, "JOIN")
        if not is_by_key(pair.source, self._classes[pair.source.target_table]):
            cells[row_name_column(rows.table)] = "source.iri"
        return _select(cells, f"{rows.view} t{joins}")

    def _cells(self, rows: TableRows) -> dict[str, str]:
        return {column.name: rows.lexical(column.name) for column in rows.table.columns}

    def _add_link(
        self, cells: dict[str, str], rows: TableRows, edge: Edge, alias: str, join: str
    ) -> str:
        """Put the columns that find a link's target to the cells; gives the join they need."""
        link: LinkDef = edge.link
        parent = self._rows[link.target_table]
        for own, its in zip(link.columns, link.target_columns, strict=True):
            name = pointing_column(own, its, rows.table, parent.table)
            if name != own:
                cells[name] = rows.reference_part(own, parent.table.column(its))
        if not is_by_key(link, self._classes[link.target_table]):
            cells[target_column(link, rows.table)] = f"{alias}.iri"
        return f" {join} {edge.parents} {alias} ON {edge.matches(alias)}"


def _select(cells: Mapping[str, str], source: str) -> str:
    fields = ", ".join(f"{text} AS {quote_name(name)}" for name, text in cells.items())
    return f"SELECT {fields} FROM {source} ORDER BY t.{ROW}"
