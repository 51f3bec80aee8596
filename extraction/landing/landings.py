"""Landing one table: its triples written to a file, its bad cells and rows recorded."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from extraction.landing.individuals import Edge, Individuals, Landed
from extraction.landing.literals import AS_IT_IS, link_sql, literal_sql
from extraction.landing.quarantine import Finding, Quarantine
from extraction.landing.repairs import nearest_sql, repair_sql
from extraction.landing.rows import TableRows, mask_rows, second_connection
from graph.lexical import quote_text
from graph.model import AttributeDef, ClassDef, JunctionDef, LinkDef
from graph.names import ProjectNames
from graph.schema import ROW
from graph.vocab import RDF

# 1 MiB copies three to six times as fast as 64 KiB or 16 MiB (measured).
_BUFFER_BYTES = 1 << 20
_SORTED_CELLS = 2_000_000
_HALVED_ROWS = 10_000


@dataclass(frozen=True)
class TableLanding:
    """What became of the rows of one table: `rows_in = rows_landed + rows_quarantined`.

    `triples` counts what was written; an edge that two rows state counts twice.
    """

    table: str
    rows_in: int
    rows_landed: int
    rows_quarantined: int
    triples: int


class Lander:
    """Lands the tables of one import whose individuals are settled."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        individuals: Individuals,
        names: ProjectNames,
        quarantine: Quarantine,
    ) -> None:
        self._connection = connection
        self._individuals = individuals
        self._names = names
        self._quarantine = quarantine

    def land_class(self, item: ClassDef, output: Path) -> TableLanding:
        """Write the individuals of a class with their attributes and links."""
        landed = self._individuals.of(item.table)
        joins: list[str] = []
        targets = [
            self._target(landed, place, link, joins) for place, link in enumerate(item.links)
        ]
        source = f"FROM {landed.view} t{''.join(joins)}"
        texts = [landed.rows.lexical(attribute.column) for attribute in item.attributes]
        fields = [f"{text} AS a{place}" for place, text in enumerate(texts)]
        fields += [f"{target} AS l{place}" for place, target in enumerate(targets)]
        cells = f"SELECT {', '.join(['t.iri AS iri', *fields])} {source}"
        text = self._class_text(item)
        if landed.ordered and not joins:
            self._copy_halves(text, cells, landed.rows, output)
        else:
            self._copy_sorted(text, f"{cells} WHERE true", landed.rows, output)
        # The text comes first: what is written may be loaded while this is counted.
        number, triples = self._count_cells(landed.rows, item, texts, targets, source)
        return TableLanding(item.table, number + landed.refused, number, landed.refused, triples)

    def land_junction(self, item: JunctionDef, rows: TableRows, output: Path) -> TableLanding:
        """Write one edge for each row of a table of pairs; a row without both ends is refused."""
        ends = [self._individuals.edge(rows, link) for link in (item.source, item.target)]
        pairs = f"j{rows.number}"
        joined = f"FROM {rows.view} t" + "".join(
            f" LEFT JOIN {edge.parents} e{place} ON {edge.matches(f'e{place}')}"
            for place, edge in enumerate(ends)
        )
        self._connection.execute(
            f"CREATE TABLE {pairs} AS SELECT t.*, CASE WHEN source IS NOT NULL AND target "
            f"IS NOT NULL THEN min({ROW}) OVER (PARTITION BY source, target) END AS first "
            f"FROM (SELECT t.*, e0.iri AS source, e1.iri AS target {joined}) t"
        )
        refused = self._refuse_pairs(rows, item, pairs)
        good = f"FROM {pairs} t WHERE t.first = t.{ROW}"
        middle = quote_text(f"> {self._names.term(item.name)} <")
        end = quote_text(f"> {self._names.data} .\n")
        text = f"encode(concat('<', source, {middle}, target, {end}))"
        self._copy_sorted(text, f"SELECT source, target {good}", rows, output)
        (number,) = self._numbers(f"SELECT count(*) {good}")
        return TableLanding(item.table, number + refused, number, refused, number)

    def _target(self, landed: Landed, place: int, link: LinkDef, joins: list[str]) -> str:
        """Give the expression of a link's target, recording the cells that have none."""
        edge = self._individuals.edge(landed.rows, link)
        orphans = f"o{landed.rows.number}_{place}"
        number = self._find_orphans(landed, edge, orphans)
        if number:
            self._quarantine_orphans(landed.rows, edge, orphans)
        if edge.iri is None:
            joins.append(f" LEFT JOIN {edge.parents} e{place} ON {edge.matches(f'e{place}')}")
            return f"e{place}.iri"
        if not number:
            return edge.iri
        is_orphan = mask_rows(self._connection, landed.rows, orphans)
        return f"(CASE WHEN NOT {is_orphan} THEN {edge.iri} END)"

    def _find_orphans(self, landed: Landed, edge: Edge, orphans: str) -> int:
        rows, columns = landed.rows, edge.link.columns
        complete = " AND ".join(rows.has_value(column) for column in columns)
        typed = f"coalesce({edge.parts[0]}, trim({rows.cell(columns[0])}))"
        self._connection.execute(
            f"CREATE TABLE {orphans} AS "
            f"SELECT t.{ROW}, t.iri, {rows.texts(columns)} AS value, {typed} AS k "
            f"FROM {landed.view} t ANTI JOIN {edge.parents} e ON {edge.matches('e')} "
            f"WHERE {complete}"
        )
        return self._numbers(f"SELECT count(*) FROM {orphans}")[0]

    def _quarantine_orphans(self, rows: TableRows, edge: Edge, orphans: str) -> None:
        link = edge.link
        columns = ", ".join(link.target_columns)
        reason = f"There is no {link.target} with this value of {columns}."
        source = f"FROM {orphans} t"
        if len(link.columns) == 1:
            source += f" LEFT JOIN ({nearest_sql(orphans, edge.parents)}) n ON t.k = n.k"
        finding = Finding(
            link.columns,
            reason=quote_text(reason),
            value="t.value",
            repair="n.proposal" if len(link.columns) == 1 else "NULL",
            focus="t.iri",
            path=self._names.term(link.name),
            part=link.name,
        )
        self._quarantine.add(rows, finding, source)

    def _count_cells(
        self,
        rows: TableRows,
        item: ClassDef,
        texts: Sequence[str],
        targets: Sequence[str],
        source: str,
    ) -> tuple[int, int]:
        """Count rows and triples, recording the cells that are not valid for their type."""
        conditions = [
            f"{rows.has_value(attribute.column)} AND {text} IS NULL"
            for attribute, text in zip(item.attributes, texts, strict=True)
        ]
        triples = " + ".join(["count(*)", *(f"count({text})" for text in [*texts, *targets])])
        wrong = [f"count(*) FILTER (WHERE {condition})" for condition in conditions]
        number, total, *invalid = self._numbers(
            f"SELECT {', '.join(['count(*)', triples, *wrong])} {source}"
        )
        for attribute, condition, count in zip(item.attributes, conditions, invalid, strict=True):
            if count:
                self._quarantine_cells(rows, attribute, f"{source} WHERE {condition}")
        return number, total

    def _quarantine_cells(self, rows: TableRows, attribute: AttributeDef, source: str) -> None:
        column, cell = rows.table.column(attribute.column), rows.cell(attribute.column)
        finding = Finding(
            (column.name,),
            reason=quote_text(f"This is not a valid {column.datatype}."),
            value=cell,
            repair=repair_sql(column, cell),
            focus="t.iri",
            path=self._names.term(attribute.name),
        )
        self._quarantine.add(rows, finding, source)

    def _refuse_pairs(self, rows: TableRows, item: JunctionDef, pairs: str) -> int:
        reason = (
            "concat_ws(' ', "
            f"CASE WHEN t.source IS NULL THEN {quote_text(_missing(item.source))} END, "
            f"CASE WHEN t.target IS NULL THEN {quote_text(_missing(item.target))} END, "
            "'The pair is the same as in row ' || t.first || '.')"
        )
        columns = tuple(dict.fromkeys((*item.source.columns, *item.target.columns)))
        finding = Finding(columns, reason, rows.texts(columns), focus="t.source")
        refused = f"FROM {pairs} t WHERE t.first IS NULL OR t.first <> t.{ROW}"
        return self._quarantine.add(rows, finding, refused)

    def _class_text(self, item: ClassDef) -> str:
        names, graph = self._names, self._names.data
        kind = quote_text(f"> {RDF.type} {names.term(item.name)} {graph} .")
        parts = [f"'<', iri, {kind}"]
        for place, attribute in enumerate(item.attributes):
            term = names.term(attribute.name)
            text, kind, tag = f"a{place}", attribute.datatype, attribute.language
            parts.append(literal_sql("iri", term, text, kind, graph, language=tag))
        for place, link in enumerate(item.links):
            parts.append(link_sql("iri", names.term(link.name), f"l{place}", graph))
        return f"encode(concat({', '.join(parts)}, chr(10)))"

    def _copy_halves(self, text: str, cells: str, rows: TableRows, output: Path) -> None:
        """Write rows that are in order, the second half at the same time as the first.

        A COPY that keeps the order of rows runs on one core (DuckDB 2.0, measured).
        """
        (highest,) = self._numbers(f"SELECT coalesce(max({ROW}), 0) FROM {rows.view}")
        if highest < _HALVED_ROWS:
            self._copy(f"SELECT {text} FROM ({cells})", output)
            return
        middle, half = highest // 2, output.with_name(f"{output.name}.half")
        with closing(second_connection(self._connection)) as other, ThreadPoolExecutor(1) as pool:
            later = f"SELECT {text} FROM ({cells} WHERE t.{ROW} > {middle})"
            writing = pool.submit(other.execute, _copy_text(later, half))
            self._copy(f"SELECT {text} FROM ({cells} WHERE t.{ROW} <= {middle})", output)
            writing.result()
        append_file(half, output)
        half.unlink()

    def _copy_sorted(self, text: str, cells: str, rows: TableRows, output: Path) -> None:
        """Write in the order of rows what a join has mixed, piece by piece, in bounded memory."""
        piece = output.with_name(f"{output.name}.piece")
        (highest,) = self._numbers(f"SELECT coalesce(max({ROW}), 0) FROM {rows.view}")
        step = max(_SORTED_CELLS // len(rows.staged.columns), 1)
        output.write_bytes(b"")
        for first in range(0, highest + 1, step):
            within = f"t.{ROW} BETWEEN {first} AND {first + step - 1}"
            self._copy(f"SELECT {text} FROM ({cells} AND {within} ORDER BY t.{ROW})", piece)
            append_file(piece, output)
        piece.unlink(missing_ok=True)

    def _copy(self, query: str, output: Path) -> None:
        self._connection.execute(_copy_text(query, output))

    def _numbers(self, query: str) -> list[int]:
        return [int(number) for number in self._connection.execute(query).fetchall()[0]]


def append_file(source: Path, target: Path) -> None:
    """Add the bytes of one file to the end of another."""
    with source.open("rb") as start, target.open("ab") as end:
        shutil.copyfileobj(start, end, _BUFFER_BYTES)


def _copy_text(query: str, output: Path) -> str:
    return f"COPY ({query}) TO {quote_text(str(output))} {AS_IT_IS}"


def _missing(link: LinkDef) -> str:
    return f"There is no {link.target} with this value of {', '.join(link.columns)}."
