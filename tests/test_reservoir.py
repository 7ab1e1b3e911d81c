"""A sample of a stream: fair, bounded, the same each time, and rid of what must go."""

import numpy as np

from models.reservoir import Reservoir


def drawn(size: int, values: int, seed: int = 0) -> list[int]:
    reservoir: Reservoir[int] = Reservoir(size, seed)
    for value in range(values):
        reservoir.add(value)
    return reservoir.values


def test_all_are_kept_while_there_is_room() -> None:
    assert drawn(5, 4) == [0, 1, 2, 3]


def test_then_as_many_as_fit_and_the_same_each_time() -> None:
    assert len(set(drawn(5, 1000))) == 5
    assert drawn(5, 1000) == drawn(5, 1000)
    assert drawn(5, 1000, seed=1) != drawn(5, 1000)


def test_early_and_late_have_the_same_chance() -> None:
    shares = np.bincount(np.concatenate([drawn(10, 40, seed) for seed in range(2000)]), minlength=40) / 2000
    assert np.abs(shares - 0.25).max() < 0.05  # five standard deviations of each


def test_what_is_dropped_is_gone_and_others_take_its_place() -> None:
    reservoir: Reservoir[int] = Reservoir(3)
    for value in range(3):
        reservoir.add(value)
    reservoir.drop(lambda value: value == 1)
    assert reservoir.values == [0, 2]
    for value in range(3, 300):
        reservoir.add(value)
    assert len(reservoir.values) <= 3
    assert 1 not in reservoir.values
