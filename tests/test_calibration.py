"""Calibration: from scores to the medians of what came of such posts, without changing who ranks above whom."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import MIN_BIN, TILT, calibrate

SAMPLES = st.lists(st.tuples(st.floats(-5, 40), st.floats(0, 37)), min_size=1, max_size=150)


@given(SAMPLES, st.lists(st.floats(-50, 90), min_size=2, max_size=20, unique=True))
def test_a_higher_score_is_never_calibrated_lower(samples: list[tuple[float, float]], asked: list[float]) -> None:
    scores, labels = np.array(samples).T
    calibrated = calibrate(scores, labels)(np.sort(asked))
    assert (np.diff(calibrated) >= 0).all()
    steps = np.diff(np.sort(asked))
    assert (np.diff(calibrated)[steps > 1e-6] > 0).all()


@given(SAMPLES)
def test_what_is_kept_of_the_score_aside_values_lie_within_the_labels(samples: list[tuple[float, float]]) -> None:
    scores, labels = np.array(samples).T
    medians = (calibrate(scores, labels)(scores) - TILT * scores) / (1 - TILT)
    assert labels.min() - 1e-6 <= medians.min() <= medians.max() <= labels.max() + 1e-6


def test_medians_of_small_bins_worked_out_by_hand() -> None:
    scores, labels = np.arange(4.0), np.array([0.0, 2.0, 1.0, 5.0])
    fitted = calibrate(scores, labels)  # two bins, each with half a bin of the other
    assert fitted.scores.tolist() == [0.5, 2.5]
    assert fitted.medians.tolist() == [1.0, 2.0]
    assert fitted(np.array([-9.0, 1.5])).tolist() == pytest.approx([0.8 * 1 - 0.2 * 9, 0.8 * 1.5 + 0.2 * 1.5])


def test_a_mean_score_becomes_nearly_the_median_of_heavy_tailed_labels() -> None:
    drawn = np.random.default_rng(0)
    scores = drawn.uniform(0, 3, 4_000)
    labels = scores * drawn.exponential(1, 4_000)  # the mean is the score, the median is 0.69 of it
    expected = (1 - TILT) * np.log(2) * scores + TILT * scores
    assert np.abs(calibrate(scores, labels)(scores) - expected).mean() < 0.08
    guessed = calibrate(scores, labels)(scores)
    assert np.abs(labels - guessed).mean() < np.abs(labels - scores).mean()


def test_few_labels_make_few_bins() -> None:
    for count, bins in ((1, 1), (2, 2), (2 * MIN_BIN, 2), (5 * MIN_BIN, 5), (10_000, 20)):
        assert len(calibrate(np.arange(float(count)), np.zeros(count)).scores) == bins


def test_a_single_score_or_a_single_label_is_no_obstacle() -> None:
    same = calibrate(np.full(100, 2.0), np.arange(100.0))
    assert np.isfinite(same(np.array([-1.0, 2.0, 7.0]))).all()
    zeros = calibrate(np.arange(100.0), np.zeros(100))
    assert zeros(np.array([50.0])).tolist() == [pytest.approx(TILT * 50)]


def test_a_value_depends_on_its_own_score_alone_in_any_shape() -> None:
    drawn = np.random.default_rng(1)
    fitted = calibrate(drawn.random(200), drawn.random(200))
    asked = drawn.random((30, 4))
    one_by_one = [[float(fitted(np.array([score]))[0]) for score in row] for row in asked]
    assert np.array_equal(fitted(asked), one_by_one)
