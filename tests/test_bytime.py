"""Keys by time: given out oldest first, in whichever order they came."""

import heapq
import pickle

from hypothesis import given
from hypothesis import strategies as st

from engine.bytime import At, ByTime

ITEMS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc")), max_size=30)
STEPS = st.lists(st.one_of(ITEMS, st.integers(0, 20)), max_size=12)


@given(ITEMS, STEPS)
def test_they_come_out_as_from_a_heap(items: list[At], steps: list[list[At] | int]) -> None:
    held, heap = ByTime(items), sorted(items)
    for step in steps:
        if isinstance(step, list):
            one_by_one, together = step[::2], sorted(step[1::2])
            for time, key in one_by_one:
                held.add(time, key)
            held.extend(together)
            for item in step:
                heapq.heappush(heap, item)
        else:
            out = []
            while heap and heap[0][0] <= step:
                out.append(heapq.heappop(heap))
            assert [*held.until(step)] == out
        held = pickle.loads(pickle.dumps(held))
        assert len(held) == len(heap)
        assert held.first() == (heap[0] if heap else None)
    assert [held.pop() for _ in range(len(held))] == sorted(heap)
    assert held.first() is None
