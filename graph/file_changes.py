"""Changes whose quads lie in N-Quads files: few become part of the change, many a bulk import."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from graph.blobs import BlobStore
from graph.changes import ChangeSet, read_quads
from graph.terms import NamedNode

Place = Literal["subject", "predicate", "object"]

_IRI = rb"<[^>\n]*> "
_BEFORE: dict[Place, bytes] = {"subject": b"", "predicate": _IRI, "object": _IRI + _IRI}
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


@dataclass(frozen=True)
class TermChange:
    """Text that takes the place of other text where a term of a line begins."""

    place: Place
    old: str
    new: str


def rewrite_terms(triples: Path, changes: Sequence[TermChange]) -> None:
    """Change terms in a file of canonical N-Triples; each term by the first change that fits."""
    tables: dict[Place, dict[bytes, bytes]] = {}
    for change in changes:
        tables.setdefault(change.place, {}).setdefault(change.old.encode(), change.new.encode())
    output = triples.with_name(f"{triples.name}.rewritten")
    with triples.open("rb") as lines, output.open("wb") as file:
        while chunk := lines.read(_CHUNK):
            chunk += lines.readline()
            for place, table in tables.items():
                chunk = _rewritten(chunk, _BEFORE[place], table)
            file.write(chunk)
    output.replace(triples)


def _rewritten(chunk: bytes, before: bytes, table: dict[bytes, bytes]) -> bytes:
    # One pass for all changes of a place: what was changed is not changed again.
    olds = b"|".join(re.escape(old) for old in sorted(table, key=len, reverse=True))
    pattern = re.compile(b"^(" + before + b")(" + olds + b")", re.MULTILINE)
    return pattern.sub(lambda found: found[1] + table[found[2]], chunk)


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
