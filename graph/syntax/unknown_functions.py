"""Functions that a query names and nobody defined.

A text with such a function is valid, and its answer is right as long as nothing calls it. Where it
is called there is no value, and an answer without one would be wrong in silence: that is an error.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from pyoxigraph import NamedNode

from graph.errors import BadQuery

_UNKNOWN = re.compile(r"The custom function <([^>]*)> is not supported")
_MOST = 64


class UnknownFunctions:
    """Notes which functions are unknown, and which of them were called."""

    def __init__(self) -> None:
        self._known: dict[NamedNode, Callable[..., None]] = {}
        self._called: dict[str, None] = {}

    def evaluate(self, query: Callable[..., Any]) -> Any:
        """Evaluate a query.

        Args:
            query: evaluates it, with the argument `custom_functions`.

        Raises:
            BadQuery: it names too many functions that nobody knows.
        """
        for _ in range(_MOST):
            try:
                return query(custom_functions=self._known)
            except RuntimeError as error:
                found = _UNKNOWN.search(str(error))
                if found is None:
                    raise
                self._add(found.group(1))
        raise BadQuery(f"The text names more than {_MOST} functions that nobody defined.")

    def require_uncalled(self) -> None:
        """Refuse the answer if it wanted the value of an unknown function.

        Raises:
            BadQuery: it did; the message names the functions.
        """
        if self._called:
            raise BadQuery(f"Nobody defined {_listed(self._called)}, so the query has no answer.")

    def _add(self, name: str) -> None:
        def call(*_: object) -> None:
            """Note the call; the value is an error."""
            self._called[name] = None

        self._known[NamedNode(name)] = call


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"the function <{name}>" for name in names)
