"""What a text that is not of a datatype may have meant; None where that is not plain."""

import re
from collections.abc import Callable
from datetime import datetime
from difflib import SequenceMatcher

from graph.terms import Literal, NamedNode, Term
from graph.vocab import XSD

_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%Y%m%d", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_CLOCKS = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M")
_TRUE = frozenset({"true", "t", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "off"})
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_WITH_UNIT = re.compile(rf"[^0-9.,+-]*({_NUMBER})[^0-9.,+-]*")
_ALIKE = 0.8


def trimmed(value: Literal) -> Literal:
    """Give the literal without blanks around it, and with single ones inside."""
    return like(value, " ".join(value.value.split()))


def like(value: Literal, text: str) -> Literal:
    """Give another text of the same datatype or language."""
    if value.language:
        return Literal(text, language=value.language)
    return Literal(text, datatype=value.datatype)


def converted(text: str, datatype: NamedNode) -> tuple[Literal, float] | None:
    """Read a text as a datatype; gives the literal and how sure that is, 0 to 1."""
    read = _READERS.get(datatype)
    found = read(" ".join(text.split())) if read else None
    return None if found is None else (Literal(found[0], datatype=datatype), found[1])


def nearest(value: Literal, members: tuple[Term, ...]) -> tuple[Literal, float] | None:
    """Find the one member of a list that a literal must have meant, and how sure that is.

    It is the same but for case and blanks, or clearly the most alike.
    """
    texts = {item: _folded(item.value) for item in members if isinstance(item, Literal)}
    same = [item for item, text in texts.items() if text == _folded(value.value)]
    if same:
        return (same[0], 0.95) if len(same) == 1 else None
    scored = sorted(
        ((SequenceMatcher(None, _folded(value.value), text).ratio(), str(item), item)
         for item, text in texts.items()),
        reverse=True,
    )  # fmt: skip
    if not scored or scored[0][0] < _ALIKE or (len(scored) > 1 and scored[1][0] >= _ALIKE):
        return None
    return scored[0][2], 0.75


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _whole(text: str) -> tuple[str, float] | None:
    found = _number(text)
    return found if found and "." not in found[0] else None


def _number(text: str) -> tuple[str, float] | None:
    if re.fullmatch(_NUMBER, text):
        return text, 0.95
    with_unit = _WITH_UNIT.fullmatch(text)
    return (with_unit[1], 0.7) if with_unit else None


def _truth(text: str) -> tuple[str, float] | None:
    word = text.casefold()
    if word in _TRUE or word in _FALSE:
        return ("true" if word in _TRUE else "false"), 0.9
    return None


def _moment(clocks: tuple[str, ...], form: str) -> Callable[[str], tuple[str, float] | None]:
    def read(text: str) -> tuple[str, float] | None:
        """Read a date in all known spellings; they must agree."""
        readings = set()
        for pattern in (date + clock for date in _DATES for clock in clocks):
            try:
                readings.add(datetime.strptime(text, pattern).strftime(form))
            except ValueError:
                continue
        return (readings.pop(), 0.9) if len(readings) == 1 else None

    return read


_READERS: dict[NamedNode, Callable[[str], tuple[str, float] | None]] = {
    XSD.integer: _whole,
    XSD.decimal: _number,
    XSD.double: _number,
    XSD.boolean: _truth,
    XSD.date: _moment(("",), "%Y-%m-%d"),
    XSD.dateTime: _moment(_CLOCKS, "%Y-%m-%dT%H:%M:%S"),
}
