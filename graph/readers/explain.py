"""Explain a query on the engine: what it asks, what to mind, and why its answer is empty.

Runs in reader processes only, where untrusted texts may. Emptiness is found by counting the
solutions of growing prefixes of the WHERE group, in the order as written, filters last: there they
act, wherever they stand.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, Store

from graph.readers.filter_reasons import FilterReasons
from graph.readers.query_hints import structure_hints
from graph.readers.query_names import Names
from graph.syntax.blank_nodes import see_blank_nodes
from graph.syntax.query_parts import Element, Group, Parts, take_apart

_WORD = len("FILTER NOT")

COUNTED = 10_000
"""Solutions are counted up to this number."""


@dataclass(frozen=True)
class Step:
    """An element of the WHERE group and the solutions left after it, at most 10,000.

    Attributes:
        within: the GRAPH or group that holds it; empty at the top.
    """

    kind: str
    text: str
    solutions: int
    within: str = ""


@dataclass(frozen=True)
class Blame:
    """The first element after which nothing is left, why, and what to try."""

    kind: str
    text: str
    reason: str


@dataclass(frozen=True)
class Explanation:
    """What is to say about a query.

    Attributes:
        form: SELECT, CONSTRUCT, ASK or DESCRIBE.
        default, named: graphs in effect.
        steps: of an empty answer, up to the one that leaves nothing.
    """

    form: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    empty: bool
    hints: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    blame: Blame | None = None


class _Engine:
    """The engine with the dataset, the base and the prologue of one query."""

    def __init__(
        self,
        store: Store,
        base: str,
        default: Sequence[NamedNode],
        named: Sequence[NamedNode],
        skolem: str,
    ) -> None:
        self._store = store
        self._skolem = skolem
        self._base = base or None
        self._default = list(default)
        self._named = list(named)
        self.prologue = ""

    def run(self, text: str) -> Any:
        """Evaluate a query."""
        return self._store.query(
            see_blank_nodes(text, self._skolem),
            base_iri=self._base,
            default_graph=list(self._default),
            named_graphs=list(self._named),
        )

    def rows(self, content: str) -> list[Any]:
        """Evaluate a SELECT that may use the prefixes of the query."""
        return list(self.run("\n".join((self.prologue, content))))

    def count(self, group: str) -> int:
        """Count the solutions of the content of a group, at most `COUNTED`."""
        inner = ("SELECT * WHERE {", group, "} LIMIT", str(COUNTED))
        text = ("SELECT (COUNT(*) AS ?mimirCount) WHERE {", *inner, "}")
        return int(self.rows("\n".join(text))[0][0].value)


@dataclass(frozen=True)
class _Place:
    """Where a group stands: what opens it, what was joined before, and what closes it."""

    opening: str = ""
    before: str = ""
    closing: str = ""
    label: str = ""
    graph: str = ""

    def around(self, content: str) -> str:
        """Put content there, with what was joined before."""
        return "\n".join((self.before, content, self.closing))

    def alone(self, content: str) -> str:
        """Put content there without what was joined before."""
        return "\n".join((self.opening, content, self.closing))

    def inner(self, element: Element, joined: str) -> "_Place":
        """Give the place within an element that is one group."""
        opening = " ".join(("GRAPH", element.graph, "{")) if element.graph else "{"
        return _Place(
            "\n".join((self.opening, opening)),
            "\n".join((self.before, joined, opening)),
            "".join(("} ", self.closing)),
            f"GRAPH {element.graph}" if element.graph else "group",
            element.graph or self.graph,
        )


def explain(
    store: Store,
    text: str,
    *,
    base: str,
    default: Sequence[NamedNode],
    named: Sequence[NamedNode],
    skolem: str = "",
) -> Explanation:
    """Explain a query on a dataset, in which IRIs below `skolem` stand for blank nodes.

    Raises:
        SyntaxError: the engine refuses the text.
        BadQuery: the text is no query.
    """
    engine = _Engine(store, base, default, named, skolem)
    empty = _is_empty(engine.run(text))
    parts = take_apart(text)
    engine.prologue = parts.prologue
    names = Names(engine.rows)
    hints = structure_hints(parts, bool(default)) + names.hints(parts.where)
    steps: list[Step] = []
    blame = None
    if empty or (parts.where and not engine.count(_source(parts.where))):
        found = _first_nothing(engine.count, parts.where, _Place(), steps)
        blame = _blame(engine, names, found, steps) if found else _behind(parts, steps)
    return Explanation(
        parts.form,
        tuple(graph.value for graph in default),
        tuple(graph.value for graph in named),
        empty,
        hints,
        tuple(steps),
        blame,
    )


def as_json(explanation: Explanation) -> dict[str, Any]:
    """Give an explanation as JSON values."""
    return asdict(explanation)


def _is_empty(result: Any) -> bool:
    if isinstance(result, QueryBoolean):
        return not bool(result)
    return next(iter(result), None) is None


def _ordered(group: Group) -> list[Element]:
    return sorted(group, key=lambda element: element.kind == "FILTER")


def _source(group: Group) -> str:
    return "\n".join(element.text for element in _ordered(group))


@dataclass(frozen=True)
class _Nothing:
    """An element that leaves nothing, and where it stands."""

    element: Element
    place: _Place
    group: Group


def _first_nothing(
    count: Callable[[str], int], group: Group, place: _Place, steps: list[Step]
) -> _Nothing | None:
    """Note the solutions after each element until none is left; give the element then."""
    joined = ""
    for element in _ordered(group):
        longer = "\n".join((joined, element.text))
        solutions = count(place.around(longer))
        if not solutions and element.kind in ("GRAPH", "group") and element.groups[0]:
            found = _first_nothing(count, element.groups[0], place.inner(element, joined), steps)
            if found:
                return found
        steps.append(Step(element.kind, element.text, solutions, place.label))
        if not solutions:
            return _Nothing(element, place, group)
        joined = longer
    return None


def _blame(engine: _Engine, names: Names, found: _Nothing, steps: Sequence[Step]) -> Blame:
    element = found.element
    before = steps[-2].solutions if len(steps) > 1 else 1
    if element.kind == "FILTER":
        reason = f"The filter removes {_all(before)}.{_unbound(found)}"
        reason = " ".join((reason, *_filtered(engine, names, found)))
    elif element.kind == "MINUS":
        reason = f"MINUS removes {_all(before)}."
    else:
        reason = _unmatched(engine, names, found, before)
    return Blame(element.kind, element.text, reason)


def _all(solutions: int) -> str:
    return "the only solution" if solutions == 1 else f"all {_number(solutions)}"


def _filtered(engine: _Engine, names: Names, found: _Nothing) -> list[str]:
    """Say what a filter sees; for what it says of EXISTS and OPTIONAL, which names are missing."""
    element, place = found.element, found.place
    earlier = _earlier(found)
    reasons = FilterReasons(engine.count, engine.rows, place.around).sentences(element, earlier)
    optional = [e for e in earlier if e.kind == "OPTIONAL" and e.variables & element.variables]
    absent = "NOT" in element.text[:_WORD].upper()
    concerned = (*optional, *(() if absent or not element.groups else (element,)))
    return [*reasons, *names.hints(concerned, place.graph)]


def _earlier(found: _Nothing) -> list[Element]:
    ordered = _ordered(found.group)
    return ordered[: [element is found.element for element in ordered].index(True)]


def _unbound(found: _Nothing) -> str:
    """Name the variables of a filter that nothing in its group binds; EXISTS has its own."""
    binding = [element for element in found.group if element.kind not in ("FILTER", "MINUS")]
    bound = frozenset[str]().union(*(element.variables for element in binding))
    missing = [] if found.element.groups else sorted(found.element.variables - bound)
    if not missing:
        return ""
    listed = ", ".join(f"?{name}" for name in missing)
    return f" Nothing in its group binds {listed}."


def _unmatched(engine: _Engine, names: Names, found: _Nothing, before: int) -> str:
    element, place = found.element, found.place
    alone = engine.count(place.alone(element.text))
    if alone:
        return (
            f"By itself it has {_number(alone)}, but none of them agrees with the "
            f"{_number(before)} before it{_shared(found)}."
        )
    reasons = names.hints((element,), place.graph) or _relaxed(engine.count, found)
    reasons = reasons or _within(engine, names, found)
    return " ".join(("By itself it has no solution.", *reasons))


def _within(engine: _Engine, names: Names, found: _Nothing) -> tuple[str, ...]:
    """Tell what leaves nothing within the branches of UNION, or in a sub-select."""
    place = found.place
    reasons = []
    for group in found.element.groups:
        steps: list[Step] = []
        inner = _Place(place.opening, place.opening, place.closing, place.label, place.graph)
        nothing = _first_nothing(engine.count, group, inner, steps)
        if nothing:
            blame = _blame(engine, names, nothing, steps)
            reasons.append(f"Within it, {blame.text!r} leaves nothing: {blame.reason}")
        elif found.element.kind == "sub-select":
            reasons.append("Its group has solutions; what stands behind it leaves none of them.")
    return tuple(reasons)


def _shared(found: _Nothing) -> str:
    earlier = frozenset[str]().union(*(element.variables for element in _earlier(found)))
    common = sorted(found.element.variables & earlier)
    return " on " + ", ".join(f"?{name}" for name in common) if common else ""


def _relaxed(count: Callable[[str], int], found: _Nothing) -> tuple[str, ...]:
    """Tell which constant of a pattern nothing fits, by putting a variable in its place."""
    pattern = found.element.pattern
    if pattern is None:
        return ()
    terms = {"subject": pattern.subject, "object": pattern.object}
    reasons = []
    for role, term in terms.items():
        if term[0] in "?$_[(":
            continue
        free = {**terms, role: "?mimirAny"}
        text = " ".join((free["subject"], pattern.predicate, free["object"], "."))
        solutions = count(found.place.alone(text))
        if solutions:
            reasons.append(
                f"The {role} {term} does not fit: with any {role} the pattern has "
                f"{_number(solutions)}.{_same_text(count, found, text) if role == 'object' else ''}"
            )
    return tuple(reasons)


def _same_text(count: Callable[[str], int], found: _Nothing, text: str) -> str:
    """Tell that a value with the same characters is there, of another type or language."""
    pattern = found.element.pattern
    term = pattern.object if pattern else "<"
    if term.startswith("<") or (pattern and pattern.named_object):
        return ""
    test = ("FILTER (LCASE(STR(?mimirAny)) = LCASE(STR(", term, ")))")
    same = count(found.place.alone("\n".join((text, "".join(test)))))
    if not same:
        return ""
    return " The same characters occur with another type, language or case: compare STR of both."


def _behind(parts: Parts, steps: Sequence[Step]) -> Blame:
    left = _number(steps[-1].solutions) if steps else "1 solution"
    clauses = [word for word in ("HAVING", "OFFSET", "LIMIT") if word in parts.modifiers]
    if clauses:
        text = ", ".join(clauses)
        return Blame("modifier", text, f"The WHERE group has {left}; {text} leaves none of them.")
    if parts.form == "CONSTRUCT":
        reason = f"The WHERE group has {left}, but the template makes no triple of them."
        return Blame("template", "CONSTRUCT", reason)
    return Blame("answer", parts.form, "Nothing in the dataset is about what was asked for.")


def _number(solutions: int) -> str:
    if solutions == 1:
        return "1 solution"
    more = " or more" if solutions >= COUNTED else ""
    return f"{solutions:,}{more} solutions"
