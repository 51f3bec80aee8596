"""What a file holds and how it is written, found by reading all of it (`mimir sniff`)."""

import hashlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from extraction import sniff
from extraction.file_reader import FileReader
from extraction.read_limits import ReadLimits
from extraction.staging import Reading, Reject, Staging
from graph.schema import StagedTable

_REJECTS = 20


def sniff_file(path: Path, limits: ReadLimits) -> dict[str, Any]:
    """Read a file and tell its tables, how each is written and which rows do not fit.

    Returns:
        `file`, `kind`, `bytes`, `tables` (name, encoding, delimiter, quote, escape, header,
        header_rows, skip_rows, footer_rows, rows, columns, names, quarantined, confidence…) and
        `rejects`: the first of them with line, byte range, reason and proposed repair.

    Raises:
        BadInput: the file cannot be read.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with TemporaryDirectory(prefix="mimir-") as folder, FileReader(limits) as reader:
        place = Path(folder) / "staged"
        staging = reader.stage(path, name=path.name, sha256=sha256, folder=place)
    return {
        "file": path.name,
        "kind": sniff.kind_of(path, path.name),
        "bytes": path.stat().st_size,
        "tables": _tables(staging),
        "quarantined": sum(1 for reject in staging.rejects if reject.row),
        "rejects": [_reject(reject) for reject in staging.rejects[:_REJECTS]],
    }


def sniff_lines(found: dict[str, Any]) -> list[str]:
    """Write what `sniff_file` gives for people."""
    lines = [f"{found['file']}: {found['kind']}, {found['bytes']:,} bytes"]
    for table in found["tables"]:
        how = ", ".join(
            f"{name} {table[name]!r}" for name in ("encoding", "delimiter", "quote") if table[name]
        )
        lines.append(
            f"  {table['table']}: {table['rows']:,} rows × {table['columns']:,} columns, "
            f"{table['quarantined']:,} quarantined; {how or table['format']} "
            f"(confidence {table['confidence']:.2f})"
        )
        lines += [f"    {chosen} or, in {table['runner_up']}, {other}"
                  for chosen, other in table["words"]]  # fmt: skip
    for reject in found["rejects"]:
        lines.append(f"  line {reject['line']}: {reject['reason']} {reject['repair']}".rstrip())
    return lines


def _tables(staging: Staging) -> list[dict[str, Any]]:
    readings = {reading.table: reading for reading in staging.readings}
    refused = Counter(reject.table for reject in staging.rejects if reject.row)
    return [
        _table(table, readings.get(table.name, Reading(table.name, "")), refused[table.name])
        for table in staging.tables
    ]


def _table(table: StagedTable, reading: Reading, quarantined: int) -> dict[str, Any]:
    return {
        "table": table.name,
        "format": reading.format,
        "encoding": reading.encoding or None,
        "delimiter": reading.delimiter or None,
        "quote": reading.quote or None,
        "escape": reading.escape or reading.quote or None,
        "header": reading.header_rows > 0,
        "header_rows": reading.header_rows,
        "skip_rows": reading.skip_rows,
        "footer_rows": reading.footer_rows,
        "rows": table.rows,
        "columns": len(table.columns),
        "names": list(table.columns),
        "quarantined": quarantined,
        "confidence": reading.confidence,
        "runner_up": reading.runner_up or None,
        "words": [list(pair) for pair in reading.words],
    }


def _reject(reject: Reject) -> dict[str, Any]:
    return {
        "table": reject.table,
        "row": reject.row,
        "line": reject.line,
        "start": reject.start,
        "end": reject.end,
        "reason": reject.reason,
        "repair": reject.repair,
        "text": reject.text[:200],
    }
