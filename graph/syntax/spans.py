"""Where the brackets, terms and paths of a SPARQL text begin and end, by token indexes.

Only for texts that an engine has accepted. Grammar: SPARQL 1.1 Query, section 19.8.
"""

from collections.abc import Sequence

from graph.syntax.tokens import Token

_OPENERS = frozenset("{([")
_CLOSERS = frozenset("})]")


class Spans:
    """The tokens of one text, by index."""

    def __init__(self, items: Sequence[Token]) -> None:
        self._items = items
        self._closers = _matches(items)

    def close(self, index: int) -> int:
        """Give the index of the bracket that closes the one at `index`."""
        return self._closers.get(index, len(self._items) - 1)

    def text(self, index: int) -> str:
        """Give the text of a token; empty behind the last."""
        return self._items[index].text if index < len(self._items) else ""

    def written(self, index: int, stop: int) -> str:
        """Give the source of tokens without its comments."""
        parts: list[str] = []
        for at in range(index, min(stop, len(self._items))):
            if parts and self._items[at - 1].end != self._items[at].start:
                parts.append(" ")
            parts.append(self._items[at].text)
        return "".join(parts)

    def term(self, index: int) -> int:
        """Give the index behind the term that begins at `index`."""
        text = index < len(self._items) and self._items[index].kind == "string"
        index = self.after(index)
        if text and self.text(index).startswith("@"):
            return index + 1
        return index + 3 if text and self.text(index) == "^" else index

    def after(self, index: int) -> int:
        """Give the index behind the bracket, number or other token at `index`."""
        if self.text(index) in _OPENERS:
            return self.close(index) + 1
        signed = self.text(index) in ("+", "-", ".") and self.joined_number(index + 1)
        number = self.text(index)[:1].isdigit()
        index += 1
        # 1.5e-3 is several tokens without space between them.
        while (signed or number) and self.joined_number(index):
            index += 1
        return index

    def joined_number(self, index: int) -> bool:
        """Tell whether the token goes on with the number that the one before it is part of."""
        if index >= len(self._items) or self._items[index - 1].end != self._items[index].start:
            return False
        token = self._items[index]
        if token.text == ".":
            return self.digit(index + 1)
        exponent = token.keyword == "E" or (token.keyword[:1] == "E" and token.text[1:].isdigit())
        signed = token.text in ("+", "-") and self._items[index - 1].keyword == "E"
        return token.text[0].isdigit() or exponent or signed

    def digit(self, index: int) -> bool:
        """Tell whether a digit stands there, joined to the token before."""
        return self.joined_number(index) and self.text(index)[0].isdigit()


def _matches(items: Sequence[Token]) -> dict[int, int]:
    """Give the index of the closing bracket for that of each opening one."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for index, token in enumerate(items):
        if token.text in _OPENERS:
            stack.append(index)
        elif token.text in _CLOSERS and stack:
            found[stack.pop()] = index
    return found
