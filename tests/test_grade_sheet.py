"""What the plots of the models draw: posts, predictions and outcomes belong together, and the figures are right."""

import msgspec
import numpy as np
import pytest
from scipy.stats import spearmanr

from engine import grade_figures as figures
from engine.config import EngineConfig
from engine.grade_figures import Said
from engine.gradesheet import GradeSheet
from engine.picture_grades import grade_sheet
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from models.features import COLUMNS
from models.race import ACTUAL, FIRST, SCORED, WINDOW, Race
from models.voices import NAMES, REFERENCE
from tests.graded_feeds import HOUR, START, encoded, post, replay, videos

MEDIA = COLUMNS.index("media")


def engine_with(posts: int, horizons: tuple[int, ...] = (HOUR,)) -> Engine:
    """An engine whose models have been through a feed in which videos do well."""
    engine = Engine(EngineConfig(horizons=horizons), Decoder())
    engine.model = replay(videos(posts), horizons).model
    return engine


@pytest.mark.parametrize("count", [40, WINDOW + 777])
def test_what_was_judged_stands_beside_its_own_row(count: int) -> None:
    race = Race()
    race.refits.stop()
    drawn = np.random.default_rng(3)
    for start in range(0, count, 17):
        numbers = np.arange(start, min(start + 17, count), dtype=np.float64)
        judged = np.full((len(numbers), FIRST + len(NAMES)), np.nan)
        judged[:, ACTUAL] = numbers
        judged[:, FIRST + REFERENCE] = np.where(drawn.random(len(numbers)) < 0.3, np.nan, 1.0)
        rows = np.ones((len(numbers), len(COLUMNS)))
        rows[:, 0] = numbers
        race.score(judged)
        race.learn(rows, np.log1p(numbers), START + numbers, START)
    newest = race.newest()
    assert len(newest.rows) == min(SCORED, len(race.history()))
    assert 0 < len(newest.rows) < count
    assert np.array_equal(newest.judged[:, ACTUAL], newest.rows[:, 0])
    assert np.array_equal(newest.created - START, newest.rows[:, 0])
    assert not np.isnan(newest.judged[:, FIRST + REFERENCE]).any()


def test_every_outcome_is_that_of_the_post_it_stands_beside() -> None:
    posts = videos(400)
    got = {one.at: (actual, one.media == "video") for one, actual in posts}
    model = replay(posts, (HOUR, 3 * HOUR)).model
    for horizon in (0, 1):
        newest = model.newest(horizon)
        told = zip(newest.created.tolist(), newest.judged[:, ACTUAL].tolist(), newest.rows[:, MEDIA] == 2, strict=True)
        assert len(newest.rows) > 20
        assert all(got[int(at)] == (actual, video) for at, actual, video in told)


def test_to_look_changes_nothing() -> None:
    engine, twin = engine_with(500), replay(videos(500)).model
    for _ in range(2):
        grade_sheet(engine, 3_600)
    asked = [post(900 + index, media="video") for index in range(5)]
    assert encoded(engine.model.forecast(asked)) == encoded(twin.forecast(asked))


def test_a_sheet_of_a_feed_in_which_videos_do_well() -> None:
    sheet = grade_sheet(engine_with(900, (HOUR, 2 * HOUR)), 3_600)
    assert sheet is not None
    assert sheet.horizon == 3_600
    assert sheet.n == sum(stretch.n for stretch in sheet.stretches) == sum(tenth.n for tenth in sheet.tenths)
    assert sheet.n == sheet.horizons[0].n <= sheet.graded
    assert [group.name for group in sheet.horizons] == ["3600", "7200"]
    for split in sheet.splits:
        assert sum(group.n for group in split.groups) == sheet.n
    assert sheet.residuals is not None
    assert sum(sheet.residuals.counts) == sheet.n
    assert sheet.weights[0].name == "media"
    assert sheet.correlations is not None
    names, values = sheet.correlations.names, sheet.correlations.values
    assert names[-2:] == ["3600", "7200"]
    assert sheet.correlations.outcomes == 2
    media, reply, outcome = values[names.index("media")], names.index("reply"), names.index("3600")
    assert (media[outcome] or 0) > 0.5
    assert (media[outcome + 1] or 0) > 0.5
    assert (values[outcome][outcome + 1] or 0) > 0.99  # the same counts at both
    assert all(row[reply] is None for row in values)  # never one, so never more or less
    assert all(values[at][at] in (1.0, None) for at in range(len(names)))
    assert values == [list(column) for column in zip(*values, strict=True)]


def test_a_sheet_of_nothing() -> None:
    engine = Engine(EngineConfig(horizons=(HOUR,)), Decoder())
    assert grade_sheet(engine, 900) is None
    sheet = grade_sheet(engine, 3_600)
    assert sheet is not None
    assert (sheet.n, sheet.stretches, sheet.tenths, sheet.residuals) == (0, [], [], None)
    assert (sheet.weights, sheet.correlations) == ([], None)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(sheet), type=GradeSheet) == sheet


def said(count: int, seed: int = 1) -> Said:
    drawn = np.random.default_rng(seed)
    actual = drawn.exponential(1.0, count)
    predicted = actual + drawn.normal(0, 0.3, count)
    return Said(actual, predicted, actual + 1.0, predicted - 0.4, predicted + 0.4, START + np.arange(count) * 1e6)


def test_shares_of_the_time_and_tenths() -> None:
    known = said(1_000)
    found = figures.stretches(known)
    assert len(found) == figures.STRETCHES
    assert all(stretch.baseline == 1.0 for stretch in found)
    assert np.average([stretch.error or 0 for stretch in found], weights=[stretch.n for stretch in found]) == (
        pytest.approx(np.mean(np.abs(known.actual - known.predicted)), abs=1e-4)
    )
    tenths = figures.tenths(known)
    assert [tenth.predicted for tenth in tenths] == sorted(tenth.predicted for tenth in tenths)
    assert all(tenth.low < tenth.high for tenth in tenths)
    few = known.at(np.arange(25))
    assert len(figures.stretches(few)) == 2
    assert figures.tenths(few) == []
    assert figures.stretches(known.at(np.arange(9))) == []


def test_bars_of_residuals_count_everything() -> None:
    known = said(500)
    wild = known._replace(predicted=known.predicted + np.where(np.arange(500) == 7, 900.0, 0.0))
    found = figures.residuals(wild)
    assert found is not None
    assert sum(found.counts) == 500
    assert found.counts[0] >= 1
    assert found.low > -5


def test_correlations_are_spearmans_where_all_is_known() -> None:
    drawn = np.random.default_rng(4)
    table = drawn.normal(size=(300, 4)).round(1)
    table[:, 3] = np.exp(table[:, 0]) + 0.2 * table[:, 1]
    found = figures.correlations(dict(zip("abcd", table.T, strict=True)), 1)
    assert found is not None
    assert np.array(found.values) == pytest.approx(np.asarray(spearmanr(table).statistic), abs=1e-3)


def test_what_is_not_known_or_never_changes_has_no_correlation() -> None:
    values = np.arange(100.0)
    sparse = np.where(values < 20, values, np.nan)
    found = figures.correlations(
        {"a": values, "b": sparse, "c": np.ones(100), "d": np.where(values < 70, -values, np.nan)}, 1
    )
    assert found is not None
    assert found.values[0] == [1.0, None, None, pytest.approx(-1.0, abs=0.01)]
    assert figures.correlations({"a": values[:10]}, 1) is None
    assert figures.correlations({}, 0) is None
