"""What a row of commits really changed, and which later commits changed the same again.

Where files belong to a commit this runs in a process of its own, `python -m
graph.dataset.difference`, on the states before and after; what a file holds and what it changed are
not the same.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import RdfFormat, serialize

from graph.blobs import BlobStore
from graph.changes import Patch
from graph.dataset.checkpoints import between, record_base, record_files
from graph.errors import StoreUnavailable
from graph.nquads import batched_quads
from graph.oxigraph import OxigraphStore
from graph.sandbox import die_with_parent
from graph.terms import NamedNode, Quad

MOST_CONFLICTS = 100
_BATCH = 20_000


@dataclass(frozen=True)
class Span:
    """Which commits to look at, and where everything lies.

    Attributes:
        log, blobs: of the dataset.
        meta: IRI of the graph of the platform's records, which is left out.
        first, last: the commits whose effect is wanted.
        head: the commits after `last` up to this one are searched for quads changed again.
        folder: receives `added.nq` and `removed.nq`.
        before, after: stores at the commits `first - 1` and `last`; needed where one of the
            commits from `first` to `last` has files.
    """

    log: str
    blobs: str
    meta: str
    first: int
    last: int
    head: int
    folder: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Collision:
    """A quad that a later commit changed again; `change` is "added" or "removed"."""

    quad: str
    commit: int
    change: str


@dataclass(frozen=True)
class Difference:
    """How many quads came and went, in `added.nq` and `removed.nq`, and what was changed again.

    At most 100 collisions are listed; `collision_count` counts all.
    """

    added: int
    removed: int
    collisions: tuple[Collision, ...]
    collision_count: int


def with_files(log: Path, first: int, last: int) -> bool:
    """Tell whether files belong to a commit from `first` to `last`."""
    return any(
        record_files(record.patch()) != (None, None) for record in between(log, first - 1, last)
    )


def find_difference(span: Span) -> Difference:
    """Find the effect of commits, in this process."""
    before, after = _stores(span)
    log, folder, meta = Path(span.log), Path(span.folder), NamedNode(span.meta)
    with (folder / "added.nq").open("wb") as came, (folder / "removed.nq").open("wb") as went:
        added = removed = 0
        for batch in _candidates(span, before, after):
            mine = [quad for quad in batch if quad.graph_name != meta]
            old, new = (list(map(state.contains, mine)) for state in (before, after))
            facts = list(zip(mine, old, new, strict=True))
            added += _write(came, (quad for quad, was, is_ in facts if is_ and not was))
            removed += _write(went, (quad for quad, was, is_ in facts if was and not is_))
    found: list[Collision] = []
    count = 0
    cancelled = _cancelled(log, span.last, span.head)
    for record in between(log, span.last, span.head):
        if record.sequence in cancelled:
            continue
        patch = record.patch()
        # Of a file that was loaded onto an older state only the commit itself knows what won.
        strict = record_base(record, patch) >= span.last
        for change, batch in _touched(patch, BlobStore(Path(span.blobs))):
            for quad in _again(batch, change, strict, before, after):
                count += 1
                if len(found) < MOST_CONFLICTS:
                    found.append(Collision(str(quad), record.sequence, change))
    return Difference(added, removed, tuple(found), count)


def find_difference_apart(span: Span) -> Difference:
    """Find the effect of commits, in a process of its own.

    Raises:
        StoreUnavailable: the process failed.
    """
    command = [sys.executable, "-m", "graph.dataset.difference", json.dumps(asdict(span))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StoreUnavailable(
            f"Comparing two states ended with code {done.returncode}: {done.stderr.strip()[-500:]}"
        )
    answer: dict[str, Any] = json.loads(done.stdout)
    collisions = tuple(Collision(**item) for item in answer.pop("collisions"))
    return Difference(**answer, collisions=collisions)


def _cancelled(log: Path, after: int, head: int) -> frozenset[int]:
    """Find the commits that were undone, and their undoings: together they changed nothing."""
    undoes: dict[int, int] = {}
    for record in between(log, after, head):
        undone = record.header().get("undoes", "").rpartition("/")[2]
        if undone.isdigit():
            undoes[record.sequence] = int(undone)
    cancelled: set[int] = set()
    for undoing in sorted(undoes, reverse=True):
        # An undoing that was itself undone took nothing back.
        if undoing not in cancelled and undoes[undoing] > after:
            cancelled |= {undoing, undoes[undoing]}
    return frozenset(cancelled)


def _stores(span: Span) -> tuple[OxigraphStore, OxigraphStore]:
    if span.before and span.after:
        return (
            OxigraphStore(Path(span.before), read_only=True),
            OxigraphStore(Path(span.after), read_only=True),
        )
    # The engine knows which literals are one, such as "05"^^xsd:integer and "5"^^xsd:integer.
    before, after = OxigraphStore(), OxigraphStore()
    for record in between(Path(span.log), span.first - 1, span.last):
        patch = record.patch()
        _net(patch.removed, after, before)
        _net(patch.added, before, after)
    return before, after


def _net(quads: Iterable[Quad], source: OxigraphStore, target: OxigraphStore) -> None:
    for quad in quads:
        if source.contains(quad):
            source.engine.remove(quad)
        else:
            target.engine.add(quad)


def _candidates(
    span: Span, before: OxigraphStore, after: OxigraphStore
) -> Iterator[Iterable[Quad]]:
    if not span.before:
        yield before.engine
        yield after.engine
        return
    blobs = BlobStore(Path(span.blobs))
    cancelled = _cancelled(Path(span.log), span.first - 1, span.last)
    for record in between(Path(span.log), span.first - 1, span.last):
        if record.sequence in cancelled:
            # What others changed in between as well is among what they touched.
            continue
        for _, batch in _touched(record.patch(), blobs):
            yield batch


def _touched(patch: Patch, blobs: BlobStore) -> Iterator[tuple[str, Iterable[Quad]]]:
    yield "removed", patch.removed
    yield "added", patch.added
    for change, name in zip(("added", "removed"), record_files(patch), strict=True):
        if name:
            for batch in batched_quads(blobs.sound(name), _BATCH):
                yield change, batch


def _again(
    batch: Iterable[Quad], change: str, strict: bool, before: OxigraphStore, after: OxigraphStore
) -> list[Quad]:
    undone, other = (after, before) if change == "removed" else (before, after)
    return [
        quad
        for quad in batch
        if (undone.contains(quad) and not other.contains(quad))
        or (not strict and other.contains(quad) and not undone.contains(quad))
    ]


def _write(file: BinaryIO, quads: Iterable[Quad]) -> int:
    chosen = list(dict.fromkeys(quads))
    if chosen:
        serialize(chosen, file, RdfFormat.N_QUADS)
    return len(chosen)


def main(request: str) -> None:
    """Answer a `Span` in JSON with a `Difference` in JSON on standard output."""
    die_with_parent()
    print(json.dumps(asdict(find_difference(Span(**json.loads(request))))))


if __name__ == "__main__":
    main(sys.argv[1])
