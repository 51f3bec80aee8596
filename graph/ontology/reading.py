"""An ontology from outside, as a change of the current one.

The bytes are read in the sandbox (`graph.readers.pool`). What only was written otherwise is no
difference (`graph.ontology.alignment`), so the change holds only what somebody changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph.errors import BadInput
from graph.names import ProjectNames
from graph.ontology.alignment import align
from graph.ontology.diff import OntologyDiff, diff_ontologies
from graph.oxigraph import OxigraphStore
from graph.readers.rdf_io import OWL_XML
from graph.terms import Quad, Term
from graph.vocab import MIMIR, OWL, RDF

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
_OTHER_SYNTAX = re.compile(rb"(?:\s|#[^\n]*\n)*(?:Prefix|Ontology)\s*([(:])")
_RDF_XML = re.compile(rb"[<:]RDF[\s>]")
_OWL_XML = re.compile(rb"<(\w+:)?Ontology[\s>]")


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
    other = _OTHER_SYNTAX.match(content)
    if other:
        name = "functional" if other[1] == b"(" else "Manchester"
        raise BadInput(f"This is {name} syntax. Save the ontology as RDF/XML or Turtle.")
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

    Raises:
        BadInput: nothing was imported, in the place of something.
    """
    stored = _as_stored(imported)
    if current and not stored and strategy == "replace":
        raise BadInput("The document says nothing; it would take everything away.")
    kept, notes = _without_foreign_header(stored, names)
    kept += [quad for quad in current if _is_version(quad, names)]
    aligned = align(kept, current, names.skolem)
    wanted, known = dict.fromkeys(aligned), dict.fromkeys(current)
    added = tuple(sorted((quad for quad in wanted if quad not in known), key=str))
    gone = (quad for quad in known if quad not in wanted) if strategy == "replace" else ()
    removed = tuple(sorted(gone, key=str))
    lost = frozenset(removed)
    after = [quad for quad in known if quad not in lost] + list(added)
    diff = diff_ontologies(current, after, names.skolem)
    return ImportPlan(added, removed, diff, (*notes, *_not_followed(diff, current, names)))


def _not_followed(
    diff: OntologyDiff, current: Iterable[Quad], names: ProjectNames
) -> Iterator[str]:
    """Tell which changes the data cannot follow, and why."""
    filled = {
        str(quad.subject): str(getattr(quad.object, "value", ""))
        for quad in current
        if quad.predicate in (MIMIR.fromTable, MIMIR.fromColumn)
    }
    for iri in (*diff.classes.removed, *diff.properties.removed):
        if iri in filled:
            yield f"{iri} is gone, but {filled[iri]} goes on being landed under this name."
    for item in diff.renamed_terms:
        _, home, local = item.new[1:-1].rpartition(names.terms)
        if not (home and local.isidentifier()):
            yield (
                f"{item.new} is no name of this project ({names.terms} and letters, digits, '_'); "
                f"rows that come later are landed as {item.old}."
            )


def _as_stored(quads: Iterable[Quad]) -> list[Quad]:
    """Write literals as the store gives them back: a non-negative integer as an integer, `01` as 1.

    Else each cardinality that another tool wrote again would be a difference.
    """
    store = OxigraphStore()
    store.engine.extend(quads)
    return sorted(store.engine, key=str)


def joined(plans: Sequence[ImportPlan], current: Sequence[Quad], skolem: str) -> ImportPlan:
    """Make one plan of those for several parts; `current` are the quads of all of them."""
    added = tuple(quad for plan in plans for quad in plan.added)
    removed = tuple(quad for plan in plans for quad in plan.removed)
    gone = frozenset(removed)
    after = [*(quad for quad in current if quad not in gone), *added]
    notes = tuple(sorted({note for plan in plans for note in plan.notes}))
    return ImportPlan(added, removed, diff_ontologies(current, after, skolem), notes)


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
