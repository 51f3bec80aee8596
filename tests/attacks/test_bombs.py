"""Files made to hurt, sent through the door of uploads: their runs fail, and nothing else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.bombs import bombs, write
from tests.e2e.served import Served, descendants, served, upload

PROCESS = "extraction.process"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose readers of files have little memory and time."""
    folder = tmp_path_factory.mktemp("bombed")
    with served(folder, read_memory_mb=700, read_seconds=20, workers=2) as found:
        yield found


def test_each_bomb_ends_its_own_run_with_an_error_that_says_why(
    server: Served, tmp_path: Path
) -> None:
    runs = {}
    for name, (content, said) in bombs().items():
        project = name.replace(".", "-")
        path = write(tmp_path, name, content)
        runs[name] = project, upload(server.client, [path], project), said
        path.unlink()
    good = write(tmp_path, "good.csv", b"id,name\n1,Ann\n2,Bob\n3,Cid\n")
    run = upload(server.client, [good], "good")

    found = {name: server.finished(run, project) for name, (project, run, _) in runs.items()}

    for name, view in found.items():
        assert view["state"] == "failed", name
        assert runs[name][2] in view["error"], (name, view["error"])
    assert server.finished(run, "good")["state"] == "succeeded"
    assert server.process.poll() is None
    assert descendants(server.process.pid, PROCESS) == []
