"""SELECT texts whose shape depends on the model: one typed fragment per line, joined.

Each text is the definition of the features that are read by it, and is kept in the model card.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.terms import Literal, NamedNode
from graph.vocab import RDF, XSD


@dataclass(frozen=True)
class Aggregate:
    """One aggregate of a property of the linking individuals.

    Attributes:
        function: SPARQL aggregate: AVG, MIN or MAX.
        position: place of the property in the list that is given beside.
        boolean: whether the values are booleans, whose mean is a share.
    """

    function: str
    position: int
    boolean: bool = False


def attributes_select(
    class_iri: NamedNode, properties: Sequence[NamedNode], languages: Sequence[str | None]
) -> str:
    """Select each individual of a class as ?entity and its attributes as ?v0, ?v1, …

    Args:
        languages: by property, the language of the text that is meant, where it has several.
    """
    return _joined(
        _select(["?entity", *_variables(properties)]),
        "WHERE {",
        _triple("?entity", RDF.type, class_iri),
        *_optionals("?entity", properties, languages),
        "}",
    )


def aggregates_select(
    class_iri: NamedNode,
    step: NamedNode,
    properties: Sequence[NamedNode],
    aggregates: Sequence[Aggregate],
    *,
    backward: bool,
) -> str:
    """Select per individual the count of linked ones as ?n and aggregates of theirs as ?a0, ?a1, …

    Args:
        step: the link; with `backward` the others point to the individual by it.
    """
    columns = [_aggregate(item, place) for place, item in enumerate(aggregates)]
    edge = _triple("?other", step, "?entity") if backward else _triple("?entity", step, "?other")
    return _joined(
        _select(["?entity", "(COUNT(DISTINCT ?other) AS ?n)", *columns]),
        "WHERE {",
        _triple("?entity", RDF.type, class_iri),
        edge,
        *_optionals("?other", properties, [None] * len(properties)),
        "}",
        "GROUP BY ?entity",
    )


def _aggregate(item: Aggregate, place: int) -> str:
    value = f"?v{item.position}"
    counted = f"{XSD.integer}({value})" if item.boolean else value
    return f"({item.function}({counted}) AS ?a{place})"


def _variables(properties: Sequence[NamedNode]) -> list[str]:
    return [f"?v{place}" for place in range(len(properties))]


def _optionals(
    subject: str, properties: Sequence[NamedNode], languages: Sequence[str | None]
) -> list[str]:
    return [
        " ".join(
            ("OPTIONAL {", _triple(subject, item, variable), *_spoken(variable, language), "}")
        )
        for item, variable, language in zip(
            properties, _variables(properties), languages, strict=True
        )
    ]


def _spoken(variable: str, language: str | None) -> list[str]:
    return ["FILTER(LANG(", variable, ") =", str(Literal(language)), ")"] if language else []


def _select(columns: Sequence[str]) -> str:
    return "SELECT " + " ".join(columns)


def _triple(subject: str, predicate: NamedNode, value: NamedNode | str) -> str:
    return " ".join((subject, str(predicate), str(value), "."))


def _joined(*lines: str) -> str:
    return "\n".join(lines)
