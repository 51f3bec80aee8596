"""A project on a remote store answers as one on the embedded engine, through the readers.

Other cases: `DIFFERENTIAL_SEED=7 DIFFERENTIAL_CASES=1000 pytest tests/remote/test_same_answers.py`.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from graph.changes import ChangeSet
from graph.dataset.snapshots import Overlay
from graph.names import ProjectNames
from graph.oxigraph import OxigraphStore
from graph.readers.pool import JSON_RESULTS, Answer, Limits, Query, ReaderPool
from graph.remote.dataset import RemoteDataset
from graph.remote.queries import query_remotely
from graph.remote.sparql_http import SparqlHttpStore
from graph.terms import Quad
from tests.remote.random_data import DEFAULT, NAMED, SKOLEM, Data, random_data
from tests.remote.random_questions import SOFT, Asker
from tests.remote.test_view_differential import applied, numbers

NAMES = ProjectNames("https://example.org/", "shop")
_N_TRIPLES = "application/n-triples"


@dataclass
class Pair:
    """A remote project, and readers for it and for embedded stores."""

    remote: RemoteDataset
    pool: ReaderPool
    folder: Path
    held: tuple[Quad, ...] = field(default=())

    def hold(self, data: Data) -> Path:
        """Give the remote project some data; gives an embedded store of what its view shows."""
        quads = tuple(dict.fromkeys((*data.base, *data.quads)))
        gone = tuple(quad for quad in self.held if quad not in set(quads))
        self.remote.commit(ChangeSet(quads, gone))
        self.held = quads
        path = self.folder / f"case{self.remote.sequence}"
        clone = OxigraphStore(path)
        clone.apply(applied(data).engine, ())
        clone.close()
        return path

    def asked(self, text: str, path: Path, overlay: Overlay | None) -> tuple[str, str]:
        """Ask a query of both; gives the answer of the embedded engine first."""
        query = Query(text, DEFAULT, NAMED, JSON_RESULTS, _N_TRIPLES, skolem=SKOLEM, closed=("x:",))
        embedded = self.pool.query(path, query)
        return read(embedded), read(query_remotely(self.pool, self.remote, query, overlay))


def read(asked: AbstractContextManager[Answer]) -> str:
    """What an answer says, in an order of its own."""
    with asked as answer:
        text = answer.path.read_text(encoding="utf-8")
    if answer.kind != "solutions":
        return "\n".join(sorted(set(text.splitlines())))
    found = json.loads(text)
    rows = [
        {name: _soft(term) if name.startswith(SOFT) else term for name, term in row.items()}
        for row in found["results"]["bindings"]
    ]
    return "\n".join(
        (*found["head"]["vars"], *sorted(json.dumps(row, sort_keys=True) for row in rows))
    )


def _soft(term: dict[str, str]) -> dict[str, str]:
    return {**term, "value": "|".join(sorted(term["value"].split("|")))}


@pytest.fixture(scope="module")
def pair(services: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    store, folder = SparqlHttpStore(*services), tmp_path_factory.mktemp("pair")
    store.update("DROP ALL")
    with (
        closing(ReaderPool(2, Limits(), folder / "spool")) as pool,
        closing(RemoteDataset(folder / "shop", NAMES, store)) as remote,
    ):
        yield Pair(remote, pool, folder)


@numbers(20)
def test_random_queries_have_the_same_answers(pair: Pair, number: int) -> None:
    random = Random(number)  # noqa: S311 - data, no secret
    data = random_data(random)
    data = Data(data.base, data.overlays[:1], data.quads)
    overlay = data.overlays[0] if data.overlays else None
    path = pair.hold(data)
    for _ in range(4):
        text = Asker(random).query()
        embedded, remote = pair.asked(text, path, overlay)
        assert remote == embedded, text
