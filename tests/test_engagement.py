"""Predictions that grade themselves: frozen before the label, blind to what comes later, finite whatever the feed."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from math import expm1, log1p
from pathlib import Path

import msgspec
import numpy as np
import pytest

from models.engagement import LEARNING, EngagementModel, Forecast, Known, Matured, ModelScore
from models.features import COLUMNS, GROUPS
from models.linear import FIRST_FIT
from models.linear import fit as fit_linear
from models.regression import additive, fit

MINUTE = 60_000_000
HOUR = 60 * MINUTE
START = 1_700_000_000_000_000
REAL = Path(__file__).resolve().parents[2] / "shared/data/engagement/user2018.x_v1_stream.jsonl.gz"


def post(index: int, *, author: str = "", media: str = "", at: int | None = None) -> Known:
    """A post like any other, one a minute."""
    return Known(
        author=author or f"author {index % 7}",
        at=START + index * MINUTE if at is None else at,
        followers=None if index % 5 == 0 else 10 * (index % 11),
        author_age=float(index % 900),
        length=20 + index % 100,
        words=3 + index % 20,
        tags=("news",) if index % 3 else ("news", f"tag{index % 6}"),
        mentions=index % 2,
        media=media,
        lang=("en", "de", "")[index % 3],
        compound=None if index % 4 == 0 else (index % 9) / 9 - 0.4,
        terms=("#news", f"word{index % 13}", f"word{index % 29}"),
    )


def feed(count: int) -> list[tuple[Known, int]]:
    """Posts and their engagements: videos do well, everything else is noise."""
    noise = np.random.default_rng(5)
    made = []
    for index in range(count):
        video = bool(noise.random() < 0.4)
        made.append((post(index, media="video" if video else ""), int(noise.poisson(8 if video else 1))))
    return made


def replay(
    posts: list[tuple[Known, int]], horizons: tuple[int, ...] = (HOUR,), batch: int = 16
) -> tuple[EngagementModel, list[tuple[Forecast, ...]]]:
    """Forecast in batches of posts; after each, learn the labels that have come due."""
    model = EngagementModel(horizons)
    forecasts: list[tuple[Forecast, ...]] = []
    learnt = [0] * len(horizons)
    for start in range(0, len(posts), batch):
        known = [one for one, _ in posts[start : start + batch]]
        forecasts += model.forecast(known)
        model.arrived(known)
        for index, horizon in enumerate(horizons):
            outcomes = []
            while learnt[index] < len(forecasts) and posts[learnt[index]][0].at + horizon < known[-1].at:
                (one, actual), told = posts[learnt[index]], forecasts[learnt[index]][index]
                outcomes.append(Matured(one, told, actual, one.at + horizon))
                learnt[index] += 1
            model.mature(index, outcomes)
    return model, forecasts


def score(model: EngagementModel, name: str) -> ModelScore:
    return next(one for one in model.scores(0) if one.model == name)


def test_nothing_is_predicted_before_anything_is_learnt() -> None:
    model = EngagementModel((HOUR, 6 * HOUR))
    ((first, second),) = model.forecast([post(1)])
    for told in (first, second):
        assert (told.predicted, told.low, told.high, told.usual) == (None, None, None, None)
        assert (told.model, told.rivals, told.reasons) == ("", (), ())
    assert model.usual("author 1", 0) is None
    assert [one.n for one in model.scores(0)] == [0, 0, 0]
    assert model.forecast([]) == []


def test_a_baseline_leads_while_few_labels_have_matured() -> None:
    posts = feed(LEARNING)
    _, forecasts = replay(posts)
    assert {told.model for (told,) in forecasts} == {"", "author"}


def test_the_linear_model_takes_over_once_clearly_better() -> None:
    model, forecasts = replay(feed(900))
    assert forecasts[-1][0].model.startswith("linear-")
    linear, author = score(model, "linear"), score(model, "author")
    assert linear.champion
    assert not author.champion
    assert linear.skill is not None
    assert linear.skill > 0.25
    assert author.skill == 0
    assert linear.spearman is not None
    assert linear.spearman > 0.5
    assert linear.coverage80 == pytest.approx(0.8, abs=0.05)
    assert author.coverage80 is None


def test_usual_is_what_an_authors_posts_get() -> None:
    noise = np.random.default_rng(3)
    posts = [(post(index), int(noise.poisson(4 * (index % 7)))) for index in range(900)]
    shuffled = noise.permutation(len(posts))
    told = [(msgspec.structs.replace(posts[i][0], at=START + n * MINUTE), posts[i][1]) for n, i in enumerate(shuffled)]
    model, _ = replay(told)
    assert model.usual("author 6", 0) == pytest.approx(24, rel=0.15)
    assert model.usual("author 0", 0) == pytest.approx(0, abs=0.3)
    assert model.usual("never seen", 0) == pytest.approx(expm1(np.mean([log1p(y) for _, y in told])), rel=0.15)


def test_a_forecast_depends_on_nothing_later() -> None:
    posts = feed(400)
    later = [(known, actual if known.at < posts[300][0].at else 10**6) for known, actual in posts]
    _, whole = replay(later, (HOUR, 2 * HOUR))
    _, cut = replay(posts[:304], (HOUR, 2 * HOUR))
    assert msgspec.msgpack.encode(whole[:304]) == msgspec.msgpack.encode(cut)


def test_a_forecast_is_the_same_to_the_bit_whatever_is_beside_it() -> None:
    model, _ = replay(feed(600))
    posts = [post(index, media=("", "image", "video")[index % 3]) for index in range(600, 857)]
    together = model.forecast(posts)
    assert together == [model.forecast([one])[0] for one in posts]
    assert together == model.forecast(posts[:100]) + model.forecast(posts[100:])
    assert len({told.predicted for (told,) in together}) > 200


def test_forecasting_learns_nothing() -> None:
    model, _ = replay(feed(300))
    before = model.forecast([post(301)])
    model.forecast([post(index, author="author 1") for index in range(302, 330)])
    assert model.forecast([post(301)]) == before


def test_arrivals_are_known_to_later_forecasts() -> None:
    model, _ = replay(feed(300))
    before = model.forecast([post(400, author="author 1")])[0][0].row
    model.arrived([post(399, author="author 1")])
    assert model.forecast([post(400, author="author 1")])[0][0].row != before


def test_twice_the_same_feed_is_twice_the_same_to_the_bit() -> None:
    posts = feed(500)
    first, second = replay(posts), replay(posts)
    assert msgspec.msgpack.encode(first[1]) == msgspec.msgpack.encode(second[1])
    assert first[0].scores(0) == second[0].scores(0)


def zeros(index: int) -> tuple[Known, int]:
    return post(index), 0


def one_author(index: int) -> tuple[Known, int]:
    return post(index, author="the only one"), index % 4


def hidden_authors(index: int) -> tuple[Known, int]:
    return msgspec.structs.replace(post(index), author=""), index % 4


def huge(index: int) -> tuple[Known, int]:
    return post(index), 10**9 if index % 50 == 0 else 10**400 if index == 77 else 1


def all_alike(index: int) -> tuple[Known, int]:
    return Known(author="a", at=START + index), 3


def not_numbers(index: int) -> tuple[Known, int]:
    odd = (float("nan"), float("inf"), float("-inf"), -1.0, 1e308)[index % 5]
    known = msgspec.structs.replace(post(index), author_age=odd, compound=odd, followers=-1, length=10**30)
    return known, -5 if index % 9 == 0 else 2


def everything_missing_then_given(index: int) -> tuple[Known, int]:
    return (Known(author="", at=START + index * MINUTE) if index < 250 else post(index)), index % 3


def new_kinds_late(index: int) -> tuple[Known, int]:
    known = post(index, media="image" if index < 250 else "hologram")
    return (known if index < 250 else msgspec.structs.replace(known, lang="\ud800x-klingon")), index % 3


def all_at_once(index: int) -> tuple[Known, int]:
    return post(index, at=START + (index // 200) * 2 * HOUR), index % 3


@pytest.mark.parametrize(
    "make",
    [
        zeros,
        one_author,
        hidden_authors,
        huge,
        all_alike,
        not_numbers,
        everything_missing_then_given,
        new_kinds_late,
        all_at_once,
    ],
)
def test_no_feed_breaks_the_numbers(make: Callable[[int], tuple[Known, int]]) -> None:
    posts = [make(index) for index in range(500)]
    horizon = 30 if make is all_alike else HOUR  # a feed of 500 microseconds needs a horizon within it
    model, forecasts = replay(posts, (horizon,))
    assert model.matured(0) >= 300
    for (told,) in forecasts:
        numbers = [told.predicted, told.low, told.high, told.usual, *told.rivals]
        assert all(number is None or np.isfinite(expm1(number)) for number in numbers)
        if told.predicted is not None and told.low is not None and told.high is not None:
            assert 0 <= told.low <= told.predicted <= told.high
    for one in model.scores(0):
        measured = [one.mae_log, one.mse_log, one.mae, one.mse, one.skill, one.spearman, one.coverage80, one.width80]
        assert all(number is None or np.isfinite(number) for number in measured)
        assert one.n > 0
    assert forecasts[-1][0].predicted is not None


def test_all_zero_is_predicted_as_zero() -> None:
    _, forecasts = replay([zeros(index) for index in range(300)])
    last = forecasts[-1][0]
    assert (last.predicted, last.low, last.high, last.usual) == (0, 0, 0, 0)


def test_reasons_multiply_to_the_prediction() -> None:
    _, forecasts = replay(feed(900))
    told = forecasts[-1][0]
    assert told.predicted is not None
    assert told.usual is not None
    assert told.reasons[0] == f"author usually {expm1(told.usual):.1f}"
    factors = [float(re.fullmatch(r".* x([\d.]+)", reason)[1]) for reason in told.reasons[1:]]  # type: ignore[index]
    assert (1 + expm1(told.usual)) * np.prod(factors) == pytest.approx(1 + expm1(told.predicted), rel=0.15)


def test_reasons_name_what_matters() -> None:
    model, _ = replay(feed(900))
    for media, grows in (("video", True), ("", False)):
        ((told,),) = model.forecast([post(901, media=media)])
        (reason,) = [reason for reason in told.reasons if reason.startswith(media or "no media")]
        assert (float(reason.rpartition("x")[2]) > 1) is grows


def test_a_stranger_is_told_by_the_feed() -> None:
    model, _ = replay(feed(300))
    ((told,),) = model.forecast([post(301, author="never seen")])
    assert told.reasons[0].startswith("feed usually ")


def test_a_purged_author_is_a_stranger_again() -> None:
    model, _ = replay(feed(300))
    model.forget("author 3")
    ((told,),) = model.forecast([post(3, author="author 3")])
    assert told.reasons[0].startswith("feed usually ")


def test_horizons_are_learnt_apart() -> None:
    model = EngagementModel((HOUR, 6 * HOUR))
    known = [post(index) for index in range(50)]
    told = model.forecast(known)
    outcomes = [Matured(one, both[0], 5, one.at + HOUR) for one, both in zip(known, told, strict=True)]
    model.mature(0, outcomes)
    ((first, second),) = model.forecast([post(60)])
    assert first.predicted == pytest.approx(log1p(5))
    assert second.predicted is None
    assert (model.matured(0), model.matured(1)) == (50, 0)


def rows_with_gaps(count: int) -> np.ndarray:
    noise = np.random.default_rng(8)
    rows = noise.normal(1, 1, (count, len(COLUMNS)))
    rows[noise.random(rows.shape) < 0.15] = np.nan
    rows[:, COLUMNS.index("author_age")] = np.nan
    rows[:, COLUMNS.index("reply")] = 1.0
    for name, kinds in (("media", 5), ("language", 60)):
        rows[:, COLUMNS.index(name)] = noise.integers(0, kinds, count)
    rows[:, COLUMNS.index("author")] = noise.random(count)
    return rows


def test_the_pipeline_read_out_is_the_pipeline() -> None:
    rows = rows_with_gaps(500)
    labels = np.random.default_rng(9).random(500) + (rows[:, COLUMNS.index("media")] == 2)
    pipeline = fit(rows, labels)
    unseen = rows_with_gaps(100) * 1.5
    for name in ("media", "language"):
        unseen[:, COLUMNS.index(name)] = np.arange(100) % 64  # known, rare and unknown ones
    for some in (rows, unseen):
        assert np.allclose(additive(pipeline).parts(some).sum(axis=1), pipeline.predict(some), rtol=0, atol=1e-9)


def test_parts_add_up_and_predictions_stay_within_the_labels_seen() -> None:
    rows = rows_with_gaps(FIRST_FIT)
    labels = np.linspace(0.5, 2.0, FIRST_FIT)
    path = fit_linear(rows, labels, np.arange(float(FIRST_FIT))).path(rows_with_gaps(200) * 1000 % 97)
    assert path.shape == (200, len(GROUPS))
    assert path.min() >= 0.5
    assert path.max() <= 2.0


def test_importing_the_model_does_not_import_scikit_learn() -> None:
    code = "import sys, models.engagement; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    root = Path(__file__).resolve().parents[1]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0


@pytest.mark.skipif(not REAL.exists(), reason="shared/data is not here: the real streams are kept outside of the repo")
def test_skill_on_a_real_stream() -> None:
    path = Path(__file__).resolve().parents[1] / "benchmarks" / "bench_engagement.py"
    spec = importlib.util.spec_from_file_location("bench_engagement", path)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = bench
    spec.loader.exec_module(bench)
    replayed = bench.Replay(HOUR)
    replayed.run(bench.read(REAL))
    result = bench.report(replayed)
    assert result["skill"] >= 0.10
    assert result["spearman"] >= 0.30
    assert 0.77 <= result["coverage"] <= 0.83
