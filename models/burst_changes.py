"""What changed from one window to the next: of few subjects one by one, of many in arrays, to the same end.

From step to step a slow feed changes a handful of subjects, for which a call of numpy costs as much as all of them.
"""

from collections.abc import Collection
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Slots: TypeAlias = list[int] | Ints

NONE: Ints = np.zeros(0, np.int64)


class Few(NamedTuple):
    """Slots with an author more, and with one less, each as often as it is so many."""

    more: list[int]
    less: list[int]

    @property
    def total(self) -> int:
        """By how much the authors of all together changed."""
        return len(self.more) - len(self.less)

    def add_to(self, authors: Ints | Floats) -> None:
        """Make the change."""
        each: Any = authors.data  # numbers of Python, read and written in a third of the time
        for slot in self.more:
            each[slot] += 1
        for slot in self.less:
            each[slot] -= 1

    def risen(self) -> Slots:
        """The slots with authors that were not counted before."""
        return [*dict.fromkeys(self.more)]

    def without(self, lost: Mask) -> "Few":
        """The same but for lost slots."""
        return Few(*([slot for slot in slots if not lost[slot]] for slots in self))

    def merged(self, old: int, new: int) -> "Few":
        """The same with slot `old` part of `new`."""
        return Few(*([new if slot == old else slot for slot in slots] for slots in self))


class Many(NamedTuple):
    """The same in arrays: by how much the authors of each slot changed."""

    slots: Ints
    by: Ints

    @property
    def total(self) -> int:
        """By how much the authors of all together changed."""
        return int(self.by.sum())

    def add_to(self, authors: Ints | Floats) -> None:
        """Make the change."""
        authors[self.slots] += self.by

    def risen(self) -> Slots:
        """The slots with more authors than before."""
        return self.slots[self.by > 0]

    def without(self, lost: Mask) -> "Many":
        """The same but for lost slots."""
        kept = ~lost[self.slots]
        return Many(self.slots[kept], self.by[kept])

    def merged(self, old: int, new: int) -> Few:
        """The same with slot `old` part of `new`."""
        more, less = (np.repeat(self.slots, np.maximum(by, 0)).tolist() for by in (self.by, -self.by))
        return Few(more, less).merged(old, new)


Changes: TypeAlias = Few | Many


def joined(slots: Slots, others: list[int]) -> Slots:
    """The slots and some more."""
    if not others:
        return slots
    return slots + others if isinstance(slots, list) else np.append(slots, others)


def absent(slots: Slots, authors: Ints) -> Slots:
    """Those of them that have no authors."""
    if isinstance(slots, list):
        return [slot for slot in slots if not authors.item(slot)]
    absent: Ints = slots[authors[slots] == 0]
    return absent


def raise_in(highest: npt.NDArray[Any], slots: Slots, authors: Ints, held: Collection[int] = ()) -> None:
    """Raise what is the highest yet of some slots, but not of those held."""
    if isinstance(slots, list):
        for slot in slots:
            if (n := authors.item(slot)) > highest.item(slot) and slot not in held:
                highest[slot] = n
    else:
        others: Ints = slots
        for one in held:  # a few
            others = others[others != one]
        highest[others] = np.maximum(highest[others], authors[others])
