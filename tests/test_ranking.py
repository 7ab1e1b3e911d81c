"""The foremost of counts that change are those of a sort of all of them, whenever somebody asks."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ranking import Front, foremost

changes = st.tuples(st.integers(0, 40), st.integers(-3, 5))
asked = st.none() | st.integers(0, 4)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.lists(changes, max_size=30), asked), max_size=20))
def test_the_foremost_are_among_the_front(rounds: list[tuple[list[tuple[int, int]], int | None]]) -> None:
    front: Front[int] = Front()
    counts: Counter[int] = Counter()
    for changed, limit in rounds:
        for key, change in changed:
            counts[key] = max(0, counts[key] + change)
            front.note(key, counts[key])
            if not counts[key]:
                del counts[key]
        among = front.keys(limit, lambda: counts)
        assert set(among) <= counts.keys(), "nothing stays of what is gone"
        ranked = sorted(counts, key=lambda key: (-counts[key], key))
        assert foremost({key: counts[key] for key in among}, limit) == ranked[:limit]


def test_a_front_goes_through_all_counts_only_now_and_then() -> None:
    front: Front[int] = Front()
    counts = Counter({key: 1 + key % 50 for key in range(5_000)})
    looks = 0

    def every() -> Counter[int]:
        nonlocal looks
        looks += 1
        return counts

    for number in range(2_000):
        counts[number] += 1
        front.note(number, counts[number])
        assert len(front.keys(10, every)) <= 160
    assert looks < 20
