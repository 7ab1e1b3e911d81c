"""Means in which old labels count less are what a direct sum over all labels gives, in bounded memory."""

from collections.abc import Sequence
from math import exp2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.checksums import checksums
from models.decay import DAY, HALF_LIFE, Cells, DecayedMeans, HashedMeans, packed, shrunk

NOW = 1_700_000_000_000_000
LABELS = st.lists(st.tuples(st.floats(0, 40), st.integers(0, 400 * DAY)), min_size=1, max_size=50)


@given(LABELS)
def test_a_decayed_mean_is_a_weighted_one(labels: list[tuple[float, int]]) -> None:
    labels = sorted(labels, key=lambda one: one[1])
    mean = DecayedMeans(2)
    for label, at in labels:
        mean.add(1, label, at)
    now = labels[-1][1] + 3 * DAY
    values = np.array([label for label, _ in labels])
    weights = np.array([exp2((at - now) / HALF_LIFE) for _, at in labels])
    average = np.average(values, weights=weights)
    assert mean.mean(1) == pytest.approx(average, abs=1e-9)
    assert mean.variance(1) == pytest.approx(np.average((values - average) ** 2, weights=weights), abs=1e-6)
    assert mean.weight(1, now) == pytest.approx(weights.sum())


@given(LABELS)
def test_whatever_the_order_of_times_a_mean_stays_within_its_labels(labels: list[tuple[float, int]]) -> None:
    mean = DecayedMeans(2)
    for label, at in labels:
        mean.add(1, label, at)
    lowest, highest = min(label for label, _ in labels), max(label for label, _ in labels)
    assert lowest - 1e-9 <= mean.mean(1) <= highest + 1e-9
    assert -1e-9 <= mean.variance(1) <= (highest - lowest) ** 2 / 4 + 1e-6
    assert 0 < mean.weight(1, 0) <= len(labels)


def test_before_any_label_there_is_nothing() -> None:
    mean = DecayedMeans(2)
    assert (mean.mean(0), mean.variance(0), mean.weight(0, NOW)) == (0.0, 0.0, 0.0)


def test_shrinking_adds_labels_at_the_prior() -> None:
    assert shrunk(3.0, 5.0, 1.0, 2.0) == pytest.approx((5 + 5 + 5 + 1 + 1) / 5)
    assert shrunk(0.0, 5.0, 1.0, 2.0) == 1.0


# -- by hash -------------------------------------------------------------------------------------------------

Learnt = tuple[int, list[int], float, int]  # horizon, buckets, label, time due


def kept(buckets: Sequence[int]) -> bytes:
    return np.array(buckets, np.uint16).tobytes()


class Plain:
    """The same in a plain way: every label is kept, and weighed anew each time."""

    def __init__(self) -> None:
        self.learnt: list[Learnt] = []

    def lift(self, buckets: Sequence[int], levels: Sequence[float], at: int, strength: float) -> list[float]:
        newest = max((due for _, held, _, due in self.learnt if held), default=0)
        now, found = max(at, newest), []
        for horizon, level in enumerate(levels):
            lifts = []
            for bucket in buckets:
                weight = above = 0.0
                for horizon_of, held, label, due in self.learnt:
                    times = held.count(bucket) * (horizon_of == horizon)
                    weight += times * exp2((due - now) / HALF_LIFE)
                    above += times * exp2((due - now) / HALF_LIFE) * (label - level)
                lifts.append(above / (weight + strength))
            found.append(sum(lifts) / len(lifts) if lifts else 0.0)
        return found


def learnt(count: int, seed: int = 0, days: int = 60) -> list[Learnt]:
    drawn = np.random.default_rng(seed)
    times = np.sort(drawn.integers(0, days * DAY, count)) + NOW
    return [
        (
            int(drawn.integers(2)),
            drawn.integers(0, 20, drawn.integers(1, 4)).tolist(),
            float(drawn.random() * 4),
            int(at),
        )
        for at in times
    ]


def cells(means: HashedMeans, keys: Sequence[Sequence[int]]) -> Cells:
    return means.cells([key for own in keys for key in own], [*map(len, keys)])


def told(means: HashedMeans, labels: list[Learnt], batch: int) -> None:
    for start in range(0, len(labels), batch):
        for horizon in (0, 1):
            some = [one for one in labels[start : start + batch] if one[0] == horizon]
            if some:
                keys, values = [kept(one[1]) for one in some], np.array([one[2] for one in some])
                means.add(horizon, keys, values, [one[3] for one in some])


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_lifts_are_those_of_a_plain_loop_over_all_labels(batch: int) -> None:
    labels = learnt(100)
    means, plain = HashedMeans(8, 2), Plain()
    told(means, labels, batch)
    plain.learnt = labels
    drawn = np.random.default_rng(1)
    keys = [drawn.integers(0, 24, drawn.integers(0, 6)).tolist() for _ in range(40)]
    at = [labels[-1][3] + int(drawn.integers(-20 * DAY, 40 * DAY)) for _ in keys]
    levels = [1.5, 0.3]
    lifts = means.lifts(cells(means, keys), np.array(levels), np.array(at), 5.0)
    expected = [plain.lift(own, levels, time, 5.0) for own, time in zip(keys, at, strict=True)]
    assert np.allclose(lifts, expected, rtol=1e-9, atol=1e-12)
    assert np.ptp(lifts) > 0.3


def test_a_post_has_the_same_lift_to_the_bit_whatever_is_beside_it() -> None:
    means = HashedMeans(8, 2)
    told(means, learnt(300), 50)
    drawn = np.random.default_rng(2)
    keys = [drawn.integers(0, 24, drawn.integers(0, 40)).tolist() for _ in range(100)]
    at = [NOW + 60 * DAY + int(drawn.integers(0, DAY)) for _ in keys]
    levels = np.array([1.5, 0.3])
    together = means.lifts(cells(means, keys), levels, np.array(at), 5.0)
    for index, own in enumerate(keys):
        assert np.array_equal(means.lifts(cells(means, [own]), levels, np.array([at[index]]), 5.0)[0], together[index])
    assert np.array_equal(means.lifts(cells(means, keys[30:]), levels, np.array(at[30:]), 5.0), together[30:])


def test_nothing_known_lifts_nothing() -> None:
    means = HashedMeans(4, 1)
    assert means.lifts(cells(means, [[3], []]), np.array([2.0]), np.array([NOW, NOW]), 5.0).tolist() == [[0.0], [0.0]]
    means.add(0, [kept([])], np.array([9.0]), [NOW])
    assert means.lifts(cells(means, [[3]]), np.array([2.0]), np.array([NOW]), 5.0).tolist() == [[0.0]]
    means.add(0, [kept([1])], np.array([9.0]), [NOW])
    assert means.lifts(cells(means, [[3], [], [1]]), np.array([2.0]), np.array([NOW] * 3), 5.0).tolist() == [
        [0.0],
        [0.0],
        [7.0 / 6.0],
    ]


def test_a_past_survives_centuries() -> None:
    # Weights grow by the half-life and are scaled down long before they overflow, 80 times in these 1,600 years.
    means, plain = HashedMeans(4, 2), Plain()
    for year in range(0, 1_600, 7):
        at = year * 365 * DAY
        fresh = [(horizon, [3, 5 + year % 2], 2.0 + year % 3, at + horizon) for horizon in (0, 1)]
        told(means, fresh, 2)
        plain.learnt += fresh
        keys = [[3], [5], [6, 3]]
        lifts = means.lifts(cells(means, keys), np.array([1.0, 2.0]), np.array([at + DAY] * 3), 5.0)
        assert np.allclose(lifts, [plain.lift(own, [1.0, 2.0], at + DAY, 5.0) for own in keys])


def test_a_label_from_long_ago_counts_for_as_much_as_nothing() -> None:
    means = HashedMeans(4, 1)
    means.add(0, [kept([1])], np.array([3.0]), [10_000 * 365 * DAY])
    means.add(0, [kept([2])], np.array([3.0]), [0])
    lifts = means.lifts(cells(means, [[1], [2]]), np.array([1.0]), np.array([10_000 * 365 * DAY] * 2), 1.0)
    assert lifts[:, 0].tolist() == [pytest.approx(1.0), pytest.approx(0.0)]


def test_any_text_has_a_bucket_and_keeps_it() -> None:
    keys = ["#cup", "\ud800", "كأس", "a" * 10_000]
    found = cells(HashedMeans(14, 1), [checksums(keys), [], checksums(keys[:1])])
    alone = [int(cells(HashedMeans(14, 3), [checksums([key])]).buckets[0]) for key in keys]
    assert found.buckets.tolist() == [*alone, alone[0]]
    assert found.counts.tolist() == [4, 0, 1]
    assert all(0 <= bucket < 1 << 14 for bucket in alone)


def test_the_buckets_of_each_post_are_kept_one_kind_after_the_other() -> None:
    means = HashedMeans(16, 1)
    hours, tags, words = (
        cells(means, [[7], [], []]),
        cells(means, [[1, 2], [3], []]),
        cells(means, [[4], [5, 60_000], []]),
    )
    whole, ends = packed(hours, tags, words)
    assert np.frombuffer(whole, np.uint16).tolist() == [1, 7, 1, 2, 4, 0, 3, 5, 60_000, 0]
    assert ends.tolist() == [10, 18, 20]
    assert packed(cells(means, []))[0] == b""
