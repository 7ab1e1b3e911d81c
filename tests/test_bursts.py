"""What rises against its own past, by distinct authors: when it is called, when it is not, and when it is over."""

import random
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import burst_counts, bursts
from models.burst_changes import Few, Many, absent, raise_in
from models.bursts import COOL, QUIET, SUPPORT, WARM, Detector, Rise, Scale

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
STEP = 10 * SECOND
FAST = Scale(STEP, 6)

Said = tuple[tuple[Hashable, ...], int, int]  # subjects, author, time


def feed(detector: Detector, said: Iterable[Said], end: int) -> list[tuple[int, Rise]]:
    """What begins to rise, with the time it was known; the detector is told the time at every step, till `end`."""
    begun, step = [], detector.scale.step
    turn = 0
    for subjects, author, time in said:
        while turn + step <= time:
            turn += step
            begun += [(turn, rise) for rise in detector.turn(turn)]
        detector.add(subjects, author, time)
    while turn < end:
        turn += step
        begun += [(turn, rise) for rise in detector.turn(turn)]
    return begun


def steady(
    rng: np.random.Generator, start: int, end: int, rate: float, subjects: int = 1_000, authors: int = 20_000
) -> list[Said]:
    """A background: `rate` posts a minute, each on one subject or more; subjects and authors of uneven weight."""
    weights = np.cumsum(1 / np.arange(1, subjects + 1))
    loud = np.cumsum(1 / np.arange(1, authors + 1) ** 0.8)
    count = rng.poisson(rate * (end - start) / MINUTE)
    times = np.sort(rng.integers(start, end, count))
    first, second = (np.searchsorted(weights, rng.random(count) * weights[-1]) for _ in range(2))
    who = np.searchsorted(loud, rng.random(count) * loud[-1])
    rows = zip(first.tolist(), second.tolist(), who.tolist(), times.tolist(), strict=True)
    return [(tuple({one, other}), author, time) for one, other, author, time in rows]


def planted(
    rng: np.random.Generator, start: int, end: int, rate: float, subject: Hashable = "planted", first: int = 10**6
) -> list[Said]:
    """`rate` posts a minute on one subject, each by somebody new."""
    apart = MINUTE / rate
    count = int((end - start) / apart)
    return [((subject,), first + n, start + int((n + rng.random()) * apart)) for n in range(count)]


def together(*parts: list[Said]) -> list[Said]:
    return sorted((said for part in parts for said in part), key=lambda said: said[2])


# -- found, and in time --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_thirty_a_minute_over_three_thousand_are_named_within_a_minute_and_nothing_else_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    at, over = 30 * MINUTE, 40 * MINUTE
    begun = feed(Detector(FAST), together(steady(rng, 0, 60 * MINUTE, 3_000), planted(rng, at, over, 30)), 60 * MINUTE)
    assert [rise.subject for _, rise in begun] == ["planted"]
    known, rise = begun[0]
    assert at < known <= at + MINUTE
    assert abs(rise.start - at) <= STEP
    assert rise.end is not None
    assert abs(rise.end - over) <= STEP
    assert 25 <= rise.authors <= 35
    assert rise.authors > 5 * rise.expected
    assert rise.score > 5


@pytest.mark.parametrize("usual", [1, 8])
def test_a_subject_with_a_past_is_named_when_it_rises_well_above_it(usual: int) -> None:
    rng = np.random.default_rng(usual)
    at = 30 * MINUTE
    said = together(
        steady(rng, 0, 45 * MINUTE, 600),
        planted(rng, 0, 45 * MINUTE, usual, first=10**7),
        planted(rng, at, at + 10 * MINUTE, 30),
    )
    begun = feed(Detector(FAST), said, 45 * MINUTE)
    assert [rise.subject for _, rise in begun] == ["planted"]
    assert at < begun[0][0] <= at + MINUTE
    assert abs(begun[0][1].start - at) <= 2 * STEP
    assert 0.4 * usual < begun[0][1].expected < 3 + 2 * usual


def test_what_grows_is_named_before_it_has_grown_up() -> None:
    rng = np.random.default_rng(7)
    growing = [planted(rng, (30 + n) * MINUTE, (31 + n) * MINUTE, 6 * (n + 1), first=10**6 * (n + 1)) for n in range(8)]
    begun = feed(Detector(FAST), together(steady(rng, 0, 40 * MINUTE, 600), *growing), 40 * MINUTE)
    assert [rise.subject for _, rise in begun] == ["planted"]
    assert begun[0][0] <= 32 * MINUTE


def test_a_slow_feed_needs_a_longer_window_and_then_finds_ten_an_hour() -> None:
    rng = np.random.default_rng(5)
    at = 40 * HOUR
    said = together(steady(rng, 0, 44 * HOUR, 1, subjects=100), planted(rng, at, 44 * HOUR, 10 / 60))
    begun = feed(Detector(Scale(5 * MINUTE, 12), alarms=0.01), said, 44 * HOUR)
    assert [rise.subject for _, rise in begun] == ["planted"]
    assert at < begun[0][0] <= at + HOUR


# -- not found -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [11, 12])
def test_an_hour_of_stationary_background_raises_at_most_one_false_alarm(seed: int) -> None:
    said = steady(np.random.default_rng(seed), 0, 70 * MINUTE, 3_000, subjects=20_000)
    assert len(feed(Detector(FAST), said, 70 * MINUTE)) <= 1


def born_and_fading(rng: np.random.Generator, end: int, births: float, height: float) -> list[Said]:
    """Subjects that are born all the time, each reaching up to `height` authors a minute within one, and fading."""
    said = []
    for born in np.sort(rng.integers(0, end, rng.poisson(births * end / MINUTE))).tolist():
        strength = height * rng.random() ** 2
        for minute in range(8):
            for _ in range(rng.poisson(strength * 0.6**minute)):
                said.append(
                    ((f"born {born}",), int(rng.integers(0, 10**6)), born + int((minute + rng.random()) * MINUTE))
                )
    return together(said)


def test_where_new_subjects_come_all_the_time_a_new_one_is_no_news_unless_it_beats_them() -> None:
    rng = np.random.default_rng(3)
    at = 60 * MINUTE
    usual = born_and_fading(rng, 90 * MINUTE, births=5, height=12)
    assert max(_most_in_a_minute(usual).values()) > 2 * SUPPORT
    begun = feed(Detector(FAST), together(usual, planted(rng, at, at + 10 * MINUTE, 60)), 90 * MINUTE)
    assert [rise.subject for _, rise in begun if rise.subject == "planted"] == ["planted"]
    assert len(begun) <= 2


def _most_in_a_minute(said: list[Said]) -> dict[Hashable, int]:
    counts: dict[tuple[Hashable, int], int] = {}
    for subjects, _, time in said:
        for subject in subjects:
            counts[subject, time // MINUTE] = counts.get((subject, time // MINUTE), 0) + 1
    most: dict[Hashable, int] = {}
    for (subject, _), n in counts.items():
        most[subject] = max(n, most.get(subject, 0))
    return most


def test_one_author_posting_a_thousand_times_is_no_burst() -> None:
    rng = np.random.default_rng(4)
    spam = [(("spam",), 77, 30 * MINUTE + n * SECOND // 4) for n in range(1_000)]
    begun = feed(Detector(FAST), together(steady(rng, 0, 40 * MINUTE, 600), spam), 40 * MINUTE)
    assert begun == []


def test_fewer_authors_than_the_support_are_no_burst_however_unlikely() -> None:
    rng = np.random.default_rng(4)
    few = [(("few",), n % (SUPPORT - 1), 30 * MINUTE + n * SECOND) for n in range(200)]
    assert feed(Detector(FAST), together(steady(rng, 0, 40 * MINUTE, 600), few), 40 * MINUTE) == []


def test_a_feed_whose_total_triples_is_not_a_burst_of_everything() -> None:
    rng = np.random.default_rng(6)
    said = together(steady(rng, 0, 60 * MINUTE, 500), steady(rng, 30 * MINUTE, 60 * MINUTE, 1_000))
    assert feed(Detector(FAST), said, 60 * MINUTE) == []


def test_nothing_is_a_burst_before_enough_is_known() -> None:
    rng = np.random.default_rng(8)
    early = WARM * MINUTE // 2
    begun = feed(Detector(FAST), together(steady(rng, 0, early, 600), planted(rng, early, early + MINUTE, 60)), early)
    assert begun == []


def test_what_comes_back_after_a_gap_in_the_feed_is_what_was_there_before() -> None:
    rng = np.random.default_rng(9)
    said = steady(rng, 0, 30 * MINUTE, 600) + steady(rng, 5 * HOUR, 5 * HOUR + 30 * MINUTE, 600)
    assert feed(Detector(FAST), said, 6 * HOUR) == []


def greeting(days: int) -> Iterator[list[Said]]:
    """Every morning at seven, for half an hour, many say good morning."""
    rng = np.random.default_rng(10)
    for day in range(days):
        start = day * DAY + 7 * HOUR
        yield planted(rng, start, start + 30 * MINUTE, 20, "good morning", first=10**7 * (day + 1))


def test_what_comes_at_the_same_hour_every_day_is_expected_once_a_day_is_known() -> None:
    rng = np.random.default_rng(11)
    scale = Scale(5 * MINUTE, 12)
    news = planted(rng, 3 * DAY + 15 * HOUR, 3 * DAY + 16 * HOUR, 4, "news")
    said = together(steady(rng, 0, 4 * DAY, 2, subjects=50), news, *greeting(4))
    begun = feed(Detector(scale, alarms=0.005), said, 4 * DAY)
    assert [rise.subject for time, rise in begun if time > DAY + 8 * HOUR] == ["news"]


# -- start, end, cool-down ---------------------------------------------------------------------------------------------


def rising(*parts: tuple[int, int, float], minutes: int) -> tuple[Detector, list[tuple[int, Rise]]]:
    """A detector that was told a background and one subject: (from minute, to minute, posts a minute)."""
    rng = np.random.default_rng(20)
    told = [
        planted(rng, start * MINUTE, end * MINUTE, rate, first=10**6 * (n + 1))
        for n, (start, end, rate) in enumerate(parts)
    ]
    detector = Detector(FAST)
    return detector, feed(detector, together(steady(rng, 0, minutes * MINUTE, 300), *told), minutes * MINUTE)


def test_a_burst_is_over_only_when_it_has_been_quiet_for_some_minutes() -> None:
    detector, begun = rising((20, 25, 30), minutes=25 + QUIET)
    assert [rise.end for _, rise in begun] == [None]
    detector.turn((27 + QUIET) * MINUTE)
    assert detector.going == {}
    assert begun[0][1].end is not None
    assert abs(begun[0][1].end - 25 * MINUTE) <= STEP


def test_a_pause_does_not_end_a_burst() -> None:
    _, begun = rising((20, 25, 30), (27, 32, 30), minutes=31)
    assert [(rise.subject, rise.end) for _, rise in begun] == [("planted", None)]


def test_what_rises_again_before_it_has_cooled_down_is_the_same_burst() -> None:
    _, begun = rising((20, 25, 30), (32, 36, 30), minutes=50)
    assert len(begun) == 2
    assert begun[0][1] is begun[1][1]
    assert begun[0][1].end is not None
    assert abs(begun[0][1].end - 36 * MINUTE) <= STEP


def test_what_rises_again_later_is_another_burst() -> None:
    later = 25 + QUIET + COOL + 2
    _, begun = rising((20, 25, 30), (later, later + 4, 30), minutes=later + 10)
    assert [rise.start // MINUTE for _, rise in begun] == [20, later]


def test_a_burst_does_not_become_its_own_past_while_it_goes_on() -> None:
    detector, begun = rising((20, 110, 30), minutes=110)
    assert [rise.end for _, rise in begun] == [None]
    assert detector.going["planted"].expected < 10


def test_the_peak_is_the_highest_minute() -> None:
    _, begun = rising((20, 22, 12), (22, 24, 60), (24, 28, 12), minutes=40)
    rise = begun[0][1]
    assert 55 <= rise.authors <= 65
    assert rise.score > 8


def test_a_subject_that_merges_takes_its_past_along() -> None:
    rng = np.random.default_rng(30)
    detector = Detector(FAST)
    halves = [planted(rng, 0, 30 * MINUTE, 15, name, first=10**6 * n) for n, name in ((1, "one"), (2, "two"))]
    background = steady(rng, 0, 30 * MINUTE, 300)
    assert feed(detector, together(background, *halves), 30 * MINUTE) == []
    detector.merge("two", "one")
    both = together(
        steady(rng, 30 * MINUTE, 40 * MINUTE, 300), planted(rng, 30 * MINUTE, 40 * MINUTE, 30, "one", 10**7)
    )
    begun = []
    for subjects, author, time in both:
        begun += detector.turn(time)
        detector.add(subjects, author, time)
    assert begun == []


def test_of_two_bursts_that_merge_one_goes_on_and_the_other_is_over() -> None:
    rng = np.random.default_rng(31)
    both = [planted(rng, 20 * MINUTE, 26 * MINUTE, 30, name, first=10**6 * n) for n, name in ((1, "one"), (2, "two"))]
    detector = Detector(FAST)
    begun = feed(detector, together(steady(rng, 0, 25 * MINUTE, 300), *both), 25 * MINUTE)
    detector.merge("two", "one")
    ends = {rise.subject: rise.end for _, rise in begun}
    assert (set(detector.going), ends["one"]) == ({"one"}, None)
    assert ends["two"] is not None


def test_a_burst_goes_on_under_the_name_of_what_it_merged_into() -> None:
    detector, begun = rising((20, 26, 30), minutes=25)
    detector.merge("planted", "whole")
    assert set(detector.going) == {"whole"}
    assert begun[0][1].subject == "whole"
    assert len(detector.authors("whole")) > 20
    detector.turn(40 * MINUTE)
    assert detector.going == {}


# -- the same whatever the order ---------------------------------------------------------------------------------------


def outcome(said: list[Said], cuts: Iterable[int]) -> list[tuple[object, ...]]:
    """All figures of all rises. `cuts`: further times at which the detector is told the time."""
    detector, known = Detector(FAST), []
    extra = sorted(cuts, reverse=True)
    for subjects, author, time in said:
        while extra and extra[-1] <= time:
            known += detector.turn(extra.pop())
        known += detector.turn(time)
        detector.add(subjects, author, time)
    known += detector.turn(40 * MINUTE)
    return [(r.subject, r.start, r.end, r.authors, r.expected, r.score) for r in known]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.lists(st.integers(0, 30 * MINUTE), max_size=20))
def test_the_order_inside_a_second_and_the_cuts_change_nothing(seed: int, order: int, cuts: list[int]) -> None:
    numbers, rng = np.random.default_rng(seed), random.Random(order)
    said = together(
        steady(numbers, 0, 30 * MINUTE, 100, subjects=200),
        planted(numbers, 20 * MINUTE, 24 * MINUTE, 30),
        planted(numbers, 21 * MINUTE, 24 * MINUTE, 30, "other", first=10**7),
    )
    shuffled = sorted(said, key=lambda one: (one[2] // SECOND, rng.random()))
    found = outcome(said, [])
    assert {subject for subject, *_ in found} == {"planted", "other"}
    assert outcome(shuffled, cuts) == found


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([6, 20, 100]), st.integers(0, 40))
def test_a_window_is_the_same_counted_anew_as_by_what_changed(seed: int, rate: int, few: int) -> None:
    rng = np.random.default_rng(seed)
    steadily = steady(rng, 0, 90 * MINUTE, rate, subjects=40)
    said = together(steadily, planted(rng, 30 * MINUTE, 40 * MINUTE, 12), planted(rng, 62 * MINUTE, 64 * MINUTE, 30))
    times = [time for _, _, time in said]
    by_change, now_and_then, anew = detectors = Detector(FAST), Detector(FAST), Detector(FAST)
    begun: list[list[Rise]] = [[], [], []]
    for turn in range(STEP, 95 * MINUTE, STEP):
        for one in said[bisect_left(times, turn - STEP) : bisect_left(times, turn)]:
            for detector in detectors:
                detector.add(*one)
        anew._counts._last = None  # as if nothing could be told from the last step
        anew._again = anew._counts.counted.nonzero()[0].tolist()
        begun[0] += by_change.turn(turn)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(burst_counts, "FEW_PAIRS", few)
            begun[1] += now_and_then.turn(turn)
        begun[2] += anew.turn(turn)
    assert begun[0] == begun[1] == begun[2]
    for detector in (now_and_then, anew):
        assert detector._counts.counted.tolist() == by_change._counts.counted.tolist()
        for part in ("_past", "_newcomers"):
            for name, value in vars(getattr(by_change, part)).items():
                if isinstance(value, np.ndarray):
                    assert np.array_equal(value, getattr(getattr(detector, part), name)), name


def test_what_comes_late_counts_in_its_own_step_while_that_is_open_and_else_not_at_all() -> None:
    detector = Detector(FAST)
    detector.turn(0)
    for second in range(100):
        detector.add(["else"], second, second * SECOND)
    detector.add(["a"], 1, 5 * SECOND)
    detector.turn(50 * SECOND)
    detector.add(["a"], 2, 5 * SECOND)
    detector.turn(60 * SECOND)
    assert sorted(detector.authors("a").tolist()) == [1, 2]
    detector.turn(70 * SECOND)
    assert detector.authors("a").tolist() == []
    detector.add(["a"], 3, 5 * SECOND)
    detector.turn(80 * SECOND)
    assert detector.authors("a").tolist() == []


# -- caps --------------------------------------------------------------------------------------------------------------


def test_subjects_are_kept_up_to_the_cap_and_what_rises_is_not_the_one_to_go() -> None:
    rng = np.random.default_rng(40)
    detector = Detector(FAST, most=500)
    unheard = [((f"rare {n}",), n, n * SECOND // 5) for n in range(40 * 60 * 5)]
    begun = feed(detector, together(unheard, planted(rng, 30 * MINUTE, 39 * MINUTE, 30)), 40 * MINUTE)
    assert [rise.subject for _, rise in begun] == ["planted"]
    assert detector.subjects <= 500
    assert detector.dropped > 0
    assert len(detector._counts.subjects) < 500 + 60  # slots are used again


def test_a_slow_feed_is_bounded_too() -> None:
    detector = Detector(FAST, most=100)
    feed(detector, [((f"once {n}",), n, n * MINUTE) for n in range(1_000)], 1_000 * MINUTE)
    assert detector.subjects <= 101
    counts = detector._counts
    assert len(counts._open) + len(counts._said) + len(counts._steps) + len(counts._past) < 10
    assert len(detector._little) < bursts.MAX_LITTLE


def test_what_is_no_more_heard_of_is_forgotten() -> None:
    detector = Detector(FAST)
    once = [((f"once {n}",), n, n * SECOND) for n in range(600)]
    feed(detector, once + planted(np.random.default_rng(0), 600 * SECOND, 8 * HOUR, 6, "still"), 8 * HOUR)
    assert detector.subjects == 1


@pytest.mark.parametrize("order", [1, -1])
def test_a_step_that_holds_too_much_is_not_counted_and_said_to_be_so(
    order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(burst_counts, "MAX_PAIRS", 1_000)
    detector = Detector(FAST)
    detector.turn(0)
    for author in range(2_500)[::order]:
        detector.add(["flood", "more"], author, 5 * SECOND)
    for author in range(SUPPORT):
        detector.add(["calm"], author, 15 * SECOND)
    detector.turn(20 * SECOND)
    assert detector.blind == 1
    assert (len(detector.authors("flood")), len(detector.authors("calm"))) == (0, SUPPORT)


def test_so_many_go_on_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "MAX_RISES", 3)
    rng = np.random.default_rng(41)
    many = [planted(rng, 20 * MINUTE, 22 * MINUTE, 20 + n, f"b{n}", first=10**6 * (n + 1)) for n in range(6)]
    detector = Detector(FAST)
    feed(detector, together(steady(rng, 0, 22 * MINUTE, 300), *many), 22 * MINUTE)
    assert len(detector.going) == 3


BY_SLOT = st.lists(st.integers(0, 4), min_size=8, max_size=8)


@given(BY_SLOT, BY_SLOT, st.sets(st.integers(0, 7)), st.integers(0, 3), st.integers(4, 7))
def test_a_change_of_few_is_as_one_of_many(
    before: list[int], after: list[int], held: set[int], old: int, new: int
) -> None:
    by = np.array(after) - before
    few = Few(np.repeat(range(8), np.maximum(by, 0)).tolist(), np.repeat(range(8), np.maximum(-by, 0)).tolist())
    many = Many(by.nonzero()[0], by[by != 0])
    lost = np.isin(range(8), [*held])
    found = []
    for changes in (few, many):
        authors, highest = np.array(before), np.array(before)
        risen = changes.risen()
        come = absent(risen, authors)
        changes.add_to(authors)
        raise_in(highest, risen, authors, held)
        results = [authors, highest]
        for one in (changes.without(lost), changes.merged(old, new)):
            sums = np.zeros(8)
            one.add_to(sums)
            results.append(np.append(sums, one.total))
        found.append(([*map(int, risen)], [*map(int, come)], changes.total, [result.tolist() for result in results]))
    assert found[0] == found[1]
    assert found[0][3][0] == after


SPOKEN = st.lists(
    st.tuples(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), st.integers(0, 9), st.integers(0, 4)),
    max_size=40,
)


@given(SPOKEN, st.lists(st.integers(1, 12), max_size=8), st.sampled_from([2, 5, 64]))
def test_added_all_at_once_it_is_as_one_by_one(
    told: list[tuple[list[str], int, int]], cuts: list[int], taken: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(burst_counts, "TAKEN", taken)
        patch.setattr(burst_counts, "MAX_PAIRS", 12)
        single, several = burst_counts.Counts(2), burst_counts.Counts(2)
        for counts in (single, several):
            counts.start(3)  # steps before the first are past
        for subjects, author, time in told:
            single.add_all([(subjects, author)], [time], 1)
        for cut in (*cuts, max(len(told), 1)):
            part, told = told[:cut], told[cut:]
            several.add_all([(subjects, author) for subjects, author, _ in part], [time for *_, time in part], 1)
        assert state(single) == state(several)


def state(counts: burst_counts.Counts) -> dict[str, object]:
    steps = {step: sorted(pairs) for step, pairs in counts._steps.items()}
    return {**vars(counts), "counted": counts.counted.tolist(), "_steps": steps, "slots": [*counts.slots.items()]}
