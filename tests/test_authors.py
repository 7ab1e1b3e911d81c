"""An author's past: shrunk while it is short, fading with time, forgotten when asked, bounded in number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.authors import STRENGTH, AuthorHistory
from models.decay import DAY, HALF_LIFE, DecayedMean, HashedMeans

NOW = 1_700_000_000_000_000


def test_typical_is_the_feeds_level_until_the_author_has_labels() -> None:
    history = AuthorHistory(horizons=1)
    assert history.typical(history.past("ann"), 0, NOW) == (0.0, 0.0)
    history.learn("bob", 0, 2.0, NOW)
    assert history.typical(history.past("ann"), 0, NOW) == (2.0, 0.0)


def test_typical_is_shrunk_as_the_formula_says() -> None:
    history = AuthorHistory(horizons=2)
    for label, author in ((4.0, "ann"), (4.0, "ann"), (1.0, "bob")):
        history.learn(author, 1, label, NOW)
    typical, weight = history.typical(history.past("ann"), 1, NOW)
    assert weight == 2
    assert typical == pytest.approx((2 * 4.0 + STRENGTH * 3.0) / (2 + STRENGTH))
    assert history.typical(history.past("ann"), 0, NOW) == (0.0, 0.0)  # horizons are apart


def test_an_old_past_counts_less() -> None:
    history = AuthorHistory(horizons=1)
    history.learn("ann", 0, 4.0, NOW)
    history.learn("bob", 0, 0.0, NOW)
    past = history.past("ann")
    now, fresh = history.typical(past, 0, NOW)
    later, faded = history.typical(past, 0, NOW + HALF_LIFE)
    assert (fresh, faded) == (1.0, pytest.approx(0.5))
    assert 2.0 < later < now < 4.0


def test_hidden_authors_share_no_past() -> None:
    history = AuthorHistory(horizons=1)
    history.arrived("", NOW)
    history.learn("", 0, 5.0, NOW)
    assert history.past("") is None
    assert len(history) == 0
    assert history.level(0) == 5.0


def test_the_author_unheard_of_for_longest_makes_room() -> None:
    history = AuthorHistory(horizons=1, cap=2)
    history.arrived("ann", NOW)
    history.arrived("bob", NOW + 1)
    history.learn("ann", 0, 1.0, NOW + 2)
    history.arrived("cat", NOW + 3)
    assert [history.past(author) is not None for author in ("ann", "bob", "cat")] == [True, False, True]


def test_a_purged_author_is_forgotten() -> None:
    history = AuthorHistory(horizons=1)
    history.learn("ann", 0, 1.0, NOW)
    history.forget("ann")
    history.forget("never heard of")
    assert history.past("ann") is None


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(0, 400 * DAY)), min_size=1, max_size=50))
def test_a_decayed_mean_stays_within_its_labels(labels: list[tuple[float, int]]) -> None:
    mean = DecayedMean()
    for label, at in labels:
        mean.add(label, at)
    lowest, highest = min(label for label, _ in labels), max(label for label, _ in labels)
    assert lowest - 1e-9 <= mean.mean <= highest + 1e-9
    assert 0 < mean.weight(0) <= len(labels)


def test_a_tags_past_lifts_and_fades() -> None:
    means = HashedMeans(bits=10, horizons=2)
    hot, cold = means.bucket("#hot"), means.bucket("#cold")
    assert means.lift([hot], [1.0, 1.0], NOW, 5.0) == [0.0, 0.0]
    for _ in range(10):
        means.add(0, [hot], 3.0, NOW)
        means.add(0, [cold], 0.0, NOW)
    assert means.lift([hot], [1.0, 1.0], NOW, 5.0) == [pytest.approx(10 * 2.0 / 15), 0.0]
    assert means.lift([cold], [1.0, 1.0], NOW, 5.0)[0] < 0
    assert means.lift([hot, cold], [1.0, 1.0], NOW, 5.0)[0] == pytest.approx((20 - 10) / 15 / 2)
    faded = means.lift([hot], [1.0, 1.0], NOW + HALF_LIFE, 5.0)[0]
    assert faded == pytest.approx(5 * 2.0 / 10)
    assert means.lift([], [1.0, 1.0], NOW, 5.0) == [0.0, 0.0]


def test_a_tags_past_survives_centuries() -> None:
    means = HashedMeans(bits=4, horizons=1)
    for year in range(0, 800, 20):
        at = year * 365 * DAY
        means.add(0, [3], 2.0, at)
        assert means.lift([3], [0.0], at, 1.0) == [pytest.approx(1.0)]  # one fresh label against one of the prior
