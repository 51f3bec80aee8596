"""SERVICE in a query of a remote project is fetched by Mimir, never by the store."""

from contextlib import closing
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.readers.gate import NetworkRefused
from graph.readers.pool import Limits, Query, ReaderPool
from graph.remote.dataset import RemoteDataset
from graph.remote.queries import query_remotely
from graph.remote.sparql_http import SparqlHttpStore
from graph.terms import Literal, NamedNode, Quad
from tests.remote.test_remote_faults import NAMES

A, P = NamedNode("urn:a"), NamedNode("urn:p")
ELSEWHERE = NamedNode("urn:elsewhere")


def test_a_service_is_asked_only_where_the_settings_allow_it(
    store: SparqlHttpStore, oxigraph_server: str, tmp_path: Path
) -> None:
    other = SparqlHttpStore(f"{oxigraph_server}/query", f"{oxigraph_server}/update")
    host = oxigraph_server.removeprefix("http://")
    pattern = f"GRAPH {ELSEWHERE} {{ ?s {P} ?there }}"
    query = Query(
        f"SELECT * {{ ?s {P} ?here SERVICE <{oxigraph_server}/query> {{ {pattern} }} }}",
        [NAMES.data],
        results="text/csv",
    )
    with closing(RemoteDataset(tmp_path / "shop", NAMES, store)) as dataset:
        dataset.commit(ChangeSet((Quad(A, P, Literal("here"), NAMES.data),)))
        other.apply([Quad(A, P, Literal("there"), ELSEWHERE)], ())

        with (
            closing(ReaderPool(1, Limits(), tmp_path / "closed")) as pool,
            pytest.raises(NetworkRefused),
            query_remotely(pool, dataset, query),
        ):
            pass
        with (
            closing(ReaderPool(1, Limits(services=(host,)), tmp_path / "open")) as pool,
            query_remotely(pool, dataset, query) as answer,
        ):
            assert answer.path.read_text().split() == ["here,s,there", "here,urn:a,there"]
