"""Model files and model cards."""

import functools
import hashlib

import numpy as np
import pandas as pd
import pytest
import skops.io

from graph.errors import Conflict
from graph.oxigraph import OxigraphStore
from graph.terms import Literal
from ml.automl import model_id
from ml.candidates import Shape, average_of, candidates_for
from ml.models import TRUSTED, ModelFileRefused, card_quads, load, save
from ml.predictions import predict

FACTS = """
PREFIX mimir: <https://w3id.org/mimir-aip/ns#>
PREFIX mls: <http://www.w3.org/ns/mls#>
"""


@pytest.fixture
def status(trained):
    return trained("status")


def card(shop, table, result, sha256=None):
    quads = card_quads(
        result,
        table,
        names=shop.names,
        model_id=model_id(result.task, table.inputs_hash, result.seed),
        commit="42",
        trained_at="2025-01-02T03:04:05Z",
        sha256=sha256,
    )
    store = OxigraphStore()
    store.apply(quads, [])
    return quads, store.reader([shop.names.meta])


def test_a_saved_model_predicts_as_before(shop, status, tmp_path) -> None:
    table, result = status
    file = save(result, tmp_path / "models")
    loaded = load(file.path, file.sha256)
    frame = table.frame[list(loaded.features)]
    np.testing.assert_array_equal(
        loaded.pipeline.predict_proba(frame), result.pipeline.predict_proba(frame)
    )
    assert loaded.classes == result.classes
    assert set(predict(loaded, table)["value"]) == {"late", "on time"}


def test_a_changed_file_is_refused(status, tmp_path) -> None:
    file = save(status[1], tmp_path)
    content = bytearray(file.path.read_bytes())
    content[-1] ^= 1
    file.path.write_bytes(content)
    with pytest.raises(ModelFileRefused, match="its hash differs"):
        load(file.path, file.sha256)


def test_a_file_with_a_foreign_type_is_refused(tmp_path) -> None:
    content = skops.io.dumps({"pipeline": functools.partial(np.sum, axis=0)})
    path = tmp_path / "foreign.skops"
    path.write_bytes(content)
    with pytest.raises(ModelFileRefused, match="types that are not allowed"):
        load(path, hashlib.sha256(content).hexdigest())


def test_a_missing_or_broken_file_is_refused(tmp_path) -> None:
    with pytest.raises(ModelFileRefused, match="cannot be read"):
        load(tmp_path / "none.skops", "0" * 64)
    (tmp_path / "broken.skops").write_bytes(b"no archive")
    with pytest.raises(ModelFileRefused, match="is no model file"):
        load(tmp_path / "broken.skops", hashlib.sha256(b"no archive").hexdigest())


@pytest.mark.parametrize("kind", ["regression", "classification"])
def test_every_candidate_can_be_saved_with_the_allowed_types(kind) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.normal(size=60)})
    frame["c"] = rng.choice(["a", "b"], 60).astype(object)
    truth = rng.normal(size=60) if kind == "regression" else rng.integers(0, 2, 60)
    candidates = candidates_for(kind, Shape(("x",), ("c",), 60, 1))
    for candidate in (*candidates, average_of(candidates[1:], kind)):
        content = skops.io.dumps(candidate.build().fit(frame, truth))
        assert set(skops.io.get_untrusted_types(data=content)) <= set(TRUSTED), candidate.name


def test_nothing_kept_means_nothing_saved_and_a_card_with_the_verdict(
    shop, trained, tmp_path
) -> None:
    table, result = trained("noise")
    with pytest.raises(Conflict, match="No algorithm predicts"):
        save(result, tmp_path)
    _, reader = card(shop, table, result)
    rows = reader.select(
        FACTS + "SELECT ?v { ?m a mimir:TrainingOutcome ; mimir:kept false ; mimir:verdict ?v }"
    )
    assert rows.rows == [(Literal(result.verdict),)]
    assert not reader.ask(FACTS + "ASK { ?m a mls:Model }")


def test_a_card_tells_features_commit_metrics_and_seed(shop, status) -> None:
    table, result = status
    quads, reader = card(shop, table, result, "ab" * 32)
    assert len(quads) == len(set(quads))
    rows = reader.select(
        FACTS
        + """SELECT ?algorithm ?seed ?commit ?target ?sha {
            ?m a mls:Model ; mimir:algorithm ?algorithm ; mimir:seed ?seed ;
               mimir:dataCommit ?commit ; mimir:targetProperty ?target ; mimir:fileSha256 ?sha }"""
    )
    assert rows.rows == [
        (
            Literal(result.kept),
            Literal(result.seed),
            shop.names.record("commit", "42"),
            shop.names.term("status"),
            Literal("ab" * 32),
        )
    ]
    rows = reader.select(FACTS + "SELECT ?f { ?m mimir:feature ?f . ?f a mls:Feature }")
    assert len(rows) == len(table.features)


def test_a_card_holds_the_scores_of_all_with_intervals(shop, status) -> None:
    table, result = status
    _, reader = card(shop, table, result)
    rows = reader.select(
        FACTS
        + """SELECT ?algorithm ?baseline ?value ?low ?high {
            ?m mimir:evaluation ?e . ?e mls:specifiedBy mimir:rocAuc ;
               mimir:algorithm ?algorithm ; mimir:baseline ?baseline ; mls:hasValue ?value ;
               mimir:low ?low ; mimir:high ?high }"""
    )
    found = {row[0].value: float(row[2].value) for row in rows}
    assert found == {entry.name: entry.metrics[0].value for entry in result.leaderboard}
    assert {row[0].value for row in rows if row[1] == Literal(True)} == {
        "DummyClassifier",
        "LogisticRegression",
    }
