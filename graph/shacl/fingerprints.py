"""Numbers that stand for the nodes of a large answer, so that a set of nodes takes 8 bytes each.

Two nodes get the same 64-bit number with a probability of 2^-64 (tabulation hashing with random
tables: Carter and Wegman 1979): with ten million nodes one chance in 300,000 that two do.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from graph.store import GraphReader
from graph.terms import Term

Prints = NDArray[np.uint64]
Answer = Iterable[tuple[Term, ...]]

_BLOCK = 1 << 18
_COLUMNS = 512
_BYTE_VALUES = 256


class Fingerprints:
    """Numbers for the nodes that a reader's answers name; those of another object differ.

    An answer has one column or two, and lies in a file while it is worked on; nothing is unbound.
    """

    def __init__(self, reader: GraphReader) -> None:
        self._reader = reader
        size = _COLUMNS * _BYTE_VALUES
        self._table = np.random.default_rng().integers(0, 1 << 64, size=size, dtype=np.uint64)

    def nodes(self, query: str) -> Prints:
        """Give the numbers of the nodes in the first column, sorted, each once."""
        return np.unique(self._numbers(query)[:, 0])

    def rows(self, query: str) -> Prints:
        """Give the numbers of the rows, sorted, each once."""
        return np.unique(self._numbers(query)[:, 1])

    def owners(self, query: str, *, distinct: bool = False) -> Prints:
        """Give for each row the number of its first column, sorted; of equal rows once or each."""
        numbers = self._numbers(query)
        if distinct:
            _, kept = np.unique(numbers[:, 1], return_index=True)
            numbers = numbers[kept]
        return np.sort(numbers[:, 0])

    def chosen(self, query: str, nodes: Prints, rows: Prints | None = None) -> Answer:
        """Give the distinct rows whose first column, and which themselves, have such numbers."""
        with self._answer(query) as answer:
            kept = [self._kept(lines, nodes, rows) for lines in _blocks(answer)]
            text = b"".join((_head(answer), *kept))
        found = parse_query_results(text, QueryResultsFormat.TSV)
        return dict.fromkeys(map(tuple, found) if isinstance(found, QuerySolutions) else ())

    @contextmanager
    def _answer(self, query: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="mimir-answer-") as folder:
            path = Path(folder) / "rows.tsv"
            self._reader.tsv(query, path)
            yield path

    def _numbers(self, query: str) -> Prints:
        """Give the number of the first column and the number of the row, for each row."""
        with self._answer(query) as answer:
            found = [self._of_lines(lines)[0] for lines in _blocks(answer)]
        return np.concatenate(found) if found else np.empty((0, 2), np.uint64)

    def _kept(self, lines: bytes, nodes: Prints, rows: Prints | None) -> bytes:
        numbers, starts, ends = self._of_lines(lines)
        found = is_among(numbers[:, 0], nodes)
        if rows is not None:
            found &= is_among(numbers[:, 1], rows)
        return b"".join(lines[starts[row] : ends[row]] for row in np.flatnonzero(found))

    def _of_lines(self, lines: bytes) -> tuple[Prints, NDArray[np.intp], NDArray[np.intp]]:
        """Give the numbers of each line, and where it starts and ends."""
        text = np.frombuffer(lines, dtype=np.uint8)
        ends = np.flatnonzero(text == ord("\n")) + 1
        starts = np.concatenate((np.zeros(1, np.intp), ends[:-1]))
        breaks = np.flatnonzero((text == ord("\t")) | (text == ord("\n"))).reshape(len(ends), -1)
        place = np.arange(len(text)) - np.repeat(starts, ends - starts)
        parts = self._table[(place % _COLUMNS) * _BYTE_VALUES + text]
        # Without a factor of its own, a stretch of a long line could change places with another.
        parts *= (2 * (place // _COLUMNS) + 1).astype(np.uint64)
        within = np.stack((starts, breaks[:, 0]), axis=1)
        numbers = np.add.reduceat(parts, within.ravel()).reshape(-1, 2)
        return np.cumsum(numbers, axis=1, dtype=np.uint64), starts, ends


def is_among(numbers: Prints, known: Prints) -> NDArray[np.bool_]:
    """Tell for each of some numbers whether it is among those known, which are sorted."""
    if not len(known):
        return np.zeros(len(numbers), np.bool_)
    places = np.searchsorted(known, numbers)
    found: NDArray[np.bool_] = known[np.minimum(places, len(known) - 1)] == numbers
    return found


def occurrences(nodes: Prints, owners: Prints) -> NDArray[np.intp]:
    """Count for each of some nodes how often it stands among owners; both are sorted."""
    return np.searchsorted(owners, nodes, "right") - np.searchsorted(owners, nodes, "left")


def _head(answer: Path) -> bytes:
    with answer.open("rb") as file:
        return file.readline()


def _blocks(answer: Path) -> Iterator[bytes]:
    """Read an answer, without the line that names its columns, some whole lines at a time."""
    with answer.open("rb") as file:
        file.readline()
        while block := file.read(_BLOCK):
            lines = block if block.endswith(b"\n") else block + file.readline()
            yield lines if lines.endswith(b"\n") else lines + b"\n"
