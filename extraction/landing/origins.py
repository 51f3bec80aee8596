"""The row that a thing was made of: its file and its number there."""

from contextlib import closing
from dataclasses import dataclass, replace

from extraction.landing.individuals import Individuals
from extraction.landing.literals import iri_sql
from extraction.landing.quarantine import Quarantine
from extraction.landing.rows import TableRows, open_rows
from extraction.staging import connect
from graph.model import ClassDef
from graph.names import ProjectNames
from graph.schema import ROW, Schema, StagedTable


@dataclass(frozen=True)
class RowOrigin:
    """A row of a source file; rows count from 1 below the header."""

    file: str
    row: int


def find_row(
    iri: str, item: ClassDef, staged: StagedTable, schema: Schema, names: ProjectNames
) -> RowOrigin | None:
    """Find the row that an individual of a class was made of; None when there is none.

    Args:
        item: the class, as it was when the row landed.
        staged: its table.
    """
    with closing(connect()) as connection:
        alone = replace(schema, tables=(schema.table(item.table),))
        (rows,) = open_rows(connection, [staged], alone).values()
        if item.key:
            parts = [(rows.name_part(key), rows.table.column(key).datatype) for key in item.key]
            view, name = rows.view, iri_sql(names.things(item.name), parts)
        else:
            individuals = Individuals(
                connection, {staged.name: rows}, names, Quarantine(connection, names, "origin")
            )
            individuals.settle(item)
            view, name = individuals.of(item.table).view, "t.iri"
        found = connection.execute(_first_sql(rows, view, name), [iri]).fetchone()
    return None if found is None else RowOrigin(str(found[0]), int(found[1]))


def _first_sql(rows: TableRows, view: str, name: str) -> str:
    columns = f"{rows.source_file()}, {rows.source_row()}"
    return f"SELECT {columns} FROM {view} t WHERE {name} = ? ORDER BY t.{ROW} LIMIT 1"
