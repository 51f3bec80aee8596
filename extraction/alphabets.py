"""Which encoding from before Unicode a text is in, by the letters that come out of its bytes."""

import re
from itertools import pairwise

from charset_normalizer import from_bytes

_DOUBLE = ("shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949")
_FREQUENT = {
    **dict.fromkeys(("cp1251", "koi8_r", "cp866", "iso8859_5", "mac_cyrillic"), "оеаинтсрвлкмд"),
    "koi8_u": "оеаинтсрвлкмді",
    "cp1253": "αοιετσνηυρπκλμς",
    "cp1255": "יוהלארתבשמנ",
    **dict.fromkeys(("cp1256", "iso8859_6"), "اليمونرتبعد"),
    "cp874": "านรอกเงมยลวดทสตะปบ่้ั",
}
"""Letters that make up most of a text, by encoding of an alphabet that is not Latin."""

_USUAL = 0.5
_RUNS = 0.6
_WESTERN = ("àâæçéèêëîïôœùûüÿ", "äöüß", "áéíóúñü¿¡ºª", "áâãàçéêíóôõú", "àèéìòù",
            "åäöæøéü", "áðéíóúýþæö", "éëïóöüèç")  # fmt: skip
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_ALPHABETS = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "cp1254": ("çğıöşüâîûİ",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
    "iso8859_2": _CENTRAL,
    "iso8859_15": _WESTERN,
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp852": _CENTRAL,
}
"""Letters of the languages that are written in an encoding; the frequent encodings come first."""

_MARKS = frozenset("“”„‘’‚‹›«»–—…•·€£¥§©®™°±²³µ×½¼¾\u00a0¿¡ºª")
"""Signs of every language, which stand beside words, not inside; an apostrophe may."""

_ALONE = re.compile(r"(?<![\uff61-\uff9f])[\uff61-\uff9f](?![\uff61-\uff9f])")
_APOSTROPHE = "’"
_ENOUGH = 4
_CONTROL = re.compile(rb"[\x80-\x9f]")
"""Bytes that are letters or marks in some encodings, and in Latin-1 signs that no text has."""


def guess(sample: bytes) -> str:
    """Guess the encoding of lines that are not ASCII; empty where Western European is as likely."""
    if sum(byte > 127 for byte in sample) < _ENOUGH:
        return _latin(sample) if _CONTROL.search(sample) else ""
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
    """Tell Latin alphabets apart, which share their bytes.

    The encoding wins in which the signs that are not ASCII fit one language best; Western ones
    come first. Statistics over few words cannot do it (measured: French and Danish names read as
    Central European).
    """
    best, reached = "", 0.0
    for encoding, alphabets in _ALPHABETS.items():
        text = sample.decode(encoding, errors="replace")
        share = max(_fit(text, alphabet) for alphabet in alphabets)
        if share > reached:
            best, reached = encoding, share
    return "" if best == "cp1252" else best


def _fit(text: str, alphabet: str) -> float:
    """Give the share of foreign signs that are letters of a language, or marks beside words.

    A capital after a small letter is none, as in text read the wrong way.
    """
    fits = foreign = 0
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign <= "\x7f":
            continue
        foreign += 1
        if sign in _MARKS and sign not in alphabet:
            inside = before.isalpha() and after.isalpha()
            fits += not inside or sign == _APOSTROPHE
        elif sign in alphabet or sign.lower() in alphabet:
            fits += not (before.islower() and sign.isupper())
    return fits / foreign if foreign else 0.0


def _is_written(sample: bytes, encoding: str) -> bool:
    """Tell whether people write so: katakana of half width seldom stand alone."""
    text = sample.decode(encoding, errors="replace")
    alone = _ALONE.findall(text)
    return len(alone) * 3 < sum(sign > "\x7f" for sign in text)


def _is_dense(sample: bytes) -> bool:
    """Tell whether high bytes stand in runs, as those of two-byte encodings do."""
    runs = re.findall(rb"[\x80-\xff][\x40-\xff]?", sample)
    pairs = re.findall(rb"(?:[\x81-\xff][\x40-\xff]){2,}", sample)
    return sum(map(len, pairs)) * 2 > len(runs)
