"""What the shape of a query tells without asking the engine: sentences for its author."""

from collections.abc import Iterator, Sequence

from graph.syntax.query_parts import Element, Group, Parts

_JOINLESS = frozenset({"FILTER", "MINUS"})


def structure_hints(parts: Parts, has_default: bool) -> tuple[str, ...]:
    """Give the hints that follow from the text alone.

    Args:
        has_default: the default graph in effect has any graph in it.
    """
    elements = list(every_element(parts.where))
    patterns = [element for element in elements if element.kind in ("triple pattern", "triples")]
    hints = [_counted(len(patterns), "triple pattern")]
    hints += _cross_products(parts.where)
    hints += [
        f"The predicate of {element.text!r} is a variable: it reads all triples that fit the rest."
        for element in patterns
        if element.pattern and element.pattern.predicate[0] in "?$"
    ]
    for kind in ("OPTIONAL", "UNION", "MINUS", "sub-select"):
        number = sum(element.kind == kind for element in elements)
        if number:
            hints.append(_counted(number, kind))
    hints += [
        _path_hint(element) for element in patterns if element.pattern and element.pattern.path
    ]
    if "LIMIT" in parts.modifiers and "ORDER" not in parts.modifiers:
        hints.append("LIMIT without ORDER BY: which solutions come is not fixed.")
    outside = any(element.kind == "triple pattern" for element in parts.where)
    if not has_default and outside:
        hints.append(
            "The default graph is empty, since FROM NAMED stands without FROM: "
            "patterns outside GRAPH match nothing."
        )
    return tuple(hints)


def every_element(group: Group) -> Iterator[Element]:
    """Iterate over the elements of a group and of all groups within, as written."""
    for element in group:
        yield element
        for inner in element.groups:
            yield from every_element(inner)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}."


def _path_hint(element: Element) -> str:
    if element.pattern and element.pattern.repeats:
        return f"{element.text!r} follows a path of any length, which may visit many nodes."
    return f"{element.text!r} is a path: its inner steps are joined without naming them."


def _cross_products(group: Group) -> list[str]:
    hints = []
    parts = _connected([element for element in group if _joins(element)])
    if len(parts) > 1:
        texts = " and ".join(repr(part[0].text) for part in parts)
        hints.append(
            f"{texts} share no variable: each solution of one is paired with each of the other "
            "(cross product)."
        )
    for element in group:
        for inner in element.groups:
            hints += _cross_products(inner)
    return hints


def _joins(element: Element) -> bool:
    return element.kind not in _JOINLESS and bool(element.variables)


def _connected(elements: Sequence[Element]) -> list[list[Element]]:
    """Sort elements into parts that share no variable with each other, as written."""
    parts: list[tuple[frozenset[str], list[Element]]] = []
    for element in elements:
        touched = [part for part in parts if part[0] & element.variables]
        names = element.variables.union(*(part[0] for part in touched))
        members = [member for part in touched for member in part[1]] + [element]
        parts = [part for part in parts if not part[0] & element.variables]
        parts.append((names, members))
    return [members for _, members in parts]
