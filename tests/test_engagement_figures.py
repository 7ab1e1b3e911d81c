"""Figures of predictions, by hand: what is scored, what is left out, what no rows give."""

from datetime import UTC, datetime
from math import expm1, log, nan

import numpy as np
import pytest

from engine.engagement_figures import Graded, Queue, Refit, calibration, errors_over_time, figures, of_model
from models.voices import REFERENCE

NAMES = ("median", "author", "linear")
assert NAMES[REFERENCE] == "author"
MINUTE = 60_000_000
NOBODY = Queue(0, 0, {}, "author")


def graded(rows: list[tuple[float, ...]]) -> Graded:
    """Rows of actual, before, leader, predicted, low, high, and each model's prediction."""
    table = [(row[0], n * MINUTE, (n + 60) * MINUTE, *row[1:]) for n, row in enumerate(rows)]
    return Graded.of(np.array(table, dtype=float).reshape(-1, 11), NAMES)


def test_only_what_was_forecast_after_100_labels_is_scored() -> None:
    told = (2, 1.0, 0.0, 2.0, 0.0, 2.0, 1.0)
    found = figures(60, graded([(1.0, before, *told) for before in (0, 99, 100, 199, 200, 900)]), NOBODY, {})
    assert (found.n_scored, found.n, found.n_covered) == (4, 4, 2)
    assert found.shown_by == {"linear": 4}


def test_the_figures_of_a_model_by_hand() -> None:
    found = of_model(np.array([log(4), 0.0, log(2)]), np.array([log(2), log(2), nan]), np.array([0.0, 0.0, 9.0]))
    assert found.n == 2
    assert found.mae_log == pytest.approx(log(2), abs=1e-6)
    assert found.mse_log == pytest.approx(log(2) ** 2, abs=1e-6)
    assert (found.mae, found.mse) == (pytest.approx((2 + 1) / 2), pytest.approx((4 + 1) / 2))
    assert found.skill == pytest.approx(1 - log(2) / (log(4) / 2))
    assert found.spearman is None  # the predictions do not vary


def test_what_was_shown_is_graded_whoever_led() -> None:
    rows = [(1.0, 200, 1, 3.0, 2.0, 4.0, 0.0, 3.0, 1.0), (1.0, 200, 2, 1.5, 0.0, 2.0, 0.0, 3.0, 1.5)]
    found = figures(60, graded(rows), NOBODY, {})
    assert found.shown_by == {"author": 1, "linear": 1}
    assert found.mae_log == pytest.approx((2 + 0.5) / 2)
    assert found.models["linear"].mae_log == pytest.approx(0.5 / 2)
    assert found.models["author"].skill == 0
    assert found.skill == pytest.approx(1 - 1.25 / 2)
    assert (found.coverage80, found.width80, found.n_covered) == (0.5, 2.0, 2)


def test_a_model_that_joined_late_is_held_to_the_author_on_the_same_posts() -> None:
    rows = [(1.0, 150, 1, 2.0, nan, nan, 0.0, 2.0, nan), (1.0, 150, 1, 5.0, nan, nan, 0.0, 5.0, 3.0)]
    found = figures(60, graded(rows), Queue(2, 0, {}, "author"), {})
    assert (found.models["linear"].n, found.models["author"].n) == (1, 2)
    assert found.models["linear"].skill == pytest.approx(1 - 2 / 4)
    assert (found.coverage80, found.n_covered) == (None, 0)
    assert "200" in found.note


@pytest.mark.parametrize(
    ("matured", "says"), [(0, "no label has matured"), (73, "only posts that were forecast after 100 labels")]
)
def test_without_scored_posts_all_is_unknown_and_a_sentence_says_why(matured: int, says: str) -> None:
    found = figures(3600, graded([]), Queue(matured, 3, {"late": 2}, "author"), {})
    assert (found.n_scored, found.n, found.shown_by, found.calibration) == (0, 0, {}, [])
    assert (found.mae_log, found.skill, found.spearman, found.coverage80, found.width80) == (None,) * 5
    assert all(one.mae_log is None and one.n == 0 for one in found.models.values())
    assert says in found.note
    assert (found.matured, found.waiting, found.censored, found.champion) == (matured, 3, {"late": 2}, "author")


def test_where_nobody_ever_engages_nothing_is_divided_by_zero() -> None:
    rows = [(0.0, 300, 1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)] * 30
    found = figures(60, graded(rows), NOBODY, {})
    assert (found.mae_log, found.mse, found.coverage80, found.width80) == (0, 0, 1, 0)
    assert (found.skill, found.spearman) == (None, None)


def test_calibration_is_by_tenths_of_what_was_predicted() -> None:
    rows = [(float(n % 5), 100, 1, float(n), nan, nan, 0.0, float(n), nan) for n in range(50)]
    tenths = calibration(graded(rows))
    assert [tenth.n for tenth in tenths] == [5] * 10
    assert [tenth.predicted for tenth in tenths] == [2 + 5 * n for n in range(10)]
    assert {tenth.actual for tenth in tenths} == {2.0}
    assert calibration(graded(rows[:9])) == []


def test_error_over_time_is_in_the_order_of_the_posts() -> None:
    rows = [(0.0, 100, 1, float(n), nan, nan, 1.0, float(n), nan if n < 4 else 2.0) for n in range(8)]
    begins, errors = errors_over_time(graded(rows), 4)
    assert begins == [n * MINUTE for n in (0, 2, 4, 6)]
    assert errors["shown"] == errors["author"] == [0.5, 2.5, 4.5, 6.5]
    assert errors["median"] == [1, 1, 1, 1]
    assert errors["linear"] == [None, None, 2, 2]


def test_refits_are_told_in_event_time() -> None:
    found = figures(60, graded([]), NOBODY, {"linear": [Refit(MINUTE, 0.5), Refit(3 * MINUTE, 1.5)]})
    refits = found.refits["linear"]
    assert refits.n == 2
    assert refits.at == [datetime(1970, 1, 1, 0, minute, tzinfo=UTC) for minute in (1, 3)]
    assert (refits.seconds.total, refits.seconds.mean, refits.seconds.max) == (2, 1, 1.5)


def test_counts_as_large_as_they_come_stay_finite() -> None:
    big = log(2.0**53)
    found = figures(60, graded([(big, 200, 1, 0.0, 0.0, big, 0.0, 0.0, big)] * 20), NOBODY, {})
    assert found.mae == pytest.approx(expm1(big))
    assert found.models["linear"].mse == 0
