"""80 % intervals hold about 80 % of what comes, whatever the model's errors are like and when they change."""

import numpy as np
import pytest

from models.intervals import CEILING, MIN_RESIDUALS, AdaptiveInterval


def held(interval: AdaptiveInterval, predicted: np.ndarray, actual: np.ndarray) -> list[bool]:
    """Whether each outcome lay in the interval that was shown before it came."""
    inside = []
    for p, y in zip(predicted, actual, strict=True):
        bounds = interval.bounds(np.array([p]))
        if bounds is not None:
            low, high = bounds
            inside.append(bool(low[0] <= y <= high[0]))
        interval.learn(np.array([p]), np.array([y]))
    return inside


def test_no_interval_before_there_are_residuals_enough() -> None:
    interval = AdaptiveInterval()
    interval.learn(np.ones(MIN_RESIDUALS - 1), np.zeros(MIN_RESIDUALS - 1))
    assert interval.bounds(np.ones(1)) is None
    interval.learn(np.ones(1), np.zeros(1))
    assert interval.bounds(np.ones(1)) is not None


@pytest.mark.parametrize("spread", [0.1, 1.0, 3.0])
def test_coverage_of_steady_errors(spread: float) -> None:
    noise = np.random.default_rng(1)
    predicted = noise.uniform(0, 3, 3_000)
    actual = np.maximum(0, predicted + noise.normal(0, spread, 3_000) * (1 + predicted))
    inside = held(AdaptiveInterval(), predicted, actual)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.02)


def test_coverage_recovers_when_errors_grow_fourfold() -> None:
    noise = np.random.default_rng(2)
    spread = np.where(np.arange(4_000) < 2_000, 0.25, 1.0)
    predicted = np.full(4_000, 2.0)
    actual = np.maximum(0, predicted + noise.normal(0, 1, 4_000) * spread)
    inside = held(AdaptiveInterval(), predicted, actual)
    assert np.mean(inside[2_000:]) == pytest.approx(0.8, abs=0.03)
    # Without adaptation the window would take twice as long to see it.
    assert np.mean(inside[2_100:2_500]) > 0.7


def test_bounds_stay_finite_and_never_negative() -> None:
    interval = AdaptiveInterval()
    interval.learn(np.zeros(100), np.full(100, CEILING))
    low, high = interval.bounds(np.array([0.0, 1.0, CEILING])) or (None, None)
    assert low is not None
    assert high is not None
    assert low.tolist() == [0.0, 0.0, 0.0]
    assert np.isfinite(np.expm1(high)).all()


def test_perfect_predictions_have_no_width() -> None:
    interval = AdaptiveInterval()
    interval.learn(np.full(500, 1.5), np.full(500, 1.5))
    low, high = interval.bounds(np.array([1.5])) or (None, None)
    assert low is not None
    assert high is not None
    assert (low[0], high[0]) == (1.5, 1.5)


def test_coverage_of_outcomes_that_mature_in_large_batches() -> None:
    noise = np.random.default_rng(4)
    interval, inside = AdaptiveInterval(), []
    for _ in range(20):
        predicted = noise.uniform(1, 3, 256)
        actual = np.maximum(0, predicted + noise.normal(0, 0.5, 256))
        if (bounds := interval.bounds(predicted)) is not None:
            inside.append(np.mean((bounds[0] <= actual) & (actual <= bounds[1])))
        interval.learn(predicted, actual)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.02)
    assert min(inside) > 0.6
