"""Bulk loading in a process of its own.

`python -m graph.dataset.loader STORE [+FILE] [-FILE] [=COUNTS] [~]`. The store is a clone that
nobody else has open. COUNTS is a JSON list of [graph, class, individuals] that the clone must hold
afterwards. With `~` the file to add is still being written: it is read as it grows, until a line on
standard input, `{"expected": COUNTS}`, says that it is complete. Progress goes to standard output,
one JSON object a line: `{"bytes": n}` while reading, at the end `{"added": n, "removed": n,
"sha256": digest of the file added}` or `{"refused": text, "sha256": digest of it, where all of it
was read}`.
"""

import hashlib
import io
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat

from graph.changes import ExpectedCount
from graph.dataset.removal import remove_file
from graph.errors import BadInput, StoreUnavailable
from graph.oxigraph import OxigraphStore
from graph.sandbox import die_with_parent
from graph.sparql import bind, load_query
from graph.terms import NamedNode

_READ_BYTES = 1 << 20
_REPORT_SECONDS = 0.5
_WAIT_SECONDS = 0.02
_NO_FILE = hashlib.sha256().hexdigest()


@dataclass(frozen=True)
class GrowingFile:
    """A file that is still being written, and may be moved.

    Attributes:
        descriptor: of the file, open for reading.
        ending: waits until the file is complete; gives the counts to expect, or None to break off.
    """

    descriptor: int
    ending: Callable[[], Sequence[ExpectedCount] | None]


@dataclass(frozen=True)
class Loaded:
    """How many triples really came and went, and the SHA-256 of the file added as it was read."""

    added: int
    removed: int
    sha256: str


def load_files(
    store: Path,
    added: Path | GrowingFile | None,
    removed: Path | None,
    progress: Callable[[int], None] | None = None,
    expected: Sequence[ExpectedCount] = (),
) -> Loaded:
    """Run the loader on a store.

    Args:
        store: directory of a store that no process has open.
        added, removed: N-Quads files.
        progress: called with the number of bytes read so far.
        expected: how many individuals of a class each graph must hold afterwards.

    Raises:
        BadInput: a file is no N-Quads, or a count is not as expected; the store must be thrown
            away. `read` among its details is the SHA-256 of the file added, as it was read.
        StoreUnavailable: the loader failed or was broken off; the store must be thrown away.
    """
    command = [sys.executable, "-m", "graph.dataset.loader", str(store)]
    growing = added if isinstance(added, GrowingFile) else None
    path = f"/dev/fd/{growing.descriptor}" if growing else added
    command += [f"+{path}"] * (path is not None) + [f"-{removed}"] * (removed is not None)
    command += [f"={json.dumps(expected)}"] * bool(expected) + ["~"] * (growing is not None)
    last: dict[str, Any] = {}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(growing.descriptor,) if growing else (),
        text=True,
    ) as process:
        try:
            if growing:
                _announce_end(process, growing.ending())
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
            raise BadInput(str(last["refused"]), details={"read": last["sha256"]})
        trouble = process.stderr.read() if process.stderr else ""
    if process.returncode or "added" not in last:
        raise StoreUnavailable(
            f"The bulk load ended with code {process.returncode}: {trouble.strip()[-500:]}"
        )
    return Loaded(last["added"], last["removed"], last["sha256"])


def _announce_end(
    process: "subprocess.Popen[str]", expected: Sequence[ExpectedCount] | None
) -> None:
    if expected is None:
        raise StoreUnavailable("The bulk load was broken off.")
    if process.stdin is None or process.poll() is not None:
        return
    with process.stdin as channel:
        channel.write(json.dumps({"expected": expected}) + "\n")


class _Source(io.RawIOBase):
    """The bytes of a file: hashed, and waited for while it is still being written."""

    def __init__(self, path: Path, *, growing: bool) -> None:
        self.digest = hashlib.sha256()
        self.expected: Sequence[ExpectedCount] = ()
        self._file = path.open("rb", buffering=0)
        self._ended = not growing
        self._bytes = 0
        self._due = 0.0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what fits into `buffer`; nothing only at the end of the complete file."""
        ended = self._has_ended(0)
        while not (size := self._file.readinto(buffer) or 0) and not ended:
            ended = self._has_ended(_WAIT_SECONDS)
        self.digest.update(memoryview(buffer)[:size])
        self._bytes += size
        # Before the end is known nobody listens, and the pipe would fill up.
        if ended and time.monotonic() >= self._due:
            print(json.dumps({"bytes": self._bytes}), flush=True)
            self._due = time.monotonic() + _REPORT_SECONDS
        return size

    def _has_ended(self, patience: float) -> bool:
        if not self._ended and select.select([sys.stdin], [], [], patience)[0]:
            line = sys.stdin.readline()
            if not line:
                # The owner has no use for the file any more, or is gone.
                os._exit(1)
            self.expected = json.loads(line)["expected"]
            self._ended = True
        return self._ended


def _load(store: OxigraphStore, source: _Source) -> int:
    before = len(store.engine)
    # The engine asks for 2 KB at a time.
    with io.BufferedReader(source, _READ_BYTES) as stream:
        store.engine.bulk_load(input=stream, format=RdfFormat.N_QUADS, lenient=True)
    return len(store.engine) - before


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


def main(arguments: list[str]) -> None:
    """Load and remove as the command line says."""
    die_with_parent()
    folder = Path(arguments[0])
    given = {item[0]: item[1:] for item in arguments[1:]}
    expected = json.loads(given.get("=", "[]"))
    added, digest = 0, _NO_FILE
    try:
        removed = remove_file(folder, Path(given["-"])) if "-" in given else 0
        store = OxigraphStore(folder)
        if "+" in given:
            source = _Source(Path(given["+"]), growing="~" in given)
            added, digest = _load(store, source), source.digest.hexdigest()
            expected = [*expected, *source.expected]
        _check(store, expected)
    except (SyntaxError, BadInput) as error:
        why = f"The file is no N-Quads: {error}" if isinstance(error, SyntaxError) else str(error)
        print(json.dumps({"refused": why, "sha256": digest}), flush=True)
        return
    store.flush()
    print(json.dumps({"added": added, "removed": removed, "sha256": digest}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
