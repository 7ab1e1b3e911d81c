"""Models in competition: what a refit makes, when it is due and taken over, and who leads."""

from concurrent.futures import Future
from itertools import pairwise
from threading import Thread
from typing import Any

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info

from models import metrics, refits
from models.baselines import AuthorHour, AuthorMean, GlobalMedian, Model
from models.decay import DAY
from models.features import AUTHOR, AUTHOR_HOUR, COLUMNS, GROUPS
from models.fits import NAMES as FITTED
from models.fits import Fits, fit_all
from models.online import Online, Scaler
from models.race import FIRST, FIRST_MARGIN, LEARNING, LONG_RECORD, MARGIN, MIN_RECORD, Race
from models.refits import FIRST_FIT, FITTING, GROWTH, MAX_AGE, MIN_NEW, Refits
from models.scorer import SHRINK, Recent
from models.standing import NUMBERS
from models.threads import one_thread
from models.voices import NAMES, REFERENCE, Said, say
from tests.graded_feeds import HOUR, LIGHT, MINUTE, START, labels_of, rows_with_gaps

# -- a refit -------------------------------------------------------------------------------------------------


def minutes(count: int) -> np.ndarray:
    return START + np.arange(float(count)) * MINUTE


@pytest.fixture(scope="module")
def fits() -> Fits:
    rows = rows_with_gaps(400)
    return fit_all(rows, labels_of(rows), minutes(400), 0, {})


@pytest.fixture(scope="module")
def models(fits: Fits) -> dict[str, Model]:
    """Every model that can lead, and the median."""
    earlier = rows_with_gaps(250)
    before = fit_all(earlier, labels_of(earlier), minutes(250), 1, LIGHT)
    median = GlobalMedian()
    median.learn(labels_of(earlier))
    return {
        **fits.models,
        "blend": Recent(fits.models["blend"], before.models["blend"]),
        "sgd": fits.online,
        "median": median,
        "author": AuthorMean(),
        "hour": AuthorHour(),
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_prediction_is_explained_by_parts_that_add_up(models: dict[str, Model], name: str) -> None:
    rows = rows_with_gaps(150, seed=33)
    parts = models[name].explain(rows)
    assert parts.shape == (len(rows), len(GROUPS))
    assert np.allclose(rows[:, AUTHOR] + parts.sum(axis=1), models[name].predict(rows), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_predicted_the_same_to_the_bit_whatever_is_beside_it(models: dict[str, Model], name: str) -> None:
    model, rows = models[name], rows_with_gaps(256, seed=34)
    predicted, parts = model.predict(rows), model.explain(rows)
    for size in (1, 3, 100):
        for start in range(0, len(rows), size):
            some = rows[start : start + size].copy()
            assert np.array_equal(model.predict(some), predicted[start : start + size])
            assert np.array_equal(model.explain(some), parts[start : start + size])


def same(first: Fits, second: Fits, rows: np.ndarray) -> bool:
    ours, theirs = ({**one.models, "sgd": one.online} for one in (first, second))
    return all(np.array_equal(ours[name].predict(rows), theirs[name].predict(rows)) for name in ours)


def test_the_same_seed_gives_the_same_models_and_another_seed_others() -> None:
    rows, asked = rows_with_gaps(120), rows_with_gaps(50, seed=3)
    labels, before = labels_of(rows), rows.copy()
    first, again, other = (fit_all(rows, labels, minutes(120), seed, LIGHT) for seed in (5, 5, 6))
    assert same(first, again, asked)
    for name in ("forest", "extra", "blend"):
        assert not np.array_equal(first.models[name].predict(asked), other.models[name].predict(asked))
    assert np.array_equal(rows, before, equal_nan=True)  # the window's own rows are left as they were
    assert set(first.seconds) == {*FITTED, "sgd"} - {"blend"}


def test_what_is_held_out_is_less_well_predicted_than_what_was_fitted_to(fits: Fits) -> None:
    rows = rows_with_gaps(400)
    for name in ("forest", "extra", "boosted", "linear"):
        model = fits.models[name]
        seen = np.mean(np.abs(labels_of(rows) - model.predict(rows)))
        assert seen < np.mean(np.abs(labels_of(rows) - model.held))
        assert 0.2 < model.skill < 1


def with_times(rows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Rows with the columns of hour and weekday as they are at these times."""
    rows = rows.copy()
    for name, period in (("hour", DAY), ("weekday", 7 * DAY)):
        angle = 2 * np.pi * (times % period) / period
        rows[:, COLUMNS.index(f"{name}_sin")], rows[:, COLUMNS.index(f"{name}_cos")] = np.sin(angle), np.cos(angle)
    return rows


@pytest.mark.parametrize(("days", "hour_counts"), [(1, False), (4, True)])
def test_the_hour_counts_only_once_days_have_been_seen(days: int, hour_counts: bool) -> None:
    times = START + np.linspace(0, days * DAY, 300)
    rows = with_times(rows_with_gaps(300), times)
    labels = 1.0 + np.sin(2 * np.pi * (times % DAY) / DAY) + 0.1 * labels_of(rows)
    made = fit_all(rows, labels, times, 0, LIGHT)
    morning, evening = (with_times(rows, np.full(300, float(hour * HOUR))) for hour in (6, 18))
    evening[:, AUTHOR_HOUR] += 3.0  # the author's own hour is a baseline of its own
    for name, model in made.models.items():
        moved = float(np.abs(model.predict(morning) - model.predict(evening)).mean())
        assert moved > 0.1 if hour_counts else moved == 0, name


def test_a_refit_warns_of_nothing_and_all_is_finite_however_poor_the_rows() -> None:
    poor = rows_with_gaps(FIRST_FIT)
    poor[:, COLUMNS.index("posts_before") : COLUMNS.index("compound") + 1] = np.nan  # pytest makes warnings errors
    for rows in (poor, np.zeros_like(poor), rows_with_gaps(FIRST_FIT)):
        for labels in (np.zeros(FIRST_FIT), np.full(FIRST_FIT, 36.7), np.linspace(0, 36.7, FIRST_FIT)):
            made = fit_all(rows, labels, minutes(FIRST_FIT), 0, LIGHT)
            asked = rows_with_gaps(20, seed=4)
            for model in (*made.models.values(), made.online):
                assert labels.min() <= model.predict(asked).min() <= model.predict(asked).max() <= labels.max()
                assert np.isfinite(model.explain(asked)).all()


def test_blas_keeps_to_one_thread_once_asked_to() -> None:
    def threads(api: str) -> set[int]:
        return {found["num_threads"] for found in threadpool_info() if found["user_api"] == api}

    with one_thread():
        other = Thread(target=one_thread().__exit__, args=(None, None, None))
        other.start()
        other.join()
        assert threads("blas") == threads("openmp") == {1}
    assert threads("blas") == {1}


# -- the online model ----------------------------------------------------------------------------------------


def test_the_online_model_keeps_to_the_authors_mean_while_it_knows_few_labels() -> None:
    rows = rows_with_gaps(200)
    labels = labels_of(rows) + 5.0
    for count in (1, 10, 200):
        model = Online()
        model.learn(rows[:count], labels[:count])
        author, score = rows[:, AUTHOR], model.standing.parts(rows).sum(axis=1)
        trusted = author + count / (count + SHRINK) * (score - author)
        bounded = np.clip(trusted, labels[:count].min(), labels[:count].max())
        assert np.allclose(model.predict(rows), bounded)


def test_the_online_model_learns_what_matters_and_stays_within_the_labels_seen() -> None:
    rows = rows_with_gaps(3_000)
    labels = np.random.default_rng(1).random(3_000) + 2.0 * (rows[:, COLUMNS.index("media")] == 2)
    model = Online()
    for start in range(0, 3_000, 50):
        model.learn(rows[start : start + 50], labels[start : start + 50])
    asked = rows_with_gaps(300, seed=2)
    ranked = metrics.spearman(1.0 * (asked[:, COLUMNS.index("media")] == 2), model.predict(asked))
    assert ranked is not None
    assert ranked > 0.25
    asked[:, COLUMNS.index("followers")] = 1e9
    asked[::2] = rows_with_gaps(150, seed=5)
    asked[:, AUTHOR] = 30.0
    assert labels.min() <= model.predict(asked).min() <= model.predict(asked).max() <= labels.max()


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_columns_are_scaled_as_by_scikit_learn_to_the_bit() -> None:
    ours, theirs = Scaler(len(NUMBERS)), StandardScaler()
    rows = rows_with_gaps(600)[:, NUMBERS]
    rows[:, 5] = 0.1  # the same everywhere
    rows[::17] = 0.3  # in each lesson there is a value of each column
    for start, end in pairwise((0, 1, 18, 40, 300, 600)):
        ours.learn(rows[start:end])
        theirs.partial_fit(rows[start:end])
        assert np.isfinite(theirs.scale_).all()
        assert np.array_equal(ours.mean, theirs.mean_)
        assert np.array_equal(ours.scale, theirs.scale_)


def test_a_lesson_in_which_a_column_has_no_value_leaves_it_as_it_was() -> None:
    values = np.random.default_rng(4).random((10, 20, 1))
    with_gaps, without = Scaler(1), Scaler(1)
    for lesson in values:
        with_gaps.learn(np.full((20, 1), np.nan))
        with_gaps.learn(lesson)
        without.learn(lesson)
        assert (with_gaps.mean, with_gaps.scale) == (without.mean, without.scale)


def test_the_online_model_is_the_same_for_the_same_seed() -> None:
    rows = rows_with_gaps(300)
    first, again = Online(3), Online(3)
    for model in (first, again):
        model.learn(rows[:100], labels_of(rows)[:100])
        model.learn(rows[100:], labels_of(rows)[100:])
    assert np.array_equal(first.predict(rows), again.predict(rows))


# -- when refits are due and taken over ----------------------------------------------------------------------


class Asked:
    """Stands in for the fitting: notes what was asked of it."""

    def __init__(self) -> None:
        self.fitted: list[tuple[np.ndarray, int]] = []

    def submit(self, _: Any, rows: np.ndarray, *others: Any) -> Future[Fits]:
        self.fitted.append((rows, others[2]))
        done: Future[Fits] = Future()
        done.set_result(Fits({}, None, {"linear": 0.5}))
        return done


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked = Asked()
    monkeypatch.setattr(refits, "_pool", lambda: asked)
    return asked


def window() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.zeros((3, 2)), np.zeros(3), np.zeros(3)


def due_at(steps: list[tuple[int, int]]) -> list[int]:
    """Numbers of labels, at (labels, event time), at which a refit fell due."""
    made = Refits(0, {})
    for matured, at in steps:
        made.finished(at)
        made.submit(matured, at, window)
    made.finished(2**62)
    return [one.matured for one in made.taken]


def test_refits_fall_due_as_labels_grow_by_a_share(pool: Asked) -> None:
    found = due_at([(matured, matured * MINUTE) for matured in range(1, 500)])
    assert found[0] == FIRST_FIT
    for before, after in pairwise(found):
        assert after - before >= max(MIN_NEW, GROWTH * after)
        assert after - 1 - before < max(MIN_NEW, GROWTH * (after - 1))  # and not a label later


def test_refits_fall_due_with_age_where_labels_are_rare(pool: Asked) -> None:
    assert due_at([(1_000, 0), (1_021, MAX_AGE - 1), (1_022, MAX_AGE)]) == [1_000, 1_022]
    assert due_at([(1_000, 0), (1_000 + MIN_NEW - 1, MAX_AGE)]) == [1_000]


def test_a_refit_is_taken_over_a_set_span_of_event_time_later(pool: Asked) -> None:
    made = Refits(0, {})
    made.submit(100, 1_000, window)
    assert made.version == 0
    made.submit(900, 1_001, window)  # one at a time
    assert made.finished(1_000 + FITTING - 1) is None
    taken = made.finished(1_000 + FITTING)
    assert taken is not None
    assert taken[0] == 100
    assert made.finished(1_000 + FITTING) is None
    assert [tuple(one) for one in made.taken] == [(100, 1_000, {"linear": 0.5})]
    assert len(pool.fitted) == 1


def test_each_refit_has_a_seed_and_a_copy_of_the_window_of_its_own(pool: Asked) -> None:
    held, made = window(), Refits(7, {})
    for count in range(3):
        made.submit(100 * 2**count, count * HOUR, lambda: held)
        held[0][:] += 1
        made.finished((count + 1) * HOUR)
    assert [seed for _, seed in pool.fitted] == [7, 8, 9]
    assert [rows[0, 0] for rows, _ in pool.fitted] == [0, 1, 2]


def test_no_refit_once_stopped(pool: Asked) -> None:
    made = Refits(0, {})
    made.stop()
    made.submit(1_000, 0, window)
    assert made.finished(HOUR) is None
    assert pool.fitted == []


# -- who leads -----------------------------------------------------------------------------------------------

OFF = 0.5  # how far off the author baseline is, each time


def judged(count: int, errors: dict[str, float | np.ndarray]) -> np.ndarray:
    """Rows of a history in which outcomes are 0, and so a prediction is off by what it is. Others said nothing."""
    rows = np.full((count, FIRST + len(NAMES)), np.nan)
    rows[:, 0] = 0.0
    rows[:, FIRST + REFERENCE] = OFF
    for name, error in errors.items():
        rows[:, FIRST + NAMES.index(name)] = error
    return rows


def leader_after(count: int, errors: dict[str, float | np.ndarray], race: Race | None = None) -> str:
    """Who leads once so many posts were judged."""
    race = race or Race()
    race.refits.stop()
    race.score(judged(count, errors))
    race.learn(np.zeros((count, len(COLUMNS))), np.zeros(count), np.zeros(count), START)
    return NAMES[race.leader]


BETTER = OFF * (1 - MARGIN) - 0.01


def test_a_model_leads_once_clearly_better_on_a_record_long_enough() -> None:
    assert leader_after(MIN_RECORD, {"boosted": BETTER}) == "boosted"
    assert leader_after(MIN_RECORD - 1, {"boosted": 0.0}) == "author"
    assert leader_after(MIN_RECORD, {"boosted": OFF * (1 - MARGIN) + 0.01}) == "author"
    assert leader_after(MIN_RECORD, {}) == "author"


def test_a_baseline_leads_while_few_labels_have_matured() -> None:
    race = Race()
    race.refits.stop()
    race.score(judged(LONG_RECORD, {"boosted": 0.0}))
    nothing = np.zeros((LEARNING - 1, len(COLUMNS)))
    race.learn(nothing, np.zeros(len(nothing)), np.zeros(len(nothing)), START)
    assert NAMES[race.leader] == "author"
    race.learn(nothing[:1], np.zeros(1), np.zeros(1), START)
    assert NAMES[race.leader] == "boosted"


def test_being_better_for_a_while_is_not_enough() -> None:
    worse_at_last = np.where(np.arange(400) < 300, 0.0, OFF + 0.01)
    assert leader_after(400, {"boosted": worse_at_last}) == "author"
    assert leader_after(400, {"boosted": np.where(np.arange(400) < 300, 0.0, OFF - 0.01)}) == "boosted"


def test_the_richer_of_two_as_good_leads_and_the_median_never() -> None:
    assert leader_after(400, {"median": 0.0}) == "author"
    assert leader_after(400, {"hour": 0.1}) == "hour"
    assert leader_after(400, {"linear": 0.3, "extra": 0.3, "sgd": 0.3}) == "extra"
    assert leader_after(600, {"linear": 0.2, "extra": 0.3}) == "linear"


def test_a_model_that_leads_gives_way_on_a_longer_record_only_to_the_baseline_too() -> None:
    for count, leads in ((LONG_RECORD - 1, "boosted"), (LONG_RECORD, "author")):
        race = Race()
        assert leader_after(MIN_RECORD, {"boosted": BETTER}, race) == "boosted"
        worse = np.full(count - MIN_RECORD, 3 * OFF)
        assert leader_after(len(worse), {"boosted": worse}, race) == "boosted"  # only better for a while
        race = Race()
        race.leader = NAMES.index("boosted")
        assert leader_after(count, {"boosted": np.full(count, 2 * OFF)}, race) == leads


def test_posts_that_a_model_said_nothing_of_are_not_held_against_it() -> None:
    race = Race()
    assert leader_after(300, {}, race) == "author"
    assert leader_after(MIN_RECORD, {"forest": BETTER}, race) == "forest"


def test_a_fit_without_a_record_is_judged_by_what_it_held_out() -> None:
    rows = rows_with_gaps(150)
    as_usual = rows[:, AUTHOR] + 0.1 * np.random.default_rng(3).normal(size=150)
    by_kind = rows[:, AUTHOR] + (rows[:, COLUMNS.index("media")] - 2) / 2
    for labels, fitted_leads in ((np.abs(as_usual), False), (np.maximum(by_kind, 0), True)):
        race = Race(params=LIGHT)
        race.learn(rows[:120], labels[:120], minutes(120), START)
        assert NAMES[race.leader] == "author"
        race.learn(rows[120:], labels[120:], minutes(30), START + FITTING)
        assert race.refits.version == 1
        assert (NAMES[race.leader] in FITTED) is fitted_leads
        assert race.version(NAMES.index("boosted")) == 1
        assert race.version(NAMES.index("sgd")) == race.version(REFERENCE) == 0
        if fitted_leads:
            assert race._fitted(race.leader).skill > FIRST_MARGIN
            assert race.radius > 0  # the new leader's errors are known from what it held out


def test_the_online_model_goes_on_from_the_labels_that_came_while_it_was_fitted() -> None:
    rows = rows_with_gaps(200)
    labels = labels_of(rows)
    race, alone = Race(params=LIGHT), Online(0)
    fitted_rows = rows[:100].copy()
    for name in ("author_hour", "hour_sin", "hour_cos", "weekday_sin", "weekday_cos"):
        fitted_rows[:, COLUMNS.index(name)] = 0.0  # too short a span to tell the season from a trend
    alone.learn(fitted_rows, labels[:100])
    alone.learn(rows[100:150], labels[100:150])
    alone.learn(rows[150:], labels[150:])
    race.learn(rows[:100], labels[:100], minutes(100), START)
    race.learn(rows[100:150], labels[100:150], minutes(50), START + 2 * FITTING)
    race.learn(rows[150:], labels[150:], minutes(50), START + 2 * FITTING + 1)
    shown = say([Said(20, race.voices(), race.reach(0.0))], rows[:20], True)
    assert np.array_equal(shown.rivals[:, NAMES.index("sgd")], alone.predict(rows[:20]))


def test_of_posts_that_are_not_graded_only_the_leader_and_the_author_baseline_are_asked() -> None:
    rows = rows_with_gaps(250)
    labels = labels_of(rows)
    race = Race(params=LIGHT)
    race.learn(rows, labels, minutes(250), START)
    race.learn(rows[:1], labels[:1], minutes(1), START + FITTING)
    asked = rows_with_gaps(60, seed=6)
    now = Said(60, race.voices(), race.reach(0.0))
    whole, shown = say([now], asked, True), say([now], asked, False)
    assert not np.isnan(whole.rivals).any()
    for name in (race.leader, REFERENCE):
        assert np.array_equal(shown.rivals[:, name], whole.rivals[:, name])
    others = [index for index in range(len(NAMES)) if index not in (race.leader, REFERENCE)]
    assert np.isnan(shown.rivals[:, others]).all()
    assert np.array_equal(shown.low, whole.low)
    assert np.array_equal(shown.parts, whole.parts)


def test_what_was_said_at_many_moments_is_worked_out_later_as_it_was_then() -> None:
    """Before anything was learnt, with a baseline in the lead, and across refits and changes of the leader."""
    rows = rows_with_gaps(900)
    labels, race = labels_of(rows), Race(params=LIGHT)
    moments, then = [], []
    for start in range(0, 900, 60):
        voices = race.voices() if race.ready else None
        moments.append(Said(60, voices, race.reach(0.0)))
        then.append(say(moments[-1:], rows[start : start + 60], True))
        race.learn(rows[start : start + 60], labels[start : start + 60], minutes(60), START + start * FITTING)
        race.score(
            np.column_stack([np.expm1(labels[start : start + 60]), then[-1].low, then[-1].high, then[-1].rivals])
        )
        if start == 600:
            race.leader = NAMES.index("sgd")
    assert len({said.voices.leader for said in moments if said.voices}) > 1
    assert len({id(said.voices.fixed) for said in moments if said.voices}) > 3
    for every in (True, False):
        later = say(moments, rows, every)
        for index, (moment, shown) in enumerate(zip(moments, then, strict=True)):
            of = slice(60 * index, 60 * index + 60)
            asked = [REFERENCE, moment.voices.leader] if moment.voices and not every else [*range(len(NAMES))]
            assert np.array_equal(later.rivals[of][:, asked], shown.rivals[:, asked], equal_nan=True)
            assert np.array_equal(later.low[of], shown.low, equal_nan=True)
            assert np.array_equal(later.parts[of], shown.parts)


# -- baselines -----------------------------------------------------------------------------------------------


def test_the_median_is_that_of_the_newest_labels() -> None:
    median = GlobalMedian(window=100)
    rows = np.zeros((2, len(COLUMNS)))
    assert median.predict(rows).tolist() == [0.0, 0.0]
    median.learn(np.array([1.0, 5.0, 2.0]))
    assert median.predict(rows).tolist() == [2.0, 2.0]
    median.learn(np.full(100, 7.0))
    assert median.predict(rows).tolist() == [7.0, 7.0]


def test_the_hour_adds_to_the_authors_mean_and_never_goes_below_nothing() -> None:
    rows = np.zeros((2, len(COLUMNS)))
    rows[:, AUTHOR], rows[:, AUTHOR_HOUR] = [2.0, 1.0], [0.5, -3.0]
    assert AuthorMean().predict(rows).tolist() == [2.0, 1.0]
    assert AuthorHour().predict(rows).tolist() == [2.5, 0.0]
    assert AuthorHour().explain(rows)[:, GROUPS.index("hour")].tolist() == [0.5, -1.0]
