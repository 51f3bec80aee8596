"""Scores against scikit-learn's own, and intervals against what they promise."""

import numpy as np
import pytest
from sklearn import metrics

from ml.evaluation import (
    classification_scores,
    conformal_margin,
    improvement,
    metric,
    regression_scores,
    resampling_weights,
)

RNG = np.random.default_rng(5)


def test_scores_of_numbers_equal_scikit_learns_on_every_resample() -> None:
    truth = 1e6 + RNG.normal(size=300)
    predicted = truth + 0.5 * RNG.normal(size=300)
    weights = resampling_weights(300, seed=1, draws=5)
    scores = regression_scores(truth, predicted, weights)
    for row in (0, 3):
        w = weights[row]
        expected = metrics.r2_score(truth, predicted, sample_weight=w)
        assert scores["r2"][row] == pytest.approx(expected)
        expected = metrics.mean_absolute_error(truth, predicted, sample_weight=w)
        assert scores["meanAbsoluteError"][row] == pytest.approx(expected)


def test_scores_of_classes_equal_scikit_learns_on_every_resample() -> None:
    truth = RNG.integers(0, 2, 300)
    up = np.clip(0.4 * truth + RNG.random(300) * 0.6, 0, 1).round(1)
    shares = np.column_stack([1 - up, up])
    weights = resampling_weights(300, seed=1, draws=5)
    scores = classification_scores(truth, shares, weights)
    called = shares.argmax(axis=1)
    for row in (0, 3):
        w = weights[row]
        expected = metrics.roc_auc_score(truth, up, sample_weight=w)
        assert scores["rocAuc"][row] == pytest.approx(expected)
        expected = metrics.balanced_accuracy_score(truth, called, sample_weight=w)
        assert scores["balancedAccuracy"][row] == pytest.approx(expected)
        expected = metrics.f1_score(truth, called, average="macro", sample_weight=w)
        assert scores["macroF1"][row] == pytest.approx(expected)


def test_a_constant_score_has_an_area_of_one_half() -> None:
    truth = RNG.integers(0, 2, 50)
    scores = classification_scores(truth, np.full((50, 2), 0.5), np.ones((1, 50)))
    assert scores["rocAuc"][0] == 0.5


def test_intervals_hold_the_score_and_an_improvement_by_luck_holds_zero() -> None:
    truth = RNG.normal(size=400)
    weights = resampling_weights(400, seed=2)
    good = regression_scores(truth, truth + 0.3 * RNG.normal(size=400), weights)
    poor = regression_scores(truth, 0.01 * RNG.normal(size=400), weights)
    void = regression_scores(truth, 0.01 * RNG.normal(size=400), weights)
    score = metric("r2", good["r2"])
    assert score.low < score.value < score.high
    assert improvement(good["r2"], poor["r2"], 6).low > 0
    luck = improvement(poor["r2"], void["r2"], 6)
    assert luck.low <= 0 <= luck.high


def test_the_conformal_margin_holds_the_promised_share_of_new_rows() -> None:
    residuals = RNG.standard_t(3, size=4000)
    margin = conformal_margin(residuals[:1000], np.zeros(1000), 0.9)
    assert 0.87 < np.mean(np.abs(residuals[1000:]) <= margin) < 0.93
