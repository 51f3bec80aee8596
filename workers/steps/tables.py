"""Step: write the tables and their metadata for other tools: CSV that RML reads, and CSVW."""

import codecs
from typing import Any

from extraction.landing.cell_forms import cell_forms
from extraction.landing.replay import write_replay
from extraction.staging import Reading, Staging
from graph.schema import Schema
from inference.knowledge.csvw import CsvFile, csvw_metadata
from workers.artifacts import put_json, read_model, read_schema
from workers.orchestrator import StepContext, StepResult
from workers.staging import staged


def execute(context: StepContext) -> StepResult:
    """Store the canonical tables as a ZIP file, and the CSVW metadata of the source files."""
    found = staged(context)
    schema, model, names = read_schema(context), read_model(context), context.project.names
    archive = context.folder / f"tables-{context.run.id}.zip"
    write_replay(found.tables, schema, model, names, archive)
    size = archive.stat().st_size
    sources = csvw_metadata(model, schema, names, source_files(found, schema))
    output = {
        "sources": put_json(context, sources),
        "metadata": put_json(context, csvw_metadata(model, schema, names)),
        "file": context.project.put_file(archive),
        "size": size,
    }
    return StepResult(output, f"{len(found.tables)} tables · {size:,} bytes")


def source_files(found: Staging, schema: Schema) -> dict[str, CsvFile]:
    """Describe the files that hold one table of delimited text each."""
    forms = cell_forms(found.tables, schema)
    readings = {reading.table: reading for reading in found.readings}
    sources = [table.source for table in found.tables]
    return {
        table.name: CsvFile(
            table.source,
            _dialect(readings[table.name]),
            _titles(readings[table.name], table.columns),
            forms[table.name].formats,
            forms[table.name].plain,
        )
        for table in found.tables
        if not table.parts
        and sources.count(table.source) == 1
        and table.name in readings
        and readings[table.name].format == "csv"
    }


def _dialect(reading: Reading) -> dict[str, Any]:
    # Headers of several rows are no titles of columns; the reader joined them.
    header = reading.header_rows == 1
    above = reading.skip_rows + (0 if header else reading.header_rows)
    return {
        "encoding": _charset(reading.encoding),
        "delimiter": reading.delimiter or ",",
        "quoteChar": reading.quote or None,
        "doubleQuote": not reading.escape,
        "header": header,
        "skipRows": above,
        "trim": False,
    }


def _charset(encoding: str) -> str:
    """Give the name that the web knows, without the mark of the byte order."""
    name = codecs.lookup(encoding or "utf-8").name.removesuffix("-sig")
    return {"cp1252": "windows-1252", "shift_jis": "shift_jis"}.get(name, name)


def _titles(reading: Reading, columns: tuple[str, ...]) -> dict[str, str] | None:
    if reading.header_rows != 1:
        return {}
    if len(reading.names) != len(columns):
        return None
    return dict(zip(columns, reading.names, strict=True))
