"""A store that is killed at its work and started again: the project goes on by itself."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.errors import StoreUnavailable
from graph.remote.dataset import RemoteDataset
from graph.remote.sparql_http import SparqlHttpStore
from tests.fuseki_server import SCRIPT, absent
from tests.remote.faulty_proxy import Fault, FaultyProxy, faulty_proxy
from tests.remote.test_remote_faults import COMMIT, NAMES, check_sound, said, texts

MANY = 5_000


class Server:
    """A store that can be killed and started again on its folder.

    Args:
        command: starts it, with `PORT` in it.
        listens: what it says when it listens.
        path: of its services, below its address.
    """

    def __init__(self, command: Sequence[str], listens: str, path: str = "") -> None:
        self._command = command
        self._listens = listens
        self._path = path
        self.url = self.start()

    def start(self) -> str:
        """Start it; gives its address when it listens."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self._process = subprocess.Popen(
            [word.replace("PORT", port) for word in self._command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "FUSEKI_MEMORY": "256m"},
        )
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if self._listens in line:
                # Its log is read to the end, or the pipe fills up and it waits for ever.
                self._rest = threading.Thread(target=deque, args=(self._process.stdout, 0))
                self._rest.start()
                return f"http://127.0.0.1:{port}{self._path}"
        raise AssertionError(f"The server did not start: {said}")

    def kill(self) -> None:
        """Kill it with no chance to end anything."""
        self._process.kill()
        self._process.wait()
        self._rest.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


def oxigraph(folder: Path) -> Server:
    """Start an `oxigraph serve`."""
    beside = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("oxigraph")
    if program is None:
        pytest.skip("the oxigraph server is absent: pip install oxigraph==0.5.13")
    bind = ("--bind", "127.0.0.1:PORT")
    return Server([program, "serve", "--location", str(folder), *bind], "Listening")


def fuseki(folder: Path) -> Server:
    """Start a Fuseki."""
    if missing := absent():
        pytest.skip(missing)
    return Server([str(SCRIPT), str(folder), "PORT"], "Start Fuseki", "/mimir")


@pytest.fixture(params=[oxigraph, pytest.param(fuseki, marks=pytest.mark.fuseki)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server of its own, of each kind."""
    made = request.param(tmp_path / "server")
    yield made
    made.kill()


@pytest.fixture
def proxy(server: Server) -> Iterator[FaultyProxy]:
    """A proxy in front of it."""
    with faulty_proxy(server.url) as made:
        made.graphs = "data" if server.url.endswith("/mimir") else "store"
        yield made


@pytest.mark.parametrize("after", [0.0, 0.05])
@pytest.mark.parametrize(
    ("service", "having", "old"),
    [
        ("update", COMMIT, 1),
        # A graph that is larger than the file, which is merged into it.
        ("update", COMMIT, MANY + 1),
        ("load", b"", 1),
        ("update", b"DROP SILENT", 1),
    ],
)
def test_what_the_store_was_at_is_made_whole_or_not_at_all(
    server: Server,
    proxy: FaultyProxy,
    tmp_path: Path,
    after: float,
    service: str,
    having: bytes,
    old: int,
) -> None:
    def kill() -> None:
        # Not to wait for something, but to hit the store at another point of its work.
        time.sleep(after)
        server.kill()

    store = SparqlHttpStore(*proxy.services())
    with closing(RemoteDataset(tmp_path / "shop", NAMES, store)) as dataset:
        dataset.commit(ChangeSet(tuple(said(f"a{number}") for number in range(old))))
        path = tmp_path / "quads.nq"
        path.write_text("".join(f"{said(f'b{number}')} .\n" for number in range(MANY)))
        change = ChangeSet((said("c"),), added_file=dataset.blobs.adopt(path)[0])
        place = proxy.graphs if service == "load" else service
        proxy.faults.append(Fault(place, "down", having=having, during=kill))

        try:
            dataset.commit(change)
        except StoreUnavailable as error:
            made = "on record" in str(error)
        else:
            made = True
        with pytest.raises(StoreUnavailable):
            texts(dataset)
        proxy.target = server.start()
        proxy.heal()

        assert len(texts(dataset)) == (old + MANY + 1 if made else old)
        check_sound(dataset, tmp_path)
        if not made:
            dataset.commit(change)
        assert len(texts(dataset)) == old + MANY + 1
