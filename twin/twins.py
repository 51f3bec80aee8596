"""Digital twins: named overlays over the base graph, kept as records and two graphs each.

Creating a twin writes its record and nothing else, so it takes the same time whatever the size of
the base.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from graph.changes import ChangeSet
from graph.errors import BadInput, Conflict, NotFound
from graph.names import ProjectNames
from graph.records import Facts, record_quads
from graph.sparql import bind, load_query
from graph.store import GraphReader
from graph.terms import NamedNode
from graph.vocab import DCTERMS, MIMIR, PROV, RDF

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Twin:
    """A twin: its id, its title, when it was made, and the sizes of its overlay in triples."""

    id: str
    title: str
    created: datetime
    added: int = 0
    removed: int = 0


def create_change(names: ProjectNames, reader: GraphReader, twin: Twin) -> ChangeSet:
    """Give the change that creates a twin.

    Args:
        reader: reads the meta graph.

    Raises:
        BadInput: the id is not made of lower-case letters, digits and hyphens.
        Conflict: there is a twin with this id.
    """
    if not _ID.fullmatch(twin.id):
        raise BadInput(
            f"The twin id {twin.id!r} must consist of lower-case letters, digits and hyphens."
        )
    check_free(names, reader, twin.id)
    facts: Facts = {
        RDF.type: (MIMIR.Twin, PROV.Entity),
        MIMIR.identifier: twin.id,
        DCTERMS.term("title"): twin.title,
        MIMIR.createdAt: twin.created,
        MIMIR.addedGraph: names.twin_added(twin.id),
        MIMIR.removedGraph: names.twin_removed(twin.id),
    }
    quads = record_quads(names.record("twin", twin.id), facts, names.meta)
    return ChangeSet(added=tuple(quads), author="twin", reason=f"Create twin {twin.id}")


def check_free(names: ProjectNames, reader: GraphReader, twin: str) -> None:
    """Refuse an id that a twin has already.

    Raises:
        Conflict: there is a twin with this id.
    """
    if _twins(reader, "twin", twin=names.record("twin", twin)):
        raise Conflict(f"There is a twin {twin!r} already.")


def list_twins(reader: GraphReader) -> tuple[Twin, ...]:
    """List the twins by id; `reader` reads the meta graph, sizes are left at zero."""
    return _twins(reader, "twins")


def find_twin(names: ProjectNames, reader: GraphReader, twin: str) -> Twin:
    """Find a twin by its id.

    Raises:
        NotFound: there is none.
    """
    for known in _twins(reader, "twin", twin=names.record("twin", twin)):
        return known
    raise NotFound(f"Project {names.project!r} has no twin {twin!r}.")


def delete_change(
    names: ProjectNames, twin: str, overlay: ChangeSet, record: GraphReader
) -> ChangeSet:
    """Give the change that removes a twin's record and overlay.

    Args:
        overlay: the change that empties the overlay.
        record: reads the meta graph.
    """
    iri = names.record("twin", twin)
    text = bind(load_query("twin", "record"), twin=iri)
    facts = [
        quad
        for triple in record.construct(text)
        for quad in record_quads(iri, {triple.predicate: triple.object}, names.meta)  # type: ignore[dict-item] # records hold no blank nodes
    ]
    return ChangeSet(
        removed=(*overlay.removed, *facts), author="twin", reason=f"Delete twin {twin}"
    )


def _twins(reader: GraphReader, query: str, **terms: NamedNode) -> tuple[Twin, ...]:
    rows = reader.select(bind(load_query("twin", query), **terms))
    return tuple(
        Twin(_text(row[0]), _text(row[1]), datetime.fromisoformat(_text(row[2]))) for row in rows
    )


def _text(term: object) -> str:
    return str(getattr(term, "value", term))
