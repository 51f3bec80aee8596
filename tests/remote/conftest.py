"""Servers of the tests of remote stores."""

import pytest

from graph.remote.sparql_http import SparqlHttpStore
from tests.graph.conftest import fuseki_server, names, oxigraph_server

__all__ = ["fuseki_server", "names", "oxigraph_server", "services", "store"]

_GRAPHS = {"oxigraph": "store", "fuseki": "data"}


@pytest.fixture(
    scope="module", params=["oxigraph", pytest.param("fuseki", marks=pytest.mark.fuseki)]
)
def services(request: pytest.FixtureRequest) -> list[str]:
    """Addresses of the query, update and graph store services of each kind of server."""
    server = request.getfixturevalue(f"{request.param}_server")
    return [f"{server}/{name}" for name in ("query", "update", _GRAPHS[request.param])]


@pytest.fixture
def store(services: list[str]) -> SparqlHttpStore:
    """An empty remote store of each kind."""
    made = SparqlHttpStore(*services)
    made.update("DROP ALL")
    return made
