"""Counts of one triple pattern: the store counts its own triples, the overlays' are set off.

A store counts a graph by its index, and takes several times as long where it must look each triple
up in the overlays. So what they hide is counted for itself, beginning at the few that they hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.syntax.property_paths import Link, predicates
from graph.syntax.spans import Spans
from graph.syntax.tokens import Token
from graph.views.layers import View
from graph.views.patterns import ViewPatterns
from graph.views.triple_reading import TriplePattern, variable_name

_UNFIT = frozenset(
    {"HAVING", "VALUES", "EXISTS", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
)


@dataclass(frozen=True)
class Count:
    """The head and the end of a SELECT that counts solutions and does nothing else with them.

    Attributes:
        columns: what it projects, each with whether it is the count.
        counted: the variables that must be bound to be counted.
        keys: what it groups by.
        rest: index of the token behind its GROUP BY.
    """

    columns: tuple[tuple[str, bool], ...]
    counted: frozenset[str]
    keys: tuple[str, ...]
    rest: int

    def fits(self, pattern: TriplePattern) -> bool:
        """Tell whether it can be made of counts of the pattern in several graphs."""
        known = set(pattern.variables)
        return (
            isinstance(pattern.path, Link) and bool(known) and known >= {*self.counted, *self.keys}
        )


def read_count(
    items: Sequence[Token], spans: Spans, start: int, opening: int, end: int
) -> Count | None:
    """Read a SELECT whose WHERE opens at a token; None where it is none that `Count` describes."""
    columns: list[tuple[str, bool]] = []
    counted: set[str] = set()
    at = start + 1
    while at < opening and items[at].keyword not in ("WHERE", "FROM"):
        words = [items[index].text for index in range(at, spans.after(at))]
        if items[at].kind == "variable":
            columns.append((variable_name(words[0]), False))
        elif len(words) == 8 and words[1].upper() == "COUNT" and words[3][0] in "*?$":
            columns.append((variable_name(words[6]), True))
            counted |= {variable_name(words[3])} - {"?"}
        else:
            return None
        at = spans.after(at)
    at = spans.close(opening) + 1
    keys = []
    if at < end and items[at].keyword == "GROUP":
        at += 2
        while at < end and items[at].kind == "variable":
            keys.append(variable_name(items[at].text))
            at += 1
    behind = {token.keyword for token in items[at:end]}
    named = {name for name, is_count in columns if not is_count}
    ends = at == end or items[at].keyword in ("ORDER", "LIMIT", "OFFSET")
    if len(columns) == len(named) or not named <= set(keys) or behind & _UNFIT or not ends:
        return None
    return Count(tuple(columns), frozenset(counted), tuple(keys), at)


def count_text(
    count: Count, pattern: TriplePattern, view: View, patterns: ViewPatterns, active: str
) -> str:
    """Write what stands between SELECT and what is behind GROUP BY."""
    part = patterns.variable()
    triple = patterns.plain(pattern.subject, pattern.path, pattern.value)
    branches = []
    for graph, above in view.layers(active, predicates(pattern.path)):
        held = " ".join((f"GRAPH <{graph}>", "{", triple, "}"))
        branches.append(_part("COUNT(*)", held, part, count.keys))
        if above:
            layers = (" ".join((f"{{ GRAPH <{over}>", "{", triple, "} }")) for over in above)
            names = dict.fromkeys(pattern.variables)
            hidden = ("{ SELECT DISTINCT", *names, "WHERE {", " UNION ".join(layers))
            branches.append(
                _part("0 - COUNT(*)", " ".join((*hidden, "} }", held)), part, count.keys)
            )
    total = "".join(("SUM(", part, ")"))
    columns = (
        "".join(("(", total, " AS ", name, ")")) if is_count else name
        for name, is_count in count.columns
    )
    grouped = ("GROUP BY", *count.keys, "HAVING (", total, "> 0 )") if count.keys else ()
    return " ".join((*columns, "WHERE {", " UNION ".join(branches), "}", *grouped))


def _part(counted: str, pattern: str, name: str, keys: Sequence[str]) -> str:
    grouped = ("GROUP BY", *keys) if keys else ()
    head = ("{ SELECT", *keys, "(", counted, "AS", name, ")")
    return " ".join((*head, "WHERE {", pattern, "}", *grouped, "}"))
