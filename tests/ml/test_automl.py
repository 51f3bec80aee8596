"""Training on the shop: a planted signal is found, noise is not."""

import numpy as np
import pandas as pd
import pytest

from ml.automl import model_id, train
from ml.features import Feature, FeatureTable
from ml.tasks import Task


def table_of(frame: pd.DataFrame, target: pd.Series, kind) -> FeatureTable:
    task = Task("Thing", "result", kind, "string", "result")
    features = tuple(
        Feature(name, "number" if frame[name].dtype == float else "category", "own", (), "")
        for name in frame.columns
    )
    return FeatureTable(task, frame, target, features, (), len(frame), "hash")


@pytest.fixture
def cost(trained):
    return trained("cost")


def test_a_nonlinear_signal_is_kept_over_the_linear_baseline(cost) -> None:
    _, result = cost
    best = result.leaderboard[0]
    assert result.kept == best.name
    assert best.metrics[0].value > 0.7
    assert best.improvement.low > 0.1
    assert "better than the linear baseline (R²" in result.verdict
    assert {item.feature for item in result.importances[:3]} == {
        "weight",
        "distance",
        "customer.region",
    }


def test_at_least_four_algorithms_and_two_baselines_compete(cost) -> None:
    _, result = cost
    assert sum(not entry.baseline for entry in result.leaderboard) >= 4
    assert [entry.name for entry in result.leaderboard if entry.baseline] == [
        "Ridge",
        "DummyRegressor",
    ]
    for entry in result.leaderboard:
        for metric in entry.metrics:
            assert metric.low <= metric.value <= metric.high


def test_the_same_input_and_seed_give_the_same_result_and_progress_is_told(cost) -> None:
    table, result = cost
    told: list[tuple[float, str]] = []
    again = train(
        table,
        result.task,
        seed=result.seed,
        progress=lambda share, text: told.append((share, text)),
    )
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert "Trying random forest." in [text for _, text in told]
    assert again.leaderboard == result.leaderboard
    assert again.importances == result.importances
    assert again.margin == result.margin
    pd.testing.assert_frame_equal(again.held_out, result.held_out)


def test_noise_is_not_predictable_and_the_verdict_says_so(trained) -> None:
    _, result = trained("noise")
    assert result.kept is None
    assert result.pipeline is None
    assert result.verdict.startswith("No algorithm predicts Order.noise better than the ")
    assert "R²" in result.verdict


def test_a_linear_relation_is_left_to_the_linear_baseline() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({name: rng.normal(size=300) for name in ("a", "b")})
    target = frame["a"] - 2 * frame["b"] + rng.normal(size=300)
    table = table_of(frame, target, "regression")
    result = train(table, table.task, seed=1)
    assert result.kept is None
    assert "better than the linear baseline" in result.verdict


def test_several_classes_with_gaps_are_learned_and_rare_ones_named() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 600))
    kind = np.where(x * y > 0.2, "red", np.where(x * y < -0.2, "blue", "green")).astype(object)
    kind[:3] = "violet"
    frame = pd.DataFrame({"x": np.where(rng.random(600) < 0.1, np.nan, x), "y": y})
    frame["letter"] = rng.choice(["a", "b", ""], 600).astype(object)
    table = table_of(frame, pd.Series(kind), "classification")
    result = train(table, table.task, seed=1)
    assert result.classes == ("blue", "green", "red")
    assert result.leaderboard[0].metrics[0].name == "balancedAccuracy"
    assert result.kept is not None
    assert any("violet" in note for note in result.notes)


def test_two_classes_are_judged_by_the_area_under_the_curve(trained) -> None:
    _, result = trained("status")
    assert result.leaderboard[0].metrics[0].name == "rocAuc"
    assert set(result.held_out.columns) == {"value", "probability"}


@pytest.mark.parametrize(
    ("rows", "columns", "reason"),
    [(30, ["x"], "Only 30 rows have a known target"), (80, [], "No feature is left")],
)
def test_too_little_to_learn_from_is_said(rows, columns, reason) -> None:
    frame = pd.DataFrame({"x": np.arange(rows, dtype=float)})[columns]
    table = table_of(frame, pd.Series(np.arange(rows, dtype=float)), "regression")
    result = train(table, table.task, seed=1)
    assert result.kept is None
    assert reason in result.verdict


def test_the_model_id_depends_on_task_inputs_and_seed(cost) -> None:
    table, result = cost
    ids = {
        model_id(result.task, table.inputs_hash, 1),
        model_id(result.task, table.inputs_hash, 2),
        model_id(result.task, "other", 1),
    }
    assert len(ids) == 3
    assert model_id(result.task, table.inputs_hash, 1) in ids
