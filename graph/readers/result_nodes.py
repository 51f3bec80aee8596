"""Query results in which skolem IRIs are shown as the blank nodes they stand for.

The engine writes results natively; here whole terms are exchanged in its text, each format at the
places where a term and nothing else can stand. In CSV an IRI and a literal of the same text look
the same (SPARQL 1.1 CSV, section 3), so there a literal that spells such an IRI is shown alike.
"""

import mmap
import re
from pathlib import Path

_LABEL = rb'([^\s"<>,\\]+)'


def show_blank_nodes(path: Path, media: str, skolem: str) -> None:
    """Rewrite a file of results in place where it names IRIs that start with `skolem`."""
    if not path.stat().st_size:
        return
    before, after, shown = _pattern(media)
    prefix = re.escape(skolem.encode())
    changed = path.with_name(f"{path.name}.nodes")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if text.find(skolem.encode()) < 0:
            return
        end = 0
        with changed.open("wb") as output:
            for match in re.finditer(before + prefix + _LABEL + after, text):
                output.write(text[end : match.start()])
                output.write(shown.replace(b"*", match.group(1)))
                end = match.end()
            output.write(text[end:])
    changed.replace(path)


def _pattern(media: str) -> tuple[bytes, bytes, bytes]:
    """Give the regular expressions around a skolem IRI, and what stands there instead."""
    if media == "application/sparql-results+json":
        return rb'"type":"uri","value":"', rb'"', b'"type":"bnode","value":"*"'
    if media == "application/sparql-results+xml":
        return b"<uri>", b"</uri>", b"<bnode>*</bnode>"
    if media == "text/csv":
        return rb"(?<![^,\n])", rb"(?=[,\r\n])", b"_:*"
    return rb"(?<![^\t\n])<", rb">(?=[\t\n\r])", b"_:*"
