"""Answers in XML that every XML parser reads as they were meant.

The engine writes characters as they are. XML 1.0 has no place for most control characters, and its
parsers read a carriage return as a line feed unless it is written as a reference (section 2.11).
"""

import mmap
import re
from pathlib import Path

from graph.errors import MimirError

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_RETURN = re.compile(rb"\r")


class NotXml(MimirError):
    """The answer holds a character that XML cannot hold."""

    code = "not-acceptable"


def make_readable(path: Path) -> None:
    """Rewrite a file of results or RDF in XML in place, if it holds carriage returns.

    Raises:
        NotXml: it holds a character that XML 1.0 forbids.
    """
    if not path.stat().st_size:
        return
    changed = path.with_name(f"{path.name}.xml")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        found = _FORBIDDEN.search(text)
        if found:
            code = ord(found.group().decode())
            raise NotXml(
                f"The answer holds the character U+{code:04X}, which XML cannot hold. "
                "Ask for another format, such as JSON or Turtle."
            )
        if text.find(b"\r") < 0:
            return
        end = 0
        with changed.open("wb") as output:
            for match in _RETURN.finditer(text):
                output.write(text[end : match.start()])
                output.write(b"&#xD;")
                end = match.end()
            output.write(text[end:])
    changed.replace(path)
