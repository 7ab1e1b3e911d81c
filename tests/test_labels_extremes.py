"""Feeds that have broken others' numbers, from their lines to the exported snapshot: nothing divides by zero, overflows
or leaves what JSON can say. Warnings are errors here, as in all tests.
"""

import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
import pytest

from engine.config import ALL_TIME, MINUTE, EngineConfig
from engine.draft import score_draft
from engine.export import json_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.tables import TABLES
from models.features import MAX_COUNT
from tests.feeds import PRESENT, SECOND, START, like, post, uri

CONFIG = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(MINUTE, 5 * MINUTE), max_texts=1 << 10)
POSTS = 150
STEP = 5 * SECOND
HUGE = 10**9

Lines = Iterator[str]


def stamp(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat()


def capture(name: str, born: int, author: str, read: int | None = None, **counts: object) -> str:
    at = {} if read is None else {"counts_at": stamp(read)}
    text = f"something about the match number {name}"
    return json.dumps({"id": name, "author": author, "text": text, "created_at": stamp(born), **at, **counts})


def all_zero() -> Lines:
    """Reactions come, but to none of the posts."""
    for n in range(POSTS):
        at = START + n * STEP
        yield post(f"p{n}", at, f"nobody cares about number {n}", f"did:plc:{n % 9}")
        yield like(f"l{n}", at + 1, uri("elsewhere"))


def all_zero_reported() -> Lines:
    """Every count is reported, and is 0."""
    for n in range(POSTS):
        at = START + n * STEP
        yield capture(f"p{n}", at, f"a{n % 9}", at, likes=0, reposts=0, replies=0)
        yield capture(f"p{n}", at, f"a{n % 9}", at + MINUTE, likes=0, reposts=0, replies=0)
        yield capture(f"p{n}", at, f"a{n % 9}", at + 5 * MINUTE, likes=0, reposts=0, replies=0)


def one_author() -> Lines:
    for n in range(POSTS):
        at = START + n * STEP
        yield post(f"p{n}", at, "the same words again", "did:plc:only")
        for k in range(n % 4):
            yield like(f"l{n}-{k}", at + 1 + k, uri(f"p{n}", "did:plc:only"))


def one_post_a_moment() -> Lines:
    """All posts are of one moment, and so are their horizons."""
    for n in range(POSTS):
        yield post(f"p{n}", START, "the same words again", f"did:plc:{n % 9}")
    for n in range(0, POSTS, 3):
        yield like(f"l{n}", START + 1 + n, uri(f"p{n}", f"did:plc:{n % 9}"))
    yield post("end", START + 10 * MINUTE, "the end")
    yield post("after the end", START + 20 * MINUTE, "the end", "did:plc:1")


def jump(count: int) -> Callable[[], Lines]:
    """Some counts leap from a few to `count`, all else stays small."""

    def lines() -> Lines:
        for n in range(POSTS):
            at = START + n * STEP
            yield capture(f"p{n}", at, f"a{n % 9}", at, likes=0)
            likes = count if n % 40 == 7 else n % 3
            yield capture(f"p{n}", at, f"a{n % 9}", at + MINUTE, likes=likes, views=count)
            yield capture(f"p{n}", at, f"a{n % 9}", at + 5 * MINUTE, likes=likes, reposts=likes, replies=likes)

    return lines


def fall() -> Lines:
    """Counts go down: from a thousand million to 0."""
    for n in range(POSTS):
        at = START + n * STEP
        yield capture(f"p{n}", at, f"a{n % 9}", at + 50 * SECOND, likes=HUGE)
        yield capture(f"p{n}", at, f"a{n % 9}", at + MINUTE, likes=0)
        yield capture(f"p{n}", at, f"a{n % 9}", at + 5 * MINUTE, likes=0)


def odd_counts() -> Lines:
    for n in range(POSTS):
        at = START + n * STEP
        odd: list[object] = [-1, None, "many", 1e300, 2**53, 2**53 + 1, 0, True, [], "12"]
        for age in (0, MINUTE, 5 * MINUTE):
            yield capture(f"p{n}", at, f"a{n % 9}", at + age, likes=odd[n % 10], reposts=odd[(n + 3) % 10])


def ages_apart() -> Lines:
    """Centuries between two posts: all that fades has faded."""
    for n in range(POSTS):
        at = START + n * STEP + (n >= 75) * 200 * 365 * 24 * 60 * MINUTE
        yield post(f"p{n}", at, f"words of number {n}", f"did:plc:{n % 9}", ["tag"])
        yield like(f"l{n}", at + 1, uri(f"p{n}", f"did:plc:{n % 9}"))


FEEDS = {
    "all zero": (all_zero, POSTS // 2),
    "all zero, reported": (all_zero_reported, POSTS // 2),
    "one author": (one_author, POSTS // 2),
    "one moment": (one_post_a_moment, POSTS),
    "a jump to 10^9": (jump(HUGE), POSTS // 2),
    "a jump to 2^53": (jump(MAX_COUNT), POSTS // 2),
    "a jump to 2^60": (jump(2**60), POSTS // 2),
    "a fall to 0": (fall, POSTS // 2),
    "odd counts": (odd_counts, 30),
    "centuries": (ages_apart, POSTS // 2),
}


def by_time(lines: Lines) -> list[bytes]:
    """Lines in the order in which they can be written: by the time of what they tell."""

    def known(line: str) -> float:
        told = json.loads(line)
        if "time_us" in told:
            return float(told["time_us"])
        return datetime.fromisoformat(told.get("counts_at", told["created_at"])).timestamp() * SECOND

    return [line.encode() for line in sorted(lines, key=known)]


def strict(text: str) -> Any:
    """JSON without the constants that only some readers take."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def numbers(value: Any) -> Iterator[float]:
    match value:
        case dict():
            for each in value.values():
                yield from numbers(each)
        case list():
            for each in value:
                yield from numbers(each)
        case bool():
            return
        case int() | float():
            yield value


@cache
def ended(name: str) -> Engine:
    """An engine that has read one of the feeds, and is only looked at."""
    engine = Engine(CONFIG)
    lines = by_time(FEEDS[name][0]())
    for begin in range(0, len(lines), 100):
        engine.feed(0, lines[begin : begin + 100], PRESENT)
        snapshot(engine, 20)
    engine.finish()
    return engine


@pytest.mark.parametrize("name", FEEDS)
def test_no_feed_breaks_the_numbers(name: str) -> None:
    engine, least = ended(name), FEEDS[name][1]
    assert engine.labels.matured[0] >= least
    for index in range(2):
        labels = engine.labels
        posts = labels.waiting[index] + labels.matured[index] + labels.censored[index].total()
        assert posts == sum(engine.platforms.values())
    shown = snapshot(engine)
    told = strict("".join(json_parts(shown)))
    assert all(math.isfinite(number) and abs(number) <= 1e40 for number in numbers(told))
    for row in shown.predictions:
        if row.predicted is not None and row.low is not None and row.high is not None:
            assert 0 <= row.low <= row.predicted + 0.5
            assert row.predicted - 0.5 <= row.high <= MAX_COUNT
    for table in TABLES.values():
        assert all(not isinstance(cell, float) or math.isfinite(cell) for row in table(shown) for cell in row.values())
    draft = score_draft(engine, "what of the match? https://example.org #tag", "generic:a1")
    assert all(math.isfinite(number) for number in numbers(msgspec.to_builtins(draft)))


def test_where_every_label_is_zero_zero_is_predicted_and_no_model_has_skill() -> None:
    engine = ended("all zero")
    shown = snapshot(engine)
    matured = [row for row in shown.predictions if row.state == "matured" and row.predicted is not None]
    assert len(matured) > 100
    assert {(row.predicted, row.actual, row.usual) for row in matured} == {(0, 0, 0)}
    assert {(row.low, row.high) for row in matured if row.low is not None} == {(0, 0)}
    assert {score.skill for score in shown.scoreboard if score.n} == {None}
    assert {score.mae for score in shown.scoreboard if score.n} == {0}


def test_a_label_of_a_thousand_million_is_learnt_as_it_is() -> None:
    engine = ended("a jump to 10^9")
    actual = {row.actual for row in snapshot(engine).predictions if row.state == "matured"}
    assert {HUGE, 3 * HUGE} <= actual


def test_what_no_platform_counts_is_not_known_which_is_not_zero() -> None:
    engine = ended("a jump to 2^60")
    leapt = [row for row in snapshot(engine).predictions if row.uid in {"p7", "p47"}]
    assert {row.censored for row in leapt} == {"no counts near the horizon"}
