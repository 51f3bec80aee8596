"""The landed rows as CSV files that another RML engine reads to make the same graph.

Cells are in canonical form, or empty where they have no value or were quarantined; rows that were
refused are not there. Names of files and of added columns come from `graph.replay`.
"""

import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from extraction.landing.individuals import Individuals
from extraction.landing.quarantine import Quarantine
from extraction.landing.rows import TableRows, open_rows
from extraction.staging import connect
from graph.lexical import quote_name, quote_text
from graph.model import ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.replay import AddedColumn, added_columns, replay_file
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
        texts = _Texts(rows, individuals, model, schema)
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
        model: KnowledgeModel,
        schema: Schema,
    ) -> None:
        self._rows = rows
        self._individuals = individuals
        self._model = model
        self._schema = schema

    def of_class(self, item: ClassDef) -> str:
        """Select the landed rows of a class."""
        source = f"{self._individuals.of(item.table).view} t"
        return self._select(item.table, item.links, source, "LEFT JOIN", "t.iri")

    def of_pair(self, pair: JunctionDef) -> str:
        """Select the rows of a table of pairs whose two ends landed."""
        source = f"{self._rows[pair.table].view} t"
        return self._select(pair.table, (pair.source, pair.target), source, "JOIN", "e0.iri")

    def _select(
        self, table: str, links: Sequence[LinkDef], source: str, join: str, row_name: str
    ) -> str:
        rows = self._rows[table]
        cells = {column.name: rows.lexical(column.name) for column in rows.table.columns}
        aliases = {link: f"e{place}" for place, link in enumerate(links)}
        for added in added_columns(rows.table, self._model, self._schema):
            link = added.link
            cells[added.name] = self._text(rows, added, link, aliases[link]) if link else row_name
        joins = ""
        for link, alias in aliases.items():
            edge = self._individuals.edge(rows, link)
            joins += f" {join} {edge.parents} {alias} ON {edge.matches(alias)}"
        fields = ", ".join(f"{text} AS {quote_name(name)}" for name, text in cells.items())
        return f"SELECT {fields} FROM {source}{joins} ORDER BY t.{ROW}"

    def _text(self, rows: TableRows, added: AddedColumn, link: LinkDef, alias: str) -> str:
        """Give the text of a column that serves a link."""
        if added.pair is None:
            return f"{alias}.iri"
        own, its = added.pair
        return rows.reference_part(own, self._schema.table(link.target_table).column(its))
