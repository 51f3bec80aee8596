"""The staged rows of a table inside DuckDB: expressions of their cells, keys and individuals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from graph.errors import BadInput
from graph.lexical import lexical_sql, null_sql, quote_name, quote_text
from graph.schema import ROW, Column, Schema, StagedTable, Table


@dataclass(frozen=True)
class TableRows:
    """A staged table opened as the view `s<number>`: `_row`, and its columns as `c0`, `c1`, ...

    Expressions are over the alias `t`.
    """

    number: int
    staged: StagedTable
    table: Table

    @property
    def view(self) -> str:
        """Name of the view of all rows."""
        return f"s{self.number}"

    def cell(self, column: str) -> str:
        """Give the expression of a cell's text as staged."""
        return f"t.c{self.staged.columns.index(column)}"

    def has_value(self, column: str) -> str:
        """Give the condition under which a cell has a value, valid or not."""
        return f"NOT {null_sql(self.table.column(column), self.cell(column))}"

    def lexical(self, column: str) -> str:
        """Give the expression of a cell's canonical lexical form; NULL where it is not valid."""
        return lexical_sql(self.table.column(column), self.cell(column))

    def name_part(self, column: str) -> str:
        """Give the expression of a cell as part of a name: canonical, text in NFC."""
        return _in_nfc(self.table.column(column).datatype, self.lexical(column))

    def reference_part(self, column: str, parent: Column) -> str:
        """Give the expression of a cell as it must equal the parent's `name_part`.

        A parent of another type reads the child's text by its own rules, so that the integer 1
        finds the decimal 1.0; a text parent is compared with the child's canonical form.
        """
        own = self.table.column(column)
        read_as = own
        if parent.datatype not in (own.datatype, "string"):
            read_as = replace(
                parent,
                null_words=own.null_words,
                format=own.format or parent.format,
                decimal_comma=own.decimal_comma or parent.decimal_comma,
                spaced_groups=own.spaced_groups or parent.spaced_groups,
            )
        return _in_nfc(parent.datatype, lexical_sql(read_as, self.cell(column)))

    def source_file(self) -> str:
        """Give the expression of the name of the row's file."""
        return self._of_part(self.table.source, [quote_text(p.source) for p in self.staged.parts])

    def source_row(self) -> str:
        """Give the expression of the number that the row has in its file."""
        places = [f"t.{ROW} - {part.first_row - 1}" for part in self.staged.parts]
        return self._of_part(None, places) if places else f"t.{ROW}"

    def _of_part(self, only: str | None, expressions: Sequence[str]) -> str:
        if not expressions:
            return quote_text(only or "")
        cases = " ".join(
            f"WHEN t.{ROW} >= {part.first_row} THEN {expression}"
            for part, expression in zip(self.staged.parts[::-1], expressions[::-1], strict=True)
        )
        return f"CASE {cases} END"

    def texts(self, columns: Sequence[str], joint: str = "; ") -> str:
        """Give the expression of the staged texts of several cells, for a person to read."""
        cells = ", ".join(self.cell(column) for column in columns)
        return f"concat_ws({quote_text(joint)}, {cells})"


def open_rows(
    connection: duckdb.DuckDBPyConnection, staged: Iterable[StagedTable], schema: Schema
) -> dict[str, TableRows]:
    """Open the staged tables as views, by table name.

    Raises:
        BadInput: the schema has a table or column that was not staged.
    """
    by_name = {item.name: item for item in staged}
    opened: dict[str, TableRows] = {}
    for number, table in enumerate(schema.tables):
        rows = TableRows(number, _staged_of(table, by_name), table)
        columns = "".join(
            f", {quote_name(name)} AS c{place}" for place, name in enumerate(rows.staged.columns)
        )
        connection.execute(
            f"CREATE VIEW {rows.view} AS SELECT {ROW}{columns} "
            f"FROM read_parquet({quote_text(str(rows.staged.path))})"
        )
        opened[table.name] = rows
    return opened


def mask_rows(connection: duckdb.DuckDBPyConnection, rows: TableRows, table: str) -> str:
    """Give the condition that the row `t` is one of those in `table` (by its `_row`).

    The rows become one bit string in the session variable named like the table. A join would say
    the same, but a scan with a join does not keep the order of rows (DuckDB 2.0, measured).
    """
    (highest,) = connection.execute(f"SELECT max({ROW}) FROM {rows.view}").fetchall()[0]
    connection.execute(
        f"SET VARIABLE {table} = (SELECT bitstring_agg({ROW}, 0, {int(highest)}) FROM {table})"
    )
    return f"(get_bit(getvariable('{table}'), CAST(t.{ROW} AS INTEGER)) = 1)"


def second_connection(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Open another connection to the same database, with the same masks, for another thread."""
    other = connection.cursor()
    for name, bits in connection.execute("SELECT name, value FROM duckdb_variables()").fetchall():
        other.execute(f"SET VARIABLE {quote_name(name)} = CAST({quote_text(str(bits))} AS BIT)")
    return other


def _staged_of(table: Table, by_name: Mapping[str, StagedTable]) -> StagedTable:
    staged = by_name.get(table.name)
    if staged is None:
        raise BadInput(f"The schema has a table {table.name!r} that was not staged. Stage it too.")
    missing = [column.name for column in table.columns if column.name not in staged.columns]
    if missing:
        raise BadInput(
            f"The staged table {table.name!r} has no column {', '.join(map(repr, missing))}. "
            "Infer the schema again, or map the column."
        )
    return staged


def _in_nfc(datatype: str, text: str) -> str:
    return f"nfc_normalize({text})" if datatype == "string" else text
