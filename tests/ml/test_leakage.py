"""The guard against features that give the target away."""

import numpy as np
import pandas as pd

from ml.leakage import dropped_features

RNG = np.random.default_rng(3)
ROWS = 400


def test_parts_of_a_sum_are_named() -> None:
    frame = pd.DataFrame(
        {name: RNG.integers(0, 90, ROWS).astype(float) for name in ("casual", "members", "heat")}
    )
    target = frame["casual"] + frame["members"]
    leaks = [item for item in dropped_features(frame, target, "regression") if item.leak]
    assert [item.name for item in leaks] == ["casual", "members"]
    assert leaks[0].reason == "The target is casual + members on every row."


def test_products_rounded_to_cents_are_named() -> None:
    frame = pd.DataFrame(
        {"price": RNG.uniform(1, 9, ROWS).round(2), "pieces": RNG.integers(1, 9, ROWS) + 0.5}
    )
    target = (frame["price"] * frame["pieces"]).round(2)
    leaks = [item.name for item in dropped_features(frame, target, "regression") if item.leak]
    assert leaks == ["price", "pieces"]


def test_a_finer_category_and_a_threshold_are_named() -> None:
    score = RNG.normal(size=ROWS)
    target = pd.Series(np.where(score > 0.3, "pass", "fail"))
    kind = np.where(score > 1, "A", np.where(score > 0.3, "B", "C"))
    frame = pd.DataFrame({"score": score, "grade": kind.astype(object), "x": RNG.normal(size=ROWS)})
    dropped = {item.name: item.reason for item in dropped_features(frame, target, "classification")}
    assert dropped["score"] == "A threshold on it gives the class on every row."
    assert dropped["grade"] == "Each of its values occurs with one class of the target only."
    assert "x" not in dropped


def test_flags_of_a_rare_class_are_named() -> None:
    failed = RNG.random(2000) < 0.05
    worn = (failed & (RNG.random(2000) < 0.5)).astype(float)
    frame = pd.DataFrame({"worn": worn, "heat": RNG.normal(size=2000)})
    target = pd.Series(np.where(failed, "true", "false"))
    leaks = [item for item in dropped_features(frame, target, "classification") if item.leak]
    assert [item.name for item in leaks] == ["worn"]
    assert "Wherever it is 1, the target is “true”" in leaks[0].reason


def test_strong_honest_features_stay() -> None:
    weight = RNG.normal(size=ROWS)
    frame = pd.DataFrame({"weight": weight, "height": RNG.normal(size=ROWS)})
    target = pd.Series(weight + 0.1 * RNG.normal(size=ROWS))
    assert dropped_features(frame, target, "regression") == []


def test_empty_constant_and_doubled_columns_go() -> None:
    x = RNG.normal(size=ROWS)
    frame = pd.DataFrame({"x": x, "y": x, "one": 1.0, "none": np.nan, "text": [""] * ROWS})
    dropped = dropped_features(frame, pd.Series(RNG.normal(size=ROWS)), "regression")
    reasons = {item.name: item.reason for item in dropped}
    assert reasons["y"] == "It equals x on every row."
    assert "same value" in reasons["one"]
    assert set(reasons) == {"y", "one", "none", "text"}
    assert not any(item.leak for item in dropped)
