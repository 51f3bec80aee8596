"""RDF bodies on their way into the graph: spooled to disk, read by a reader, committed.

Small bodies become a change of quads; large ones a bulk import of N-Quads files.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from flask import Request

from app.errors import BadRequest, UnsupportedMediaType
from app.services import Services
from app.sparql_update import AUTHOR, readers_for
from graph.changes import ChangeSet, Commit, read_quads
from graph.projects import Project
from graph.readers.pool import Dump, ReaderPool
from graph.readers.rdf_io import GRAPHS, Upload
from graph.readers.update import Scope
from graph.repeating import unchanged
from graph.terms import NamedNode

_FEW = 20_000
_LONG = 32 << 20
_MULTIPART = "multipart/form-data"
_SUFFIXES = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
    ".jsonld": "application/ld+json",
    ".trig": "application/trig",
    ".nq": "application/n-quads",
}


@contextmanager
def spooled(
    services: Services, call: Request, base: str, one: str | None = None
) -> Iterator[list[Upload]]:
    """Write the body, or each file of a form, to a file that lives as long as the context.

    Args:
        one: the only media type that the body may have.

    Raises:
        UnsupportedMediaType: a body is in no RDF format.
        BadRequest: a form holds no file.
    """
    if call.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")
    spool = services.settings.data / "spool"
    folder = Path(tempfile.mkdtemp(dir=spool))
    try:
        if call.mimetype == _MULTIPART and not one:
            files = [item for _, items in call.files.lists() for item in items]
            if not files:
                raise BadRequest("The form holds no file.")
            uploads = [
                _spool(
                    folder / str(number), item.stream, _media(item.mimetype, item.filename), base
                )
                for number, item in enumerate(files)
            ]
        else:
            media = _media(call.mimetype, None, one)
            uploads = [_spool(folder / "body", call.stream, media, base)]
        yield uploads
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def commit_upload(
    services: Services,
    call: Request,
    project: Project,
    uploads: Sequence[Upload],
    graph: NamedNode | None,
    scope: Scope,
    replacing: Sequence[NamedNode],
) -> Commit:
    """Read uploads and commit what they hold.

    Args:
        graph: where all triples go; None for datasets.
        replacing: graphs that hold nothing else afterwards.

    Raises:
        BadRdf: an upload is not valid.
        GraphForbidden: it writes to a graph outside `scope`.
    """
    seen = project.dataset.knowledge_sequence
    reason = "Graph Store Protocol"
    long = sum(upload.path.stat().st_size for upload in uploads) > _LONG
    pool = services.worker_readers if long else readers_for(services, call)
    with pool.parse(uploads, graph, project.names.skolem, scope) as (path, found):
        if found.count <= _FEW:
            change = ChangeSet(read_quads(path.read_bytes()), (), AUTHOR, reason)
            # Whether the graph is there was looked up before; that must still be so.
            conditional = bool(call.if_none_match) or call.if_match.star_tag
            guard = unchanged(project, seen) if conditional else None
            return project.commit(change, replacing=tuple(replacing), guard=guard)
        with path.open("rb") as file:
            added, _ = project.dataset.blobs.put(file)
    filled = [item for item in replacing if _size(project, item)]
    removed = _stored(services.worker_readers, project, filled) if filled else None
    change = ChangeSet(author=AUTHOR, reason=reason, added_file=added, removed_file=removed)
    return project.commit(change, guard=unchanged(project, seen))


def empty(services: Services, project: Project, graph: NamedNode) -> Commit:
    """Remove all triples of a graph."""
    seen = project.dataset.knowledge_sequence
    reason = f"Delete the graph {graph.value}"
    if _size(project, graph) <= _FEW:
        change = ChangeSet(author=AUTHOR, reason=reason)
        return project.commit(change, replacing=(graph,))
    removed = _stored(services.worker_readers, project, [graph])
    change = ChangeSet(author=AUTHOR, reason=reason, removed_file=removed)
    return project.commit(change, guard=unchanged(project, seen))


def _stored(pool: ReaderPool, project: Project, graphs: Sequence[NamedNode]) -> str:
    """Keep what graphs hold as an N-Quads file; gives its SHA-256."""
    dump = Dump(graphs, "application/n-quads", dataset=True)
    with (
        project.snapshots.use() as store,
        pool.dump(store, dump) as answer,
        answer.path.open("rb") as file,
    ):
        return project.dataset.blobs.put(file)[0]


def _size(project: Project, graph: NamedNode) -> int:
    """Count the triples of a graph, but only as far as it matters here."""
    return sum(1 for _ in islice(project.dataset.quads(graph), _FEW + 1))


def _media(given: str, name: str | None, one: str | None = None) -> str:
    known = (one,) if one else GRAPHS
    if given in known:
        return given
    suffix = os.path.splitext(name or "")[1].lower()
    if given in ("", "application/octet-stream") and suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    raise UnsupportedMediaType(f"Send one of {', '.join(map(str, known))}, not {given!r}.")


def _spool(path: Path, stream: IO[bytes], media: str, base: str) -> Upload:
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    return Upload(path, media, base)
