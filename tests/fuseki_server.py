"""A real Fuseki on a free port, for the tests that carry the marker `fuseki`."""

import os
import shutil
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "deploy" / "start-fuseki.sh"
_VERSION = SCRIPT.read_text(encoding="utf-8").partition("\nversion=")[2].partition("\n")[0]


def absent() -> str:
    """Say what is missing for a Fuseki here, and how to get it; empty when nothing is."""
    if shutil.which("java") is None:
        return "no Java on this machine: apt-get install openjdk-17-jre-headless"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(os.environ.get("FUSEKI_CACHE") or Path(home) / "mimir")
    if not (cache / f"jena-fuseki-server-{_VERSION}.jar").is_file():
        return "Fuseki's Java package is absent: deploy/start-fuseki.sh --fetch"
    return ""


@contextmanager
def running_fuseki(folder: Path, passwords: Path | None = None) -> Iterator[str]:
    """Run a Fuseki on the store in `folder`; gives the address of its dataset.

    Args:
        passwords: a file of users and passwords, where it shall ask for them.
    """
    missing = absent()
    if missing:
        pytest.skip(missing)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [str(SCRIPT), str(folder), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "FUSEKI_MEMORY": "512m", "FUSEKI_PASSWORDS": str(passwords or "")},
    ) as server:
        # Its log is read to the end, or the pipe fills up and it waits for ever.
        rest = threading.Thread(target=deque, args=(server.stdout, 0))
        try:
            _await_start(server)
            rest.start()
            yield f"http://127.0.0.1:{port}/mimir"
        finally:
            server.kill()
            if rest.ident:
                # Before the pipe is closed, which would fail the thread, and the test with it.
                rest.join()


def _await_start(server: "subprocess.Popen[str]") -> None:
    assert server.stdout is not None
    said = []
    for line in server.stdout:
        said.append(line)
        if "Start Fuseki" in line:
            return
    raise AssertionError("Fuseki did not start: " + "".join(said))
