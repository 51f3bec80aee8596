"""A store, or what stands between, that says something else than what is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.changes import ChangeSet
from graph.errors import StoreUnavailable
from graph.remote.dataset import RemoteDataset
from graph.remote.sparql_http import SparqlHttpStore
from graph.remote.sparql_http_errors import StoreRefused
from tests.remote.faulty_proxy import Fault, FaultyProxy
from tests.remote.test_remote_faults import (
    COMMIT,
    NAMES,
    add,
    check_sound,
    dataset,
    land,
    proxy,
    said,
    texts,
)

__all__ = ["dataset", "proxy"]


@pytest.mark.parametrize("change", [add, land])
@pytest.mark.parametrize("kind", ["500", "503", "403", "520", "599"])
def test_a_commit_that_was_made_stays_though_the_answer_says_it_failed(
    proxy: FaultyProxy,
    dataset: RemoteDataset,
    tmp_path: Path,
    kind: str,
    change: Callable[[RemoteDataset, str], object],
) -> None:
    # The store makes the change, and then something between answers in its place.
    proxy.faults.append(Fault("update", kind, having=COMMIT, during=lambda: None))

    change(dataset, "b")

    assert texts(dataset) == ["a", "b"]
    check_sound(dataset, tmp_path)


def test_a_store_that_can_only_be_read_is_named_so(
    proxy: FaultyProxy, dataset: RemoteDataset
) -> None:
    proxy.faults.append(Fault("update", "405"))

    with pytest.raises(StoreRefused):
        add(dataset, "b")

    assert (dataset.log.sequence, texts(dataset)) == (1, ["a"])


def test_an_answer_to_another_question_is_an_error(
    proxy: FaultyProxy, dataset: RemoteDataset
) -> None:
    store = SparqlHttpStore(*proxy.services())
    proxy.faults.append(Fault("query", "none"))

    with pytest.raises(StoreUnavailable):
        store.count(NAMES.data)


@pytest.mark.parametrize("lost", ["DROP ALL", "DROP GRAPH <urn:mimir:state>"])
def test_what_the_store_lost_while_it_is_in_use_is_made_again(
    proxy: FaultyProxy, dataset: RemoteDataset, tmp_path: Path, lost: str
) -> None:
    land(dataset, "b")
    dataset.commit(ChangeSet((said("c"),), (said("a"),)))

    SparqlHttpStore(*proxy.services()).update(lost)

    assert texts(dataset) == ["b", "c"]
    check_sound(dataset, tmp_path)
    add(dataset, "d")
    assert texts(dataset) == ["b", "c", "d"]
