"""N-Quads files, read in batches."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse


def batched_quads(path: Path, size: int) -> Iterator[tuple[Quad, ...]]:
    """Read an N-Quads file in batches; raises `SyntaxError` where it is none."""
    with path.open("rb") as file:
        quads = parse(file, RdfFormat.N_QUADS, lenient=True)
        while batch := tuple(islice(quads, size)):
            yield batch
