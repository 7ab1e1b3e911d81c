"""Posts are told of, known and forecast as they came, whenever that is done and whatever befalls them meanwhile."""

from collections.abc import Callable, Iterator
from random import Random

import pytest

from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.pipeline import Engine
from tests.feeds import PRESENT, SECOND, START, delete, edit, like, post, purge, uri

CONFIG = EngineConfig(window=ALL_TIME, retention=40 * MINUTE, horizons=(5 * MINUTE, 30 * MINUTE), max_texts=1 << 10)
WORDS = ("river", "flood", "bridge", "rain", "goal", "match", "striker", "league", "storm", "power", "light", "street")
Look = Callable[[Engine], object]


def lively() -> Iterator[str]:
    """Posts with tags and reactions, some of them edited or deleted, and accounts that are purged."""
    draws, kept = Random(5), list[tuple[str, int, str]]()
    at = START
    for number in range(700):
        at += draws.choice((SECOND // 2, SECOND, 20 * SECOND))
        author = f"did:plc:{draws.randrange(12)}"
        text = " ".join(draws.sample(WORDS, 5)) + draws.choice(("", "?", " https://example.org"))
        yield post(f"p{number}", at, text, author, draws.sample(WORDS, draws.choice((0, 0, 1, 2))))
        kept.append((f"p{number}", at, author))
        name, made, whose = draws.choice(kept[-6:])
        chance = draws.random()
        if chance < 0.1:
            yield edit(
                name, at, f"{draws.choice(WORDS)} {draws.choice(WORDS)} anew", made, whose, [draws.choice(WORDS)]
            )
        elif chance < 0.2:
            yield delete(name, at, whose)
        elif chance < 0.23:
            yield purge(whose, at)
        elif chance < 0.7:
            yield like(f"l{number}", at, uri(name, whose))


def said(look: Look) -> list[object]:
    """All that was said of posts, and what else rests on it, of a feed that is looked at after each line."""
    engine = Engine(CONFIG)
    for line in lively():
        engine.feed(0, [line.encode()], PRESENT)
        look(engine)
    engine.finish()
    labels = engine.labels
    told = [(key, one.told.made, one.told.record, one.outcomes) for key, one in labels.tracked.items()]
    pasts = engine.model.pasts(lambda author: author.encode().ljust(16))
    assert told
    assert sum(labels.matured)
    return [told, labels.censored, labels.matured, pasts[0].posts.tolist(), pasts[0].last.tolist(), pasts[0].digests]


@pytest.fixture(scope="module")
def unseen() -> list[object]:
    return said(lambda engine: None)


@pytest.mark.parametrize(
    "look",
    [
        lambda engine: engine.forecasting.tell(),
        lambda engine: engine.forecasting.know(),
        lambda engine: engine.forecasting.forecast(),
        lambda engine: engine.forecasting._track(),
    ],
)
def test_it_makes_no_difference_when_posts_are_told_of_known_and_forecast(look: Look, unseen: list[object]) -> None:
    assert said(look) == unseen


def test_an_edited_post_is_forecast_as_it_came_and_the_others_wait_on() -> None:
    engine = Engine(CONFIG)
    lines = [post("a", START, "river flood? #rain", tags=["rain"]), post("b", START + SECOND, "goal match")]
    later = [edit("a", START + 2 * SECOND, "nothing of that", START), post("c", START + 60 * SECOND, "league")]
    engine.feed(0, [line.encode() for line in lines + later], PRESENT)
    assert len(engine.forecasting) == 2
    assert not engine.labels.tracked
    engine.catch_up()
    unedited = Engine(CONFIG)
    unedited.feed(0, [line.encode() for line in (*lines, later[1])], PRESENT)
    unedited.catch_up()
    key = f"bluesky:{uri('a')}"
    assert engine.labels.tracked[key].told.record == unedited.labels.tracked[key].told.record


def test_labels_of_posts_far_apart_are_read_in_time_and_the_posts_forecast_together() -> None:
    engine = Engine(CONFIG)
    lines = [post(f"p{number}", START + number * 10 * MINUTE, "river flood") for number in range(4)]
    engine.feed(0, [line.encode() for line in lines], PRESENT)
    assert engine.labels.waiting == [0, 2]  # the last waits for its turn, the one before it for its labels
    assert len(engine.forecasting) == 3
    engine.catch_up()
    assert engine.labels.waiting == [1, 3]
    assert all(one.told.record for one in engine.labels.tracked.values())
