"""A store that is killed at its work and started again: the project goes on by itself."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.errors import StoreUnavailable
from graph.remote.dataset import RemoteDataset
from graph.remote.sparql_http import SparqlHttpStore
from tests.remote.faulty_proxy import Fault, FaultyProxy, faulty_proxy
from tests.remote.test_remote_faults import COMMIT, NAMES, check_sound, said, texts

MANY = 5_000


class Server:
    """An `oxigraph serve` that can be killed and started again on its folder."""

    def __init__(self, folder: Path) -> None:
        beside = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
        program = beside or shutil.which("oxigraph")
        if program is None:
            pytest.skip("the oxigraph server is absent: pip install oxigraph==0.5.13")
        self._command = [program, "serve", "--location", str(folder), "--bind"]
        self.url = self.start()

    def start(self) -> str:
        """Start it; gives its address when it listens."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self._process = subprocess.Popen(
            [*self._command, address], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr is not None
        said = ""
        for line in self._process.stderr:
            said += line
            if "Listening" in line:
                return f"http://{address}"
        raise AssertionError(f"The server did not start: {said}")

    def kill(self) -> None:
        """Kill it with no chance to end anything."""
        self._process.kill()
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of its own."""
    made = Server(tmp_path / "server")
    yield made
    made.kill()


@pytest.fixture
def proxy(server: Server) -> Iterator[FaultyProxy]:
    """A proxy in front of it."""
    with faulty_proxy(server.url) as made:
        yield made


@pytest.mark.parametrize("after", [0.0, 0.05])
@pytest.mark.parametrize(
    ("service", "having"), [("update", COMMIT), ("store", b""), ("update", b"DROP SILENT")]
)
def test_what_the_store_was_at_is_made_whole_or_not_at_all(
    server: Server, proxy: FaultyProxy, tmp_path: Path, after: float, service: str, having: bytes
) -> None:
    def kill() -> None:
        # Not to wait for something, but to hit the store at another point of its work.
        time.sleep(after)
        server.kill()

    store = SparqlHttpStore(*proxy.services())
    with closing(RemoteDataset(tmp_path / "shop", NAMES, store)) as dataset:
        dataset.commit(ChangeSet((said("a"),)))
        path = tmp_path / "quads.nq"
        path.write_text("".join(f"{said(f'b{number}')} .\n" for number in range(MANY)))
        change = ChangeSet((said("c"),), added_file=dataset.blobs.adopt(path)[0])
        proxy.faults.append(Fault(service, "down", having=having, during=kill))

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

        assert len(texts(dataset)) == (1 + MANY + 1 if made else 1)
        check_sound(dataset, tmp_path)
        if not made:
            dataset.commit(change)
        assert len(texts(dataset)) == 1 + MANY + 1
