"""What the tests of the graph share: a real SPARQL server, and the names of one project."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.names import ProjectNames
from tests.fuseki_server import running_fuseki
from tests.graph.opened_dataset import opened
from tests.graph.past import project, projects

__all__ = ["opened", "project", "projects"]


@pytest.fixture
def names() -> ProjectNames:
    """Names of the project that the tests work on."""
    return ProjectNames("https://example.org/", "shop")


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running `oxigraph serve`."""
    beside = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("oxigraph")
    if program is None:
        pytest.skip("the oxigraph server is absent: pip install oxigraph==0.5.13")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("oxigraph-serve")
    command = [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        # The server names its address on standard error when it listens.
        for line in server.stderr:
            if "Listening" in line:
                break
        yield f"http://127.0.0.1:{port}"
        server.kill()


@pytest.fixture(scope="session")
def fuseki_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the dataset of a running Fuseki."""
    with running_fuseki(tmp_path_factory.mktemp("fuseki")) as address:
        yield address
