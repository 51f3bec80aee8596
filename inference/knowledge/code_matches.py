"""Codes of the world and the concepts that others keep for them, as suggestions.

Only where the address of a concept follows from the code by the rule of its keeper: currencies and
countries of the Publications Office of the EU (ISO 4217, ISO 3166-1 alpha-3,
https://op.europa.eu/en/web/eu-vocabularies/authority-tables) and languages of the Library of
Congress (ISO 639-1, https://id.loc.gov/vocabulary/iso639-1.html). Nothing is looked up.
"""

from collections.abc import Iterator

from graph.model import AttributeDef, ClassDef, KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Column, Schema
from graph.terms import NamedNode, Quad
from graph.vocab import OWL, RDF, SKOS
from inference.detectors.lexicon import country_codes, word_lists
from inference.knowledge.graph_writer import GraphWriter
from inference.knowledge.meanings import code_list_quads, declarations
from inference.knowledge.suggestions import Suggestion

_AUTHORITIES = "http://publications.europa.eu/resource/authority/"
_LANGUAGES = "http://id.loc.gov/vocabulary/iso639-1/"
_SURE = 0.8
_CONFIDENCE = 0.85


def public_concept(kind: str, code: str) -> NamedNode | None:
    """Give the public concept of a code.

    Args:
        kind: semantic type: `currency-code`, `country-code` or `language-code`.
    """
    known = code.lower() in word_lists().get(kind, ())
    if kind == "currency-code" and known:
        return NamedNode(f"{_AUTHORITIES}currency/{code.upper()}")
    if kind == "language-code" and known and len(code) == 2:
        return NamedNode(_LANGUAGES + code.lower())
    if kind == "country-code":
        codes, given = country_codes(), code.upper()
        alpha_3 = codes.get(given) or (given if given in codes.values() else None)
        return NamedNode(f"{_AUTHORITIES}country/{alpha_3}") if alpha_3 else None
    return None


def code_suggestions(
    model: KnowledgeModel, schema: Schema, names: ProjectNames
) -> tuple[Suggestion, ...]:
    """Suggest a list of codes with their public concepts for each column of such codes."""
    done: set[str] = set()
    found = []
    for item in model.classes:
        for attribute in item.attributes:
            column = schema.table(item.table).column(attribute.column)
            matches = _matches(column)
            if matches and attribute.name not in done:
                done.add(attribute.name)
                found.append(_suggestion(item, attribute, matches, names))
    return tuple(found)


def _matches(column: Column) -> dict[str, NamedNode]:
    """Give the public concept of each value; nothing when one of them has none."""
    semantic = column.semantic
    if semantic is None or semantic.decision.confidence < _SURE:
        return {}
    concepts = {code: public_concept(semantic.type, code) for code in column.enumeration}
    known = {code: concept for code, concept in concepts.items() if concept is not None}
    return known if len(known) == len(concepts) else {}


def _suggestion(
    item: ClassDef, attribute: AttributeDef, matches: dict[str, NamedNode], names: ProjectNames
) -> Suggestion:
    listed = code_list_quads(names, attribute.name, dict.fromkeys(matches, 0))
    quads = [*listed, *_exact(attribute.name, matches, names)]
    used = {str(term) for quad in quads for term in (quad.predicate, quad.object)}
    first, concept = next(iter(matches.items()))
    return Suggestion(
        ("codes-match", item.table, attribute.column),
        f"The codes of {attribute.name} are concepts that others know.",
        _CONFIDENCE,
        (
            f"All {len(matches)} values of {attribute.label!r} are known codes.",
            f"{first!r} is {concept.value}.",
        ),
        (*declarations(used, names), *quads),
    )


def _exact(name: str, matches: dict[str, NamedNode], names: ProjectNames) -> Iterator[Quad]:
    facts = GraphWriter(names.ontology).facts
    for code, concept in matches.items():
        yield from facts(concept, (RDF.type, OWL.NamedIndividual))
        yield from facts(names.record("code-list", name, code), (SKOS.exactMatch, concept))
