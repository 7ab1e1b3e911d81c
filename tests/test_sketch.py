"""The sketch is never too low, seldom much too high, and remembers nothing of what was taken out."""

from collections import Counter
from math import e

from hypothesis import given
from hypothesis import strategies as st

from engine.sketch import ROWS, CountMin

names = st.sampled_from([f"tag{number}" for number in range(40)])


@given(st.lists(names, max_size=80), st.data())
def test_an_estimate_is_never_too_low(added: list[str], data: st.DataObject) -> None:
    sketch, true = CountMin(16), Counter(added)
    for name in added:
        sketch.add(name, 1)
    for name in data.draw(st.lists(st.sampled_from(added), max_size=20)) if added else []:
        if true[name]:
            true[name] -= 1
            sketch.add(name, -1)
    assert sketch.total == true.total()
    assert all(sketch.estimate(name) >= true[name] for name in true)
    assert sketch.distinct() <= len(+true)


@given(st.lists(names, max_size=40), st.randoms())
def test_order_plays_no_part_and_what_is_taken_out_leaves_no_trace(added: list[str], rng: object) -> None:
    one, other = CountMin(16), CountMin(16)
    shuffled = sorted(added, key=lambda _: rng.random())  # type: ignore[attr-defined]
    for name, again in zip(added, shuffled, strict=True):
        one.add(name, 1)
        other.add("noise", 3)
        other.add(again, 1)
    other.add("noise", -3 * len(added))
    everything = {f"tag{number}" for number in range(40)} | {"noise"}
    assert [one.estimate(name) for name in sorted(everything)] == [other.estimate(name) for name in sorted(everything)]


def test_the_published_bound_holds() -> None:
    width, sketch = 1 << 10, CountMin(1 << 10)
    for number in range(20_000):
        sketch.add(f"tag{number}", 1)
    bound = e / width * sketch.total
    beyond = sum(sketch.estimate(f"tag{number}") - 1 > bound for number in range(20_000))
    assert beyond / 20_000 <= e**-ROWS


def test_the_hash_is_the_same_in_every_process() -> None:
    sketch = CountMin(4)
    for number in range(9):
        sketch.add(f"#{number}ü", number)
    assert [sketch.estimate(f"#{number}ü") for number in range(9)] == [6, 3, 2, 3, 4, 6, 11, 7, 9]
