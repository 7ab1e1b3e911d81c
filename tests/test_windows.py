"""The window equals a plain recount of the posts inside it, whatever was added, moved, taken out or looked at."""

from collections import Counter
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import windows
from engine.config import ALL_TIME, MINUTE, SECOND
from engine.tally import SCALE, Contribution, Tally
from engine.windows import BUCKETS, Window

SPAN = 10 * MINUTE

contributions = st.builds(
    Contribution,
    time=st.integers(0, 60 * MINUTE),
    key=st.just(""),
    author=st.sampled_from(["", "a", "b", "c"]),
    lang=st.sampled_from(["en", "de", ""]),
    compound=st.none() | st.integers(-10_000, 10_000),
    reason=st.sampled_from(["other language", "too short"]),
    tags=st.lists(st.sampled_from("xyz"), unique=True).map(tuple),
    terms=st.lists(st.sampled_from(["sun", "rain", "#x"])).map(tuple),
    story=st.none() | st.integers(0, 3),
    copy=st.booleans(),
)


def check(window: Window, alive: list[Contribution]) -> None:
    scored = [item.compound for item in alive if item.compound is not None]
    assert window.total.posts == len(alive)
    assert window.total.scored == len(scored)
    assert window.total.positive == sum(compound >= 500 for compound in scored)
    assert window.total.negative == sum(compound <= -500 for compound in scored)
    assert window.total.mean == (sum(scored) / len(scored) / 10_000 if scored else None)
    assert window.total.authors == Counter(item.author for item in alive if item.author)
    assert window.languages == Counter(item.lang for item in alive)
    assert window.not_scored == Counter(item.reason for item in alive if item.compound is None)
    tags = Counter(tag for item in alive for tag in item.tags)
    assert {tag: tally.posts for tag, tally in window.tags.tallies.items()} == tags
    stories = Counter(item.story for item in alive if item.story is not None)
    assert window.topics.sizes() == stories
    terms = Counter((item.story, term) for item in alive if item.story is not None for term in item.terms)
    assert {(story, t): n for story, counts in window.topics.terms.items() for t, n in counts.items()} == terms
    buckets = Counter(item.time // window.width for item in alive)
    assert {bucket: tally.posts for bucket, tally in window.per_bucket.items()} == buckets
    assert window.total.buckets == buckets


@given(st.lists(contributions, max_size=60), st.data())
def test_posts_that_come_together_are_counted_as_one_by_one(items: list[Contribution], data: st.DataObject) -> None:
    together, alone = Window(SPAN), Window(SPAN)
    coming = [replace(item, key=str(n), story=None) for n, item in enumerate(sorted(items, key=lambda item: item.time))]
    while coming:
        size = data.draw(st.integers(1, len(coming)))
        part, coming = coming[:size], coming[size:]
        together.add_all(part)
        for item in part:
            alone.move(item.time)
            alone.add(item)
        placed = [(item.key, data.draw(st.integers(0, 3)), item.copy) for item in part]
        for window in (together, alone):
            window.assign(placed)
            check(window, [*window.items.values()])
        for name in ("now", "start", "first", "width", "items", "items_before"):
            assert getattr(together, name) == getattr(alone, name)
        assert [*together.items] == [*alone.items], "in the order they came"
        assert (together.before.posts, together.before.mean) == (alone.before.posts, alone.before.mean)
        assert together.topics.before == alone.topics.before
        assert together.topics.copies == alone.topics.copies


@given(st.lists(contributions, max_size=40), st.data())
def test_a_window_equals_a_recount(items: list[Contribution], data: st.DataObject) -> None:
    window, now, kept = Window(SPAN), 0, {}
    for item in (replace(item, key=str(number)) for number, item in enumerate(items)):
        now = max(now, item.time)
        window.move(now)
        window.add(item)
        kept[item.key] = item
        if kept and data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(sorted(kept)))
            window.remove(gone)
            del kept[gone]
        if kept and data.draw(st.booleans()):
            moved = data.draw(st.sampled_from(sorted(kept)))
            window.assign([(moved, 2, True)])
            kept[moved] = kept[moved].within(2, True)
    check(window, [item for item in kept.values() if item.time > now - SPAN])
    before = [item for item in kept.values() if now - 2 * SPAN < item.time <= now - SPAN]
    assert window.before.posts == len(before)
    compounds = [item.compound for item in before if item.compound is not None]
    assert window.before.mean == (sum(compounds) / len(compounds) / SCALE if compounds else None)
    assert window.topics.before == Counter(item.story for item in before if item.story is not None)
    assert window.tags_before({"x", "y"}) == Counter(tag for item in before for tag in item.tags if tag in "xy")


@given(st.lists(contributions, max_size=30), st.sets(st.integers(0, 29)))
def test_a_window_without_bound_equals_a_recount(items: list[Contribution], gone: set[int]) -> None:
    window = Window(ALL_TIME)
    items = [replace(item, key=str(number)) for number, item in enumerate(items)]
    for item in items:
        window.move(item.time)
        window.add(item)
    for number in gone:
        window.remove(str(number))
    alive = [item for number, item in enumerate(items) if number not in gone]
    check(window, alive)
    assert len(window.per_bucket) <= 2 * BUCKETS


@given(st.lists(contributions, max_size=20))
def test_what_is_added_and_taken_out_leaves_nothing(items: list[Contribution]) -> None:
    window = Window(ALL_TIME)
    for number, item in enumerate(items):
        window.move(item.time)
        window.add(replace(item, key=str(number)))
    for number in range(len(items)):
        window.remove(str(number))
    check(window, [])
    assert not window.tags.tallies
    assert not window.topics.terms


@given(st.lists(st.tuples(contributions, st.booleans(), st.booleans()), max_size=60), st.sampled_from([ALL_TIME, SPAN]))
def test_what_is_past_retention_is_counted_out_whenever_somebody_looks(
    items: list[tuple[Contribution, bool, bool]], span: int
) -> None:
    """Also if meanwhile all time buckets get wider, a post falls out of the window or is taken back."""
    window, now, kept = Window(span, keep=ALL_TIME), 0, dict[str, Contribution]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "GATHERED", 5)
        for number, (drawn, looks, gone) in enumerate(items):
            now += drawn.time // 20
            item = replace(drawn, key=str(number), time=now)
            window.move(now)
            window.add(item)
            kept[item.key] = item
            if number % 3 == 2:
                oldest = next(iter(kept))
                (window.remove if gone else window.expire)(oldest)
                del kept[oldest]
            if looks:
                check(window, [each for each in kept.values() if span == ALL_TIME or each.time > now - span])
    check(window, [each for each in kept.values() if span == ALL_TIME or each.time > now - span])


def test_reactions_fall_out_with_time() -> None:
    window = Window(SPAN)
    window.move(0)
    window.react([0])
    window.move(5 * MINUTE)
    window.react([5 * MINUTE])
    assert window.reactions.total() == 2
    window.move(12 * MINUTE)
    assert window.reactions.total() == 1


def test_the_band_is_the_normal_interval_of_the_mean() -> None:
    tally, compounds = Tally(), [10_000, 0, -5_000, 2_500]
    for number, compound in enumerate(compounds):
        tally.add(Contribution(number, str(number), "a", "en", compound, "", (), (), None, False), 0)
    values = [compound / 10_000 for compound in compounds]
    variance = sum((value - fmean(values)) ** 2 for value in values) / 3
    assert tally.band == pytest.approx(1.96 * (variance / 4) ** 0.5)


def test_one_scored_post_has_a_mean_but_no_band() -> None:
    tally = Tally()
    tally.add(Contribution(0, "k", "a", "en", 500, "", (), (), None, False), 0)
    assert (tally.mean, tally.band) == (0.05, None)


def test_bucket_width_follows_the_span() -> None:
    assert Window(60 * SECOND).width == SECOND
    assert Window(SPAN).width == SPAN // BUCKETS


@given(st.lists(contributions, max_size=30), st.sets(st.integers(0, 29)))
def test_merged_stories_hold_the_posts_of_both(items: list[Contribution], gone: set[int]) -> None:
    window = Window(ALL_TIME)
    items = [replace(item, key=str(number)) for number, item in enumerate(items)]
    for item in items:
        window.move(item.time)
        window.add(item)
    for old, new in ((0, 1), (1, 2)):
        window.topics.merge(old, new)
    for number in gone:
        window.remove(str(number))
    alive = [item for number, item in enumerate(items) if number not in gone]
    check(window, [replace(item, story=2) if item.story in (0, 1) else item for item in alive])
    window.settle()
    window.topics.places.merged.clear()
    for item in alive:
        window.remove(item.key)
    check(window, [])
