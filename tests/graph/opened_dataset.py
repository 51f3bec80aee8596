"""One dataset that a test opens again and again."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.dataset.dataset import Dataset
from graph.names import ProjectNames
from graph.terms import Literal, NamedNode, Quad

NAMES = ProjectNames("https://example.org/", "shop")
SAYS = NAMES.term("says")
NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)
EVERYTHING = "SELECT ?s ?o WHERE { ?s ?p ?o }"

Opener = Callable[[], Dataset]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Open the same dataset, again and again; what is open is closed first."""
    datasets: list[Dataset] = []

    def again() -> Dataset:
        while datasets:
            datasets.pop().close()
        datasets.append(Dataset(tmp_path / "shop", NAMES, lambda: NOON))
        return datasets[-1]

    yield again
    for dataset in datasets:
        dataset.close()


def said(name: str, text: str, graph: NamedNode = NAMES.data) -> Quad:
    return Quad(NAMES.thing("Person", [name]), SAYS, Literal(text), graph)


def texts(dataset: Dataset, *graphs: NamedNode) -> list[str]:
    rows = dataset.reader(graphs or [NAMES.data]).select(EVERYTHING)
    return sorted(str(getattr(row[1], "value", "")) for row in rows)


def stored_file(dataset: Dataset, folder: Path, quads: Iterable[Quad]) -> str:
    path = folder / "quads.nq"
    path.write_text("".join(f"{quad} .\n" for quad in quads), encoding="utf-8")
    return dataset.blobs.adopt(path)[0]
