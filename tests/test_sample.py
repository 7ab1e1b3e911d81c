"""The sample that clusters are measured on: every eighth post, the newest 500 of those, and no words."""

import random
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.sample import EVERY, SIZE, Sample
from models.vectors import Floats, Ints, count
from tests.planted import Doc, noise, packed, saved


def even(columns: Ints) -> Floats:
    return np.ones(len(columns))


def filled(docs: list[Doc], cuts: list[int], sample: Sample | None = None) -> Sample:
    sample = sample or Sample()
    edges = [0, *sorted(cuts), len(docs)]
    for start, stop in pairwise(edges):
        sample.add(count(docs[start:stop]), list(range(start, stop)))
    return sample


def docs(posts: int, seed: int = 1) -> list[Doc]:
    rng = random.Random(seed)
    return [noise(rng) for _ in range(posts)]


def test_every_eighth_post_is_taken_and_the_newest_are_kept() -> None:
    posts = EVERY * (SIZE + 20)
    taken = filled(docs(posts), []).rows(even).stories.tolist()
    assert taken == list(range(20 * EVERY, posts, EVERY))


@given(st.lists(st.integers(0, 300), max_size=9))
def test_batches_change_nothing(cuts: list[int]) -> None:
    some = docs(300)
    assert packed(filled(some, cuts)) == packed(filled(some, []))


def test_rows_are_unit_vectors_weighted_as_asked() -> None:
    sample = Sample()
    sample.add(count([("abc", "abc", "xyz")]), [4])

    def weigh(columns: Ints) -> Floats:
        return np.ones(len(columns)) + 2 * (columns == columns.max())

    rows = sample.rows(weigh).rows.toarray()
    expected = [2.0, 3.0] if count([("abc",)]).columns[0] < count([("xyz",)]).columns[0] else [1.0, 6.0]
    np.testing.assert_allclose(rows, [np.array(expected) / np.hypot(*expected)])
    assert sample.rows(weigh).stories.tolist() == [4]


def test_posts_in_no_story_are_left_out_and_an_empty_sample_is_one_too() -> None:
    sample = Sample()
    assert sample.rows(even).rows.shape == (0, 0)
    sample.add(count([()]), [-1])
    assert sample.rows(even).rows.shape == (0, 0)


def test_merged_stories_are_one() -> None:
    sample = filled(docs(3 * EVERY), [])
    sample.merge(2 * EVERY, 0)
    assert sample.rows(even).stories.tolist() == [0, EVERY, 0]


def test_a_saved_sample_goes_on() -> None:
    before, after = docs(203), docs(500, seed=2)
    sample = filled(before, [])
    again = saved(sample)
    assert packed(filled(after, [], again)) == packed(filled(after, [], sample))
