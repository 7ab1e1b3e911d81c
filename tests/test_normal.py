"""What is normal at an age: an author's mean shrunk to the feed's, without the post compared, and how far above it."""

from math import expm1, inf, log, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decay import DAY, HALF_LIFE
from models.normal import HOUR, LADDER, MINUTE, SECOND, Normal, NormalByAge, Own, Reading, above, times

NOW = 1_700_000_000_000_000 // MINUTE * MINUTE
AGES = (MINUTE, 10 * MINUTE)


def learnt(*readings: tuple[int, str, int], at: int = NOW, cap: int = 100) -> NormalByAge:
    """What is normal after readings of (rung, author, engagements), all at one moment."""
    normal = NormalByAge(AGES, cap)
    for rung, author, engagements in readings:
        normal.learn(rung, [(author, engagements, at)])
    return normal


def test_an_author_is_shrunk_to_the_feed_as_the_formula_says() -> None:
    normal = learnt((0, "ann", 3), (0, "ann", 3), (0, "ann", 0), (0, "bob", 15))
    # ann: (2 ln 4 + 0) / 3 over three posts; the feed: (2 ln 4 + ln 16) / 4 = ln 4; so (2 ln 4 + 4 ln 4) / (3 + 4)
    found = normal.normal("ann", MINUTE)
    assert found is not None
    assert found.engagements == pytest.approx(4 ** (6 / 7) - 1)
    assert found.posts == 3
    assert normal.normal("bob", MINUTE) == pytest.approx((expm1((log(16) + 4 * log(4)) / 5), 1))
    assert normal.normal("somebody new", MINUTE) == pytest.approx((3.0, 0))


def test_one_hit_does_not_carry_the_normal_off() -> None:
    steady = [(0, "ann", 10)] * 99
    found = learnt(*steady, (0, "ann", 1_000_000)).normal("ann", MINUTE)
    assert found is not None
    assert 10 < found.engagements < 12  # the mean of the counts would be 10,010


def test_between_rungs_it_is_interpolated_in_log_age_and_held_after_the_last() -> None:
    normal = learnt((0, "", 1), (1, "", 15))
    half = round(((61 * 601) ** 0.5 - 1) * SECOND)  # half way between a minute and ten on log(1 + seconds)
    assert normal.normal("ann", half) == pytest.approx((expm1((log(2) + log(16)) / 2), 0), abs=1e-5)
    assert normal.normal("ann", 10 * MINUTE) == pytest.approx((15, 0))
    assert normal.normal("ann", DAY) == normal.normal("ann", 10 * MINUTE)
    assert normal.normal("ann", 0) == (0, 0)
    assert normal.normal("ann", 30 * SECOND) == pytest.approx((expm1(log(2) * log(31) / log(61)), 0))


def test_where_nobody_has_got_there_is_nothing_to_compare() -> None:
    normal = NormalByAge(AGES)
    assert normal.normal("ann", 30 * SECOND) is None
    normal.learn(0, [("ann", 5, NOW)])
    assert normal.normal("bob", 30 * SECOND) is not None
    assert normal.normal("bob", MINUTE) == pytest.approx((5, 0))
    assert normal.normal("bob", MINUTE + 1) is None
    assert normal.normal("bob", DAY) is None


def test_a_post_is_left_out_of_the_normal_it_is_compared_with() -> None:
    born = NOW - 10 * MINUTE
    others = [(0, [("ann", 2, NOW), ("bob", 7, NOW)]), (1, [("ann", 4, NOW)])]
    with_it, without = NormalByAge(AGES), NormalByAge(AGES)
    for rung, readings in others:
        with_it.learn(rung, readings)
        without.learn(rung, readings)
    with_it.learn(0, [("ann", 900, born + MINUTE)])
    with_it.learn(1, [("ann", 9_000, born + 10 * MINUTE)])
    own = Own(born, (900, 9_000))
    for age in (20 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE, HOUR):
        assert with_it.normal("ann", age, own) == pytest.approx(without.normal("ann", age), rel=1e-9)
    assert learnt((0, "ann", 3)).normal("ann", MINUTE, Own(NOW - MINUTE, (3,))) is None
    assert learnt((0, "ann", 3)).normal("ann", MINUTE, Own(NOW - MINUTE, (None,))) == pytest.approx((3, 1))


def test_what_an_author_lost_by_making_room_is_not_left_out_twice() -> None:
    normal = NormalByAge(AGES, cap=1)
    normal.learn(0, [("ann", 50, NOW), ("bob", 1, NOW + SECOND), ("ann", 2, NOW + MINUTE)])
    assert len(normal) == 1
    found = normal.normal("ann", MINUTE, Own(NOW - MINUTE, (50,)))
    assert found is not None
    level = (log(2) + log(3)) / 2  # of the feed, where it is left out
    assert found.engagements == pytest.approx(expm1((log(3) + 4 * level) / 5), rel=1e-4)


def test_the_author_unheard_of_for_longest_makes_room_and_a_purged_one_is_forgotten() -> None:
    normal = learnt((0, "ann", 1), (0, "bob", 1), (0, "ann", 1), (0, "cat", 1), cap=2)
    posts = [found.posts for name in ("ann", "bob", "cat") if (found := normal.normal(name, MINUTE))]
    assert posts == [2, 0, 1]
    normal.forget("ann")
    normal.forget("never heard of")
    found = normal.normal("ann", MINUTE)
    assert found is not None
    assert found.posts == 0


def test_hidden_authors_share_no_past() -> None:
    normal = learnt((0, "", 9), (0, "", 9))
    assert len(normal) == 0
    assert normal.normal("", MINUTE) == pytest.approx((9, 0))


def test_old_posts_count_less_and_centuries_do_no_harm() -> None:
    normal = NormalByAge(AGES)
    normal.learn(0, [("ann", 63, NOW), ("ann", 0, NOW + HALF_LIFE)])
    found = normal.normal("ann", MINUTE)
    assert found is not None
    assert found.posts == pytest.approx(1.5)
    assert found.engagements == pytest.approx(expm1(log(64) / 3))  # the feed says the same
    for year in range(0, 800, 20):
        normal.learn(0, [("ann", 3, NOW + year * 365 * DAY)])
        found = normal.normal("ann", MINUTE)
        assert found is not None
    assert found == pytest.approx((3, 1))


def test_nothing_at_all_and_a_count_beyond_all_bounds() -> None:
    silent = learnt(*[(0, "ann", 0)] * 50)
    assert silent.normal("ann", MINUTE) == (0, 50)
    huge = learnt((0, "ann", 10**9), (0, "ann", 10**18), (0, "ann", 0))
    found = huge.normal("ann", MINUTE)
    assert found is not None
    assert 0 < found.engagements < 10**18
    assert above(10**18, Normal(0.0, 0.0)) < 100
    assert times(10**9, 0.0) == 10**9 + 1


READINGS = st.lists(
    st.tuples(st.sampled_from(["ann", "bob", "cat", ""]), st.integers(0, 10**9), st.integers(0, 400 * DAY)), min_size=1
)


@given(READINGS, st.sampled_from(["ann", "bob", "dan", ""]))
def test_a_normal_lies_between_the_own_mean_and_the_feeds(readings: list[Reading], author: str) -> None:
    normal = NormalByAge(AGES)
    normal.learn(0, sorted(readings, key=lambda reading: reading[2]))
    found, feed = normal.normal(author, MINUTE), normal.normal("nobody", MINUTE)
    assert found is not None
    assert feed is not None
    theirs = [log1p(count) for name, count, _ in readings if author and name == author]
    low, high = min([*theirs, log1p(feed.engagements)]), max([*theirs, log1p(feed.engagements)])
    assert low - 1e-6 <= log1p(found.engagements) <= high + 1e-6
    assert found.posts <= len(theirs) + 1e-9
    assert bool(theirs) == (found.posts > 0)


@given(READINGS, st.randoms(use_true_random=False))
def test_the_order_of_posts_changes_nothing(readings: list[Reading], rng: object) -> None:
    first, second = NormalByAge(AGES), NormalByAge(AGES)
    shuffled = list(readings)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    last = ("zoe", 1, 401 * DAY)  # both then weigh from the same moment
    first.learn(0, [*readings, last])
    second.learn(0, [*shuffled, last])
    for author in ("ann", "bob", "cat", "", "zoe"):
        assert first.normal(author, MINUTE) == pytest.approx(second.normal(author, MINUTE), rel=1e-6)


@given(READINGS, st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_a_post_taught_can_be_left_out_again(readings: list[Reading], count: int, likes: int) -> None:
    born = 400 * DAY
    with_it, without = NormalByAge(AGES), NormalByAge(AGES)
    with_it.learn(0, [*readings[:1], ("ann", count, born + MINUTE), *readings[1:]])
    without.learn(0, readings)
    for normal in (with_it, without):
        normal.learn(1, [(author, likes, at) for author, _, at in readings])
        normal.learn(1, [("zoe", 1, 401 * DAY)])  # both then weigh from the same moment
    for age in (MINUTE // 2, MINUTE, 4 * MINUTE, 10 * MINUTE):
        found, expected = with_it.normal("ann", age, Own(born, (count,))), without.normal("ann", age)
        assert found is not None
        assert expected is not None
        assert tuple(found) == pytest.approx(tuple(expected), rel=1e-4, abs=1e-6)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.floats(0, 10**9), st.floats(0, 10**6))
def test_more_engagements_are_never_less_above_normal(a: int, b: int, normal: float, posts: float) -> None:
    few, many = sorted((a, b))
    assert times(few, normal) <= times(many, normal)
    assert above(few, Normal(normal, posts)) <= above(many, Normal(normal, posts))
    assert above(many, Normal(normal, posts)) <= above(many, Normal(0.0, inf)) + 1e-12
    assert above(few, Normal(normal, posts)) >= above(few, Normal(normal + 1.0, posts))
    assert above(normal, Normal(normal, posts)) == 0


def test_few_engagements_weigh_less_than_many_of_the_same_times() -> None:
    few, many = Normal(0.1, 20), Normal(200.0, 20)
    assert times(2, few.engagements) == pytest.approx(times(544, many.engagements), rel=0.01)
    assert above(544, many) > 2 * above(2, few)
    assert above(400, Normal(99.0, 20)) > above(3, Normal(0.0, 20))
    assert above(30, Normal(1.0, 20)) > above(1_500, Normal(1_000.0, 20))  # and ordinary luck less than a jump
    assert above(30, Normal(1.0, 20)) > above(30, Normal(1.0, 0))  # what is known is worth more


def test_the_ladder_goes_up() -> None:
    assert list(LADDER) == sorted(set(LADDER))
    assert (LADDER[0], LADDER[-1]) == (MINUTE, DAY)
