"""What is kept of a post and of what befell it: counts at their times, reactions, deletes, purges, and the caps."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import ledger as ledger_module
from engine.analysis import analyse
from engine.arrivals import key_of
from engine.config import ALL_TIME, HOUR, MINUTE, EngineConfig
from engine.events import Counts, Post, Reaction
from engine.ledger import KINDS, SPARE, Counted, Entry, Ledger, Outcome
from tests.feeds import SECOND, START, delete, post, run

NOW = 1_000 * MINUTE
ROOMY = EngineConfig(retention=ALL_TIME)


def written(uid: str = "1", author: str = "a", **more: object) -> Post:
    return Post(platform="x", uid=uid, author=author, text="some words", **more)  # type: ignore[arg-type]


def held(ledger: Ledger, post: Post, time: int = 0) -> Entry:
    return ledger.add(key_of(post), post, analyse(post), time, late=False)


def liked(uid: str, target: str = "1") -> Reaction:
    return Reaction(platform="x", uid=uid, target=target, kind="like")


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 9)), min_size=1, max_size=30, unique_by=lambda one: one[0])
)
def test_counts_are_those_read_last_in_whatever_order_they_come(readings: list[tuple[int, int]]) -> None:
    entry = held(Ledger(ROOMY), written())
    for at, likes in readings:
        entry.observe(Counts(like=likes), at)
    assert entry.count(0, carried=False) == max(readings)[1]
    assert not any(entry.observe(Counts(like=likes), at) for at, likes in readings), "known already"


def test_counts_without_a_time_are_as_new_as_their_arrival_but_do_not_make_older_ones_new() -> None:
    entry = held(Ledger(ROOMY), written())
    entry.observe(Counts(like=5), 100)
    entry.observe(Counts(like=7), None)
    assert entry.count(0, carried=False) == 7
    entry.observe(Counts(like=3), 50)
    assert entry.count(0, carried=False) == 7


def test_many_readings_keep_the_first_and_the_newest() -> None:
    entry = held(Ledger(ROOMY), written())
    for at in range(1, 500):
        entry.observe(Counts(like=at), at)
    assert len(entry.history) == ledger_module.HISTORY
    assert (entry.history[0][0], entry.history[-1][0]) == (1, 499)


@given(st.permutations(range(8)), st.integers(0, 8))
def test_what_happened_up_to_a_dated_report_is_inside_it_however_late_it_comes(order: list[int], at: int) -> None:
    ledger = Ledger(ROOMY)
    entry = held(ledger, written(counts=Counts(like=100), counts_at=at))
    for time in order:
        ledger.react(liked(f"l{time}"), time)
    assert entry.count(0, carried=True) == 100 + sum(time > at for time in order)


def test_an_undated_report_holds_what_was_seen_or_less_is_reported() -> None:
    ledger = Ledger(ROOMY)
    entry = held(ledger, written(counts=Counts(like=2)))
    for number in range(4):
        ledger.react(liked(f"l{number}"), NOW + number)
        assert entry.count(0, carried=True) == max(2, number + 1)


def test_a_reported_count_moves_with_what_comes_and_goes_after_it() -> None:
    ledger = Ledger(ROOMY)
    entry = held(ledger, written())
    ledger.react(liked("l1"), NOW - 5)
    entry.observe(Counts(like=10), NOW - 1)
    assert entry.count(0, carried=True) == 10, "the like seen is among the ten"
    ledger.react(liked("l2"), NOW)
    assert entry.count(0, carried=True) == 11
    assert ledger.retract("x:l1", NOW)
    assert ledger.retract("x:l2", NOW)
    assert entry.count(0, carried=True) == 9


def test_a_reaction_counts_once_and_not_after_it_was_taken_back() -> None:
    ledger = Ledger(ROOMY)
    entry = held(ledger, written())
    assert ledger.react(liked("l"), NOW) is Outcome.REACTION
    assert ledger.react(liked("l"), NOW) is Outcome.DUPLICATE
    assert ledger.retract("x:l", NOW)
    assert not ledger.retract("x:l", NOW)
    assert ledger.react(liked("l"), NOW) is Outcome.DUPLICATE
    assert entry.seen == (0, 0, 0, 0)


def test_reactions_by_either_name_wait_for_their_post() -> None:
    ledger = Ledger(ROOMY)
    ledger.react(liked("l1", "1"), NOW)
    ledger.react(liked("l2", "local"), NOW)
    entry = held(ledger, written(alias="local"))
    ledger.react(liked("l3", "local"), NOW)
    assert entry.seen[KINDS.index("like")] == 3


def test_nothing_is_kept_of_reactions_to_a_post_that_was_deleted() -> None:
    ledger = Ledger(ROOMY)
    ledger.remove(held(ledger, written()), tombstone=True)
    ledger.react(liked("l"), NOW)
    ledger.respond("x:other", 2, -1, NOW)
    assert not ledger._orphans


@pytest.mark.parametrize("cap", ["MAX_REACTIONS", "MAX_ORPHANS"])
def test_caps_on_reactions_hold_and_are_told(cap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, cap, 10)
    ledger = Ledger(ROOMY)
    for number in range(25):
        ledger.react(liked(f"l{number}", f"post{number}"), NOW)
    assert len(ledger._reactions if cap == "MAX_REACTIONS" else ledger._orphans) == 10
    assert ledger.unrecognised == 15


def test_a_full_table_forgets_the_oldest_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one each would be looked for past the gaps of all that went before."""
    monkeypatch.setattr(ledger_module, "MAX_REACTIONS", 640)
    ledger = Ledger(ROOMY)
    for number in range(641):
        ledger.react(liked(f"l{number}"), NOW)
    assert (len(ledger._reactions), ledger.unrecognised) == (631, 10)
    assert [ledger.react(liked(f"l{number}"), NOW) for number in (9, 10)] == [Outcome.REACTION, Outcome.DUPLICATE]


def test_the_cap_on_posts_keeps_the_newest_in_whatever_order_they_come() -> None:
    times = list(range(40))
    random.Random(1).shuffle(times)
    ledger = Ledger(EngineConfig(retention=ALL_TIME, max_posts=10))
    for time in times:
        if ledger.keeps(time, max(times)):
            held(ledger, written(str(time)), time)
        for entry in ledger.expired(max(times)):
            ledger.remove(entry, tombstone=False)
    assert sorted(entry.time for entry in ledger.posts.values()) == list(range(30, 40))
    assert ledger.evicted == 30


def test_a_post_past_retention_is_not_taken_in() -> None:
    ledger = Ledger(EngineConfig(retention=HOUR))
    assert not ledger.keeps(0, HOUR)
    assert ledger.keeps(1, HOUR)


def test_an_outlived_post_goes_on_being_counted_by_either_name_and_has_no_text() -> None:
    ledger = Ledger(ROOMY)
    entry = held(ledger, written(alias="local", name="Ann", reply_to="0", counts=Counts(like=1), counts_at=NOW), NOW)
    ledger.react(liked("l1"), NOW + 1)
    counted = ledger.outlive(entry)
    assert type(counted) is Counted
    assert not any(hasattr(counted, name) for name in ("text", "name", "analysis", "uid"))
    assert (ledger.posts, len(ledger.by_author)) == ({}, 0)
    assert ledger.find("x", "1") is None
    assert ledger.counted("x", "1") is ledger.counted("x", "local") is counted
    ledger.react(liked("l2", "local"), NOW + 2)
    assert ledger.retract("x:l1", NOW + 3)
    assert (counted.seen, counted.count(0, carried=True), counted.reply_to) == ((1, 0, 0, 0), 2, "0")
    assert [*ledger._orphans] == ["x:0"], "the post that it answers"


@pytest.mark.parametrize("tombstone", [False, True])
def test_what_is_counted_no_more_leaves_nothing_but_a_tombstone(tombstone: bool) -> None:
    ledger = Ledger(ROOMY)
    ledger.outlive(held(ledger, written(alias="local")))
    ledger.release("x:1", tombstone)
    ledger.release("x:1", tombstone)
    assert (ledger.outlived, ledger._aliases) == ({}, {})
    assert ledger.counted("x", "1") is ledger.counted("x", "local") is None
    assert ledger.buried("x:1") is tombstone
    ledger.react(liked("l1"), NOW)
    assert bool(ledger._orphans) is not tombstone


def test_an_account_is_purged_up_to_a_time() -> None:
    ledger = Ledger(ROOMY)
    assert ledger.purge("x:a", 10 * MINUTE)
    assert not ledger.purge("x:a", 10 * MINUTE)
    assert not ledger.purge("x:a", 5 * MINUTE)
    assert ledger.purged("x:a", 10 * MINUTE)
    assert not ledger.purged("x:a", 10 * MINUTE + 1)
    assert not ledger.purged("x:b", 0)


def test_what_is_known_of_purges_and_deletes_is_bounded() -> None:
    ledger = Ledger(EngineConfig(max_tombstones=10))
    for number in range(30):
        ledger.bury(f"x:{number}")
        ledger.purge(f"x:{number}", 1)
    assert (len(ledger._tombstones), len(ledger._purged)) == (10, 10)
    assert ledger.buried("x:29")
    assert ledger.purged("x:29", 1)


def test_posts_that_are_deleted_leave_no_place_in_the_order_of_times() -> None:
    """Where posts are kept for ever, nothing else would take it away."""
    lines = []
    for number in range(5_000):
        lines += [
            post(f"p{number}", START + number * SECOND, "x"),
            delete(f"p{number}", START + number * SECOND + SECOND // 2),
        ]
    engine = run(lines)
    assert len(engine.ledger.posts) == 0
    assert len(engine.ledger._by_time) <= SPARE + 1


def test_what_is_taken_from_an_account_is_found_without_a_look_at_the_others() -> None:
    ledger = Ledger(ROOMY)
    for number in range(6):
        held(ledger, written(str(number), author="ab"[number % 2]), number)
    for number in (0, 1, 2):
        ledger.outlive(ledger.posts[f"x:{number}"])
    assert [counted.key for counted in ledger.outlived_of("x:a")] == ["x:0", "x:2"]
    ledger.release("x:0")
    ledger.release("x:1")
    assert [counted.key for counted in ledger.outlived_of("x:a")] == ["x:2"]
    assert ledger.outlived_of("x:b") == ledger.outlived_of("x:nobody") == []
    assert [entry.key for entry in ledger.take_from("x:b", 3)] == ["x:3"]
    assert [*ledger.by_author.of("x:b")] == ["x:3", "x:5"], "until the caller has removed them"


def test_what_outlives_a_post_is_all_that_is_counted_of_it() -> None:
    ledger = Ledger(ROOMY)
    post = written(alias="b", created=5, seen=9, reply_to="2", quote_of="3", counts=Counts(like=3), counts_at=9)
    entry = held(ledger, post, 5)
    entry.respond(0, 1, 11)
    counted = ledger.outlive(entry)
    for name in Counted.__struct_fields__:
        assert getattr(counted, name) == getattr(entry, name), name
    assert not hasattr(counted, "text")
