"""What people decided about the ontology: edits that regeneration applies again, every time.

An edit finds its term by the tables and columns that fill it, so it holds after other edits and
after a re-run. Renames are applied to the knowledge model, so the data follows; types are decisions
about the schema (`graph.ontology.schema_overrides`); labels, comments and the hierarchy are applied
to the generated quads.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal as OneOf
from typing import get_args

from graph.changes import ChangeSet
from graph.errors import BadInput, NotFound
from graph.model import AttributeDef, ClassDef, JunctionDef, KnowledgeModel, LinkDef
from graph.names import ProjectNames
from graph.ontology.diff import OntologyDiff
from graph.records import record_quads
from graph.schema import Datatype
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import BlankNode, Literal, NamedNode, Quad, Subject, Term
from graph.vocab import MIMIR, OWL, PROV, RDF, RDFS

Kind = OneOf["label", "comment", "rename", "retype", "subclass", "merge"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DATATYPES: tuple[str, ...] = get_args(Datatype)
_LONGEST = 2_000


@dataclass(frozen=True)
class OntologyEdit:
    """One decision of a person.

    Attributes:
        kind: `label`, `comment`, `rename`, `retype` (a datatype), `subclass` (of a class) or
            `merge` (two classes mean the same).
        target: local name of the term when the edit was made.
        value: text, new local name, datatype, or the local name of the other class.
        origins: tables and columns (`table.column`) that fill the target.
    """

    id: str
    kind: Kind
    target: str
    value: str
    author: str
    at: datetime
    origins: tuple[str, ...] = ()


def make_edit(
    model: KnowledgeModel, kind: str, target: str, value: str, author: str, at: datetime
) -> OntologyEdit:
    """Make an edit of a term of the model as it is now.

    Raises:
        BadInput: the kind is unknown, or the value is not one for it.
        NotFound: the model has no such class or property.
    """
    if kind not in KINDS:
        raise BadInput(f"The kind of an edit must be one of {', '.join(KINDS)}, not {kind!r}.")
    classes, properties = _classes(model), _properties(model)
    if target not in classes and target not in properties:
        raise NotFound(f"The ontology has no class or property {target!r}.")
    value = unicodedata.normalize("NFC", value.strip())
    if not value or len(value) > _LONGEST:
        raise BadInput(f"Give a value of 1 to {_LONGEST:,} characters.")
    _check_value(kind, target, value, classes, properties)
    origins = classes.get(target) or properties[target]
    basis = "\n".join((kind, target, value, author, at.isoformat()))
    number = hashlib.sha256(basis.encode()).hexdigest()[:12]
    return OntologyEdit(number, kind, target, value, author, at, tuple(sorted(origins)))


def observed_renames(
    model: KnowledgeModel, diff: OntologyDiff, names: ProjectNames, at: datetime
) -> tuple[OntologyEdit, ...]:
    """Make edits of what was renamed in the graph itself: by an import, a proposal or an update.

    Args:
        diff: from what was generated to what is there.
    """
    edits = []
    for item in diff.renamed_terms:
        old, new = (iri[1:-1].removeprefix(names.terms) for iri in (item.old, item.new))
        known = {*_classes(model), *_properties(model)}
        if old in known and new not in known and new.isidentifier():
            edits.append(make_edit(model, "rename", old, new, "graph", at))
            model = edited_model(model, edits[-1:])
    return tuple(edits)


def read_edits(meta: GraphReader) -> tuple[OntologyEdit, ...]:
    """List the edits, oldest first."""
    facts: dict[str, dict[str, list[str]]] = {}
    text = bind(load_query("graph", "records"), about=MIMIR.OntologyEdit)
    for iri, predicate, value in meta.select(text):
        facts.setdefault(_text(iri), {}).setdefault(_text(predicate), []).append(_text(value))
    found = (
        OntologyEdit(
            item[MIMIR.identifier.value][0],
            item[MIMIR.editKind.value][0],  # type: ignore[arg-type] # written by edit_quads
            item[MIMIR.target.value][0],
            item[MIMIR.value.value][0],
            item[MIMIR.author.value][0],
            datetime.fromisoformat(item[MIMIR.createdAt.value][0]),
            tuple(sorted(item.get(MIMIR.origin.value, ()))),
        )
        for item in facts.values()
    )
    return tuple(sorted(found, key=lambda item: (item.at, item.id)))


def find_edit(meta: GraphReader, edit: str) -> OntologyEdit:
    """Find an edit by its id.

    Raises:
        NotFound: there is none.
    """
    for item in read_edits(meta):
        if item.id == edit:
            return item
    raise NotFound(f"There is no ontology edit {edit!r}; it may have been undone.")


def edit_quads(edit: OntologyEdit, names: ProjectNames) -> list[Quad]:
    """Describe an edit."""
    return record_quads(
        names.record("ontology-edit", edit.id),
        {
            RDF.type: (MIMIR.OntologyEdit, PROV.Entity),
            MIMIR.identifier: edit.id,
            MIMIR.editKind: edit.kind,
            MIMIR.target: edit.target,
            MIMIR.value: edit.value,
            MIMIR.author: edit.author,
            MIMIR.createdAt: edit.at,
            MIMIR.origin: edit.origins,
        },
        names.meta,
    )


def record_edit(edit: OntologyEdit, names: ProjectNames, *, undo: bool = False) -> ChangeSet:
    """Give the change that records an edit, or that takes its record away."""
    quads = tuple(edit_quads(edit, names))
    word = "Undo the edit" if undo else "Edit the ontology"
    return ChangeSet(
        added=() if undo else quads,
        removed=quads if undo else (),
        author=edit.author,
        reason=f"{word}: {edit.kind} of {edit.target}: {edit.value[:80]}",
    )


def edited_model(model: KnowledgeModel, edits: Sequence[OntologyEdit]) -> KnowledgeModel:
    """Apply renames to a generated model; what an edit no longer fits stays as it is."""
    for edit in edits:
        if edit.kind == "rename":
            model = _renamed(model, edit)
    return model


def edited_quads(
    quads: Iterable[Quad],
    model: KnowledgeModel,
    edits: Sequence[OntologyEdit],
    names: ProjectNames,
) -> list[Quad]:
    """Apply labels, comments and the hierarchy to generated quads; `model` is the edited one."""
    found = list(quads)
    for edit in edits:
        term = current_name(model, edit)
        if term is None or edit.kind in ("rename", "retype"):
            continue
        subject = names.term(term)
        if edit.kind in ("label", "comment"):
            predicate = RDFS.label if edit.kind == "label" else RDFS.comment
            found = [q for q in found if not (q.subject == subject and q.predicate == predicate)]
            found.append(Quad(subject, predicate, Literal(edit.value), names.ontology))
        else:
            found = _related(found, edit, subject, names)
    return found


def current_name(model: KnowledgeModel, edit: OntologyEdit) -> str | None:
    """Find the name that an edit's term has in a model."""
    wanted = set(edit.origins)
    known = {**_properties(model), **_classes(model)}
    if wanted:
        for name in sorted(known):
            if known[name] == wanted:
                return name
        best = max(sorted(known), key=lambda name: len(known[name] & wanted), default=None)
        if best and known[best] & wanted:
            return best
    return edit.target if edit.target in known else None


def _check_value(
    kind: str,
    target: str,
    value: str,
    classes: dict[str, set[str]],
    properties: dict[str, set[str]],
) -> None:
    if kind == "rename":
        if not value.isidentifier():
            raise BadInput(f"{value!r} is no local name: use letters, digits and '_'.")
        if value in classes or value in properties:
            raise BadInput(f"There is a term {value!r} already; one name is one thing.")
    if kind == "retype" and (target not in properties or value not in DATATYPES):
        raise BadInput(
            f"Only attributes have a type, and it must be one of {', '.join(DATATYPES)}."
        )
    if kind in ("subclass", "merge"):
        if target not in classes:
            raise BadInput(f"{target!r} is no class.")
        if value == target or not value.isidentifier() or value in properties:
            raise BadInput(f"{value!r} cannot be the other class of {target!r}.")
        if kind == "merge" and value not in classes:
            raise NotFound(f"The ontology has no class {value!r} to merge with.")


def _classes(model: KnowledgeModel) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in model.classes:
        found.setdefault(item.name, set()).add(item.table)
    return found


def _properties(model: KnowledgeModel) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in model.classes:
        for attribute in item.attributes:
            found.setdefault(attribute.name, set()).add(f"{item.table}.{attribute.column}")
        for link in item.links:
            sources = {f"{item.table}.{column}" for column in link.columns}
            found.setdefault(link.name, set()).update(sources)
    for pair in model.junctions:
        found.setdefault(pair.name, set()).add(f"{pair.table}.")
    return found


def _renamed(model: KnowledgeModel, edit: OntologyEdit) -> KnowledgeModel:
    old = current_name(model, edit)
    if old is None or edit.value in {*_classes(model), *_properties(model)}:
        return model

    def _named(name: str) -> str:
        return edit.value if name == old else name

    def _link(item: LinkDef) -> LinkDef:
        return replace(item, name=_named(item.name), target=_named(item.target))

    def _attribute(item: AttributeDef) -> AttributeDef:
        return replace(item, name=_named(item.name))

    return _mapped(model, _named, _attribute, _link)


def _mapped(
    model: KnowledgeModel,
    named: Callable[[str], str],
    attribute: Callable[[AttributeDef], AttributeDef],
    link: Callable[[LinkDef], LinkDef],
) -> KnowledgeModel:
    def _of_class(item: ClassDef) -> ClassDef:
        return replace(
            item,
            name=named(item.name),
            attributes=tuple(map(attribute, item.attributes)),
            links=tuple(map(link, item.links)),
        )

    def _of_pair(item: JunctionDef) -> JunctionDef:
        source, target = link(item.source), link(item.target)
        return replace(item, name=named(item.name), source=source, target=target)

    return KnowledgeModel(
        tuple(map(_of_class, model.classes)), tuple(map(_of_pair, model.junctions))
    )


def _related(
    quads: list[Quad], edit: OntologyEdit, subject: NamedNode, names: ProjectNames
) -> list[Quad]:
    other, graph = names.term(edit.value), names.ontology
    predicate = RDFS.subClassOf if edit.kind == "subclass" else OWL.equivalentClass
    added = [Quad(subject, predicate, other, graph)]
    if not any(quad.subject == other and quad.predicate == RDF.type for quad in quads):
        added.append(Quad(other, RDF.type, OWL.Class, graph))
        added.append(Quad(other, RDFS.label, Literal(edit.value), graph))
    # A class disjoint from what it is a part of could have no members.
    return [*_without_member(quads, subject, other, graph), *added]


def _without_member(
    quads: list[Quad], member: NamedNode, other: NamedNode, graph: NamedNode
) -> list[Quad]:
    """Take a class out of the disjointness that it shares with another one."""
    found: dict[tuple[Term, NamedNode], Term] = {
        (quad.subject, quad.predicate): quad.object for quad in quads
    }
    for quad in quads:
        if quad.predicate == OWL.disjointWith and {quad.subject, quad.object} == {member, other}:
            return [each for each in quads if each != quad]
        if quad.predicate != OWL.members:
            continue
        nodes, items = _list(found, quad.object)
        if member not in items or other not in items:
            continue
        kept = [item for item in items if item != member]
        gone = set(nodes)
        rest = [each for each in quads if each.subject not in gone and each != quad]
        if len(kept) < 2:
            return [each for each in rest if each.subject != quad.subject]
        heads: list[Subject] = [*nodes[: len(kept)], RDF.nil]
        for place, item in enumerate(kept):
            rest.append(Quad(heads[place], RDF.first, item, graph))
            rest.append(Quad(heads[place], RDF.rest, heads[place + 1], graph))
        return [*rest, Quad(quad.subject, OWL.members, heads[0], graph)]
    return quads


def _list(
    found: dict[tuple[Term, NamedNode], Term], head: Term
) -> tuple[list[Subject], list[Term]]:
    nodes: list[Subject] = []
    items: list[Term] = []
    while isinstance(head, (NamedNode, BlankNode)) and head != RDF.nil and head not in nodes:
        nodes.append(head)
        items.append(found[head, RDF.first])
        head = found[head, RDF.rest]
    return nodes, items


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
