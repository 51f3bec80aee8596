"""Individuals: which rows of a class get an IRI, which one, and which rows are refused.

A row is refused when its key has no valid value or was there in an earlier row. Rows of a class
without a key are named by a hash of all their cells, with a running number among equal rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from extraction.landing.literals import iri_sql
from extraction.landing.quarantine import Finding, Quarantine
from extraction.landing.rows import TableRows, mask_rows
from graph.lexical import quote_text
from graph.model import ClassDef, LinkDef
from graph.names import ProjectNames
from graph.schema import ROW

_HASH_DIGITS = 32


@dataclass(frozen=True)
class Landed:
    """The rows of a class that became individuals: the view `v<number>` with their `iri`.

    `ordered` tells whether a scan of the view keeps the order of rows; a join inside loses it.
    """

    rows: TableRows
    item: ClassDef
    refused: int
    ordered: bool

    @property
    def view(self) -> str:
        """Name of the view."""
        return f"v{self.rows.number}"


@dataclass(frozen=True)
class Edge:
    """A link as SQL over the child's rows `t`.

    Attributes:
        parents: table with the parents' `k0`, `k1`, ... and `iri`.
        parts: expressions of the child's cells that must equal those, NULL where not valid.
        iri: the target's IRI from the child's cells alone, whether there is such an individual or
            not; None when only a join can tell.
    """

    link: LinkDef
    parents: str
    parts: tuple[str, ...]
    iri: str | None

    def matches(self, alias: str) -> str:
        """Give the join condition between the row `t` and the parents under an alias."""
        return " AND ".join(f"{alias}.k{place} = {part}" for place, part in enumerate(self.parts))


class Individuals:
    """The individuals of one import, as views and tables of a DuckDB connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rows: Mapping[str, TableRows],
        names: ProjectNames,
        quarantine: Quarantine,
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._names = names
        self._quarantine = quarantine
        self._landed: dict[str, Landed] = {}
        self._parents: dict[tuple[str, tuple[str, ...]], str] = {}

    def settle(self, item: ClassDef) -> None:
        """Decide which rows of a class land, and record the others."""
        rows = self._rows[item.table]
        settled = self._settle_keyed if item.key else self._settle_keyless
        self._landed[item.table] = settled(item, rows)

    def of(self, table: str) -> Landed:
        """Give the landed rows of a settled class by its table."""
        return self._landed[table]

    def edge(self, child: TableRows, link: LinkDef) -> Edge:
        """Give a link as SQL; where several parents share the values, the first row is meant."""
        parent = self._landed[link.target_table]
        columns = [parent.rows.table.column(name) for name in link.target_columns]
        parts = [
            child.reference_part(name, column)
            for name, column in zip(link.columns, columns, strict=True)
        ]
        iri = None
        if sorted(link.target_columns) == sorted(parent.item.key):
            by_name = dict(zip(link.target_columns, parts, strict=True))
            named = [
                (by_name[key], parent.rows.table.column(key).datatype) for key in parent.item.key
            ]
            iri = iri_sql(self._names.things(link.target), named)
        return Edge(link, self._parents_of(link, parent), tuple(parts), iri)

    def _parents_of(self, link: LinkDef, parent: Landed) -> str:
        identity = (link.target_table, link.target_columns)
        if identity not in self._parents:
            name = f"p{len(self._parents)}"
            keys = [f"k{place}" for place in range(len(link.target_columns))]
            texts = [parent.rows.name_part(column) for column in link.target_columns]
            named = ", ".join(f"{text} AS {key}" for text, key in zip(texts, keys, strict=True))
            self._connection.execute(
                f"CREATE TABLE {name} AS "
                f"SELECT {', '.join(keys)}, arg_min(iri, {ROW}) AS iri "
                f"FROM (SELECT {named}, t.iri, t.{ROW} FROM {parent.view} t) "
                f"WHERE {' AND '.join(f'{key} IS NOT NULL' for key in keys)} "
                f"GROUP BY {', '.join(keys)}"
            )
            self._parents[identity] = name
        return self._parents[identity]

    def _settle_keyed(self, item: ClassDef, rows: TableRows) -> Landed:
        parts = [(rows.name_part(key), rows.table.column(key).datatype) for key in item.key]
        iri = iri_sql(self._names.things(item.name), parts)
        refused = f"r{rows.number}"
        self._connection.execute(
            f"CREATE TABLE {refused} AS "
            f"WITH named AS (SELECT t.{ROW}, {iri} AS iri FROM {rows.view} t), "
            f"repeated AS (SELECT iri, min({ROW}) AS first FROM named WHERE iri IS NOT NULL "
            "GROUP BY iri HAVING count(*) > 1) "
            f"SELECT {ROW}, iri, CAST(NULL AS BIGINT) AS first FROM named WHERE iri IS NULL "
            f"UNION ALL SELECT {ROW}, iri, first FROM named JOIN repeated USING (iri) "
            f"WHERE {ROW} <> first"
        )
        reason = (
            "CASE WHEN r.first IS NULL THEN 'The key has no valid value.' "
            "ELSE 'The key is the same as in row ' || r.first || '.' END"
        )
        finding = Finding(item.key, reason, rows.texts(item.key), focus="r.iri")
        source = f"FROM {rows.view} t JOIN {refused} r ON t.{ROW} = r.{ROW}"
        number = self._quarantine.add(rows, finding, source)
        kept = f" WHERE NOT {mask_rows(self._connection, rows, refused)}" if number else ""
        return self._land(Landed(rows, item, number, ordered=True), iri, kept)

    def _settle_keyless(self, item: ClassDef, rows: TableRows) -> Landed:
        digest = _digest(rows, rows.staged.columns)
        equal = f"n{rows.number}"
        self._connection.execute(
            f"CREATE TABLE {equal} AS "
            f"WITH hashed AS (SELECT t.{ROW}, {digest} AS digest FROM {rows.view} t), "
            "repeated AS (SELECT digest FROM hashed GROUP BY digest HAVING count(*) > 1) "
            f"SELECT {ROW}, row_number() OVER (PARTITION BY digest ORDER BY {ROW}) AS number "
            "FROM hashed JOIN repeated USING (digest) QUALIFY number > 1"
        )
        (number,) = self._connection.execute(f"SELECT count(*) FROM {equal}").fetchall()[0]
        iri = f"{quote_text(self._names.things(item.name))} || {digest}"
        if not number:
            return self._land(Landed(rows, item, 0, ordered=True), iri, "")
        numbered = f"{iri} || coalesce('-' || n.number, '')"
        join = f" LEFT JOIN {equal} n ON t.{ROW} = n.{ROW}"
        return self._land(Landed(rows, item, 0, ordered=False), numbered, join)

    def _land(self, landed: Landed, iri: str, rest: str) -> Landed:
        self._connection.execute(
            f"CREATE VIEW {landed.view} AS SELECT t.*, {iri} AS iri FROM {landed.rows.view} t{rest}"
        )
        return landed


def _digest(rows: TableRows, columns: Sequence[str]) -> str:
    # The length before each text keeps ("ab", "c") and ("a", "bc") apart, and null from "".
    cells = (rows.cell(column) for column in columns)
    texts = [f"coalesce(length({cell}) || ':' || {cell}, '-')" for cell in cells]
    return f"left(sha256({' || '.join(texts)}), {_HASH_DIGITS})"
