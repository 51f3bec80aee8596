"""Real processes of the program under test: `mimir serve`, its workers and readers."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from app.client import Client
from app.operations.catalog import OPERATIONS
from app.wiring import Owner
from workers.runs import Run, read_run

JOB, LOADER, READER = "app.cli job run", "graph.dataset.loader", "graph.readers.process"
PROJECT = "works"


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def environment(**settings: Any) -> dict[str, str]:
    """Give this process's environment with exactly these settings, by their field names."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MIMIR_")}
    return kept | {f"MIMIR_{name.upper()}": str(value) for name, value in settings.items()}


def mimir(*arguments: str) -> list[str]:
    """Give the command line of the program."""
    return [sys.executable, "-m", "app.cli", *arguments]


class Served:
    """One data folder and the process that serves it, which may be killed and started again."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        given = {"data": folder, "port": port, "monitor_seconds": 3600, **settings}
        self._environment = environment(**given)
        self.client = Client(self.url)
        self.process = self._spawned()

    def call(self, operation: str, **fields: Any) -> Any:
        """Call an operation on the project."""
        return self.client.call(OPERATIONS[operation], {"project": PROJECT, **fields})

    def upload(self, paths: list[Path]) -> str:
        """Make the project, upload files, and give the number of the run."""
        return upload(self.client, paths)

    def views(self, run: str, project: str = PROJECT) -> Iterator[dict[str, Any]]:
        """Follow a run until it ends or the server does."""
        url = f"/api/v1/projects/{project}/runs/{run}/events"
        try:
            with self.client.http.stream("GET", url, timeout=120) as response:
                for line in response.iter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))
        except httpx.TransportError:
            return

    def finished(self, run: str, project: str = PROJECT) -> dict[str, Any]:
        """Wait for the end of a run."""
        view: dict[str, Any] = {}
        for found in self.views(run, project):
            view = found
        return view

    def restart(self) -> None:
        """Start again after the end of the process."""
        self.process.wait()
        self.client = Client(self.url)
        self.process = self._spawned()

    def stop(self) -> int:
        """Ask the process to end; gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def _spawned(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            mimir("serve"), env=self._environment, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert "Mimir serves" in process.stdout.readline()
        return process


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[Served]:
    """Serve a folder for the length of the context."""
    server = Served(folder, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
        server.process.wait()
        if server.process.stdout:
            server.process.stdout.close()


def descendants(process: int, command: str) -> list[int]:
    """Find the processes below `process` whose command line contains `command`, by /proc."""
    lines: dict[int, str] = {}
    children: dict[int, list[int]] = {}
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            lines[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    # A child may have the lower number, when the numbers of processes begin anew.
    below = list(children.get(process, []))
    for found in below:
        below += children.get(found, [])
    return [found for found in below if command in lines[found]]


def eventually(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until a condition of other processes holds; gives what it gave."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.02)
    return found


def kill(process: int) -> None:
    """End a process as a crash would, if it has not ended by itself."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def upload(client: Client, files: list[Path], project: str = PROJECT) -> str:
    """Make a project of these files; gives the run."""
    client.call(OPERATIONS["create_project"], {"name": project})
    return str(client.upload(project, [(path.name, path) for path in files])["id"])


def reached(view: dict[str, Any], step: str) -> bool:
    """Tell whether a step goes on, or is over."""
    return any(item["name"] == step and item["state"] != "waiting" for item in view["steps"])


def reaches(client: Client, run: str, step: str) -> None:
    """Wait until a step of the run goes on."""
    request = {"project": PROJECT, "run": run}
    eventually(lambda: reached(client.call(OPERATIONS["get_run"], request), step))


def record(owner: Owner, run: str) -> Run:
    """Read the record of a run from its owner."""
    project = owner.services.projects.get(PROJECT)
    return read_run(project.reader(project.names.meta), project.names, run)
