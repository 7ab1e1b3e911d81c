"""Metrics say what they are named for, and the window they are taken over holds the newest rows and no more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from models import metrics
from models.rolling import Rolling

VALUES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=60)


def test_errors_of_a_small_example() -> None:
    actual, predicted = np.array([0.0, 1.0, 4.0]), np.array([1.0, 1.0, 1.0])
    assert metrics.mae(actual, predicted) == pytest.approx(4 / 3)
    assert metrics.mse(actual, predicted) == pytest.approx(10 / 3)
    assert metrics.coverage(actual, predicted - 1, predicted) == pytest.approx(2 / 3)  # bounds count as inside
    assert metrics.width(predicted - 1, predicted + 1) == pytest.approx(2.0)


def test_nothing_measured_is_not_known() -> None:
    nothing = np.empty(0)
    assert metrics.mae(nothing, nothing) is None
    assert metrics.mse(nothing, nothing) is None
    assert metrics.spearman(nothing, nothing) is None
    assert metrics.coverage(nothing, nothing, nothing) is None
    assert metrics.width(nothing, nothing) is None


def test_skill_is_what_is_gained_on_the_reference() -> None:
    assert metrics.skill(0.5, 1.0) == pytest.approx(0.5)
    assert metrics.skill(2.0, 1.0) == pytest.approx(-1.0)
    assert metrics.skill(0.0, 0.0) is None
    assert metrics.skill(None, 1.0) is None


@given(VALUES)
def test_spearman_is_that_of_scipy_and_not_known_without_variation(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, dtype=float).T
    ours = metrics.spearman(a, b)
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert ours is None
    else:
        assert ours == pytest.approx(spearmanr(a, b)[0], abs=1e-12)


@given(st.integers(1, 9), st.lists(st.integers(0, 25), max_size=30))
def test_a_rolling_window_holds_the_newest_rows_in_order(cap: int, sizes: list[int]) -> None:
    window, everything = Rolling(cap, 2), np.empty((0, 2))
    for size in sizes:
        rows = np.arange(len(everything), len(everything) + size, dtype=float)[:, None] * [1.0, -1.0]
        window.extend(rows)
        everything = np.concatenate([everything, rows])
        assert len(window) == min(cap, len(everything))
        assert np.array_equal(window.rows(), everything[-cap:])
