"""How many solutions a finished answer holds, counted in its file whatever its format."""

import re
from pathlib import Path

_JSON_STRING = re.compile(rb'"(?>[^"\\]++|\\.)*+"', re.DOTALL)


def has_more_rows(path: Path, media: str, most: int, *, block_bytes: int = 1 << 22) -> bool:
    """Tell whether a file of SPARQL results holds more solutions than `most`.

    Most answers need not be counted: a row has two bytes or more, and in JSON no two rows stand
    without the signs between them, which texts may hold as well.
    """
    if path.stat().st_size <= 2 * most:
        return False
    if media.endswith("json") and _count_signs(path, b"},{", block_bytes) < most:
        return False
    return count_rows(path, media, block_bytes=block_bytes) > most


def count_rows(path: Path, media: str, *, block_bytes: int = 1 << 22) -> int:
    """Count the solutions in a file of SPARQL results, in memory of a constant size.

    Args:
        media: one of the four media types of SPARQL results.
        block_bytes: how much is read at a time.
    """
    if media.endswith("json"):
        return _count_json(path, block_bytes)
    counted = 0
    quoted = False
    tail = b""
    with path.open("rb") as file:
        while block := file.read(block_bytes):
            if media.endswith("xml"):
                # Text holds no raw '<', so the tag is a row; a tag may lie across two blocks.
                block = tail + block
                counted += block.count(b"<result>")
                tail = block[-7:]
            elif media.endswith("csv"):
                # Line ends within quotes belong to a value.
                for part in block.split(b'"'):
                    counted += 0 if quoted else part.count(b"\n")
                    quoted = not quoted
                quoted = not quoted
            else:
                counted += block.count(b"\n")
    return counted if media.endswith("xml") else max(0, counted - 1)


def _count_signs(path: Path, signs: bytes, block_bytes: int) -> int:
    counted, tail = 0, b""
    with path.open("rb") as file:
        while block := file.read(block_bytes):
            block = tail + block
            counted += block.count(signs)
            tail = block[1 - len(signs) :]
    return counted


def _count_json(path: Path, block_bytes: int) -> int:
    # Without its strings, a document of results has '},{' between two rows and nowhere else.
    separators, rest, bare, empty = 0, b"", b"", True
    with path.open("rb") as file:
        while block := file.read(block_bytes):
            stripped = _JSON_STRING.sub(b"", rest + block)
            cut = stripped.find(b'"')
            rest = stripped[cut:] if cut >= 0 else b""
            bare = bare[-2:] + (stripped[:cut] if cut >= 0 else stripped)
            separators += bare.count(b"},{")
            empty = empty and b"[{" not in bare
    return 0 if empty else separators + 1
