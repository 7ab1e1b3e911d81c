"""Predictions that grade themselves: frozen before the label, blind to what comes later, finite whatever the feed."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from math import expm1, log1p
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from models import refits
from models.engagement import LEARNING, NAMES, EngagementModel, Known, Matured
from models.features import MAX_COUNT
from models.fits import NAMES as FITTED
from models.refits import FEW, FIRST_FIT
from models.voices import REFERENCE
from tests.graded_feeds import (
    HOUR,
    MINUTE,
    START,
    Posts,
    Replayed,
    encoded,
    noise,
    post,
    replay,
    said,
    videos,
)

HORIZONS = (HOUR, 2 * HOUR)
LATER = 240  # a post of `whole` after which everything is changed in `changed`


@pytest.fixture(scope="module")
def whole() -> Replayed:
    """A feed in which videos do well, at two horizons."""
    return replay(videos(500), HORIZONS)


@pytest.fixture(scope="module")
def learning() -> Replayed:
    """The same with the models as they are by default, at one horizon."""
    return replay(videos(420), params={})


# -- before anything is learnt, and while little is ----------------------------------------------------------


def test_nothing_is_predicted_before_anything_is_learnt() -> None:
    model = EngagementModel(HORIZONS)
    for told in said(model, post(1)):
        assert (told.predicted, told.low, told.high, told.usual) == (None, None, None, None)
        assert (told.model, told.reasons, told.matured) == ("", (), 0)
        assert set(told.rivals) == {None}
    assert model.usual("author 1", 0) is None
    assert [(one.n, one.mae_log, one.skill, one.coverage80) for one in model.scores(0)] == [(0, None, None, None)] * 9
    assert model.forecast([]) == []
    assert model.champion(0) == "author"
    model.mature(0, [])
    assert model.matured(0) == 0


def test_a_baseline_leads_while_few_labels_have_matured(whole: Replayed) -> None:
    early = [one for index in range(160) for one in whole.forecasts(index) if one.matured < LEARNING]
    assert len(early) > 250
    assert {one.model for one in early} == {"", "author"}
    assert {one.model == "" for one in early if one.matured == 0} == {True}


def test_the_models_that_are_fitted_have_their_say_once_there_is_enough(whole: Replayed) -> None:
    for index in (60, 120, 499):
        for told in whole.forecasts(index):
            known = {name for name, value in zip(NAMES, told.rivals, strict=True) if value is not None}
            if told.matured == 0:
                assert known == set()
            elif told.matured < FIRST_FIT:
                assert known == {"median", "author", "hour"}
            else:
                assert known in ({"median", "author", "hour"}, set(NAMES))  # the first fit is taken over a bit later
    assert None not in whole.forecasts(499)[0].rivals


# -- who leads -----------------------------------------------------------------------------------------------


def test_a_fitted_model_takes_over_once_clearly_better(learning: Replayed) -> None:
    (last,) = learning.forecasts()
    name, _, version = last.model.partition("-")
    assert name in FITTED
    assert learning.model.champion(0) == name
    assert version == str(len(learning.model.refits(0)))
    leader, author = learning.score(name), learning.score("author")
    assert (leader.champion, author.champion) == (True, False)
    assert leader.skill is not None
    assert leader.skill > 0.2
    assert author.skill == 0
    assert leader.spearman is not None
    assert leader.spearman > 0.5
    assert leader.coverage80 is not None
    assert leader.width80 is not None
    assert (author.coverage80, author.width80) == (None, None)


def test_intervals_hold_four_fifths_of_what_comes_after_the_first_200_labels() -> None:
    posts = videos(1_200)
    replayed = replay(posts)
    inside = []
    for index in range(replayed.model.matured(0)):
        (told,) = replayed.forecasts(index)
        if told.matured >= 200 and told.low is not None and told.high is not None:
            inside.append(told.low <= posts[index][1] <= told.high)
    assert len(inside) > 850
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)


def test_where_there_is_nothing_to_learn_nothing_is_lost() -> None:
    replayed = replay(noise(400))
    actual = np.log1p([count for _, count in noise(400)])
    told = [replayed.forecasts(index)[0] for index in range(400)]
    graded = [index for index, one in enumerate(told) if one.matured >= LEARNING]
    errors = {
        what: np.mean([abs(actual[index] - getattr(told[index], what)) for index in graded])
        for what in ("predicted", "usual")
    }
    assert len(graded) > 200
    assert errors["predicted"] < 1.03 * errors["usual"]


def test_scores_count_refits_and_posts(learning: Replayed) -> None:
    model = learning.model
    assert [one.model for one in model.scores(0)] == list(NAMES)
    refitted = len(model.refits(0))
    assert refitted >= 5
    for one in model.scores(0):
        few = sum(refit.matured < FEW for refit in model.refits(0)) if one.model in ("boosted", "forest") else 0
        assert one.version == (refitted - few if one.model in FITTED else 0)
        assert one.n <= model.matured(0)
    author, linear, boosted = (learning.score(name).n for name in ("author", "linear", "boosted"))
    assert author > linear > 200  # the first ones had no model yet
    assert linear > boosted > 50  # which is not fitted to few labels
    matured = [refit.matured for refit in model.refits(0)]
    assert matured == sorted(set(matured))
    for refit in model.refits(0):
        few = {"boosted", "forest"} if refit.matured < FEW else set()
        assert set(refit.seconds) == {*FITTED, "sgd"} - {"blend"} - few


def test_scores_are_those_of_the_frozen_forecasts(learning: Replayed) -> None:
    actual = [count for _, count in videos(420)][: learning.model.matured(0)]
    told = [learning.forecasts(index)[0] for index in range(len(actual))]
    for place, name in enumerate(NAMES):
        judged = [(y, one.rivals[place], one.usual) for y, one in zip(actual, told, strict=True) if one.rivals[place]]
        errors = np.abs([log1p(y) - (said_ or 0) for y, said_, _ in judged])
        usual = np.abs([log1p(y) - (by_author or 0) for y, _, by_author in judged])
        score = learning.score(name)
        assert score.mae_log == pytest.approx(errors.mean(), rel=0.02)  # one that is 0 is left out here
        assert score.skill == pytest.approx(1 - errors.mean() / usual.mean(), abs=0.02)


# -- what a forecast depends on ------------------------------------------------------------------------------


def test_a_forecast_depends_on_nothing_later(whole: Replayed) -> None:
    posts = videos(500)
    cut = replay(posts[: LATER + 16], HORIZONS)
    assert encoded(whole.told[: LATER + 16]) == encoded(cut.told)
    due = posts[LATER][0].at
    changed = [(known, count if known.at + HOUR < due else 10**6) for known, count in posts[: LATER + 16]]
    assert encoded(replay(changed, HORIZONS[:1]).told[:LATER]) == encoded(replay(posts[:LATER], HORIZONS[:1]).told)


def test_a_forecast_is_the_same_to_the_bit_whatever_is_beside_it(whole: Replayed) -> None:
    model = whole.model
    posts = [post(index, media=("", "image", "video")[index % 3]) for index in range(500, 756)]
    every = [True] * len(posts)
    together = model.forecast(posts, every)
    assert encoded(together) == encoded([model.forecast([one], [True])[0] for one in posts])
    assert encoded(together) == encoded(
        model.forecast(posts[:100], every[:100]) + model.forecast(posts[100:], every[100:])
    )
    assert encoded(together) == encoded(model.forecast(posts[::-1], every)[::-1])
    assert len({model.freezer.forecasts(one, START)[0].predicted for one in together}) > 150


def test_the_leader_says_the_same_of_posts_that_are_not_graded(whole: Replayed) -> None:
    model = whole.model
    posts = [post(index, media=("", "image", "video")[index % 3]) for index in range(500, 560)]
    graded = [index % 4 == 0 for index in range(60)]
    every, some, none = (model.forecast(posts, which) for which in ([True] * 60, graded, [False] * 60))
    assert encoded(none) == encoded(model.forecast(posts))
    for horizon in (0, 1):
        shown = [
            [model.freezer.forecasts(one, at.at)[horizon] for one, at in zip(told, posts, strict=True)]
            for told in (every, some, none)
        ]
        assert len({tuple(one._replace(rivals=()) for one in told) for told in shown}) == 1
        leader = NAMES.index(model.champion(horizon))
        for judged, of_every, of_some, of_none in zip(graded, *shown, strict=True):
            assert None not in of_every.rivals
            assert of_some.rivals == (of_every.rivals if judged else of_none.rivals)
            expected = [v if place in (leader, REFERENCE) else None for place, v in enumerate(of_every.rivals)]
            assert list(of_none.rivals) == expected


def test_forecasting_learns_nothing(whole: Replayed) -> None:
    model = whole.model
    before = encoded(model.forecast([post(501)], [True]))
    model.forecast([post(index, author="author 1") for index in range(502, 530)])
    assert encoded(model.forecast([post(501)], [True])) == before


def test_arrivals_are_known_to_later_forecasts() -> None:
    model = EngagementModel((HOUR,))
    before = encoded(model.forecast([post(400, author="author 1")]))
    model.arrived(["author 2"], [post(399).at])
    assert encoded(model.forecast([post(400, author="author 1")])) == before
    model.arrived(["author 1"], [post(399).at])
    assert encoded(model.forecast([post(400, author="author 1")])) != before


# -- the speed of the machine --------------------------------------------------------------------------------


class Awaited(NamedTuple):
    """A future that works only while it is waited for."""

    result: Callable[[], Any]


class Late:
    """Fits nothing before it must: as slow as can be."""

    def submit(self, fit: Callable[..., Any], *args: Any) -> Any:
        return Awaited(partial(fit, *args))


class Prompt:
    """Has fitted by the time it is asked to: as fast as can be."""

    def submit(self, fit: Callable[..., Any], *args: Any) -> Any:
        future: Future[Any] = Future()
        future.set_result(fit(*args))
        return future


@pytest.mark.parametrize("pool", [Late(), Prompt()])
def test_the_speed_of_the_machine_changes_nothing(
    whole: Replayed, pool: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refits, "_pool", lambda: pool)
    again = replay(videos(500)[:300], HORIZONS)
    assert encoded(again.told) == encoded(whole.told[:300])
    taken = [(refit.matured, refit.due) for refit in whole.model.refits(0)]
    assert len(again.model.refits(0)) >= 4
    assert [(refit.matured, refit.due) for refit in again.model.refits(0)] == taken[: len(again.model.refits(0))]


def test_another_seed_is_another_forest_and_the_same_baselines() -> None:
    first, other = (replay(videos(200), seed=seed).forecasts()[0] for seed in (0, 1))
    assert first.rivals[: len(NAMES) - len(FITTED) - 1] == other.rivals[: len(NAMES) - len(FITTED) - 1]
    assert first.rivals[NAMES.index("extra")] != other.rivals[NAMES.index("extra")]


# -- what is known of authors --------------------------------------------------------------------------------


def test_usual_is_what_an_authors_posts_get() -> None:
    drawn = np.random.default_rng(3)
    authors = drawn.integers(0, 7, 900)
    posts = [
        (post(index, author=f"author {author}"), int(drawn.poisson(4 * author))) for index, author in enumerate(authors)
    ]
    model = EngagementModel((HOUR,))
    for start in range(0, 900, 50):
        some = posts[start : start + 50]
        told = model.forecast([known for known, _ in some], [True] * 50)
        model.mature(
            0,
            [
                Matured(known.author, known.at, one, count, known.at + HOUR)
                for (known, count), one in zip(some, told, strict=True)
            ],
        )
        model._races[0].refits.stop()
    assert model.usual("author 6", 0) == pytest.approx(24, rel=0.15)
    assert model.usual("author 0", 0) == pytest.approx(0, abs=0.3)
    feed = expm1(np.mean([log1p(count) for _, count in posts]))
    assert model.usual("never seen", 0) == model.usual("", 0) == pytest.approx(feed, rel=0.15)


def test_a_stranger_is_told_by_the_feed_and_a_purged_author_is_one() -> None:
    replayed = replay(videos(130))
    model = replayed.model
    assert said(model, post(131, author="author 3"))[0].reasons[0].startswith("author usually ")
    assert said(model, post(131, author="never seen"))[0].reasons[0].startswith("feed usually ")
    model.forget("author 3")
    model.forget("never seen")
    assert said(model, post(131, author="author 3"))[0].reasons[0].startswith("feed usually ")
    assert model.usual("author 3", 0) == model.usual("never seen", 0)
    assert said(model, msgspec.structs.replace(post(131), author=""))[0].reasons[0].startswith("feed usually ")


def test_horizons_are_learnt_apart() -> None:
    model = EngagementModel((HOUR, 6 * HOUR))
    known = [post(index) for index in range(50)]
    told = model.forecast(known, [True] * 50)
    model.mature(
        0, [Matured(one.author, one.at, what, 5, one.at + HOUR) for one, what in zip(known, told, strict=True)]
    )
    first, second = said(model, post(60))
    assert first.predicted == pytest.approx(log1p(5))
    assert second.predicted is None
    assert (model.matured(0), model.matured(1)) == (50, 0)
    assert model.usual("author 1", 0) == pytest.approx(5)
    assert model.usual("author 1", 1) is None


def test_reasons_name_what_matters_and_multiply_to_the_prediction(learning: Replayed) -> None:
    for media, grows in (("video", True), ("", False)):
        (told,) = said(learning.model, post(421, media=media))
        assert told.predicted is not None
        assert told.usual is not None
        assert told.reasons[0] == f"author usually {expm1(told.usual):.1f}"
        factors = {reason.rpartition(" x")[0]: float(reason.rpartition(" x")[2]) for reason in told.reasons[1:]}
        assert (factors[media or "no media"] > 1.2) is grows
        assert (factors[media or "no media"] < 0.8) is not grows
        assert expm1(told.usual) + 1 == pytest.approx(
            (expm1(told.predicted) + 1) / np.prod([*factors.values()]), rel=0.2
        )


# -- hostile feeds -------------------------------------------------------------------------------------------


def zeros(index: int) -> tuple[Known, int]:
    return post(index), 0


def one_author(index: int) -> tuple[Known, int]:
    return post(index, author="the only one"), index % 4


def hidden_authors(index: int) -> tuple[Known, int]:
    return msgspec.structs.replace(post(index), author=""), index % 4


def huge(index: int) -> tuple[Known, int]:
    return post(index), 10**9 if index % 40 == 0 else 2**60 if index == 77 else 10**400 if index == 150 else 1


def nothing_but_huge(index: int) -> tuple[Known, int]:
    return post(index), MAX_COUNT


def all_alike(index: int) -> tuple[Known, int]:
    return Known(author="a", at=START + index), 3


def not_numbers(index: int) -> tuple[Known, int]:
    odd = (float("nan"), float("inf"), float("-inf"), -1.0, 1e308)[index % 5]
    known = msgspec.structs.replace(
        post(index), author_age=odd, compound=odd, followers=-1, length=10**30, tag_posts=odd, story_rise=odd
    )
    return known, -5 if index % 9 == 0 else 2


def everything_missing_then_given(index: int) -> tuple[Known, int]:
    return (Known(author="", at=START + index * MINUTE) if index < 130 else post(index)), index % 3


def new_kinds_late(index: int) -> tuple[Known, int]:
    if index < 130:
        return post(index, media="image"), index % 3
    return msgspec.structs.replace(post(index), media="hologram", lang="\ud800x-klingon"), index % 3


def all_at_once(index: int) -> tuple[Known, int]:
    return post(index, at=START + (index // 80) * 2 * HOUR), index % 3


def years_apart(index: int) -> tuple[Known, int]:
    return post(index, at=START + index * 40_000 * HOUR), index % 5


HOSTILE = (
    zeros,
    one_author,
    hidden_authors,
    huge,
    nothing_but_huge,
    all_alike,
    not_numbers,
    everything_missing_then_given,
    new_kinds_late,
    all_at_once,
    years_apart,
)


@pytest.mark.parametrize("make", HOSTILE)
def test_no_feed_breaks_the_numbers(make: Callable[[int], tuple[Known, int]]) -> None:
    posts: Posts = [make(index) for index in range(240)]
    # A feed of 240 microseconds needs a horizon within it. Warnings, of the fits as well, are errors here.
    replayed = replay(posts, (30,) if make is all_alike else (HOUR,))
    model = replayed.model
    assert model.matured(0) >= 160
    for index in range(len(posts)):
        (told,) = replayed.forecasts(index)
        numbers = [told.predicted, told.low, told.high, told.usual, *told.rivals]
        assert all(number is None or np.isfinite(number) for number in numbers)
        if told.predicted is not None and told.low is not None and told.high is not None:
            assert 0 <= told.low <= expm1(told.predicted) * (1 + 1e-5) + 1e-5
            assert expm1(told.predicted) * (1 - 1e-5) - 0.5 <= told.high <= MAX_COUNT
    for one in model.scores(0):
        measured = [one.mae_log, one.mse_log, one.mae, one.mse, one.skill, one.spearman, one.coverage80, one.width80]
        assert all(number is None or np.isfinite(number) for number in measured)
    assert replayed.forecasts()[0].predicted is not None
    assert model.usual("the only one", 0) is not None


def test_all_zero_is_predicted_as_zero() -> None:
    (last,) = replay([zeros(index) for index in range(200)]).forecasts()
    assert (last.predicted, last.low, last.high, last.usual) == (0, 0, 0, 0)
    assert last.reasons == ("author usually 0",)


def test_importing_the_model_does_not_import_scikit_learn() -> None:
    code = "import sys, models.engagement; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0
