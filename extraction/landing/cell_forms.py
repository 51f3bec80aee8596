"""How the cells of source files stand: which columns are canonical, which date-times have a format.

Metadata that describe a source file to other readers must be true of every cell.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from extraction.landing.rows import TableRows, open_rows
from extraction.staging import connect
from graph.lexical import quote_text
from graph.schema import Column, Schema, StagedTable

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FORMATS = (
    ("yyyy-MM-dd HH:mm:ss", f"{_DATE} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}"),
    ("yyyy-MM-dd HH:mm", f"{_DATE} [0-9]{{2}}:[0-9]{{2}}"),
    ("yyyy-MM-ddTHH:mm", f"{_DATE}T[0-9]{{2}}:[0-9]{{2}}"),
)
"""CSVW formats of date-times that are read without a format, each with its regular expression."""


@dataclass(frozen=True)
class CellForms:
    """What holds of all cells of a table.

    Attributes:
        plain: columns whose cells stand in canonical form, or are empty or a null word.
        formats: CSVW format by column of date-times.
    """

    plain: frozenset[str]
    formats: dict[str, str]


def cell_forms(tables: Sequence[StagedTable], schema: Schema) -> dict[str, CellForms]:
    """Find the forms of the cells, by table; one scan of each table."""
    with closing(connect()) as connection:
        rows = open_rows(connection, tables, schema)
        found = {}
        for name, table in rows.items():
            fields = [field for column in table.table.columns for field in _tests(table, column)]
            query = f"SELECT {', '.join(fields)} FROM {table.view} t"
            found[name] = _forms(table, connection.execute(query).fetchall()[0])
    return found


def _tests(rows: TableRows, column: Column) -> list[str]:
    cell = rows.cell(column.name)
    tests = [f"{cell} = {rows.lexical(column.name)}"]
    if column.datatype == "dateTime":
        tests += [f"regexp_full_match({cell}, {quote_text(form)})" for _, form in _FORMATS]
    empty = f"NOT {rows.has_value(column.name)}"
    return [f"coalesce(bool_and({empty} OR coalesce({test}, false)), true)" for test in tests]


def _forms(rows: TableRows, answers: Sequence[bool]) -> CellForms:
    plain, formats = set[str](), dict[str, str]()
    left = iter(answers)
    for column in rows.table.columns:
        if next(left):
            plain.add(column.name)
        if column.datatype == "dateTime":
            for (written, _), holds in zip(_FORMATS, [next(left) for _ in _FORMATS], strict=True):
                if holds:
                    formats.setdefault(column.name, written)
    return CellForms(frozenset(plain), formats)
