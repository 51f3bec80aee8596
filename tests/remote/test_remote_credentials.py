"""A Fuseki that asks for a password: served with the right one, and it is never told."""

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.names import ProjectNames
from graph.remote.address import read_address
from graph.remote.dataset import RemoteDataset
from graph.remote.sparql_http_errors import StoreRefused
from graph.terms import Literal, NamedNode, Quad
from tests.fuseki_server import running_fuseki

NAMES = ProjectNames("https://example.org/", "shop")
PASSWORD = "s3cret:é"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the dataset of a Fuseki that only Ann may use."""
    folder = tmp_path_factory.mktemp("guarded")
    passwords = folder / "passwords"
    passwords.write_text(f"ann: {PASSWORD}\n", encoding="utf-8")
    with running_fuseki(folder / "store", passwords) as address:
        yield address


def quad(number: int) -> Quad:
    return Quad(NamedNode(f"urn:s{number}"), NAMES.term("says"), Literal(number), NAMES.data)


@pytest.mark.fuseki
def test_a_project_lives_on_a_store_with_a_password_that_nothing_tells(
    guarded: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = read_address(guarded, password=f"ann:{PASSWORD}").store()
    file = tmp_path / "quads.nq"
    file.write_text("".join(f"{quad(number)} .\n" for number in range(100)))
    with closing(RemoteDataset(tmp_path / "shop", NAMES, store)) as dataset:
        dataset.commit(ChangeSet((quad(100),)))
        dataset.commit(ChangeSet(added_file=dataset.blobs.adopt(file)[0]))
        assert dataset.count(NAMES.data) == 101

    written = [path for path in (tmp_path / "shop").rglob("*") if path.is_file()]
    told = [caplog.text, *(path.read_bytes().decode(errors="replace") for path in written)]
    assert not [text for text in told if "s3cret" in text or "YW5uOn" in text]


@pytest.mark.fuseki
@pytest.mark.parametrize("password", ["ann:wrong", ""])
def test_without_the_password_nothing_is_done_and_the_error_says_why(
    guarded: str, tmp_path: Path, password: str
) -> None:
    store = read_address(guarded, password=password).store()

    with pytest.raises(StoreRefused, match="401"):
        RemoteDataset(tmp_path / "other", NAMES, store)
    with pytest.raises(StoreRefused, match="401") as caught:
        store.apply([quad(1)], ())

    assert "wrong" not in str(caught.value)
