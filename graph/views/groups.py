"""A group of a query while it is written anew: its elements, and the variables in scope."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Group:
    """What was written of a group so far, and the variables that are in scope behind it."""

    parts: list[str] = field(default_factory=list)
    variables: dict[str, None] = field(default_factory=dict)
    _next: int = 0

    def add(self, text: str, variables: Iterable[str] = ()) -> None:
        """Go on with an element that stays in its place."""
        self.parts.append(text)
        self.variables.update(dict.fromkeys(variables))
        self._next = len(self.parts)

    def join(self, text: str, variables: Iterable[str], *, early: bool) -> None:
        """Go on with triples; among those side by side, the early ones are written first.

        The store joins its own triples by its indexes, and looks up in the unions what it found.
        """
        self.parts.insert(self._next if early else len(self.parts), text)
        self._next += early
        self.variables.update(dict.fromkeys(variables))

    @property
    def text(self) -> str:
        """The group in braces."""
        return " ".join(("{", *self.parts, "}"))
