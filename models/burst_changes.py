"""What changed from one window to the next: of few subjects one by one, of many in arrays, to the same end.

From step to step a slow feed changes a handful of subjects, for which a call of numpy costs as much as all of them.
"""

from collections.abc import Container
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Slots: TypeAlias = list[int] | Ints

NONE: Ints = np.zeros(0, np.int64)


class Few(NamedTuple):
    """By how much the authors of some slots changed, and of all together."""

    by: dict[int, int]
    total: int

    def add_to(self, authors: Ints | Floats) -> None:
        """Make the change."""
        each: Any = authors.data  # numbers of Python, read and written in a third of the time
        for slot, by in self.by.items():
            each[slot] += by

    def risen(self) -> Slots:
        """The slots with more authors than before."""
        return [slot for slot, by in self.by.items() if by > 0]

    def come(self, authors: Ints) -> Slots:
        """Those of them that had none before, given what they have now."""
        return [slot for slot, by in self.by.items() if by > 0 and authors.item(slot) == by]

    def without(self, lost: Mask) -> "Few":
        """The same but for lost slots."""
        by = {slot: by for slot, by in self.by.items() if not lost[slot]}
        return Few(by, sum(by.values()))

    def merged(self, old: int, new: int) -> "Few":
        """The same with slot `old` part of `new`."""
        if old not in self.by:
            return self
        by = {**self.by, new: self.by.get(new, 0) + self.by[old]}
        del by[old]
        return Few(by, self.total)


class Many(NamedTuple):
    """The same in arrays."""

    slots: Ints
    by: Ints
    total: int

    def add_to(self, authors: Ints | Floats) -> None:
        """Make the change."""
        authors[self.slots] += self.by

    def risen(self) -> Slots:
        """The slots with more authors than before."""
        return self.slots[self.by > 0]

    def come(self, authors: Ints) -> Slots:
        """Those of them that had none before, given what they have now."""
        come: Ints = self.slots[(self.by > 0) & (authors[self.slots] == self.by)]
        return come

    def without(self, lost: Mask) -> "Many":
        """The same but for lost slots."""
        kept = ~lost[self.slots]
        by = self.by[kept]
        return Many(self.slots[kept], by, int(by.sum()))

    def merged(self, old: int, new: int) -> Few:
        """The same with slot `old` part of `new`."""
        return Few(dict(zip(self.slots.tolist(), self.by.tolist(), strict=True)), self.total).merged(old, new)


Changes: TypeAlias = Few | Many


def raise_in(highest: npt.NDArray[Any], slots: Slots, authors: Ints, held: Container[int] = ()) -> None:
    """Raise what is the highest yet of some slots, but not of those held."""
    if isinstance(slots, list):
        for slot in slots:
            if (n := authors.item(slot)) > highest.item(slot) and slot not in held:
                highest[slot] = n
    else:
        if held:
            slots = slots[[slot not in held for slot in slots.tolist()]]
        highest[slots] = np.maximum(highest[slots], authors[slots])
