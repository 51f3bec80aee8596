"""The encoding of a text file: by its mark, by its zero bytes, else by decoding all of it."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from charset_normalizer import from_bytes

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
_WIDE = {"utf-32-le": (1, 2, 3), "utf-32-be": (0, 1, 2), "utf-16-le": (1,), "utf-16-be": (0,)}
_DOUBLE = ("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")
_FREQUENT = {
    **dict.fromkeys(("cp1251", "koi8_r", "cp866", "iso8859_5"), "оеаинтсрвлкмд"),
    "cp1253": "αοιετσνηυρπκλμς",
    "cp1255": "יוהלארתבשמנ",
    "cp1256": "اليمونرتبعد",
    "cp874": "านรอกเงมยลวดทสตะปบ่้ั",
}
"""Letters that make up most of a text, by encoding of an alphabet that is not Latin."""

_USUAL = 0.5
_RUNS = 0.6
_WESTERN = ("àâæçéèêëîïôœùûüÿ«»’", "äöüß„“–", "áéíóúñü¿¡ºª", "áâãàçéêíóôõú", "àèéìòù’",
            "åäöæøéü", "áðéíóúýþæö", "éëïóöüèç")  # fmt: skip
_ALPHABETS = {
    "cp1252": _WESTERN,
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıiöşüâîû\u0307",),
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
}  # fmt: skip
_ENOUGH = 4
_CONTROL = re.compile(rb"[\x80-\x9f]")
_WORD = re.compile(r"\w*[^\x00-\x7f]\w*")
_WORDS = 5


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a text stand for characters.

    Attributes:
        name: as Python knows it: `utf-8`, `utf-8-sig`, `utf-16`, `latin-1`, `shift_jis`…
        confidence: 1 where the bytes prove it, less where other encodings decode them too.
        zeros: whether NUL bytes stand in the text; readers leave them out and say so.
        runner_up: the encoding that would do as well, or empty.
        words: words that the two read differently, as (chosen, other).
    """

    name: str
    confidence: float = 1.0
    zeros: bool = False
    runner_up: str = ""
    words: tuple[tuple[str, str], ...] = ()


def encoding_of(path: Path, name: str) -> Encoding:
    """Tell the encoding of a text file; the whole file is decoded.

    Raises:
        BadInput: it starts as UTF-16 or UTF-32 but does not go on so, or it is full of NUL bytes.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            if decodes(path, encoding):
                return Encoding(encoding, zeros=encoding == "utf-8-sig" and _zeros(path) > 0)
            if encoding != "utf-8-sig":
                raise BadInput(f"{name} starts as {encoding} but does not go on so. Save as UTF-8.")
    if b"\0" in head and (wide := wide_of(head)) and decodes(path, wide):
        return Encoding(wide, confidence=0.95)
    zeros = _zeros(path)
    if zeros * 5 > path.stat().st_size:
        raise BadInput(
            f"{name} is full of NUL bytes, so it is not text in a known encoding. "
            "Save it as UTF-8, or as UTF-16 with a byte order mark."
        )
    if decodes(path, "utf-8"):
        return Encoding("utf-8", zeros=zeros > 0)
    return _legacy(path, zeros=zeros > 0)


def wide_of(head: bytes) -> str:
    """Name the UTF-16 or UTF-32 that the places of the zero bytes tell; empty when neither."""
    for encoding, places in _WIDE.items():
        step = 4 if "32" in encoding else 2
        lanes = [head[place::step] for place in range(step)]
        shares = [lane.count(0) / max(len(lane), 1) for lane in lanes]
        if all((shares[p] > 0.7) == (p in places) for p in range(step)):
            return encoding
    return ""


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


def _zeros(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(0) for block in iter(lambda: file.read(_BLOCK), b""))


def _legacy(path: Path, *, zeros: bool) -> Encoding:
    """Choose among the encodings from before Unicode.

    Latin-1 where no byte needs Windows-1252, which is the first guess; another one when the
    statistics of its letters say so and the whole file decodes.
    """
    sample, controls = _foreign(path)
    western = "cp1252" if controls and decodes(path, "cp1252") else "latin-1"
    other = _guess(sample)
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


def _guess(sample: bytes) -> str:
    """Guess the encoding from its letters; empty where Western European is as likely."""
    if sum(byte > 127 for byte in sample) < _ENOUGH:
        return ""
    if script := _script(sample):
        return script
    found = from_bytes(sample, cp_isolation=[*_DOUBLE, "cp1252"], enable_fallback=False)
    likely = [match.encoding for match in found if _is_written(sample, match.encoding)]
    double = bool(likely) and likely[0] in _DOUBLE and _is_dense(sample)
    return likely[0] if double else _latin(sample)


def _script(sample: bytes) -> str:
    """Tell an alphabet that is not Latin: its letters stand side by side, in their usual shares.

    A capital after a small letter counts against an encoding, as in Cyrillic read the wrong way.
    """
    runs = sum(map(len, re.findall(rb"[\x80-\xff]{3,}", sample)))
    if runs < _RUNS * sum(byte > 127 for byte in sample):
        return ""
    best, reached = "", _USUAL
    for encoding, frequent in _FREQUENT.items():
        text = sample.decode(encoding, errors="replace")
        foreign = sum(sign > "\x7f" for sign in text)
        usual = sum(map(frequent.__contains__, text.lower()))
        odd = sum(one.islower() and other.isupper() for one, other in pairwise(text))
        if (usual - odd) > reached * foreign:
            best, reached = encoding, (usual - odd) / foreign
    return best


def _latin(sample: bytes) -> str:
    """Tell Western, Central European and Turkish texts apart, which share their bytes.

    The encoding wins in which the letters that are not ASCII fit the alphabet of one language
    best; Western ones come first. Statistics over few words cannot do it (measured: French and
    Danish names read as Central European).
    """
    best, reached = "", 0.0
    for encoding, alphabets in _ALPHABETS.items():
        text = sample.decode(encoding, errors="replace").lower()
        letters = [letter for letter in text if letter > "\x7f"]
        share = max(sum(map(alphabet.__contains__, letters)) for alphabet in alphabets)
        if share > reached * len(letters) and letters:
            best, reached = encoding, share / len(letters)
    return "" if best == "cp1252" else best


def _is_written(sample: bytes, encoding: str) -> bool:
    """Tell whether people write so: few texts hold katakana of half width in every other place."""
    foreign = [sign for sign in sample.decode(encoding, errors="replace") if sign > "\x7f"]
    return sum("\uff61" <= sign <= "\uff9f" for sign in foreign) * 3 < len(foreign)


def _is_dense(sample: bytes) -> bool:
    """Tell whether high bytes stand in runs, as those of two-byte encodings do."""
    runs = re.findall(rb"[\x80-\xff][\x40-\xff]?", sample)
    pairs = re.findall(rb"(?:[\x81-\xff][\x40-\xff]){2,}", sample)
    return sum(map(len, pairs)) * 2 > len(runs)


def _chosen(name: str, other: str, sample: bytes, confidence: float, *, zeros: bool) -> Encoding:
    words = _differing(sample, (name, other))
    return Encoding(name, confidence if words else 0.95, zeros, other if words else "", words)


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
