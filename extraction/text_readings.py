"""What is told of a text beside its tables: its encoding, its slips, where its rejects stand."""

from collections.abc import Sequence
from dataclasses import replace

from extraction.encodings import Encoding, stray_lines
from extraction.offsets import placed
from extraction.staging import Reading, Reject, Source, Staging, shorten

STRAY_LIMIT = 1_000
"""Lines with bytes of another encoding that are told one by one."""

_AGAIN = "Export the file again as UTF-8 text."


def with_text(
    staging: Staging, source: Source, table: str, form: str, encoding: Encoding
) -> Staging:
    """Add to what was read of a text how it was encoded, and the byte ranges of its rejects.

    Args:
        staging: what was read.
        source, table: the file, and the base name of its tables.
        form: what to call its format where its readings do not say it.
        encoding: of the text.
    """
    known = {reading.table: reading for reading in staging.readings}
    readings = tuple(
        replace(
            known.get(part.name, Reading(part.name, form)),
            encoding=encoding.name,
            confidence=encoding.confidence,
            runner_up=encoding.runner_up,
            words=encoding.words,
        )
        for part in staging.tables
    )
    rejects = (*slips(source, table, encoding), *staging.rejects)
    return Staging(staging.tables, placed(source.path, encoding.name, rejects), readings)


def slips(source: Source, table: str, encoding: Encoding) -> Sequence[Reject]:
    """Tell what was left out of a text, and where bytes were read in another encoding."""
    left_out = {"NUL bytes": encoding.zeros, "byte order marks inside": encoding.marks}
    told = [
        Reject(source.name, table, 0, 0, f"the text holds {what}; they were left out", "", _AGAIN)
        for what, found in left_out.items()
        if found
    ]
    stray = stray_lines(source.path, STRAY_LIMIT) if encoding.errors != "strict" else []
    reason = "a byte of this line is no UTF-8; it was read as Windows-1252"
    return told + [
        Reject(source.name, table, 0, line, reason, shorten(text), _AGAIN) for line, text in stray
    ]
