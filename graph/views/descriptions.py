"""DESCRIBE as a CONSTRUCT of the triples that begin at each node, as a view shows them.

SPARQL leaves it to the engine what describes a node; this is what the embedded engine gives of
nodes that are no blank ones. Where the pattern has no solution, nothing is described.
"""

from collections.abc import Iterable

from graph.syntax.property_paths import Link
from graph.views.layers import DEFAULT
from graph.views.patterns import ViewPatterns


def description(
    patterns: ViewPatterns, variables: Iterable[str], constants: list[str], solutions: str
) -> str:
    """Write the query.

    Args:
        variables, constants: what is described.
        solutions: the rewritten pattern with its modifiers; empty where there is none.
    """
    node, step, value = (patterns.variable() for _ in range(3))
    names = list(variables)
    branches = []
    if names and solutions:
        branches.append(_each_value(names, solutions, node, patterns.variable()))
    if constants:
        asked = ""
        if solutions:
            one = " ".join(("(1 AS", patterns.variable(), ")"))
            asked = " ".join(("{ SELECT", one, "WHERE", solutions, "}"))
        branches.append(" ".join((asked, "VALUES", node, "{", *constants, "}")))
    found = " UNION ".join(" ".join(("{", branch, "}")) for branch in branches)
    distinct = " ".join(("{ SELECT DISTINCT", node, "WHERE {", found, "} }"))
    about = patterns.path(node, Link(step), value, DEFAULT)
    template = " ".join(("{", node, step, value, "}"))
    return " ".join(("CONSTRUCT", template, "WHERE {", distinct, about, "}"))


def _each_value(names: list[str], solutions: str, node: str, which: str) -> str:
    """Write a pattern that binds `node` to the value of each variable of each solution."""
    asked = " ".join(("{ SELECT", *names, "WHERE", solutions, "}"))
    numbers = " ".join(map(str, range(len(names))))
    chosen = names[-1]
    for number, name in reversed(list(enumerate(names[:-1]))):
        test = " ".join((which, "=", str(number)))
        chosen = "".join(("IF(", test, ", ", name, ", ", chosen, ")"))
    bound = " ".join(("BIND (", chosen, "AS", node, ") FILTER bound(", node, ")"))
    return " ".join((asked, "VALUES", which, "{", numbers, "}", bound))
