"""How many different authors speak of each subject: a sliding union of steps of event time, order of arrival unseen."""

from collections.abc import Collection, Hashable, Sequence
from itertools import chain, groupby
from typing import TypeAlias

import numpy as np

from models.burst_changes import NONE, Changes, Few, Ints, Many, Mask, Slots, absent
from models.vectors import is_new

Spoken: TypeAlias = tuple[Sequence[Hashable], int]  # of which subjects, and by whom
Pairs: TypeAlias = set[int] | Ints  # of few; of many sorted and each once

MAX_PAIRS = 250_000  # of subject and author in one step; a step with more is not counted at all, and said to be so
FEW = 64  # times of which pairs are made one by one
FEW_PAIRS = 64  # that come in a step, of which the changes are found one by one ...
KNOWN_PAIRS = 256  # ... where those of the window are known one by one, or no more than so many
TAKEN = 4_096  # times that somebody spoke in a step, until pairs are made of these
_AUTHOR = (1 << 32) - 1


class Counts:
    """Distinct authors by subject in the last `width` steps.

    A subject has a slot, a small number, as long as it is known. A pair is slot << 32 | author.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.slots: dict[Hashable, int] = {}
        self.subjects: list[Hashable | None] = []  # by slot
        self.counted: Ints = NONE  # by slot, the authors in the window that was closed last
        self.total = 0  # of these
        self.blind = 0  # steps that held too many pairs
        self._free: list[int] = []
        self._open: dict[int, list[Spoken]] = {}  # as they came, by step
        self._steps: dict[int, Pairs] = {}
        self._said: dict[int, int] = {}  # how often somebody spoke, by step
        self._last: dict[int, int] | None = {}  # pairs that were counted -> last step they are in; None if not known
        self._past: list[tuple[int, Pairs]] = []  # steps that were counted and are past by now
        self._blinded: set[int] = set()
        self._first = 0  # steps before this are past
        self._now = 0  # how often somebody spoke in the window that the next is told by

    def add_all(self, spoken: Sequence[Spoken], times: Sequence[int], length: int) -> None:
        """People spoke, each at a time: what is in a step of `length` that has left the window is ignored.

        Authors are below 2**32. All at once is as if they were added one by one.
        """
        start = 0
        for step, run in groupby([time // length for time in times]):
            part = spoken[start : (start := start + len([*run]))]
            while part and step >= self._first and step not in self._blinded:
                opened = self._open.setdefault(step, [])
                room = TAKEN - len(opened)
                came, part = (part, ()) if len(part) < room else (part[:room], part[room:])
                opened += came
                self._said[step] = self._said.get(step, 0) + len(came)
                if step < self._first + self.width:
                    self._now += len(came)
                if len(came) == room:
                    self._last = None
                    self._take(step)

    def catch_up(self) -> None:
        """Give every subject that somebody spoke of its slot."""
        for step in [step for step, came in self._open.items() if came]:
            self._last = None
            self._take(step)

    def start(self, step: int) -> None:
        """Let the window end with the step before this."""
        self._first = first = step - self.width
        for old in [old for old in self._said if old < first]:
            self._leave(old)
        self._now = sum([often for said, often in self._said.items() if said < step])

    def advance(self, step: int) -> int:
        """Let the window end with `step`, a step later than before: how often somebody spoke in it."""
        first = step - self.width
        self._first = first + 1
        self._now += self._said.get(step, 0)
        if (gone := self._said.get(first)) is not None:
            self._now -= gone
            self._leave(first)
        return self._now

    def skip(self, step: int, until: int) -> int:
        """Nobody spoke in the window that ends with `step`: the first step until `until` in which somebody did."""
        found = min([said for said in self._said if step <= said < until], default=until)
        self._first = found - self.width
        return found

    def close(self) -> tuple[Changes, Slots, Slots] | None:
        """Count: what changed since the last window that held anything, who may have more authors than in that, and
        which of these had none. None if this one holds nothing."""
        end = self._first + self.width
        closed = [step for step in self._open if step < end]
        came = [(step, self._take(step)) for step in closed if self._open[step]]
        for step in closed:
            self._open.pop(step, None)
        if (more := len(self.subjects) - len(self.counted)) > 0:
            self.counted = np.concatenate([self.counted, np.zeros(more + len(self.subjects) // 2, np.int64)])
        few = None if sum([len(pairs) for _, pairs in came]) > FEW_PAIRS else self._last
        changes = self._recount() if few is None else self._change(few, came)
        self._past = []
        if changes is None:
            self._last = None
            return None
        risen = changes.risen()
        come = absent(risen, self.counted)
        changes.add_to(self.counted)
        self.total += changes.total
        return changes, risen, come

    def counted_of(self, subject: Hashable) -> int:
        """The authors of a subject in the window that was closed last."""
        slot = self.slots.get(subject)
        return 0 if slot is None else self.counted.item(slot)

    def authors(self, subject: Hashable) -> Ints:
        """Who spoke of a subject in the window."""
        slot, end = self.slots.get(subject), self._first + self.width
        if slot is None:
            return NONE
        steps = [pairs for step, pairs in self._steps.items() if step < end]
        return _sorted({pair & _AUTHOR for pairs in steps for pair in _of(pairs, slot)})

    def by_step(self, slot: int) -> list[int]:
        """Authors of a subject in each step of the window, oldest first."""
        steps = range(self._first, self._first + self.width)
        return [len(_of(self._steps[step], slot)) if step in self._steps else 0 for step in steps]

    def in_last(self, subject: Hashable) -> int:
        """Authors of a subject in the last step of the window."""
        pairs = self._steps.get(self._first + self.width - 1)
        return 0 if pairs is None else len(_of(pairs, self.slots[subject]))

    def drop(self, gone: Ints) -> None:
        """Forget the subjects of these slots, which others may get."""
        self.catch_up()
        lost = np.zeros(len(self.subjects), bool)
        lost[gone] = True
        for slot in gone.tolist():
            del self.slots[self.subjects[slot]]
            self.subjects[slot] = None
        self._free += gone.tolist()
        self._steps = {step: _without(pairs, lost) for step, pairs in self._steps.items()}
        self.counted[gone[gone < len(self.counted)]] = 0
        self.total, self._last = int(self.counted.sum()), None

    def merge(self, gone: Hashable, into: Hashable) -> tuple[int, int] | None:
        """One subject has become part of another. The two slots, if both were known; the first is free then.

        Authors that they have in common are counted twice until the next window is closed.
        """
        self.catch_up()
        if (old := self.slots.pop(gone, None)) is None:
            return None
        if (new := self.slots.get(into)) is None:
            self.slots[into], self.subjects[old] = old, into
            return None
        self.subjects[old] = None
        self._free.append(old)
        self._steps = {step: _moved(pairs, old, new) for step, pairs in self._steps.items()}
        if old < len(self.counted):
            self.counted[new] += self.counted[old]
            self.counted[old] = 0
        self._last = None
        return old, new

    def _leave(self, step: int) -> None:
        """A step has left the window."""
        del self._said[step]
        self._open.pop(step, None)
        if (pairs := self._steps.pop(step, None)) is not None and self._last is not None:
            self._past.append((step, pairs))
        self._blinded.discard(step)

    def _take(self, step: int) -> Pairs:
        """Make pairs of what came in a step."""
        came = self._open[step]
        self._open[step] = []
        pairs: Pairs
        if len(came) <= FEW:
            pairs, slot_of = set[int](), self.slots.get
            for subjects, author in came:
                for subject in subjects:
                    slot = slot_of(subject)
                    pairs.add((self._enter(subject) if slot is None else slot) << 32 | author)
        else:
            spoken = [*chain.from_iterable([subjects for subjects, _ in came])]
            for subject in dict.fromkeys(spoken):
                if subject not in self.slots:
                    self._enter(subject)
            slots = np.array([*map(self.slots.__getitem__, spoken)], np.int64)
            authors = np.repeat(np.array([author for _, author in came]), [len(subjects) for subjects, _ in came])
            pairs = _union([slots << 32 | authors])
        before = self._steps.get(step)
        self._steps[step] = all_pairs = pairs if before is None else _joined(before, pairs)
        if len(all_pairs) > MAX_PAIRS:
            del self._open[step], self._steps[step]
            self._blinded.add(step)
            self.blind += 1
            self._last = None
        return pairs

    def _change(self, last: dict[int, int], came: Sequence[tuple[int, Pairs]]) -> Few | None:
        """Tell the pairs that came, and those of steps that are past, one by one."""
        more, less, newest = list[int](), list[int](), self._first + self.width - 1
        for step, pairs in came:
            each = _each(pairs)
            more += [pair >> 32 for pair in each if pair not in last]
            if step < newest:
                each = [pair for pair in each if last.get(pair, step) <= step]
            last |= dict.fromkeys(each, step)
        for step, pairs in self._past:
            gone = [pair for pair in _each(pairs) if last.get(pair) == step]
            less += [pair >> 32 for pair in gone]
            for pair in gone:
                del last[pair]
        return Few(more, less) if last else None

    def _recount(self) -> Many | None:
        """Count what the steps hold together."""
        steps = {step: _sorted(pairs) for step, pairs in self._steps.items() if step < self._first + self.width}
        self._steps |= steps
        pairs = _union([*steps.values()])
        if not len(pairs):
            return None
        self._last = None
        if len(pairs) <= KNOWN_PAIRS:
            self._last = {pair: step for step in sorted(steps) for pair in steps[step].tolist()}
        change = np.bincount(pairs >> 32, minlength=len(self.counted)) - self.counted
        slots = change.nonzero()[0]
        return Many(slots, change[slots])

    def _enter(self, subject: Hashable) -> int:
        if self._free:
            slot = self._free.pop()
            self.subjects[slot] = subject
        else:
            slot = len(self.subjects)
            self.subjects.append(subject)
        self.slots[subject] = slot
        return slot


def _each(pairs: Pairs) -> Collection[int]:
    return pairs if isinstance(pairs, set) else pairs.tolist()


def _sorted(pairs: Pairs) -> Ints:
    return np.array(sorted(pairs), np.int64) if isinstance(pairs, set) else pairs


def _joined(pairs: Pairs, added: Pairs) -> Pairs:
    if isinstance(pairs, set) and isinstance(added, set):
        return pairs | added
    return _union([_sorted(pairs), _sorted(added)])


def _without(pairs: Pairs, lost: Mask) -> Pairs:
    """The pairs but those of lost slots."""
    return {pair for pair in pairs if not lost[pair >> 32]} if isinstance(pairs, set) else pairs[~lost[pairs >> 32]]


def _of(pairs: Pairs, slot: int) -> list[int]:
    """The pairs of a slot."""
    if isinstance(pairs, set):
        return [pair for pair in pairs if pair >> 32 == slot]
    low, high = _place(pairs, slot)
    found: list[int] = pairs[low:high].tolist()
    return found


def _place(pairs: Ints, slot: int) -> tuple[int, int]:
    low, high = np.searchsorted(pairs, [slot << 32, (slot + 1) << 32])
    return int(low), int(high)


def _moved(pairs: Pairs, old: int, new: int) -> Pairs:
    """The pairs with those of slot `old` in `new`."""
    if isinstance(pairs, set):
        return {pair + (new - old << 32) if pair >> 32 == old else pair for pair in pairs}
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
