"""What a data modeller would propose beyond what is sure: kinds, wholes and parts, events, terms.

A suggestion is a set of additions to the ontology with a reason, evidence and a confidence; people
or the policy decide on it as a proposal. Its identifier stays the same from run to run.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.model import AttributeDef, ClassDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.schema import Column, Schema, Table
from graph.terms import BlankNode, NamedNode, Quad, Subject, Term
from graph.vocab import DCTERMS, OWL, RDF, RDFS, SCHEMA, SKOS
from inference.headers import header_words, word_set
from inference.knowledge.graph_writer import GraphWriter, blank_node
from inference.knowledge.meanings import is_reading
from inference.words import pascal_case, singular, split_words

_PART_WORDS = word_set(
    "item line detail part position entry row step section chapter room component element page "
    "stop segment leg posten zeile teil detalle ligne riga linea"
)
_EXTRA_WORDS = word_set(
    "detail profile info information setting address account data extension attribute statistic "
    "stat preference photo image contact note credential config configuration metadata"
)
_EVENT_WORDS = word_set(
    "event visit appointment booking reservation rental payment transaction purchase sale order "
    "delivery shipment trip flight match game race meeting session incident alarm alert failure "
    "repair inspection maintenance login call message transfer loan treatment admission "
    "concert election exam test log accident claim"
)
_NOT_EVENT_TIMES = word_set(
    "birth born dob update updated modified change changed expiry expire expires valid hire hired "
    "death founded"
)
_NUMBERED = word_set("line number no nr position pos seq sequence item index step")
_CODE_WORDS = word_set(
    "type kind category subcategory class classification genre group status state level grade rank "
    "method mode medium role reason priority severity unit currency language gender colour color "
    "code tag topic subject region channel segment symbol flag option activity "
    "art typ kategorie gruppe stufe rolle grund waehrung einheit sprache "
    "categorie statut niveau langue devise unite motif tipo categoria estado nivel grupo rol "
    "motivo moneda idioma unidad stato livello gruppo ruolo valuta lingua unita soort groep niveau "
    "rodzaj kategoria poziom grupa jezyk waluta"
)
"""What a list of codes is called; a table of a key and a name alone may hold things."""
_LOOKUP_WORDS = word_set("ref reference lookup lkp lov enum")

_MOST_OF_A_KIND = 0.5
"""Share of the rows of a table up to which those of another may be one kind of it among others."""

_SHORTEST = 3
"""Letters of the shortest value that names a class; shorter ones are codes."""


@dataclass(frozen=True)
class Suggestion:
    """Additions to the ontology that somebody should decide on.

    Attributes:
        about: what it is about, in words that stay the same: kind, table, columns.
        reason: a sentence for the person who decides; `confidence` is 0 to 1.
    """

    about: tuple[str, ...]
    reason: str
    confidence: float
    evidence: tuple[str, ...]
    quads: tuple[Quad, ...]

    @property
    def id(self) -> str:
        """Identifier that holds as long as the tables and columns are called the same."""
        return hashlib.sha256(json.dumps(self.about).encode()).hexdigest()[:16]


def hierarchy_suggestions(
    model: KnowledgeModel, schema: Schema, names: ProjectNames
) -> tuple[Suggestion, ...]:
    """Suggest kinds of things, parts of wholes, events and code lists, from structure and data."""
    return tuple(_Finder(model, schema, names).suggestions())


def skolemised(suggestion: Suggestion, names: ProjectNames) -> tuple[Quad, ...]:
    """Give the quads of a suggestion with IRIs that stand for its blank nodes, as in the store."""

    def named(term: Subject | Term) -> Subject | Term:
        """Name a blank node."""
        if isinstance(term, BlankNode):
            return NamedNode(f"{names.skolem}{term.value}")
        return term

    return tuple(
        Quad(named(q.subject), q.predicate, named(q.object), q.graph_name)  # type: ignore[arg-type] # a subject stays one
        for q in suggestion.quads
    )


class _Finder:
    def __init__(self, model: KnowledgeModel, schema: Schema, names: ProjectNames) -> None:
        self._model = model
        self._schema = schema
        self._names = names
        self._writer = GraphWriter(names.ontology)
        self._facts = self._writer.facts
        self._pointed = {link.target_table for item in model.classes for link in item.links}
        self._taken = {item.name for item in model.classes}
        for item in model.classes:
            self._taken |= {each.name for each in item.attributes}
            self._taken |= {each.name for each in item.links}

    def suggestions(self) -> Iterator[Suggestion]:
        """Give the suggestions about each class in turn."""
        for item in self._model.classes:
            table = self._schema.table(item.table)
            yield from self._kinds(item, table)
            yield from self._one_to_one(item)
            yield from self._part(item)
            yield from self._event(item, table)
            yield from self._code_table(item, table)

    def _kinds(self, item: ClassDef, table: Table) -> Iterator[Suggestion]:
        """Suggest a subclass for each value of a discriminator, defined by that value."""
        found = table.discriminator
        attribute = next((a for a in item.attributes if found and a.column == found.column), None)
        if found is None or attribute is None or attribute.datatype != "string":
            return
        quads: list[Quad] = []
        for value, _ in found.kinds:
            name = pascal_case([singular(word) for word in split_words(value)])
            if len(name) < _SHORTEST or not name.isidentifier() or name in self._taken:
                name = pascal_case((*split_words(value), *split_words(item.label)))
            if not name.isidentifier() or name in self._taken:
                return
            quads += self._kind(item, attribute, name, value)
        yield Suggestion(
            ("kinds", table.name, found.column, *(value for value, _ in found.kinds)),
            f"{item.name} has kinds that {attribute.label!r} tells apart: make them subclasses.",
            found.decision.confidence,
            found.decision.evidence,
            tuple(quads),
        )

    def _kind(
        self, item: ClassDef, attribute: AttributeDef, name: str, value: str
    ) -> Iterator[Quad]:
        """Define a class as the members of another one that have a value."""
        whole, restriction = blank_node("kind", name), blank_node("kind", name, "value")
        yield from self._facts(
            self._names.term(name),
            (RDF.type, OWL.Class),
            (RDFS.label, value),
            (RDFS.comment, f"A {item.label} whose {attribute.label} is {value!r}."),
            (RDFS.subClassOf, self._names.term(item.name)),
            (OWL.equivalentClass, whole),
        )
        yield from self._facts(whole, (RDF.type, OWL.Class))
        members = (self._names.term(item.name), restriction)
        yield from self._writer.collection(
            whole, OWL.intersectionOf, members, ("kind", name, "members")
        )
        yield from self._facts(
            restriction,
            (RDF.type, OWL.Restriction),
            (OWL.onProperty, self._names.term(attribute.name)),
            (OWL.hasValue, value),
        )

    def _one_to_one(self, item: ClassDef) -> Iterator[Suggestion]:
        """Suggest what a table that shares its key with another is: a kind, or a part."""
        link = next((each for each in item.links if each.columns == item.key), None)
        own = [each for each in item.attributes if each.column not in item.key]
        if item.kind != "extension" or link is None or not own:
            return
        words, theirs = _singulars(item.table), _singulars(link.target_table)
        rows, all_rows = (self._schema.table(name).rows for name in (item.table, link.target_table))
        extra = set(words) - set(theirs)
        if extra & _EXTRA_WORDS or not extra or rows > _MOST_OF_A_KIND * all_rows:
            why = f"Each {item.label} holds more about one {_of(link)}."
            yield self._whole(item, link, 0.8 if extra & _EXTRA_WORDS else 0.7, why)
        elif words[: len(theirs)] != theirs:
            yield self._subclass(item, link, rows, all_rows)

    def _subclass(self, item: ClassDef, link: LinkDef, rows: int, all_rows: int) -> Suggestion:
        target = self._names.term(link.target)
        return Suggestion(
            ("kind", item.table, *link.columns),
            f"Each {item.name} is a {link.target}: make it a subclass.",
            0.7,
            (
                f"The key of {item.table} is the key of {link.target_table}, one to one.",
                f"{rows} of the {all_rows} rows of {link.target_table} have such a row.",
                f"{item.label!r} names a thing of its own, not a detail of {_of(link)!r}.",
            ),
            tuple(self._facts(self._names.term(item.name), (RDFS.subClassOf, target))),
        )

    def _part(self, item: ClassDef) -> Iterator[Suggestion]:
        """Suggest the whole of a weak entity, or of what its name calls an item or a line."""
        words = _singulars(item.table)
        named = set(words[-1:]) & _PART_WORDS
        of_what = set(words) - _PART_WORDS
        for link in item.links:
            inside = link.required and len(item.key) > 1 and set(link.columns) < set(item.key)
            rest = [column for column in item.key if column not in link.columns]
            numbered = inside and any(set(header_words(column)) & _NUMBERED for column in rest)
            foreign = any(column in other.columns for other in item.links for column in rest)
            shares = set(_singulars(link.target_table)) & of_what
            if link.required and link.columns != item.key and named and shares:
                why = f"{item.table!r} names a part of {link.target_table!r}."
                yield self._whole(item, link, 0.88 if inside else 0.82, why)
            elif numbered and not foreign:
                why = f"The key of {item.table} counts within {_of(link)}: {', '.join(item.key)}."
                yield self._whole(item, link, 0.85, why)

    def _whole(self, item: ClassDef, link: LinkDef, confidence: float, why: str) -> Suggestion:
        users = [c for c in self._model.classes if any(x.name == link.name for x in c.links)]
        above = self._names.term(link.name)
        quads = [*self._facts(DCTERMS.isPartOf, (RDF.type, OWL.ObjectProperty))]
        if len(users) == 1:
            quads += self._facts(above, (RDFS.subPropertyOf, DCTERMS.isPartOf))
        else:
            # The link serves other classes too, for which it says nothing of parts.
            node = blank_node("part", item.name)
            quads += self._facts(self._names.term(item.name), (RDFS.subClassOf, node))
            quads += self._facts(
                node,
                (RDF.type, OWL.Restriction),
                (OWL.onProperty, DCTERMS.isPartOf),
                (OWL.someValuesFrom, self._names.term(link.target)),
            )
        evidence = (why, f"Each {item.label} has exactly one {_of(link)}.")
        reason = f"{item.name} is part of {link.target}."
        return Suggestion(
            ("part", item.table, *link.columns), reason, confidence, evidence, tuple(quads)
        )

    def _event(self, item: ClassDef, table: Table) -> Iterator[Suggestion]:
        """Suggest that what has a time and takes part in something else happened."""
        if is_reading(item, self._schema) or not item.links:
            return
        times = [c for c in table.columns if _is_time(c) and not c.nullable]
        words = set(_singulars(item.table)[-1:]) & _EVENT_WORDS
        if not times or not (words or item.kind == "observation"):
            return
        time = next(a for a in item.attributes if a.column == times[0].name)
        users = [c for c in self._model.classes if any(x.name == time.name for x in c.attributes)]
        quads = [
            *self._facts(SCHEMA.Event, (RDF.type, OWL.Class)),
            *self._facts(self._names.term(item.name), (RDFS.subClassOf, SCHEMA.Event)),
        ]
        if len(users) == 1:
            quads += self._facts(SCHEMA.startDate, (RDF.type, OWL.DatatypeProperty))
            quads += self._facts(
                self._names.term(time.name), (RDFS.subPropertyOf, SCHEMA.startDate)
            )
        evidence = [f"Each row has a time, {time.label!r}, and points to what took part."]
        evidence += [f"{item.label!r} is a word for what happens."] if words else []
        yield Suggestion(
            ("event", item.table, time.column),
            f"Each {item.name} is an event in time.",
            0.75 if words else 0.6,
            tuple(evidence),
            tuple(quads),
        )

    def _code_table(self, item: ClassDef, table: Table) -> Iterator[Suggestion]:
        """Suggest that a small table of codes and words is a list of concepts."""
        texts = [c for c in table.columns if c.datatype == "string"]
        words = _singulars(item.table)
        if not set(words[-1:]) & _CODE_WORDS and not set(words[:1]) & _LOOKUP_WORDS:
            return
        if item.table not in self._pointed or item.links or len(item.key) != 1:
            return
        if not 2 <= len(table.columns) <= 3 or not texts or not 2 <= table.rows <= 200:
            return
        label = next((c for c in texts if c.name not in item.key and c.unique), None)
        if label is None or any(c.datatype not in ("string", "integer") for c in table.columns):
            return
        key = next(a for a in item.attributes if a.column == item.key[0])
        users = [c for c in self._model.classes if any(x.name == key.name for x in c.attributes)]
        quads = [
            *self._facts(SKOS.Concept, (RDF.type, OWL.Class)),
            *self._facts(self._names.term(item.name), (RDFS.subClassOf, SKOS.Concept)),
        ]
        if len(users) == 1:
            quads += self._facts(SKOS.notation, (RDF.type, OWL.DatatypeProperty))
            quads += self._facts(self._names.term(key.name), (RDFS.subPropertyOf, SKOS.notation))
        yield Suggestion(
            ("codes", item.table, *item.key),
            f"{item.name} is a list of codes: make its members concepts.",
            0.75,
            (
                f"{table.name} has {table.rows} rows of a key and the words {label.name!r}.",
                "Other tables point to it, and it points nowhere.",
            ),
            tuple(quads),
        )


def _is_time(column: Column) -> bool:
    words = set(header_words(column.name))
    return column.datatype in ("date", "dateTime") and not words & _NOT_EVENT_TIMES


def _singulars(name: str) -> Sequence[str]:
    return tuple(singular(word) for word in header_words(name))


def _of(link: LinkDef) -> str:
    return link.label or link.target
