"""Event time: which times are believed, what is late, and in which order records come out."""

from hypothesis import given
from hypothesis import strategies as st

from engine.clock import Incoming, ReorderBuffer, SourceClock, detail, event_time
from engine.config import HOUR, SECOND, EngineConfig
from engine.events import Counts, Delete, Edit, Event, Observation, Post

CONFIG = EngineConfig()
PRESENT = 2_000_000_000 * SECOND
KINDS = ("post", "edit", "counts", "delete")
NOON = 1_800_000_000 * SECOND


def made(uid: str, created: int | None = None, seen: int | None = None) -> tuple[Post]:
    return (Post(platform="p", uid=uid, author="a", created=created, seen=seen),)


def test_a_claim_near_what_the_server_saw_is_believed() -> None:
    assert event_time(NOON - HOUR, NOON, PRESENT, CONFIG) == NOON - HOUR
    assert event_time(NOON + 119 * SECOND, NOON, PRESENT, CONFIG) == NOON + 119 * SECOND


def test_a_claim_far_from_what_the_server_saw_is_replaced_by_it() -> None:
    assert event_time(NOON - 25 * HOUR, NOON, PRESENT, CONFIG) == NOON
    assert event_time(NOON + 121 * SECOND, NOON, PRESENT, CONFIG) == NOON
    assert event_time(None, NOON, PRESENT, CONFIG) == NOON


def test_without_a_server_only_claims_from_the_future_are_refused() -> None:
    assert event_time(5 * SECOND, None, PRESENT, CONFIG) == 5 * SECOND
    assert event_time(PRESENT + 3 * 60 * SECOND, None, PRESENT, CONFIG) is None


def test_posts_without_times_come_a_second_apart_and_repeats_keep_theirs() -> None:
    clock = SourceClock(CONFIG)
    times = [clock.place([Incoming([made(uid)])], PRESENT)[0].time for uid in ("a", "b", "a", "c")]
    assert times == [0, SECOND, 0, 2 * SECOND]


def test_a_timeless_delete_does_not_move_time() -> None:
    clock = SourceClock(CONFIG)
    clock.place([Incoming([made("a", NOON)])], PRESENT)
    record = clock.place([Incoming([(Delete(platform="p", uid="a"),)])], PRESENT)[0]
    assert record.time == NOON
    assert clock.newest == NOON


def test_a_claim_ahead_of_the_server_makes_nobody_else_late() -> None:
    clock = SourceClock(CONFIG)
    clock.place([Incoming([made("hasty", NOON + 100 * SECOND, NOON)])], PRESENT)
    assert not clock.place([Incoming([made("b", NOON + SECOND, NOON + SECOND)])], PRESENT)[0].late


def test_a_record_behind_the_watermark_is_late_and_keeps_its_true_time() -> None:
    clock = SourceClock(CONFIG)
    clock.place([Incoming([made("a", NOON)])], PRESENT)
    at_bound = clock.place([Incoming([made("b", NOON - 2 * SECOND)])], PRESENT)[0]
    behind = clock.place([Incoming([made("c", NOON - 2 * SECOND - 1)])], PRESENT)[0]
    assert not at_bound.late
    assert behind.late
    assert behind.time == NOON - 2 * SECOND - 1
    assert behind.order == NOON - 2 * SECOND


def test_the_posts_of_one_page_are_not_late_for_each_other() -> None:
    page = [made(str(n), NOON - n * HOUR) for n in range(10)]
    assert not any(record.late for record in SourceClock(CONFIG).place([Incoming(page)], PRESENT))


def test_at_one_moment_a_post_comes_before_what_is_said_of_it() -> None:
    clock, buffer = SourceClock(CONFIG), ReorderBuffer()
    observation = (Observation(platform="p", uid="a", counts=Counts(like=1), at=NOON),)
    page = [(Delete(platform="p", uid="a", at=NOON),), observation, made("a", NOON)]
    buffer.push(clock.place([Incoming(page)], PRESENT))
    assert [type(record.events[0]) for record in buffer.release(None)] == [Post, Observation, Delete]


@given(st.lists(st.integers(0, 10**7), unique=True), st.randoms(use_true_random=False))
def test_any_shuffle_within_the_lateness_comes_out_in_order(offsets: list[int], random: object) -> None:
    times = sorted(NOON + offset for offset in offsets)
    jitter = {time: time + random.randrange(CONFIG.lateness) for time in times}  # type: ignore[attr-defined]
    clock, buffer, out = SourceClock(CONFIG), ReorderBuffer(), []
    for time in sorted(times, key=jitter.__getitem__):
        records = clock.place([Incoming([made(str(time), time)])], PRESENT)
        assert not records[0].late
        buffer.push(records)
        out += buffer.release(clock.watermark)
    out += buffer.release(None)
    assert [record.time for record in out] == times


def test_versions_of_a_post_come_in_their_order() -> None:
    versions = ["", "2026-07-04T12:00:00.000Z", "2026-07-04T12:05:00.000Z"]
    posts = [(Post(platform="p", uid="a", author="a", created=NOON, version=v, text="t"),) for v in versions]
    clock, buffer = SourceClock(CONFIG), ReorderBuffer()
    buffer.push(clock.place([Incoming(posts[::-1])], PRESENT))
    assert [record.events for record in buffer.release(None)] == posts


def test_without_lateness_the_watermark_is_the_newest_time() -> None:
    clock = SourceClock(EngineConfig(lateness=0))
    clock.place([Incoming([made("a", NOON)])], PRESENT)
    assert clock.watermark == NOON


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("ab"), st.sampled_from(KINDS), st.integers(-1, 1))))
def test_records_of_one_moment_and_id_come_in_the_order_of_what_they_say(
    facts: list[tuple[int, str, str, int]],
) -> None:
    """Whatever the order in which they came, but for those that say the same."""
    clock, buffer = SourceClock(CONFIG), ReorderBuffer()
    records = [(event_of(NOON + offset, uid, kind, said),) for offset, uid, kind, said in facts]
    stamped = clock.place([Incoming(records)], PRESENT)
    buffer.push(stamped)
    ordered = sorted(
        stamped, key=lambda one: (one.order, one.time, one.rank, one.key, detail(one.events[0]), one.number)
    )
    assert list(map(id, buffer.release(None))) == list(map(id, ordered))


def event_of(time: int, uid: str, kind: str, said: int) -> Event:
    counts = None if said < 0 else Counts(like=said)
    post = Post("p", uid, "a", text=str(said), created=time, counts=counts)
    match kind:
        case "post":
            return post
        case "edit":
            return Edit(post, time)
        case "counts":
            return Observation("p", uid, counts or Counts(), time)
    return Delete("p", uid, time)
