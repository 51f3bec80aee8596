"""Bulk loading in a process of its own: `python -m graph.loader STORE [+FILE] [-FILE] [=COUNTS]`.

The store is a clone that nobody else has open. COUNTS is a JSON list of [graph, class, individuals]
that the clone must hold afterwards. Progress goes to standard output, one JSON object a
line: `{"bytes": n}` while reading, at the end `{"added": n, "removed": n}` or `{"refused": text}`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import Quad, RdfFormat, parse

from graph.changes import ExpectedCount
from graph.errors import BadInput, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.sandbox import die_with_parent
from graph.sparql import bind, load_query
from graph.terms import NamedNode

_DELETE_BATCH = 20_000
_REPORT_SECONDS = 0.5


def load_files(
    store: Path,
    added: Path | None,
    removed: Path | None,
    progress: Callable[[int], None] | None = None,
    expected: Sequence[ExpectedCount] = (),
) -> tuple[int, int]:
    """Run the loader on a store; gives the numbers of triples really added and removed.

    Args:
        store: directory of a store that no process has open.
        added, removed: N-Quads files.
        progress: called with the number of bytes read so far.
        expected: how many individuals of a class each graph must hold afterwards.

    Raises:
        BadInput: a file is no N-Quads, or a count is not as expected; the store must be thrown
            away.
        StoreUnavailable: the loader failed; the store must be thrown away.
    """
    command = [sys.executable, "-m", "graph.loader", str(store)]
    command += [f"+{added}"] * (added is not None) + [f"-{removed}"] * (removed is not None)
    command += [f"={json.dumps(expected)}"] * bool(expected)
    last: dict[str, Any] = {}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout or ():
                last = json.loads(line)
                if progress and "bytes" in last:
                    progress(last["bytes"])
        except BaseException:
            # The caller removes the store next: nobody may write to it any more.
            process.kill()
            process.wait()
            raise
        if "refused" in last:
            raise BadInput(str(last["refused"]))
        trouble = process.stderr.read() if process.stderr else ""
    if process.returncode or "added" not in last:
        raise StoreUnavailable(
            f"The bulk load ended with code {process.returncode}: {trouble.strip()[-500:]}"
        )
    return last["added"], last["removed"]


class _Counted:
    """A binary stream that reports how far it was read: at once, then now and again."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._bytes = 0
        self._due = 0.0

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes."""
        data = self._file.read(size)
        self._bytes += len(data)
        if time.monotonic() >= self._due:
            print(json.dumps({"bytes": self._bytes}), flush=True)
            self._due = time.monotonic() + _REPORT_SECONDS
        return data


def _load(store: OxigraphStore, path: Path) -> int:
    before = len(store.engine)
    with path.open("rb", buffering=1 << 20) as file:
        stream: BinaryIO = _Counted(file)  # type: ignore[assignment] # only read() is called
        store.engine.bulk_load(input=stream, format=RdfFormat.N_QUADS, lenient=True)
    return len(store.engine) - before


def _remove(store: OxigraphStore, path: Path) -> int:
    removed = 0
    for batch in batched_quads(path, _DELETE_BATCH):
        there = list(dict.fromkeys(quad for quad in batch if store.contains(quad)))
        store.apply((), there)
        removed += len(there)
    return removed


def _check(store: OxigraphStore, expected: Sequence[ExpectedCount]) -> None:
    query = load_query("graph", "count_individuals")
    for graph, class_iri, wanted in expected:
        rows = store.reader([NamedNode(graph)]).select(bind(query, type=NamedNode(class_iri)))
        found = int(str(getattr(rows.rows[0][0], "value", 0)))
        if found != wanted:
            raise BadInput(
                f"The loaded graph holds {found:,} individuals of <{class_iri}>, but {wanted:,} "
                "were landed. Nothing was changed."
            )


def batched_quads(path: Path, size: int) -> Iterator[tuple[Quad, ...]]:
    """Read an N-Quads file in batches."""
    with path.open("rb") as file:
        quads = parse(file, RdfFormat.N_QUADS, lenient=True)
        while batch := tuple(islice(quads, size)):
            yield batch


def main(arguments: list[str]) -> None:
    """Load and remove as the command line says."""
    die_with_parent()
    store = OxigraphStore(Path(arguments[0]))
    given = {item[0]: item[1:] for item in arguments[1:]}
    try:
        removed = _remove(store, Path(given["-"])) if "-" in given else 0
        added = _load(store, Path(given["+"])) if "+" in given else 0
        _check(store, json.loads(given.get("=", "[]")))
    except SyntaxError as error:
        print(json.dumps({"refused": f"The file is no N-Quads: {error}"}), flush=True)
        return
    except BadInput as error:
        print(json.dumps({"refused": str(error)}), flush=True)
        return
    store.flush()
    print(json.dumps({"added": added, "removed": removed}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
