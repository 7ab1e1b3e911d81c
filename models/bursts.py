"""What rises against its own past, by distinct authors, on a fixed grid of event time. How and why: docs/bursts.md."""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from models.burst_counts import Counts, Ints, Mask, Spoken
from models.burst_newcomers import Newcomers
from models.burst_past import Floats, Past
from models.burst_rise import Rise, Scale, log_chance

__all__ = ["Detector", "Rise", "Scale"]

SUPPORT = 5  # distinct authors in a window, under which nothing is a burst
TIMES = 2.0  # what is expected, under which nothing is a burst
TIMES_REACHED = 1.5  # what was reached on other days at this hour, under which nothing is a burst
STILL = 1.5  # times what is expected, under which a burst is no more
STILL_AUTHORS = 3
QUIET = 3  # windows that a burst must be under that, to have ended
COOL = 10  # windows after its end in which what rises again is the same burst, not a new one
WARM = 12  # windows that must be known before anything is a burst
LEARN_FROM = 4  # windows before those that come up are newcomers: at first all are
HALF_LIFE = 30  # of the past, in windows
ADAPT = 8  # so many times slower does a burst become its own past
FAINT = 0.02  # authors of a past, under which it is forgotten
MAX_SUBJECTS = 50_000
ROOM = 8  # this part of them is made free when there are too many, so that it need not be done at every step
MAX_RISES = 200  # going on at once
ALARMS = 0.02  # false ones an hour that a detector may raise


class Detector:
    """Finds the subjects that more people speak of than their past lets expect. Same steps, same rises.

    Subjects are anything hashable, authors whole numbers below 2**32, times microseconds. In which order those of a
    step came makes no difference.
    """

    def __init__(self, scale: Scale, alarms: float = ALARMS, most: int = MAX_SUBJECTS) -> None:
        """`alarms`: false ones to expect in an hour at most; `most`: subjects kept."""
        self.scale = scale
        self.going: dict[Hashable, Rise] = {}
        self.dropped = 0  # subjects forgotten because of the cap
        self._counts = Counts(scale.width)
        self._past = Past(scale.width, HALF_LIFE)
        self._newcomers = Newcomers(scale.width, self._past.fade)
        self._cooling: dict[Hashable, Rise] = {}
        self._alarms_per_tick = alarms * scale.step / 3_600_000_000
        self._most = most
        self._learnt = -1  # the last tick whose counts were all learnt by subject
        self._next: int | None = None  # the step that is to be closed next

    @property
    def blind(self) -> int:
        """Steps that held more than could be counted."""
        return self._counts.blind

    @property
    def subjects(self) -> int:
        """How many are known."""
        self._counts.catch_up()
        return len(self._counts.slots)

    def add(self, subjects: Iterable[Hashable], author: int, time: int) -> None:
        """Somebody spoke of `subjects`. Ignored if `time` is before the window."""
        self.add_all([(tuple(subjects), author)], [time])

    def add_all(self, spoken: Sequence[Spoken], times: Sequence[int]) -> None:
        """`add` of many at once."""
        self._counts.add_all(spoken, times, self.scale.step)

    def authors(self, subject: Hashable) -> Ints:
        """Who spoke of a subject in the window."""
        return self._counts.authors(subject)

    def turn(self, time: int) -> list[Rise]:
        """All that happened before `time` has been added: what has begun to rise since, or has begun again."""
        until = time // self.scale.step
        step = until if self._next is None else self._next
        begun, counts = list[Rise](), self._counts
        if step < until and not self.going and counts.is_idle(self._most):
            counts.move(until - 1)
            step = until
        while step < until:
            said = counts.said(step)
            if said >= SUPPORT or self.going or (counts.may_exceed(self._most) and self.subjects > self._most):
                begun += self._tick(step)
                step += 1
                continue
            if said:
                few = counts.few(step, until, said, SUPPORT)
                self._past.tick_small(few)
                self._newcomers.tick(len(few))
                step += len(few)
            else:  # a silent feed is no past
                following = counts.next_step(step)
                step = until if following is None else min(until, following)
            counts.move(step - 1)
        self._next = step
        return begun

    def merge(self, gone: Hashable, into: Hashable) -> None:
        """A subject has become part of another, with its past and its burst."""
        for rises in (self.going, self._cooling):
            if (rise := rises.pop(gone, None)) is not None:
                if into in rises:
                    rise.end = rise.last
                else:
                    rise.subject, rises[into] = into, rise
        self._learnt = -1
        if (slots := self._counts.merge(gone, into)) is not None:
            self._grow()
            self._past.merge(*slots)
            self._newcomers.merge(*slots)

    # -- one step ------------------------------------------------------------------------------------------------

    def _tick(self, step: int) -> list[Rise]:
        past, newcomers = self._past, self._newcomers
        time = (step + 1) * self.scale.step
        slots, counts, came = self._counts.close(step)
        self._grow()
        past.catch_up()
        come: Mask | None = None
        if came or self._learnt != past.ticks:
            new, come = newcomers.are_new(slots, past.authors(slots), past.ticks)
        else:  # all of them were in the last tick, with as many authors or more
            new = newcomers.are_young(slots)
        may_be = len(self._counts.window) - len(slots) >= SUPPORT - 1  # that one has so many authors
        warm = may_be and past.windows >= WARM and counts.max(initial=0) >= SUPPORT
        begun = self._begin(slots, counts, new, time) if warm else []
        self._follow(slots, counts, time)
        if len(slots):
            self._learn(slots, counts, new, come, time)
            self._tidy(slots, counts)
        return begun

    def _begin(self, slots: Ints, counts: Ints, new: Mask, time: int) -> list[Rise]:
        """The subjects that go above what chance allows."""
        past, newcomers = self._past, self._newcomers
        may = counts >= SUPPORT
        tested, n, new = slots[may], counts[may], new[may]
        least = past.least(tested)
        if not (n >= TIMES * least).any():
            return []
        scale = past.scale(tested, n, len(self._counts.window))
        if not (n >= TIMES * least * scale).any():
            return []
        high = n >= TIMES * past.mean(tested, new) * scale  # as few are
        if not high.any():
            return []
        tested, n, new, scale = tested[high], n[high], new[high], scale[high]
        mean, shape = past.expect(tested, new)
        chance = log_chance(n, mean * scale, shape)
        alarm = chance < np.log(self._alarms_per_tick / len(slots))
        rare = self._alarms_per_tick / max(newcomers.per_tick, self._alarms_per_tick)
        alarm &= ~new | (newcomers.log_tail(n) < np.log(rare))
        reached = past.reached(tested, time)
        usual = np.maximum(np.where(new, np.maximum(mean, newcomers.mean), mean), reached)
        alarm &= (n >= TIMES * usual * scale) & (n >= TIMES_REACHED * reached)
        names = self._counts.subjects
        begun = []
        for at in sorted(np.flatnonzero(alarm), key=lambda at: (chance[at], str(names[tested[at]]))):
            subject, slot = names[tested[at]], int(tested[at])
            if subject in self.going or len(self.going) >= MAX_RISES:
                continue
            rise = self._cooling.pop(subject, None)
            if rise is None:
                start = self._start(slot, float(mean[at] * scale[at]) / self.scale.width, time)
                level, spread = float(usual[at]), float(shape[at])
                rise = Rise(subject, self.scale.window, start, None, 0, 0.0, 0.0, level, spread, bool(new[at]), time)
            rise.end = None
            self.going[subject] = rise
            begun.append(rise)
        return begun

    def _start(self, slot: int, usual: float, time: int) -> int:
        """The start of the step since which most more than usual has come (cumulative sum of the excess)."""
        steps = self._counts.by_step(slot)
        best = excess = 0.0
        start = len(steps) - 1
        for at in range(len(steps) - 1, -1, -1):
            excess += steps[at] - usual
            if excess > best:
                best, start = excess, at
        return time - (len(steps) - start) * self.scale.step

    def _follow(self, slots: Ints, counts: Ints, time: int) -> None:
        """Let the bursts that go on peak, go on or end."""
        if not self.going and not self._cooling:
            return
        total = int(counts.sum()) if self.going else 0
        for subject, rise in list(self.going.items()):
            slot = self._counts.slots.get(subject, -1)
            at = np.flatnonzero(slots == slot)
            n = int(counts[at].sum())
            expected = rise.usual * float(self._past.scale(slots[at], counts[at], total)[0]) if n else rise.usual
            if n > rise.authors:
                rise.authors, rise.expected, rise.score = n, expected, self._score(rise, n, expected)
            rise.usual += (n - rise.usual) * (1 - self._past.fade) / ADAPT
            if n >= max(STILL_AUTHORS, STILL * expected):
                if self._counts.by_step(slot)[-1] > expected / self.scale.width:
                    rise.last = time
            elif time - rise.last > QUIET * self.scale.window:
                rise.end = rise.last
                self._cooling[subject] = self.going.pop(subject)
        over = time - COOL * self.scale.window
        self._cooling = {subject: rise for subject, rise in self._cooling.items() if (rise.end or 0) > over}

    def _score(self, rise: Rise, authors: int, expected: float) -> float:
        n = np.array([authors])
        chance = log_chance(n, np.array([expected]), np.array([rise.shape]))
        if rise.new:
            chance = self._newcomers.log_tail(n)
        return float(-chance[0] / np.log(10))

    def _learn(self, slots: Ints, counts: Ints, new: Mask, come: Mask | None, time: int) -> None:
        """Make what was seen a part of the past. `come`: which come up; None if all of it was seen in the last tick."""
        past, newcomers, held = self._past, self._newcomers, dict[int, float]()
        if self.going:
            known = self._counts.slots
            held = {known[subject]: rise.usual for subject, rise in self.going.items() if subject in known}
        settled = newcomers.settled(held) if (past.ticks + 1) % past.width == 0 else None
        past.tick(time, slots, counts, held, come is not None)
        if settled is not None and past.windows >= LEARN_FROM:
            past.measure_spread(slots, counts, settled)
        newcomers.tick()
        if come is not None:
            risen = slots[come]
            newcomers.come_up(risen, past.ticks)
            newcomers.learn(slots, counts, new, held)
            past.born[risen] = past.ticks
        newcomers.see(slots, past.ticks)
        if come is not None and past.windows < LEARN_FROM:
            newcomers.welcome(slots[come])
        self._learnt = -1 if held else past.ticks

    # -- memory --------------------------------------------------------------------------------------------------

    def _grow(self) -> None:
        if len(self._counts.subjects) > len(self._past.mass):
            self._past.grow(len(self._counts.subjects))
            self._newcomers.grow(len(self._past.mass))

    def _tidy(self, slots: Ints, counts: Ints) -> None:
        """Forget the faint now and then, and the least where there are too many: all that are as faint as the last."""
        over = len(self._counts.slots) - self._most
        if over <= 0 and self._past.ticks % (HALF_LIFE * self._past.width):
            return
        known = np.array(sorted(self._counts.slots.values()), np.int64)
        worth: Floats = self._past.authors(np.arange(len(self._past.mass)))
        worth[slots] += counts
        worth[[self._counts.slots[name] for name in self.going if name in self._counts.slots]] = np.inf
        least = FAINT
        if over > 0:
            over += self._most // ROOM
            least = max(least, float(np.partition(worth[known], over - 1)[over - 1]))
        gone = known[worth[known] <= least]
        self.dropped += max(0, min(over, len(gone)))
        self._counts.drop(gone)
        self._past.forget(gone)
        self._newcomers.forget(gone)
