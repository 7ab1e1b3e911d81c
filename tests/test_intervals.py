"""80 % intervals hold about 80 % of what comes, as whole counts, whatever the errors are like and when they change."""

from math import log

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.features import MAX_COUNT
from models.intervals import MIN_RESIDUALS, AdaptiveInterval, bounds, needed

PREDICTED = st.floats(0, 21)  # up to a thousand million engagements
COUNTS = st.one_of(st.integers(0, 30), st.integers(0, 10**9))


def shown(predicted: float, radius: float) -> tuple[float, float]:
    low, high = bounds(np.array([predicted]), radius)
    return float(low[0]), float(high[0])


def residual(predicted: float, actual: int) -> float:
    return float(needed(np.array([predicted]), np.array([float(actual)]))[0])


@pytest.mark.parametrize(
    ("count", "radius", "low", "high"),
    [
        (0, 0.0, 0, 0),
        (0, log(2), 0, 1),  # e^(0 +- 0.69) - 1 = -0.5 to 1
        (0, log(2.4), 0, 1),  # 1.4 is nearest to 1 ...
        (0, log(2.5) + 1e-9, 0, 2),  # ... and 1.5 to 2
        (10, 0.0, 10, 10),
        (10, 0.1, 6, 14),  # 0.1 * (1 + log(11)) = 0.34: from 11 / 1.405 - 1 = 6.83 to 11 * 1.405 - 1 = 14.45
        (0.6, 0.0, 0, 1),  # what is predicted need not be whole: down to 0, and the nearest is 1
        (0.4, 0.0, 0, 0),
        (1e9, 10.0, 0, MAX_COUNT),  # more than any platform counts
    ],
)
def test_bounds_worked_out_by_hand(count: float, radius: float, low: int, high: int) -> None:
    assert shown(np.log1p(count), radius) == (low, pytest.approx(high))


@pytest.mark.parametrize(
    ("count", "actual", "radius"),
    [
        (0, 1, log(1.5)),  # 0.5 is enough, as it is rounded to 1
        (0, 7, log(7.5)),
        (10, 13, log(13.5 / 11) / (1 + log(11))),
        (10, 7, log(11 / 9) / (1 + log(11))),  # just below 8 is rounded down to 7
        (10, 0, log(11 / 2) / (1 + log(11))),
        (10**6, 0, log((10**6 + 1) / 2) / (1 + log(10**6 + 1))),
    ],
)
def test_the_least_radius_worked_out_by_hand(count: int, actual: int, radius: float) -> None:
    assert residual(np.log1p(count), actual) == pytest.approx(radius)


def test_any_radius_will_do_where_the_prediction_is_right() -> None:
    assert residual(0.0, 0) < 0
    assert residual(np.log1p(10), 10) < 0
    assert residual(np.log1p(10.4), 10) < 0
    assert residual(np.log1p(10.6), 10) < 0  # from 10, rounded down, to 11


@given(PREDICTED, COUNTS, st.floats(0, 5))
@example(0.0, 0, 0.0)
@example(log(2), 0, 0.0)
def test_bounds_hold_an_outcome_exactly_from_the_radius_that_it_needs(p: float, y: int, r: float) -> None:
    least = residual(p, y)
    low, high = shown(p, r)
    assert low == int(low) >= 0
    assert high == int(high) >= low
    if abs(r - least) * (1 + p) > 1e-9 * (1 + p) + 1e-15 * (2 + y):  # else rounding of floats decides
        assert (low <= y <= high) is (r >= least)


@given(PREDICTED, COUNTS)
def test_a_hair_less_than_needed_does_not_hold_and_a_hair_more_does(p: float, y: int) -> None:
    least, hair = residual(p, y), 1e-8
    low, high = shown(p, max(0.0, least + hair))
    assert low <= y <= high
    if least > hair:
        low, high = shown(p, least - hair)
        assert not low <= y <= high


def test_no_interval_before_there_are_residuals_enough() -> None:
    interval = AdaptiveInterval()
    assert interval.at_least(1.0) is None
    interval.learn(np.ones(MIN_RESIDUALS - 1), np.zeros(MIN_RESIDUALS - 1))
    assert interval.radius is None
    interval.learn(np.empty(0), np.empty(0))
    assert interval.radius is None
    interval.learn(np.ones(1), np.zeros(1))
    assert interval.radius is not None


def test_the_radius_is_a_quantile_of_the_residuals() -> None:
    interval = AdaptiveInterval()
    counts = np.arange(1.0, 40.0)  # 39 of them, predicted as 0: residuals of log(y + 1/2)
    interval.learn(np.zeros(39), counts)
    assert interval.radius == pytest.approx(log(32.5))  # the ceil(40 * 0.8)-th smallest


def test_each_miss_widens_and_each_hit_narrows_a_little() -> None:
    interval = AdaptiveInterval(rate=0.05)
    interval.learn(np.zeros(39), np.arange(1.0, 40.0))
    interval.learn(np.zeros(1), np.array([1_000.0]))  # missed: 0.20 + 0.05 * (0.20 - 1) = 0.16
    assert interval.radius == pytest.approx(log(35.5))  # the ceil(41 * 0.84) = 35-th smallest of 40
    for _ in range(4):
        interval.learn(np.zeros(1), np.array([1.0]))  # held, four times: 0.20
    assert interval.radius == pytest.approx(log(32.5))  # the 36-th smallest of 44, of which five are ones


def test_only_the_newest_residuals_count() -> None:
    interval = AdaptiveInterval(window=50, rate=0.0)
    interval.learn(np.zeros(500), np.full(500, 1_000.0))
    interval.learn(np.zeros(50), np.zeros(50))
    assert interval.radius == 0.0


def test_a_longer_horizon_is_not_believed_to_be_much_surer_than_a_shorter_one() -> None:
    interval = AdaptiveInterval()
    interval.learn(np.zeros(39), np.arange(1.0, 40.0))
    assert interval.at_least(1.0) == interval.radius
    assert interval.at_least(9.0) == 9.0
    interval.learn(np.zeros(200), np.zeros(200), least=9.0)  # all held by the wide one: it gives way, by half at most
    wide = interval.at_least(9.0)
    assert wide is not None
    assert 4.5 <= wide < 5.5


def test_perfect_predictions_have_no_width() -> None:
    interval = AdaptiveInterval()
    interval.learn(np.full(500, log(8.2)), np.full(500, 7.0))
    assert interval.radius == 0.0
    assert shown(log(8.2), 0.0) == (7.0, 7.0)


def test_bounds_stay_finite_and_never_negative() -> None:
    interval = AdaptiveInterval()
    interval.learn(np.zeros(100), np.full(100, float(MAX_COUNT)))
    assert interval.radius is not None
    low, high = bounds(np.array([0.0, 1.0, np.log1p(MAX_COUNT)]), interval.radius)
    assert low.tolist() == [0.0, 0.0, 0.0]
    assert high.tolist() == pytest.approx([MAX_COUNT] * 3)


# -- coverage ------------------------------------------------------------------------------------------------


def stream(count: int, spread: np.ndarray | float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Log predictions of counts between 3 and 400, and outcomes."""
    drawn = np.random.default_rng(seed)
    predicted = drawn.uniform(1.4, 6.0, count)
    return predicted, np.round(np.expm1(np.maximum(0, predicted + spread * drawn.normal(size=count))))


def held(predicted: np.ndarray, actual: np.ndarray, *, batch: int = 1, wait: int = 0) -> np.ndarray:
    """Whether each outcome lay in the interval shown, where labels come `wait` posts late, in batches."""
    interval = AdaptiveInterval()
    inside = []
    for start in range(0, len(predicted), batch):
        some = slice(start, start + batch)
        if (radius := interval.radius) is not None:
            low, high = bounds(predicted[some], radius)
            inside.append((low <= actual[some]) & (actual[some] <= high))
        known = slice(max(0, start - wait), max(0, start + batch - wait))
        interval.learn(predicted[known], actual[known])
    return np.concatenate(inside)


@pytest.mark.parametrize("spread", [0.2, 0.5, 1.5])
@pytest.mark.parametrize(("batch", "wait"), [(1, 0), (1, 300), (256, 0)])
def test_coverage_of_steady_errors(spread: float, batch: int, wait: int) -> None:
    assert held(*stream(3_000, spread, 1), batch=batch, wait=wait).mean() == pytest.approx(0.8, abs=0.02)


def test_coverage_recovers_when_errors_grow_fourfold() -> None:
    inside = held(*stream(4_000, np.where(np.arange(4_000) < 2_000, 0.25, 1.0), 2))
    assert inside[2_000:].mean() == pytest.approx(0.8, abs=0.03)
    # The window alone would take twice as long to see it.
    assert inside[2_100:2_500].mean() > 0.7


@pytest.mark.parametrize(("wait", "off"), [(0, 0.02), (200, 0.05)])
def test_coverage_of_errors_that_drift_to_and_fro(wait: int, off: float) -> None:
    spread = 0.3 + 0.25 * np.sin(np.arange(6_000) / 300)  # eleven times as large at one time as at another
    assert held(*stream(6_000, spread, 3), wait=wait).mean() == pytest.approx(0.8, abs=off)


def test_coverage_where_predictions_are_off_by_a_factor() -> None:
    predicted, actual = stream(3_000, 0.4, 4)
    assert held(predicted + 0.7, actual).mean() == pytest.approx(0.8, abs=0.02)


def test_where_most_posts_get_nothing_more_than_the_share_is_held_and_never_less() -> None:
    actual = np.where(np.arange(2_000) % 10 == 0, 5.0, 0.0)
    assert held(np.zeros(2_000), actual).mean() >= 0.8
