"""Rows that sum up the rows above them, as people write them below: totals, subtotals, means.

A row counts as one only when a word says so and the numbers prove it, or when it is filled by
nothing but numbers where the rows of the table have words as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from math import isclose

import duckdb
import pyarrow.compute as pc
import pyarrow.parquet as pq

from extraction.staging import Reject, Staging, connect, shorten
from graph.lexical import quote_name, quote_text
from graph.schema import ROW, StagedTable

REASON = "sums up rows above it; it was kept as a row"

_WORDS = (
    "(grand|sub|over)?[ -]?total[a-z]*", "totale?n?", "totaa?l", "sum", "summe", "gesamt(summe)?",
    "insgesamt", "zwischensumme", "somme", "sous[ -]total", "soma", "suma", "razem", "ogółem",
    "celkem", "összesen", "toplam", "yhteensä", "итого", "всего", "合計", "小計", "合计", "小计",
    "总计",
)  # fmt: skip
_MEANS = ("average", "avg", "mean", "durchschnitt", "mittelwert", "moyenne", "promedio", "media")
_LABEL = re.compile(rf"\W*(?:{'|'.join(_WORDS)})\b(?:\W.{{0,60}})?", re.IGNORECASE)
_MEAN = re.compile(rf"\W*(?:{'|'.join(_MEANS)})\b.{{0,60}}", re.IGNORECASE)
_STARTS = rf"^\W*({'|'.join((*_WORDS, *_MEANS))})"
_LABELS = 3
"""Columns in which the word may stand."""

_MOST = 200
"""Rows with such a word that are looked at; a table with more lists totals as its rows."""

_LONGEST = 200_000
"""Rows of a table in which sums are looked for; people add up below tables that they can see."""

_EXACT = 0.006


@dataclass(frozen=True)
class _Sum:
    """A row with a word that says that it sums up, and what stands above it."""

    row: int
    cells: Sequence[str | None]
    label: str
    part: int


def tell_totals(staging: Staging, *, above: int | None = None) -> Staging:
    """Tell the rows that sum up others; they stay rows, as all who count the rows of files hold it.

    Args:
        staging: the tables of a file.
        above: lines above the first row, where a row is a line of the file.
    """
    named = [(table, _named(table)) for table in staging.tables]
    if not any(found for _, found in named):
        return staging
    with connect() as connection:
        told = tuple(
            _told(table, one, 0 if above is None else above + one.row)
            for table, found in named
            if found
            for one in _sums(connection, table, found)
        )
    return replace(staging, rejects=(*staging.rejects, *told))


def _told(table: StagedTable, one: _Sum, line: int) -> Reject:
    text = shorten(" ".join(filter(None, one.cells)))
    repair = "Leave it out; what it says can be asked of the rows."
    return Reject(table.source, table.name, 0, line, f"row {one.row} {REASON}", text, repair)


def _named(table: StagedTable) -> list[_Sum]:
    """List the rows that a word says to be sums."""
    if not 1 < table.rows <= _LONGEST or len(table.columns) < 2:
        return []
    labels = list(table.columns[:_LABELS])
    rows = pq.read_table(table.path, columns=[ROW, *labels], partitioning=None)
    masks = (pc.match_substring_regex(rows[name], _STARTS, ignore_case=True) for name in labels)
    some = reduce(pc.or_, (pc.fill_null(mask, False) for mask in masks))
    found: list[_Sum] = []
    for row, *cells in zip(*rows.filter(some).to_pydict().values(), strict=True):
        label = next((cell for cell in cells if cell), "")
        if _LABEL.fullmatch(label) or _MEAN.fullmatch(label):
            found.append(_Sum(row, (), label, len(found)))
    return [] if len(found) > _MOST or len(found) * 2 > table.rows else found


def _sums(
    connection: duckdb.DuckDBPyConnection, table: StagedTable, named: Sequence[_Sum]
) -> list[_Sum]:
    """Keep the rows that are sums by their numbers, or that end the table and look like one."""
    rows = [one.row for one in named]
    query = f"SELECT * FROM {_rows(table)} WHERE {ROW} IN ({_listed(rows)}) ORDER BY {ROW}"
    cells = {row: cells for row, *cells in connection.execute(query).fetchall()}
    full = [replace(one, cells=cells[one.row]) for one in named]
    parts = _parts(connection, table, rows)
    last, blank = _rest(connection, table, rows)
    return [one for one in full if _proven(one, parts) or (one.row > last and _bare(one, blank))]


def _parts(
    connection: duckdb.DuckDBPyConnection, table: StagedTable, rows: Sequence[int]
) -> list[list[tuple[int, float, float]]]:
    """Give count and sums, in both ways of writing decimals, of each column between such rows."""
    before = " + ".join(f"({ROW} > {row})::INTEGER" for row in rows)
    columns = [quote_name(name) for name in table.columns]
    cells = ", ".join(
        f"count({_number(c, ',', '.')}), coalesce(sum({_number(c, ',', '.')}), 0), "
        f"coalesce(sum({_number(c, '.', ',')}), 0)"
        for c in columns
    )
    query = (
        f"SELECT {before} AS part, {cells} FROM {_rows(table)} "
        f"WHERE {ROW} NOT IN ({_listed(rows)}) "
        "GROUP BY part ORDER BY part"
    )
    empty = [(0, 0.0, 0.0)] * len(columns)
    parts = [empty for _ in range(len(rows) + 1)]
    for part, *values in connection.execute(query).fetchall():
        parts[part] = list(zip(values[::3], values[1::3], values[2::3], strict=True))
    return parts


def _number(cell: str, thousands: str, decimal: str) -> str:
    """Give the expression of a number that is written with signs for thousands and decimals."""
    digits = f"regexp_replace({cell}, '[^0-9.,eE+-]', '', 'g')"
    bare = f"replace(replace({digits}, '{thousands}', ''), '{decimal}', '.')"
    return f"try_cast({bare} AS DOUBLE)"


def _proven(one: _Sum, parts: Sequence[Sequence[tuple[int, float, float]]]) -> bool:
    """Tell whether a number is the sum, or the mean, of the rows above or since the last sum."""
    above = parts[: one.part + 1]
    for column, cell in enumerate(one.cells):
        for way, value in enumerate(_values(cell), 1):
            for taken in (above, above[-1:]):
                count = sum(part[column][0] for part in taken)
                total = sum(part[column][way] for part in taken)
                wanted = total / count if count and _MEAN.fullmatch(one.label) else total
                if count > 1 and value and isclose(value, wanted, rel_tol=1e-9, abs_tol=_EXACT):
                    return True
    return False


def _values(cell: str | None) -> list[float]:
    """Read a cell as a number with a decimal point, then as one with a decimal comma."""
    bare = re.sub(r"[^0-9.,eE+-]", "", cell or "")
    read = []
    for text in (bare.replace(",", ""), bare.replace(".", "").replace(",", ".")):
        try:
            read.append(float(text))
        except ValueError:
            read.append(0.0)
    return read


def _bare(one: _Sum, filled: Sequence[bool]) -> bool:
    """Tell whether a row has but its word and numbers, and blanks where all rows are filled.

    Only a total is told so: a mean is proven or it is a row.
    """
    others = [cell for cell in one.cells if cell and cell != one.label]
    numbers = [cell for cell in others if any(_values(cell)) or cell.strip() in ("0", "0.00")]
    blank = any(full and not cell for full, cell in zip(filled, one.cells, strict=True))
    return bool(_LABEL.fullmatch(one.label)) and blank and bool(others) and numbers == others


def _rest(
    connection: duckdb.DuckDBPyConnection, table: StagedTable, rows: Sequence[int]
) -> tuple[int, list[bool]]:
    """Give the last of the other rows, and which columns are filled in all of them."""
    cells = ", ".join(f"count({quote_name(name)}) = count(*)" for name in table.columns)
    others = f"{_rows(table)} WHERE {ROW} NOT IN ({_listed(rows)})"
    query = f"SELECT coalesce(max({ROW}), 0), {cells} FROM {others}"
    ((last, *full),) = connection.execute(query).fetchall()
    return last, full


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows))


def _rows(table: StagedTable) -> str:
    return f"read_parquet({quote_text(str(table.path))})"
