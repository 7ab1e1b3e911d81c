"""An author's past: shrunk while it is short, fading with time, forgotten when asked, bounded in number."""

from random import Random

import numpy as np
import pytest

from models.authors import STRENGTH, AuthorHistory
from models.decay import DAY, HALF_LIFE

NOW = 1_700_000_000_000_000


def test_typical_is_the_feeds_level_until_the_author_has_labels() -> None:
    history = AuthorHistory(horizons=1)
    assert history.typical(history.past("ann"), 0, NOW) == (0.0, 0.0, 0.0)
    history.learn("bob", 0, 2.0, NOW)
    history.learn("bob", 0, 4.0, NOW)
    assert history.typical(history.past("ann"), 0, NOW) == (3.0, 1.0, 0.0)
    history.arrived(["ann"], [NOW])  # having posted is not a label
    assert history.typical(history.past("ann"), 0, NOW) == (3.0, 1.0, 0.0)


def test_typical_is_shrunk_as_the_formula_says() -> None:
    history = AuthorHistory(horizons=2)
    for label, author in ((4.0, "ann"), (4.0, "ann"), (1.0, "bob")):
        history.learn(author, 1, label, NOW)
    typical = history.typical(history.past("ann"), 1, NOW)
    assert typical.weight == 2
    assert typical.mean == pytest.approx((2 * 4.0 + STRENGTH * 3.0) / (2 + STRENGTH))
    assert typical.spread == pytest.approx(((2 * 0.0 + STRENGTH * 2.0) / (2 + STRENGTH)) ** 0.5)
    assert history.typical(history.past("ann"), 0, NOW) == (0.0, 0.0, 0.0)  # horizons are apart


def test_an_old_past_counts_less() -> None:
    history = AuthorHistory(horizons=1)
    history.learn("ann", 0, 4.0, NOW)
    history.learn("bob", 0, 0.0, NOW)
    past = history.past("ann")
    now, later = history.typical(past, 0, NOW), history.typical(past, 0, NOW + HALF_LIFE)
    assert (now.weight, later.weight) == (1.0, pytest.approx(0.5))
    assert 2.0 < later.mean < now.mean < 4.0


def test_hidden_authors_share_no_past() -> None:
    history = AuthorHistory(horizons=1)
    history.arrived([""], [NOW])
    history.learn("", 0, 5.0, NOW)
    assert history.past("") is None
    assert len(history) == 0
    assert history.levels()[0] == 5.0


def test_the_author_unheard_of_for_longest_makes_room() -> None:
    history = AuthorHistory(horizons=1, cap=2)
    history.arrived(["ann"], [NOW])
    history.arrived(["bob"], [NOW + 1])
    history.learn("ann", 0, 1.0, NOW + 2)
    history.arrived(["cat"], [NOW + 3])
    assert [history.past(author) is not None for author in ("ann", "bob", "cat")] == [True, False, True]


def test_what_is_learnt_of_one_author_moves_only_the_feeds_level_for_another() -> None:
    history = AuthorHistory(horizons=1)
    history.learn("ann", 0, 1.0, NOW)
    before = history.typical(history.past("ann"), 0, NOW)
    history.learn("bob", 0, 6.0, NOW)
    after = history.typical(history.past("ann"), 0, NOW)
    assert after.weight == before.weight == 1.0
    assert after.mean - before.mean == pytest.approx((3.5 - 1.0) * STRENGTH / (1 + STRENGTH))


def test_posts_and_the_time_of_the_newest_are_kept() -> None:
    history = AuthorHistory(horizons=1)
    for at in (NOW, NOW + 5, NOW + 3):
        history.arrived(["ann"], [at])
    past = history.past("ann")
    assert past is not None
    assert (past.posts, past.last) == (3, NOW + 5)


def test_a_batch_of_authors_is_as_each_of_them() -> None:
    draws, history = Random(4), AuthorHistory(horizons=3)
    names = [f"author {number}" for number in range(40)]
    for number in range(300):
        history.learn(draws.choice(names[:30]), draws.randrange(3), draws.expovariate(1), NOW + number * DAY)
    history.arrived([names[30]], [NOW])  # heard of, without a label
    at = [NOW + draws.randrange(-DAY, 900 * DAY) for _ in names]
    pasts = [history.past(name) for name in names]
    together = np.stack(history.typicals(pasts, np.array(at)), axis=-1)
    both = zip(pasts, at, strict=True)
    alone = [[history.typical(past, horizon, time) for horizon in range(3)] for past, time in both]
    assert np.allclose(together, np.array(alone), rtol=1e-14)
    for index, past in enumerate(pasts):
        one = np.stack(history.typicals([past], np.array(at[index : index + 1])), axis=-1)
        assert np.array_equal(one[0], together[index])
    assert [each.tolist() for each in AuthorHistory(horizons=2).typicals([None], np.array([NOW]))] == [[[0.0] * 2]] * 3
    assert AuthorHistory(horizons=2).typicals([], np.array([], int))[0].shape == (0, 2)


def test_a_purged_author_is_forgotten() -> None:
    history = AuthorHistory(horizons=1)
    history.learn("ann", 0, 1.0, NOW)
    history.forget("ann")
    history.forget("never heard of")
    assert history.past("ann") is None
