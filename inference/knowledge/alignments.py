"""Suggest where classes and properties meet well-known vocabularies.

schema.org, FOAF, DCTERMS, GeoSPARQL and the geographic vocabulary of the W3C. Each suggestion is
about one class and the properties that it is the first to use.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.model import AttributeDef, ClassDef, KnowledgeModel
from graph.names import ProjectNames
from graph.schema import Schema, SemanticType
from graph.terms import NamedNode, Quad
from graph.vocab import DCTERMS, FOAF, GEO, GEOSPARQL, OWL, RDF, RDFS, SCHEMA
from inference.detectors.people import PERSON_TABLES
from inference.headers import header_words, word_set
from inference.knowledge.graph_writer import GraphWriter
from inference.knowledge.suggestions import Suggestion
from inference.words import singular

_PROPERTIES: dict[str, tuple[tuple[NamedNode, float], ...]] = {
    "email": ((SCHEMA.email, 0.9),),
    "phone": ((SCHEMA.telephone, 0.9),),
    "given-name": ((SCHEMA.givenName, 0.9), (FOAF.givenName, 0.9)),
    "family-name": ((SCHEMA.familyName, 0.9), (FOAF.familyName, 0.9)),
    "person-name": ((SCHEMA.name, 0.85),),
    "organisation": ((SCHEMA.name, 0.7),),
    "street-address": ((SCHEMA.streetAddress, 0.88),),
    "postal-code": ((SCHEMA.postalCode, 0.9),),
    "city": ((SCHEMA.addressLocality, 0.8),),
    "region": ((SCHEMA.addressRegion, 0.8),),
    "country": ((SCHEMA.addressCountry, 0.8),),
    "country-code": ((SCHEMA.addressCountry, 0.75),),
    "latitude": ((SCHEMA.latitude, 0.9), (GEO.lat, 0.9)),
    "longitude": ((SCHEMA.longitude, 0.9), (GEO.long, 0.9)),
    "birth-date": ((SCHEMA.birthDate, 0.9),),
    "gender": ((SCHEMA.gender, 0.9), (FOAF.gender, 0.85)),
    "url": ((SCHEMA.url, 0.75),),
    "free-text": ((DCTERMS.description, 0.75),),
    "media-type": ((DCTERMS.term("format"), 0.75),),
    "language-code": ((DCTERMS.language, 0.75),),
    "colour": ((SCHEMA.color, 0.8),),
    "currency-code": ((SCHEMA.currency, 0.8),),
}
"""Properties by semantic type, with how sure it is that they mean the same."""

_ONLY_UNDER = {"country": ("country", "land", "pays", "pais", "paese")}
"""Types whose other headers say something else."""

_ADDRESS = frozenset({"country", "country-code", "city", "region", "postal-code", "street-address"})
_NO_ADDRESS = word_set("birth death born died origin native hometown nationality")
_PLACES = {"country": "Country", "country-code": "Country", "city": "City"}
"""Types of which a column is no address where the rows are such places themselves."""

_OF_THE_ROW = frozenset({"name", "person-name", "organisation", "url"})
"""Types that say something of the row only where the header does not name something else."""

_QUALIFIERS = word_set(
    "name url link web website homepage site title first full short long official legal trade "
    "display common company organisation organization business own main complete alternative"
)

_NOUNS: dict[str, NamedNode] = {
    noun: SCHEMA.term(name)
    for name, nouns in {
        "Organization": "organization organisation company supplier vendor manufacturer publisher "
        "agency institution shipper firm",
        "Product": "product article sku",
        "Order": "order",
        "Invoice": "invoice",
        "Place": "site location venue plant warehouse facility",
        "City": "city town",
        "Country": "country",
        "Airport": "airport",
        "Airline": "airline",
        "Hotel": "hotel",
        "Restaurant": "restaurant",
        "Hospital": "hospital clinic",
        "School": "school",
        "CollegeOrUniversity": "university college",
        "Store": "store shop",
        "Museum": "museum",
        "Book": "book",
        "Movie": "movie film",
        "MusicAlbum": "album",
        "MusicRecording": "track song",
        "Course": "course",
        "Review": "review",
        "Vehicle": "vehicle truck",
        "Car": "car",
        "PostalAddress": "address",
        "Language": "language",
        "SportsTeam": "team",
        "Recipe": "recipe",
        "JobPosting": "vacancy",
        "BankAccount": "account",
    }.items()
    for noun in nouns.split()
}
_NEEDED = {
    "BankAccount": {"money", "iban"},
    "PostalAddress": {"street-address", "city", "postal-code"},
    "Place": {"latitude", "city", "street-address", "country"},
}
"""Types of which one must stand in the table, where the noun alone may mean something else."""

_PLAIN_BEFORE = word_set("customer sales purchase main master our all dim")
_LEAST = 0.6


@dataclass(frozen=True)
class _Match:
    """A term of another vocabulary that one of ours is a kind of."""

    ours: str
    theirs: NamedNode
    kind: NamedNode
    confidence: float
    why: str


def alignment_suggestions(
    model: KnowledgeModel, schema: Schema, names: ProjectNames
) -> tuple[Suggestion, ...]:
    """Suggest superclasses and superproperties from well-known vocabularies."""
    found = []
    done: set[str] = set()
    for item in model.classes:
        matches = [*_class_matches(item, schema)]
        for attribute in item.attributes:
            if attribute.name not in done:
                matches += _property_matches(item, attribute, schema)
            done.add(attribute.name)
        if any(match.theirs != DCTERMS.identifier for match in matches):
            found.append(_suggestion(item, matches, names))
    return tuple(found)


def _class_matches(item: ClassDef, schema: Schema) -> Iterator[_Match]:
    types = {
        semantic.type for each in item.attributes if (semantic := _semantic(schema, item, each))
    }
    words = [singular(word) for word in header_words(item.table)]
    noun = next((word for word in words if word in PERSON_TABLES), None)
    named = ("given-name" in types and "family-name" in types) or "person-name" in types
    if named and (noun or types & {"birth-date", "gender", "age"}):
        why = f"Each {item.label} has the name of a person."
        for theirs in (SCHEMA.Person, FOAF.Person):
            yield _Match(item.name, theirs, RDFS.subClassOf, 0.88, why)
        return
    if {"latitude", "longitude"} <= types:
        why = f"Each {item.label} has a latitude and a longitude."
        yield _Match(item.name, GEOSPARQL.Feature, RDFS.subClassOf, 0.85, why)
        if not words or words[-1] not in _NOUNS:
            yield _Match(item.name, SCHEMA.Place, RDFS.subClassOf, 0.85, why)
    # A work order is no order: what stands before the noun changes what it means.
    meant = _NOUNS.get(words[-1]) if words and set(words[:-1]) <= _PLAIN_BEFORE else None
    if meant is not None and item.kind != "observation":
        needed = _NEEDED.get(meant.value.rpartition("/")[2])
        dated = any(each.datatype in ("date", "dateTime") for each in item.attributes)
        if (needed is None or types & needed) and (dated or meant != SCHEMA.Order):
            why = f"{item.label!r} is what {meant.value} is about."
            yield _Match(item.name, meant, RDFS.subClassOf, 0.75, why)


def _property_matches(item: ClassDef, attribute: AttributeDef, schema: Schema) -> Iterator[_Match]:
    semantic = _semantic(schema, item, attribute)
    if semantic is None:
        return
    if semantic.type == "identifier" and item.key == (attribute.column,):
        why = f"{attribute.label!r} is the key of {item.table}."
        yield _Match(attribute.name, DCTERMS.identifier, RDFS.subPropertyOf, 0.8, why)
    if semantic.type == "money" and header_words(attribute.column)[-1:] == ("price",):
        yield _Match(
            attribute.name, SCHEMA.price, RDFS.subPropertyOf, 0.75, "The header is a price."
        )
    words = header_words(attribute.column)
    if semantic.type in _OF_THE_ROW and not _is_of_row(words, item):
        return
    if semantic.type in ("name", "city") and words[-1:] == ("name",):
        if _is_of_row(words, item):
            why = "The header is a name."
            yield _Match(attribute.name, SCHEMA.name, RDFS.subPropertyOf, 0.85, why)
        return
    if semantic.type in _ADDRESS and (set(words) & _NO_ADDRESS or _is_place(semantic.type, item)):
        return
    if semantic.type == "phone" and set(words) & {"fax", "telefax"}:
        why = "The header is a fax."
        yield _Match(attribute.name, SCHEMA.faxNumber, RDFS.subPropertyOf, 0.85, why)
        return
    only = _ONLY_UNDER.get(semantic.type)
    if only and header_words(attribute.column)[-1:] not in [(word,) for word in only]:
        return
    for theirs, sure in _PROPERTIES.get(semantic.type, ()):
        confidence = round(sure * semantic.decision.confidence, 3)
        why = f"{attribute.label!r} holds values of the type {semantic.type}."
        yield _Match(attribute.name, theirs, RDFS.subPropertyOf, confidence, why)


def _is_of_row(words: Sequence[str], item: ClassDef) -> bool:
    """Tell whether a header names the row itself: `custName` of customers, not `managerName`."""
    own = list(header_words(item.table))
    own += [singular(word) for word in own]
    return all(
        word in _QUALIFIERS or any(each.startswith(singular(word)) for each in own)
        for word in words
    )


def _is_place(kind: str, item: ClassDef) -> bool:
    last = singular((header_words(item.table) or ("",))[-1])
    return kind in _PLACES and _NOUNS.get(last) == SCHEMA.term(_PLACES[kind])


def _suggestion(item: ClassDef, matches: list[_Match], names: ProjectNames) -> Suggestion:
    facts = GraphWriter(names.ontology).facts
    likely = [match for match in matches if match.confidence >= _LEAST]
    quads: list[Quad] = []
    for match in likely:
        is_class = match.kind == RDFS.subClassOf
        declared = OWL.Class if is_class else OWL.DatatypeProperty
        quads += facts(match.theirs, (RDF.type, declared))
        quads += facts(names.term(match.ours), (match.kind, match.theirs))
    evidence = tuple(
        f"{match.ours} is a kind of {match.theirs.value}: {match.why} ({match.confidence:.2f})"
        for match in likely
    )
    columns = {a.name: a.column for a in item.attributes}
    about = sorted(f"{columns.get(m.ours, '')} {m.theirs.value}" for m in likely)
    return Suggestion(
        ("alignment", item.table, *about),
        f"Align {item.name} with terms that others know.",
        min(match.confidence for match in likely),
        evidence,
        tuple(dict.fromkeys(quads)),
    )


def _semantic(schema: Schema, item: ClassDef, attribute: AttributeDef) -> SemanticType | None:
    return schema.table(item.table).column(attribute.column).semantic
