"""An ontology from outside, as a change of the current one.

The bytes are read in the sandbox (`graph.readers.pool`). Blank nodes that say what blank nodes of
the current ontology say take their names, so the change holds only what somebody changed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.errors import BadInput
from graph.names import ProjectNames
from graph.ontology.diff import OntologyDiff, diff_ontologies
from graph.ontology.terms import TermWriter
from graph.readers.rdf_io import OWL_XML
from graph.terms import NamedNode, Quad, Term
from graph.vocab import OWL, RDF

FORMATS = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "owlxml": OWL_XML,
}
_XML = (FORMATS["rdfxml"], FORMATS["owlxml"])
STRATEGIES = ("replace", "merge")
PARTS = ("ontology", "shapes", "mapping")
LARGEST = 64 << 20
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_FUNCTIONAL = re.compile(rb"(?:\s|#[^\n]*\n)*(?:Prefix|Ontology)\s*\(")
_RDF_XML = re.compile(rb"[<:]RDF[\s>]")
_OWL_XML = re.compile(rb"<(\w+:)?Ontology[\s>]")

Facts = dict[Term, list[tuple[NamedNode, Term]]]


@dataclass(frozen=True)
class ImportPlan:
    """What an import changes, in triples and in words; `notes` say what was left out and why."""

    added: tuple[Quad, ...]
    removed: tuple[Quad, ...]
    diff: OntologyDiff
    notes: tuple[str, ...]


def media_type(form: str) -> str:
    """Give the media type of a format, by its short name or itself.

    Raises:
        BadInput: it is none that can be read.
    """
    media = FORMATS.get(form, form)
    if media not in FORMATS.values():
        raise BadInput(
            f"The format must be one of {', '.join(FORMATS)}, not {form!r}. Save the ontology as "
            "RDF/XML, Turtle or OWL/XML; functional and Manchester syntax are not read."
        )
    return media


def check_content(content: bytes, media: str) -> None:
    """Refuse what no parser should see: entity declarations, other XML, too much of it.

    Raises:
        BadInput: with what to do.
    """
    if len(content) > LARGEST:
        raise BadInput(f"The ontology is longer than {LARGEST:,} bytes.")
    if _FUNCTIONAL.match(content):
        raise BadInput("This is functional syntax. Save the ontology as RDF/XML or Turtle.")
    if media not in _XML:
        return
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput("The XML is not UTF-8; save it as UTF-8.")
    if _DECLARATION.search(content):
        raise BadInput("XML with a DOCTYPE is refused: entities can grow without end.")
    head = content[:4096]
    is_owl_xml = _OWL_XML.search(head) and not _RDF_XML.search(head)
    if is_owl_xml and media != FORMATS["owlxml"]:
        raise BadInput("This is OWL/XML. Send it as application/owl+xml (format owlxml).")


def plan_import(
    imported: Iterable[Quad],
    current: Sequence[Quad],
    names: ProjectNames,
    *,
    strategy: str,
) -> ImportPlan:
    """Compare an imported ontology, or shapes, with the current ones.

    Args:
        imported: all in the graph of the part, blank nodes as skolem IRIs.
        strategy: `replace` makes the part what was imported; `merge` only adds.
    """
    kept, notes = _without_foreign_header(list(imported), names)
    kept += [quad for quad in current if _is_version(quad, names)]
    aligned = align(kept, current, names.skolem)
    wanted, known = dict.fromkeys(aligned), dict.fromkeys(current)
    added = tuple(sorted((quad for quad in wanted if quad not in known), key=str))
    gone = (quad for quad in known if quad not in wanted) if strategy == "replace" else ()
    removed = tuple(sorted(gone, key=str))
    after = [quad for quad in known if quad not in set(removed)] + list(added)
    return ImportPlan(added, removed, diff_ontologies(current, after, names.skolem), tuple(notes))


def joined(plans: Sequence[ImportPlan], current: Sequence[Quad], skolem: str) -> ImportPlan:
    """Make one plan of those for several parts; `current` are the quads of all of them."""
    added = tuple(quad for plan in plans for quad in plan.added)
    removed = tuple(quad for plan in plans for quad in plan.removed)
    gone = frozenset(removed)
    after = [*(quad for quad in current if quad not in gone), *added]
    notes = tuple(sorted({note for plan in plans for note in plan.notes}))
    return ImportPlan(added, removed, diff_ontologies(current, after, skolem), notes)


def align(imported: Sequence[Quad], current: Sequence[Quad], skolem: str) -> list[Quad]:
    """Give blank nodes the names of those that say the same at the same place."""
    new, old = _facts(imported), _facts(current)
    texts = TermWriter(new, skolem), TermWriter(old, skolem)
    renamed: dict[Term, Term] = {}
    pairs: list[tuple[Term, Term]] = [(s, s) for s in new if s in old and not texts[0].is_blank(s)]
    pairs += _roots(new, old, texts)
    while pairs:
        one, other = pairs.pop()
        free: defaultdict[tuple[NamedNode, str], list[Term]] = defaultdict(list)
        for predicate, value in sorted(old.get(other, ()), key=str):
            if texts[1].is_blank(value):
                free[predicate, texts[1].text(value)].append(value)
        for predicate, value in sorted(new[one], key=str):
            if texts[0].is_blank(value) and value not in renamed:
                same = free[predicate, texts[0].text(value)]
                if same:
                    renamed[value] = same.pop(0)
                    pairs.append((value, renamed[value]))
    return [
        Quad(
            renamed.get(quad.subject, quad.subject),  # type: ignore[arg-type] # a subject stays one
            quad.predicate,
            renamed.get(quad.object, quad.object),
            quad.graph_name,
        )
        for quad in imported
    ]


def _roots(new: Facts, old: Facts, texts: tuple[TermWriter, TermWriter]) -> list[tuple[Term, Term]]:
    """Pair the blank nodes that nothing points to; they get each other's place by a virtual one."""
    virtual = NamedNode("urn:mimir:root")
    for facts, writer in zip((new, old), texts, strict=True):
        pointed = {value for values in facts.values() for _, value in values}
        roots = [term for term in facts if writer.is_blank(term) and term not in pointed]
        facts[virtual] = [(RDF.value, term) for term in roots]
    return [(virtual, virtual)]


def _facts(quads: Iterable[Quad]) -> Facts:
    found: Facts = {}
    for quad in quads:
        found.setdefault(quad.subject, []).append((quad.predicate, quad.object))
    return found


def _without_foreign_header(quads: list[Quad], names: ProjectNames) -> tuple[list[Quad], list[str]]:
    notes = []
    headers: set[Term] = {
        quad.subject for quad in quads if quad.predicate == RDF.type and quad.object == OWL.Ontology
    }
    kept = []
    for quad in quads:
        if quad.predicate == OWL.imports:
            notes.append(f"{quad.object} is not imported; nothing is fetched from the network.")
        elif quad.subject in headers - {names.ontology_iri}:
            notes.append(f"The header of {quad.subject} was left out; the project has its own.")
        elif not _is_version(quad, names) and quad.object != RDF.List:
            # Some tools say of a list that it is one, which nothing needs.
            kept.append(quad)
    return kept, sorted(set(notes))


def _is_version(quad: Quad, names: ProjectNames) -> bool:
    return quad.subject == names.ontology_iri and quad.predicate in (
        OWL.versionIRI,
        OWL.versionInfo,
    )
