"""Tags of a window: exact up to the cap; past it those counted are, and no other is in more posts than `error`."""

import pickle
import random
from collections import Counter
from collections.abc import Mapping
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import tags as module
from engine.config import MINUTE, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.snapshot import Snapshot
from engine.tags import MAX_TAGS, Tags
from engine.tally import Contribution, Tally
from tests.feeds import ALL, PRESENT, SECOND, START, delete, post

WIDTH = 10 * SECOND


class Held:
    """Tags over the posts they are of, kept as a window keeps them."""

    def __init__(self, cap: int = MAX_TAGS, width: int = 1 << 12) -> None:
        self.items: dict[str, Contribution] = {}
        self.tags = Tags(self.items, cap, width)
        self._number = 0

    def add(self, *tags: str, author: str = "a", compound: int | None = 100) -> str:
        self._number += 1
        key = f"k{self._number}"
        item = Contribution(self._number * SECOND, key, author, "en", compound, "", tags, (), None, False)
        self.tags.add(item, WIDTH)
        self.items[key] = item
        return key

    def remove(self, key: str) -> None:
        self.tags.remove(self.items[key], WIDTH)
        del self.items[key]

    def turn(self, *tags: str) -> None:
        """A post comes, and the oldest goes."""
        self.add(*tags)
        self.remove(next(iter(self.items)))

    def true(self) -> Counter[str]:
        return Counter(chain.from_iterable(item.tags for item in self.items.values()))

    def tally(self, tag: str) -> Tally:
        tally = Tally()
        for item in self.items.values():
            if tag in item.tags:
                tally.add(item, item.time // WIDTH)
        return tally


def state(tally: Tally) -> dict[str, object]:
    return {name: getattr(tally, name) for name in Tally.__slots__}


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def check(held: Held) -> None:
    """All that is promised, against a plain recount."""
    tags, true = held.tags, held.true()
    assert len(tags.tallies) <= tags.cap
    for limit in (None, 2):
        shown = tags.leading(limit, WIDTH)
        assert all(state(tally) == state(held.tally(tag)) for tag, tally in shown.items())
        assert all(count <= tags.error for tag, count in true.items() if tag not in shown and limit is None)
        first = ranked({tag: tally.posts for tag, tally in shown.items()})[:2]
        assert [p for p in first if p[1] > tags.error] == [p for p in ranked(true)[:2] if p[1] > tags.error]
    assert all(tags.posts(tag) >= count for tag, count in true.items())
    assert all(tags.posts(tag) == tally.posts for tag, tally in tags.tallies.items())
    assert tags.distinct <= len(true)
    if not tags.error:
        assert set(tags.leading(None, WIDTH)) == set(true)
        assert tags.distinct == len(true)


def test_what_is_counted_of_a_tag() -> None:
    held = Held()
    held.add("sun", "sea", author="ann", compound=5_000)
    held.add("sun", author="bob", compound=None)
    held.add("sun", author="ann", compound=-1_000)
    sun = held.tags.leading(None, WIDTH)["sun"]
    assert (sun.posts, len(sun.authors), sun.scored, sun.mean) == (3, 2, 2, 0.2)
    assert (held.tags.posts("sun"), held.tags.posts("sea"), held.tags.posts("sand")) == (3, 1, 0)
    assert (held.tags.distinct, held.tags.error) == (2, 0)


posts = st.lists(st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=4), max_size=50)


@given(posts, st.randoms())
def test_up_to_the_cap_all_is_exact_and_nothing_stays(feed: list[list[str]], rng: random.Random) -> None:
    held = Held(cap=12)
    keys = [held.add(*tags) for tags in feed]
    check(held)
    assert held.tags.error == 0
    rng.shuffle(keys)
    for key in keys:
        held.remove(key)
    check(held)
    assert (held.tags.tallies, held.tags.distinct, held.tags.posts("a")) == ({}, 0, 0)


@settings(max_examples=300)
@given(posts, st.data(), st.sampled_from([4, 6]), st.sampled_from([4, 64]), st.sampled_from([1, 100]))
def test_past_the_cap_the_bounds_hold_for_every_tag(
    feed: list[list[str]], data: st.DataObject, cap: int, width: int, looked_at: int
) -> None:
    held, keys = Held(cap, width), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NEWEST", looked_at)
        for tags in feed:
            keys.append(held.add(*tags))
            while keys and data.draw(st.integers(0, 2)) == 0:
                held.remove(keys.pop(data.draw(st.integers(0, len(keys) - 1))))
            check(held)
        for key in keys:
            held.remove(key)
        check(held)
    assert (held.tags.tallies, held.tags.distinct, held.tags.error) == ({}, 0, 0)


def test_a_post_that_is_gone_has_no_others_looked_through_as_long_as_another_has_its_tags() -> None:
    held = Held(cap=4)
    for number in range(4_000):
        held.add(f"t{number % 100}")
    (*_, newest) = (held.add("new") for _ in range(held.tags.error + 2))
    assert held.tags._rising == {"new": newest}
    settled = held.tags._settled
    held.remove(newest)
    assert (held.tags._settled, [*held.tags._rising]) == (settled, ["new"])
    check(held)


def zipf(count: int, names: int, seed: int = 1) -> list[str]:
    rng = random.Random(seed)
    return [f"tag{int(names ** rng.random())}" for _ in range(count)]


def test_the_most_frequent_tags_of_a_skewed_feed_are_found() -> None:
    held = Held(cap=500)
    stream = zipf(20_000, 20_000)
    for tag in stream[:10_000]:
        held.add(tag)
    for tag in stream[10_000:]:
        held.turn(tag)
    true = held.true()
    assert len(true) > 2_000
    assert 0 < held.tags.error < 30
    shown = held.tags.leading(20, WIDTH)
    assert ranked({tag: tally.posts for tag, tally in shown.items()})[:20] == ranked(true)[:20]


def test_a_million_tags_take_no_more_room_than_the_cap() -> None:
    held = Held(cap=2_000, width=1 << 14)
    most, size = 0, len(pickle.dumps(held.tags.sketch))
    for number in range(20_000):
        held.add("hot", *(f"t{number}-{at}" for at in range(50)))
        most = max(most, len(held.tags.tallies) + len(held.tags._rising))
    assert len(held.true()) == 1_000_001
    assert most <= 2_000
    assert held.tags.tallies["hot"].posts == 20_000
    assert held.tags.distinct >= 1 << 13
    assert size < len(pickle.dumps(held.tags.sketch)) < 2 * 4 * 4 * (1 << 14)


def test_it_is_exact_again_once_the_window_has_turned_over() -> None:
    held = Held(cap=100)
    for number in range(1_000):
        held.add(f"flood{number}", f"flood{number + 1}", "usual")
    assert held.tags.error > 0
    for number in range(2_001):
        held.turn(f"calm{number % 40}", "usual")
    check(held)
    assert held.tags.error == 0
    assert held.tags.distinct == 41


def test_it_is_exact_again_once_a_spammer_is_purged() -> None:
    held = Held(cap=100)
    kept = [f"calm{number % 40}" for number in range(200)]
    spam = []
    for number in range(2_000):
        spam.append(held.add(f"flood{number}"))
        if number % 10 == 0:
            held.add(kept[number // 10])
    for key in spam:
        held.remove(key)
    for _ in range(201):
        held.add("calm0")
    check(held)
    assert (held.tags.error, held.tags.distinct) == (0, 40)


def test_the_error_falls_when_fewer_tags_are_in_the_window_though_still_too_many() -> None:
    held = Held(cap=100)
    for number in range(3_000):
        held.add(*(f"t{(number * 8 + at) % 600}" for at in range(8)))
    high = held.tags.error
    for number in range(6_000):
        held.turn(f"t{number % 200}")
    check(held)
    assert 0 < held.tags.error == 3_000 // 200 < high


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_the_order_of_posts_changes_no_row_above_the_error(seed: int) -> None:
    stream = zipf(600, 300)
    one, other = Held(cap=40), Held(cap=40)
    for tag in stream:
        one.add(tag)
    random.Random(seed).shuffle(stream)
    for tag in stream:
        other.add(tag)
    error = max(one.tags.error, other.tags.error)
    rows = [
        {tag: tally.posts for tag, tally in held.tags.leading(None, WIDTH).items() if tally.posts > error}
        for held in (one, other)
    ]
    assert rows[0] == rows[1] != {}


@pytest.mark.parametrize("before", [0, 30, 300])
@pytest.mark.parametrize("after", [0, 200])
def test_a_deleted_tag_leaves_no_text_behind(before: int, after: int) -> None:
    held = Held(cap=20, width=8)
    for number in range(before):
        held.add(f"t{number}", f"t{number % 7}")
    keys = [held.add("secret", f"t{number % 7}") for number in range(9)]
    keys.append(held.add("secret"))
    shown = held.tags.leading(None, WIDTH)
    beside(held, {tag: tally.posts for tag, tally in shown.items()})
    for number in range(after):
        held.add(f"u{number % 30}", f"u{number % 31}")
    for key in keys:
        held.remove(key)
    assert b"secret" not in pickle.dumps([held.tags, held.items])


# -- co-occurring tags ------------------------------------------------------------------------------------------------


def beside(held: Held, posts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    return {tag: dict(others) for tag, others in held.tags.together.of(posts)}


def recount(held: Held, tag: str) -> dict[str, int]:
    return Counter(other for item in held.items.values() if tag in item.tags for other in item.tags if other != tag)


@given(posts, posts, st.sampled_from([4, 12]))
def test_tags_stand_together_as_a_recount_says(feed: list[list[str]], more: list[list[str]], cap: int) -> None:
    held = Held(cap, 64)
    keys = [held.add(*tags) for tags in feed]
    for asked in ("abc", "bcd", "bcd"):
        true = held.true()
        assert beside(held, {tag: true[tag] for tag in asked}) == {tag: recount(held, tag) for tag in asked}
        for tags in more[:10]:
            keys.append(held.add(*tags))
        for key in keys[::3]:
            held.remove(key)
        keys = [key for key in keys if key in held.items]


def test_pairs_are_kept_of_the_tags_asked_for_and_no_more_than_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.together.MAX_PAIRS", 10)
    monkeypatch.setattr("engine.together.PAIRED_POSTS", 5)
    held = Held()
    for number in range(30):
        held.add("hot", f"t{number}", f"u{number // 2}")
    true = held.true()
    assert beside(held, true) == {tag: recount(held, tag) for tag in true}
    assert 0 < sum(map(len, held.tags.together.beside.values())) <= 10
    beside(held, {"t1": true["t1"]})
    assert set(held.tags.together.beside) == {"t1"}


# -- the engine ------------------------------------------------------------------------------------------------------


def feed_of_many_tags() -> list[str]:
    lines = []
    for number, tag in enumerate(zipf(600, 400)):
        at = START + number * SECOND // 2
        lines.append(post(f"p{number}", at, f"#{tag} and #{tag}x", author=f"did:plc:{number % 17}"))
        if number % 9 == 8:
            lines.append(delete(f"p{number - 5}", at, author=f"did:plc:{(number - 5) % 17}"))
    return lines


def shown(config: EngineConfig, cap: int, cuts: int, limit: int | None = None, look: bool = False) -> Snapshot:
    engine = Engine(config)
    engine.window.tags = Tags(engine.window.items, cap, 64)
    raw = [line.encode() for line in feed_of_many_tags()]
    for begin in range(0, len(raw), cuts):
        engine.feed(0, raw[begin : begin + cuts], PRESENT)
        if look:
            snapshot(engine, 10)
    engine.finish()
    return snapshot(engine, limit)


@pytest.mark.parametrize("config", [ALL, EngineConfig(window=2 * MINUTE)])
def test_neither_cuts_nor_pictures_change_anything(config: EngineConfig) -> None:
    one = shown(config, 30, 1_000)
    assert one.hashtags_error > 0
    assert one == shown(config, 30, 7) == shown(config, 30, 50, look=True)


@pytest.mark.parametrize("config", [ALL, EngineConfig(window=2 * MINUTE)])
def test_rows_past_the_cap_are_those_of_a_full_count(config: EngineConfig) -> None:
    capped, full = shown(config, 60, 64), shown(config, 10_000, 64)
    assert full.hashtags_error == 0
    known = [row for row in full.hashtags if row.posts > capped.hashtags_error]
    assert len(known) > 5
    assert capped.hashtags[: len(known)] == known
    assert shown(config, 60, 64, 5).hashtags == full.hashtags[:5]
    everything = {row.tag: row for row in full.hashtags}
    assert all(row == everything[row.tag] for row in capped.hashtags)
    assert len(capped.hashtags) <= 60 < capped.hashtags_in_window <= full.hashtags_in_window == len(full.hashtags)


def test_the_change_is_against_the_window_before() -> None:
    tagged = [("sun", 0), ("sun", 10), ("rain", 20), ("sun", 70), ("snow", 80), ("snow", 90)]
    lines = [post(f"p{at}", START + at * SECOND, f"words #{tag}") for tag, at in tagged]
    engine = Engine(EngineConfig(window=60 * SECOND))
    for line in lines[:3]:
        engine.feed(0, [line.encode()], PRESENT)
    engine.quiet(0)
    assert [row.change for row in snapshot(engine).hashtags] == [None, None]
    engine.feed(0, [line.encode() for line in lines[3:]], PRESENT)
    engine.finish()
    assert [(row.tag, row.posts, row.change) for row in snapshot(engine).hashtags] == [("snow", 2, 2), ("sun", 1, -1)]


def test_a_notice_says_what_may_be_missing() -> None:
    past, below = shown(ALL, 30, 64), shown(ALL, 10_000, 64)
    wanted = (
        "more than 30 distinct hashtags in the window: the counts shown are exact, "
        f"but tags in {past.hashtags_error} posts or fewer may be missing"
    )
    assert wanted in past.notices
    assert not any("hashtags" in notice for notice in below.notices)
