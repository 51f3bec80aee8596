"""The encoding of a text file: by its mark, by its zero bytes, else by decoding all of it."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extraction.alphabets import guess
from graph.errors import BadInput

MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Encodings by byte order mark, the longer marks first."""

_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_SHIFT = b"\x1b$"
"""Escape that turns ISO 2022-JP to characters of two bytes."""

_MARK_INSIDE = b"\n" + codecs.BOM_UTF8
_STRAY_FACTOR = 2
"""Valid characters of UTF-8 to stray bytes, from where a text is UTF-8 with slips."""

_NARROW = 0.8
"""Share of ASCII in the bytes that are not zero, from where a text has a byte a character."""

_CONTROL = re.compile(rb"[\x80-\x9f]")
_BELOW_BLANK = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_NO_TEXT = re.compile(r"[\0-\x08\x0b\x0e-\x1f\ud800-\udfff\ue000-\uf8ff\ufffd-\uffff]")
_PLAIN = re.compile(r"[\t\r\n -~]")
_WORD = re.compile(r"\w*[^\x00-\x7f]\w*")
_WORDS = 5

STRAY = "stray-bytes"
"""Error handler of codecs that reads a byte which is no UTF-8 as Windows-1252."""


def _read_stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", errors="replace"), error.end


codecs.register_error(STRAY, _read_stray)


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a text stand for characters.

    Attributes:
        name: as Python knows it: `utf-8`, `utf-8-sig`, `utf-16`, `latin-1`, `shift_jis`…
        confidence: 1 where the bytes prove it, less where other encodings decode them too.
        zeros: whether NUL bytes stand in the text; readers leave them out and say so.
        marks: whether byte order marks stand inside the text, as where files were put together.
        errors: handler of the bytes that do not belong to it; `STRAY` or `strict`.
        runner_up: the encoding that would do as well, or empty.
        words: words that the two read differently, as (chosen, other).
    """

    name: str
    confidence: float = 1.0
    zeros: bool = False
    marks: bool = False
    errors: str = "strict"
    runner_up: str = ""
    words: tuple[tuple[str, str], ...] = ()


def encoding_of(path: Path, name: str) -> Encoding:
    """Tell the encoding of a text file; the whole file is decoded.

    Raises:
        BadInput: it starts as UTF-16 or UTF-32 but does not go on so, or it is full of NUL bytes.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    mark = next((m for m in MARKS if head.startswith(m)), b"")
    if mark and MARKS[mark] != "utf-8-sig":
        if decodes(path, MARKS[mark]):
            return Encoding(MARKS[mark])
        raise BadInput(f"{name} starts as {MARKS[mark]} but does not go on so. Save as UTF-8.")
    if b"\0" in head and (wide := wide_of(head)) and decodes(path, wide):
        return Encoding(wide, confidence=0.95)
    zeros, marks, shifts = _signs(path)
    if zeros * 2 > path.stat().st_size:
        raise BadInput(
            f"{name} is full of NUL bytes, so it is not text in a known encoding. "
            "Save it as UTF-8, or as UTF-16 with a byte order mark."
        )
    if shifts and decodes(path, "iso2022_jp"):
        return Encoding("iso2022_jp", confidence=0.95)
    unicode = MARKS.get(mark, "utf-8")
    if decodes(path, unicode):
        return Encoding(unicode, zeros=zeros > 0, marks=marks)
    if share := _share_of_utf8(path):
        return Encoding(unicode, round(share, 3), zeros > 0, marks, STRAY)
    return _legacy(path, zeros=zeros > 0)


def stray_lines(path: Path, limit: int) -> list[tuple[int, str]]:
    """List the first lines with bytes that are no UTF-8: their numbers and texts."""
    found: list[tuple[int, str]] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.isascii() and not _is_utf8(line):
                found.append((number, line.decode("utf-8", errors=STRAY).rstrip("\r\n")))
                if len(found) == limit:
                    break
    return found


def wide_of(head: bytes) -> str:
    """Name the UTF-16 or UTF-32 without a mark that the first bytes are; empty when neither.

    It is the one in which they are text, plain characters among it: blanks, commas or digits stand
    in texts of every script, and the other order of bytes turns them to rare signs.
    """
    best, reached = "", 0
    narrow = _is_narrow(head)
    for encoding in _WIDE if b"\0" in head else ():
        step = 4 if "32" in encoding else 2
        text = head[: len(head) - len(head) % step].decode(encoding, errors="replace")
        plain = len(_PLAIN.findall(text))
        likely = step == 4 or plain * 2 > len(text) or not narrow
        if plain > reached and likely and not _NO_TEXT.search(text.removesuffix("\ufffd")):
            best, reached = encoding, plain
    return best


def _is_narrow(head: bytes) -> bool:
    """Tell whether bytes are text of a byte a character, among which zeros may stand."""
    printed = len(_PLAIN.findall(head.decode("latin-1")))
    return printed > _NARROW * (len(head) - head.count(0)) and not _BELOW_BLANK.search(head)


def decodes(path: Path, encoding: str) -> bool:
    """Tell whether the whole file decodes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _share_of_utf8(path: Path) -> float:
    """Give the share of valid characters where a text is UTF-8 but for some stray bytes; else 0."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    valid = stray = 0
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            foreign = [sign for sign in decoder.decode(block) if sign > "\x7f"]
            escaped = sum("\udc80" <= sign <= "\udcff" for sign in foreign)
            valid, stray = valid + len(foreign) - escaped, stray + escaped
    stray += len(decoder.decode(b"", final=True))
    return valid / (valid + stray) if valid >= _STRAY_FACTOR * max(stray, 1) else 0.0


def _signs(path: Path) -> tuple[int, bool, bool]:
    """Count the NUL bytes, and tell of byte order marks inside and of escapes to ISO 2022-JP."""
    zeros, marks, shifts = 0, False, False
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            zeros += block.count(0)
            marks = marks or (not block.isascii() and _MARK_INSIDE in block)
            shifts = shifts or _SHIFT in block
    return zeros, marks, shifts


def _legacy(path: Path, *, zeros: bool) -> Encoding:
    """Choose among the encodings from before Unicode.

    Latin-1 where no byte needs Windows-1252, which is the first guess; another one when the
    statistics of its letters say so and the whole file decodes.
    """
    sample, controls = _foreign(path)
    western = "cp1252" if controls and decodes(path, "cp1252") else "latin-1"
    other = guess(sample)
    if other and other != western and decodes(path, other):
        return _chosen(other, western, sample, 0.8, zeros=zeros)
    return _chosen(western, "cp1250", sample, 0.85, zeros=zeros)


def _foreign(path: Path) -> tuple[bytes, bool]:
    """Give the first lines that are not ASCII, and whether any byte is a C1 control."""
    taken = bytearray()
    controls = False
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            controls = controls or bool(_CONTROL.search(block))
            if len(taken) < _SAMPLE and not block.isascii():
                lines = (line for line in re.split(rb"[\r\n]+", block) if not line.isascii())
                taken += b"\n".join(lines)[:_SAMPLE] + b"\n"
    return bytes(taken), controls


def _chosen(name: str, other: str, sample: bytes, confidence: float, *, zeros: bool) -> Encoding:
    words = _differing(sample, (name, other))
    sure = confidence if words else 0.95
    return Encoding(name, sure, zeros, runner_up=other if words else "", words=words)


def _differing(sample: bytes, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """List words that two encodings read differently."""
    found: dict[tuple[str, str], None] = {}
    for line in sample.splitlines():
        first, second = (_WORD.findall(line.decode(n, errors="replace")) for n in names)
        if len(first) == len(second):
            pairs = zip(first, second, strict=True)
            found.update(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1]))
        if len(found) >= _WORDS:
            break
    return tuple(found)[:_WORDS]
