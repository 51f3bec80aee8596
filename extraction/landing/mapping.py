"""Rows to N-Quads, in bulk: every row of a class becomes an individual, every reference an edge.

DuckDB does the work, one statement per table that writes all triples of a row as one text; no row
passes through Python. Rows and cells that cannot be mapped are quarantined with a reason, so that
rows in = rows landed + rows quarantined. Same input, same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from extraction.landing.individuals import Individuals
from extraction.landing.landings import Lander, TableLanding, append_file
from extraction.landing.quarantine import Quarantine, write_quads
from extraction.landing.rows import TableRows, open_rows
from extraction.staging import connect
from graph.changes import read_quads
from graph.errors import BadInput
from graph.lexical import quote_text
from graph.model import KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Schema, StagedTable
from graph.terms import Quad


@dataclass(frozen=True)
class Landing:
    """What an import made.

    Attributes:
        output: N-Quads file of the data graph.
        tables: counts, in the order of the schema.
        cells: Parquet file of the quarantined cells and rows, see `extraction.landing.quarantine`.
    """

    output: Path
    tables: tuple[TableLanding, ...]
    cells: Path


def land(
    tables: Sequence[StagedTable],
    schema: Schema,
    model: KnowledgeModel,
    names: ProjectNames,
    import_id: str,
    output: Path,
    *,
    progress: Callable[[str, int], None] | None = None,
) -> Landing:
    """Write all rows of the staged tables as one N-Quads file of the data graph.

    Args:
        tables: every table of the schema, staged.
        schema, model: what the columns are, and how they are named.
        names: IRIs of the project.
        import_id: names the quarantine graph and its records.
        output: file to write; the quarantine is saved beside it as `<output>.quarantine.parquet`.
        progress: called with (table, rows landed) after each table.

    The largest table comes first in the file, rows in the order of their source. The file is made
    empty first, then it only grows: it may be read meanwhile.

    Raises:
        BadInput: tables, schema and model do not speak of the same tables and columns.
    """
    _check(tables, schema, model)
    cells = output.with_name(f"{output.name}.quarantine.parquet")
    with closing(connect()) as connection:
        connection.execute(f"SET temp_directory = {quote_text(f'{output}.spill')}")
        quarantine = Quarantine(connection, names, import_id)
        rows = open_rows(connection, tables, schema)
        individuals = Individuals(connection, rows, names, quarantine)
        for item in model.classes:
            individuals.settle(item)
        lander = Lander(connection, individuals, names, quarantine)
        counts = _write(lander, rows, model, output, progress or (lambda _table, _rows: None))
        quarantine.save(cells)
    return Landing(output, counts, cells)


def quarantine_records(landing: Landing) -> int:
    """Count the cells and rows that could not be mapped."""
    return int(pq.read_metadata(landing.cells).num_rows)


def write_quarantine(landing: Landing, names: ProjectNames, import_id: str, output: Path) -> None:
    """Write the records of what could not be mapped as N-Quads, however many there are."""
    write_quads(landing.cells, names.quarantine(import_id), output)


def quarantine_quads(landing: Landing, names: ProjectNames, import_id: str) -> tuple[Quad, ...]:
    """Give the records of what could not be mapped, for the quarantine graph of the import."""
    output = landing.cells.with_suffix(".nq")
    write_quarantine(landing, names, import_id, output)
    try:
        return read_quads(output.read_bytes())
    finally:
        output.unlink()


def _check(tables: Sequence[StagedTable], schema: Schema, model: KnowledgeModel) -> None:
    described = {table.name for table in schema.tables}
    named = {item.table for item in model.classes} | {item.table for item in model.junctions}
    for table in tables:
        if table.name not in described:
            raise BadInput(f"The schema lacks the staged table {table.name!r}. Infer it again.")
    for name in sorted(described ^ named):
        raise BadInput(f"Schema and model differ in the table {name!r}. Name the schema again.")


def _write(
    lander: Lander,
    rows: Mapping[str, TableRows],
    model: KnowledgeModel,
    output: Path,
    progress: Callable[[str, int], None],
) -> tuple[TableLanding, ...]:
    """Write the tables one after another, the largest first, because its text is not copied."""
    classes = {item.table: item for item in model.classes}
    junctions = {item.table: item for item in model.junctions}
    part = output.with_name(f"{output.name}.part")
    output.write_bytes(b"")
    counts: dict[str, TableLanding] = {}
    try:
        for table in sorted(rows, key=lambda name: (-rows[name].staged.rows, name)):
            target = part if counts else output
            if table in classes:
                counts[table] = lander.land_class(classes[table], target)
            else:
                counts[table] = lander.land_junction(junctions[table], rows[table], target)
            if target is part:
                append_file(part, output)
            progress(table, counts[table].rows_landed)
    finally:
        part.unlink(missing_ok=True)
    return tuple(counts[table] for table in rows)
