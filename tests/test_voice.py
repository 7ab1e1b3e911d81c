"""Share of voice: what several filters match, counted another way, with nothing changed."""

from statistics import fmean

import msgspec
import pytest

from engine.config import MINUTE, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.voice import voices
from tests.feeds import run
from tests.lively import lively

LINES = [line for _, line in lively(3, 200)]
EXPRESSIONS = ["flood", "tag:quake", "-tag:quake", "likes>1", "pred>0.5", "times>1", "cluster:1", ""]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return run(LINES, EngineConfig(window=8 * MINUTE, horizons=(20_000_000,), max_texts=1 << 10))


def test_they_equal_what_each_filter_shows_by_itself(engine: Engine) -> None:
    for voice in voices(engine, EXPRESSIONS):
        engine.show(expression=voice.expression)
        shown = snapshot(engine)
        assert (voice.posts, voice.authors) == (shown.posts_in_window, shown.authors_in_window), voice.expression
        assert voice.share == (1.0 if not voice.expression else shown.share)
        assert (voice.mean, voice.band) == (shown.sentiment.mean, shown.sentiment.band)
        assert (voice.scored, voice.coverage) == (shown.sentiment.scored, shown.sentiment.coverage)
    engine.show(expression="")


def test_they_are_of_the_whole_window_whatever_is_shown_and_change_nothing(engine: Engine) -> None:
    plain = voices(engine, EXPRESSIONS)
    engine.show(expression="flood")
    before = msgspec.json.encode(snapshot(engine))
    assert voices(engine, EXPRESSIONS) == plain
    assert msgspec.json.encode(snapshot(engine)) == before
    engine.show(expression="")


def test_one_that_cannot_be_read_says_so_and_spoils_no_other(engine: Engine) -> None:
    wrong, good = voices(engine, ["lnag:en", "flood"])
    assert wrong.error == 'unknown field "lnag" at 0: did you mean lang?'
    assert good.posts > 0
    assert not good.error


def test_before_any_post_nothing_is_known() -> None:
    (voice,) = voices(run([]), ["flood"])
    assert (voice.posts, voice.share, voice.mean, voice.coverage) == (0, None, None, None)


def test_the_mean_is_that_of_the_rows(engine: Engine) -> None:
    (voice,) = voices(engine, ["is:scored"])
    engine.show(0, "is:scored")
    rows = [row.compound for row in snapshot(engine).posts if row.compound is not None]
    engine.show(8 * MINUTE, "")
    assert voice.mean is not None
    assert len(rows) >= voice.scored
    assert -1 <= voice.mean <= 1
    assert fmean(rows) == pytest.approx(voices(run(LINES), ["is:scored"])[0].mean, abs=1e-9)
