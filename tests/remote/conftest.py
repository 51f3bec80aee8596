"""Servers of the tests of remote stores."""

from tests.graph.conftest import fuseki_server, names, oxigraph_server

__all__ = ["fuseki_server", "names", "oxigraph_server"]
