"""What is kept from one picture to the next saves work and changes nothing: nobody need have looked before."""

import json
import pickle

import msgspec
import pytest

from engine import newest, picture_examples, ranking
from engine.config import ALL_TIME, HOUR, MINUTE, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.simulate import simulate
from engine.snapshot import Snapshot
from tests.feeds import PRESENT, delete, run
from tests.lively import lively

CONFIG = EngineConfig(window=5 * MINUTE, retention=HOUR, horizons=(MINUTE, 5 * MINUTE), max_texts=1 << 10)
ROWS = 4  # few, so that others take their places
FILTERS = ("", "-tag:vote", "likes>0", "")


def unlooked(engine: Engine) -> Engine:
    """The same as loaded from a checkpoint: nothing that only pictures ask for is in one."""
    fresh: Engine = pickle.loads(pickle.dumps(engine))
    fresh.corrections = engine.corrections
    if engine.filtered is not None:
        fresh.show(expression=engine.filtered.text)
    return fresh


def fickle(seed: int) -> list[bytes]:
    """A lively feed in which half of the likes are taken back after a minute."""
    timed = lively(seed, 350, harm=0.2)
    likes = [(at, json.loads(line)) for at, line in timed if "app.bsky.feed.like" in line]
    for at, told in likes[::2]:
        when = at + MINUTE
        timed.append((when, delete(told["commit"]["rkey"], when, told["did"], "app.bsky.feed.like")))
    return [line.encode() for _, line in sorted(timed)]


FEEDS = {
    "fickle": fickle(1),
    "x": simulate("x", seed=1, hours=0.5, rate=30.0)[0][:800],
}


@pytest.mark.parametrize(("feed", "topics"), [("fickle", True), ("fickle", False), ("x", True)])
def test_a_picture_does_not_depend_on_those_before(feed: str, topics: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (newest, picture_examples):
        monkeypatch.setattr(module, "FEW", 3)
    monkeypatch.setattr(picture_examples, "RECENT", 10)
    for times in ("AHEAD", "WIDE"):
        monkeypatch.setattr(ranking, times, 2)
    lines = FEEDS[feed]
    engine = Engine(msgspec.structs.replace(CONFIG, topics=topics))
    shown: list[Snapshot] = []
    for number, begin in enumerate(range(0, len(lines), 31)):
        engine.feed(0, lines[begin : begin + 31], PRESENT)
        if number % 20 == 0:
            engine.show(expression=FILTERS[number // 20 % len(FILTERS)])
        shown.append(snapshot(engine, ROWS))
        if number % 7 == 6:
            assert shown[-1] == snapshot(unlooked(engine), ROWS)
            assert shown[-1].authors == snapshot(engine).authors[:ROWS]
    assert len({row.author for picture in shown for row in picture.authors}) > 3 * ROWS
    assert not topics or len({row.id for picture in shown for row in picture.stories}) > ROWS
    assert any(row.reactions for picture in shown for row in picture.authors)
    assert any(row.followers for picture in shown for row in picture.authors) == (feed == "x")


@pytest.mark.parametrize("window", [MINUTE, 20 * MINUTE, HOUR, ALL_TIME])
def test_another_window_shows_what_one_shows_that_was_looked_at_all_along(window: int) -> None:
    engine, other = run(FEEDS["fickle"], CONFIG), run(FEEDS["fickle"], msgspec.structs.replace(CONFIG, window=window))
    snapshot(engine, ROWS)
    engine.show(window)
    assert snapshot(engine, ROWS) == snapshot(other, ROWS)
    assert snapshot(engine) == snapshot(other)
