"""Changes whose quads lie in N-Quads files: few become part of the change, many a bulk import."""

from dataclasses import replace
from pathlib import Path

from graph.blobs import BlobStore
from graph.changes import ChangeSet, read_quads
from graph.terms import NamedNode

_LARGEST_PATCH = 4 << 20
_CHUNK = 1 << 20


def with_files(change: ChangeSet, blobs: BlobStore, added: Path, removed: Path) -> ChangeSet:
    """Put what two N-Quads files hold to a change; large files are moved to the content store."""
    sizes = added.stat().st_size, removed.stat().st_size
    if sum(sizes) > _LARGEST_PATCH:
        return replace(
            change,
            added_file=blobs.adopt(added)[0] if sizes[0] else None,
            removed_file=blobs.adopt(removed)[0] if sizes[1] else None,
        )
    return replace(
        change,
        added=(*change.added, *read_quads(added.read_bytes())),
        removed=(*change.removed, *read_quads(removed.read_bytes())),
    )


def append_as_quads(triples: Path, quads: Path, graph: NamedNode) -> int:
    """Append canonical N-Triples to an N-Quads file as the quads of a graph; gives their number."""
    end = f" {graph} .\n".encode()
    count = 0
    with triples.open("rb") as lines, quads.open("ab") as file:
        while chunk := lines.read(_CHUNK):
            chunk += lines.readline()
            count += chunk.count(b"\n")
            # A canonical line ends in " .\n", and nothing else in it does.
            file.write(chunk.replace(b" .\n", end))
    return count
