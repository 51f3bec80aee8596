"""Literals that a query names, in the form that the embedded engine keeps them in.

The data of a remote store is kept in those forms (`graph.remote.engine_forms`): `"05"^^xsd:int` is
sought there as `"5"^^xsd:integer`, or a store that compares terms would not find it.
"""

import re
from collections.abc import Iterable, Iterator

from graph.oxigraph import OxigraphStore
from graph.syntax.spans import Spans
from graph.syntax.tokens import Prologue, Token, tokens

_DECIMAL = re.compile(r"\d+\.\d*0")


def with_engine_literals(text: str, base: str = "") -> str:
    """Give a query whose constants are written as the engine would give them back.

    Args:
        text: an engine has accepted it.
        base: what relative IRIs are resolved against.
    """
    if "^^" not in text and not _DECIMAL.search(text):
        return text
    items = tokens(text)
    head = text[: items[Prologue().read(items, 0)].start]
    places = list(_literals(items))
    forms = _forms(
        "\n".join((f"BASE <{base}>" if base else "", head)),
        {text[start:stop]: None for start, stop in places},
    )
    parts, end = [], 0
    for start, stop in places:
        parts += [text[end:start], forms[text[start:stop]]]
        end = stop
    return "".join((*parts, text[end:]))


def _literals(items: list[Token]) -> Iterator[tuple[int, int]]:
    """Give the places of literals with a datatype, and of decimals with zeros at their end."""
    spans = Spans(items)
    for index, token in enumerate(items):
        if token.kind == "string" and spans.text(index + 1) == spans.text(index + 2) == "^":
            yield token.start, items[index + 3].end
        elif _DECIMAL.fullmatch(token.text) and not spans.joined_number(index + 1):
            signed = items[index - 1].text in ("+", "-") and items[index - 1].end == token.start
            # Behind a variable or a number, a sign may be that of a sum.
            if not signed or items[index - 2].kind in ("iri", "name") or _opens(items[index - 2]):
                yield items[index - signed].start, token.end


def _opens(token: Token) -> bool:
    return token.text in ("(", "{", ",", "a")


def _forms(head: str, literals: Iterable[str]) -> dict[str, str]:
    written = list(literals)
    names = [f"?v{number}" for number in range(len(written))]
    words = (head, "SELECT", *(names or "*"), "{ VALUES (", *names, ") { (", *written, ") } }")
    found = OxigraphStore().reader(()).select("\n".join(words)).rows[0]
    return {one: str(form) for one, form in zip(written, found, strict=True)}
