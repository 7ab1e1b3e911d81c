"""How many different authors speak of each subject: a sliding union of steps of event time, order of arrival unseen."""

from collections.abc import Hashable, Sequence
from itertools import chain, groupby
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.vectors import is_new

Ints: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]
Spoken: TypeAlias = tuple[Sequence[Hashable], int]  # of which subjects, and by whom

MAX_PAIRS = 250_000  # of subject and author in one step; a step with more is not counted at all, and said to be so
FEW = 64  # times of which pairs are made one by one
TAKEN = 4_096  # times that somebody spoke in a step, until pairs are made of these
_AUTHOR = (1 << 32) - 1
_NONE: Ints = np.zeros(0, np.int64)


class Counts:
    """Distinct authors by subject in the last `width` steps.

    A subject has a slot, a small number, as long as it is known. A pair is slot << 32 | author.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.slots: dict[Hashable, int] = {}
        self.subjects: list[Hashable | None] = []  # by slot
        self.window: Ints = _NONE  # the pairs of the window, sorted
        self.blind = 0  # steps that held too many pairs
        self._free: list[int] = []
        self._open: dict[int, list[Spoken]] = {}  # as they came, by step
        self._parts: dict[int, Ints] = {}  # of open steps the pairs so far, sorted and each once
        self._said: dict[int, int] = {}  # how often somebody spoke, by step
        self._steps: dict[int, Ints] = {}  # pairs, sorted and each once
        self._blinded: set[int] = set()
        self._first = 0  # steps before this are past

    def add_all(self, spoken: Sequence[Spoken], times: Sequence[int], length: int) -> None:
        """People spoke, each at a time: what is in a step of `length` that has left the window is ignored.

        Authors are below 2**32. All at once is as if they were added one by one.
        """
        start = 0
        for step, run in groupby([time // length for time in times]):
            end = start + len([*run])
            while start < end:
                opened = self._open.get(step)
                if opened is None:
                    if step < self._first or step in self._blinded:
                        start = end
                        break
                    opened = self._open[step] = []
                part = spoken[start : min(end, start + TAKEN - len(opened))]
                start += len(part)
                self._said[step] = self._said.get(step, 0) + len(part)
                opened += part
                if len(opened) >= TAKEN:
                    self._take(step)

    def catch_up(self) -> None:
        """Give every subject that somebody spoke of its slot."""
        for step in [*self._open]:
            self._take(step)

    def may_exceed(self, most: int) -> bool:
        """Whether so many subjects may be known or have been spoken of that the steps of the window are to be read."""
        left = most - len(self.slots)
        for came in self._open.values():
            for subjects, _ in came:
                left -= len(subjects)
        return left < 0

    def is_idle(self, most: int) -> bool:
        """Whether nobody spoke in the window or after it, and no more than so many subjects are known."""
        return not self._said and len(self.slots) <= most

    def said(self, step: int) -> int:
        """How often somebody spoke in the window that ends with `step`: no subject can have more authors."""
        first, said = step - self.width, 0
        for one, often in self._said.items():
            if first < one <= step:
                said += often
        return said

    def few(self, step: int, until: int, now: int, enough: int) -> list[int]:
        """`said` from `step` on, where it is `now`, as long as it is not nought and less than `enough`."""
        said, found = self._said.get, list[int]()
        while step < until and 0 < now < enough:
            found.append(now)
            step += 1
            now += said(step, 0) - said(step - self.width, 0)
        return found

    def next_step(self, step: int) -> int | None:
        """The first step from `step` on in which somebody spoke."""
        return min([said for said in self._said if said >= step], default=None)

    def move(self, step: int) -> None:
        """Let the window end with `step`, and forget what is before it."""
        self._first = first = step - self.width + 1
        if self._said and min(self._said) < first:
            for old in [old for old in self._said if old < first]:
                for by_step in (self._said, self._open, self._parts, self._steps):
                    by_step.pop(old, None)
        if self._blinded:
            self._blinded = {blind for blind in self._blinded if blind >= first}

    def close(self, step: int) -> tuple[Ints, Ints, bool]:
        """Let the window end with `step`: the slots of the subjects in it, the authors of each, whether any came."""
        self.catch_up()
        self.move(step)
        came = False
        for opened in [opened for opened in self._open if opened <= step]:
            del self._open[opened]
            added = self._parts.pop(opened, _NONE)
            self._steps[opened] = pairs = _union([self._steps[opened], added]) if opened in self._steps else added
            self._limit(opened, len(pairs))
            came = True
        self.window = _union([*self._steps.values()])
        slots = self.window >> 32
        first = is_new(slots).nonzero()[0]
        ends = np.empty(len(first) + 1, np.int64)
        ends[:-1], ends[-1] = first, len(slots)
        return slots[first], ends[1:] - first, came

    def authors(self, subject: Hashable) -> Ints:
        """The authors of a subject in the window."""
        slot = self.slots.get(subject)
        return _NONE if slot is None else _of(self.window, slot) & _AUTHOR

    def by_step(self, slot: int) -> list[int]:
        """Authors of a subject in each step of the window, oldest first."""
        steps = range(self._first, self._first + self.width)
        return [len(_of(self._steps[step], slot)) if step in self._steps else 0 for step in steps]

    def drop(self, gone: Ints) -> None:
        """Forget the subjects of these slots, which others may get."""
        self.catch_up()
        lost = np.zeros(len(self.subjects), bool)
        lost[gone] = True
        for slot in gone.tolist():
            del self.slots[self.subjects[slot]]
            self.subjects[slot] = None
        self._free += gone.tolist()
        self._steps = {step: pairs[~lost[pairs >> 32]] for step, pairs in self._steps.items()}
        self._parts = {step: pairs[~lost[pairs >> 32]] for step, pairs in self._parts.items()}
        self.window = self.window[~lost[self.window >> 32]]

    def merge(self, gone: Hashable, into: Hashable) -> tuple[int, int] | None:
        """One subject has become part of another. The two slots, if both were known; the first is free then."""
        self.catch_up()
        if (old := self.slots.pop(gone, None)) is None:
            return None
        if (new := self.slots.get(into)) is None:
            self.slots[into], self.subjects[old] = old, into
            return None
        self.subjects[old] = None
        self._free.append(old)
        self._steps = {step: _moved(pairs, old, new) for step, pairs in self._steps.items()}
        self._parts = {step: _moved(pairs, old, new) for step, pairs in self._parts.items()}
        self.window = _moved(self.window, old, new)
        return old, new

    def _take(self, step: int) -> None:
        """Make pairs of what came in a step."""
        came = self._open[step]
        if not came:
            return
        self._open[step] = []
        if len(came) <= FEW and step not in self._parts:
            few, slot_of = set[int](), self.slots.get
            for subjects, author in came:
                for subject in subjects:
                    slot = slot_of(subject)
                    few.add((self._enter(subject) if slot is None else slot) << 32 | author)
            self._parts[step] = np.array(sorted(few), np.int64)
            return
        spoken = [*chain.from_iterable([subjects for subjects, _ in came])]
        for subject in dict.fromkeys(spoken):
            if subject not in self.slots:
                self._enter(subject)
        slots = np.array([*map(self.slots.__getitem__, spoken)], np.int64)
        authors = np.repeat(np.array([author for _, author in came]), [len(subjects) for subjects, _ in came])
        self._parts[step] = pairs = _union([self._parts.get(step, _NONE), slots << 32 | authors])
        self._limit(step, len(pairs))

    def _enter(self, subject: Hashable) -> int:
        if self._free:
            slot = self._free.pop()
            self.subjects[slot] = subject
        else:
            slot = len(self.subjects)
            self.subjects.append(subject)
        self.slots[subject] = slot
        return slot

    def _limit(self, step: int, pairs: int) -> None:
        if pairs > MAX_PAIRS:
            self._open.pop(step, None)
            self._parts.pop(step, None)
            self._steps.pop(step, None)
            self._blinded.add(step)
            self.blind += 1


def _of(pairs: Ints, slot: int) -> Ints:
    low, high = _place(pairs, slot)
    return pairs[low:high]


def _place(pairs: Ints, slot: int) -> tuple[int, int]:
    low, high = np.searchsorted(pairs, [slot << 32, (slot + 1) << 32])
    return int(low), int(high)


def _moved(pairs: Ints, old: int, new: int) -> Ints:
    """The pairs with those of slot `old` in `new`."""
    low, high = _place(pairs, old)
    if low == high:
        return pairs
    moved = pairs[low:high] + (new - old << 32)
    others = np.concatenate([pairs[:low], pairs[high:]])
    low, high = _place(others, new)
    return np.concatenate([others[:low], _union([others[low:high], moved]), others[high:]])


def _union(parts: list[Ints]) -> Ints:
    """All the pairs, sorted and each once. By sorting, which is faster here than numpy's own hashing."""
    pairs = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    pairs.sort()
    return pairs[is_new(pairs)]
