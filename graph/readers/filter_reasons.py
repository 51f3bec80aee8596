"""Why a filter leaves no solution: what it sees, what it cannot compare, what is never bound."""

from collections.abc import Callable, Sequence
from typing import Any

from graph.syntax.query_parts import Element

_SHOWN = 3


class FilterReasons:
    """Looks at the solutions that stand before a filter.

    Args:
        count: counts the solutions of the content of a group.
        rows: evaluates a SELECT with the prefixes of the query.
        around: puts content where the filter stands, with what was joined before.
    """

    def __init__(
        self,
        count: Callable[[str], int],
        rows: Callable[[str], list[Any]],
        around: Callable[[str], str],
    ) -> None:
        self._count = count
        self._rows = rows
        self._around = around

    def sentences(self, element: Element, earlier: Sequence[Element]) -> list[str]:
        """Say what the filter makes of the solutions before it.

        Args:
            earlier: what stands before the filter in its group.
        """
        joined = "\n".join(item.text for item in earlier)
        bound = frozenset[str]().union(*(item.variables for item in earlier))
        names = [] if element.groups else sorted(element.variables & bound)
        unbound = [name for name in names if not self._left(joined, f"FILTER(BOUND(?{name}))")]
        found = [self._never_bound(name, earlier) for name in unbound]
        known = not unbound and element.variables <= bound
        if known and not element.groups and self._is_error(element, joined):
            found.append("It has no value for any of them: what it compares is of different types.")
        shown = [name for name in names if name not in unbound][:_SHOWN]
        return [*found, *self._example(shown, joined)]

    def _left(self, joined: str, further: str) -> int:
        return self._count(self._around("\n".join((joined, further))))

    def _is_error(self, element: Element, joined: str) -> bool:
        # An error leaves the variable of BIND unbound.
        expression = element.text[len("FILTER") :]
        bind = " ".join(("BIND(", expression, "\nAS ?mimirValue) FILTER(BOUND(?mimirValue))"))
        return not self._left(joined, bind)

    def _never_bound(self, name: str, earlier: Sequence[Element]) -> str:
        optional = [e.text for e in earlier if e.kind == "OPTIONAL" and name in e.variables]
        cause = f", since {optional[0]!r} never matches" if optional else ""
        return f"?{name} is unbound in all of them{cause}."

    def _example(self, names: Sequence[str], joined: str) -> list[str]:
        if not names:
            return []
        variables = " ".join(f"?{name}" for name in names)
        text = ("SELECT", variables, "WHERE {", self._around(joined), "} LIMIT 1")
        rows = self._rows("\n".join(text))
        values = [
            f"?{name} is {value}"
            for name, value in zip(names, rows[0] if rows else (), strict=False)
            if value is not None
        ]
        return [f"For instance, {', '.join(values)}."] if values else []
