"""What rises against its own past, by distinct authors, on a fixed grid of event time. How and why: docs/bursts.md."""

from collections.abc import Collection, Hashable, Iterable, Sequence

import numpy as np

from models.burst_changes import Changes, Floats, Ints, Slots, joined
from models.burst_counts import Counts, Spoken
from models.burst_newcomers import Newcomers
from models.burst_past import Past
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
MAX_LITTLE = 256  # windows in which little was said, that pass together
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
        self._learnt = -1  # the last tick that was learnt by subject
        self._again: list[int] = []  # slots of which more speak than was learnt, though no more may come
        self._next: int | None = None  # the step that is to be closed next
        self._little: list[int] = []  # what was said in each window since the last tick, so little that it is none

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
        if self._next is None:
            self._next = time // self.scale.step
            self._counts.start(self._next)
        step, until = self._next, time // self.scale.step
        if step >= until:
            return []
        begun, counts = list[Rise](), self._counts
        while step < until:
            said = counts.advance(step)
            if said >= SUPPORT or self.going:
                step += 1
                begun += self._tick(step * self.scale.step)
            elif said:
                step += 1
                self._little.append(said)
            else:  # a silent feed is no past
                step = counts.skip(step, until)
        self._next = step
        if len(self._little) >= MAX_LITTLE:
            self._pass()
        return begun

    def merge(self, gone: Hashable, into: Hashable) -> None:
        """A subject has become part of another, with its past and its burst."""
        for rises in (self.going, self._cooling):
            if (rise := rises.pop(gone, None)) is not None:
                if into in rises:
                    rise.end = rise.last
                else:
                    rise.subject, rises[into] = into, rise
        self._pass()
        if (slots := self._counts.merge(gone, into)) is not None:
            self._again.append(slots[1])
            self._grow()
            self._past.merge(*slots)
            self._newcomers.merge(*slots)

    def _pass(self) -> None:
        """Let the windows pass in which little was said."""
        if self._little:
            self._past.tick_small(self._little)
            self._newcomers.tick(len(self._little))
            self._little = []

    # -- one step ------------------------------------------------------------------------------------------------

    def _tick(self, time: int) -> list[Rise]:
        past, counts = self._past, self._counts
        self._pass()
        closed = counts.close()
        if closed is None:
            self._follow(time, silent=True)
            return []
        self._grow()
        past.catch_up()
        changes, risen, came = closed
        if self._learnt == past.ticks:  # the others were in the last tick, with as many authors or more
            risen = joined(risen, self._again)
        else:
            risen = came = counts.counted.nonzero()[0]
        come = self._newcomers.coming(came, past.mass)
        begun = self._begin(come, time) if past.windows >= WARM else []
        self._follow(time)
        self._learn(changes, risen, come, time)
        self._tidy()
        return begun

    def _begin(self, come: Collection[int], time: int) -> list[Rise]:
        """The subjects that go above what chance allows."""
        past, newcomers, names = self._past, self._newcomers, self._counts.subjects
        counted, total = self._counts.counted, self._counts.total
        if counted.max() < SUPPORT:
            return []
        enough = (counted >= SUPPORT).nonzero()[0]
        high = [slot for slot in past.may_exceed(TIMES, enough, counted, total) if names[slot] not in self.going]
        if not high:
            return []
        tested = np.array(high)
        n, new = counted[tested], newcomers.are_young(tested) | np.array([slot in come for slot in high])
        scale = past.scale(tested, n, total)
        mean = past.mean(tested, new)
        alarm = n >= TIMES * mean * scale
        if not alarm.any():
            return []
        shape = past.shape(tested, mean)
        chance = log_chance(n, mean * scale, shape)
        alarm &= chance < np.log(self._alarms_per_tick / np.count_nonzero(counted))
        if not alarm.any():
            return []
        rare = self._alarms_per_tick / max(newcomers.per_tick, self._alarms_per_tick)
        alarm &= ~new | (newcomers.log_tail(n) < np.log(rare))
        reached = past.reached(tested, time)
        usual = np.maximum(np.where(new, np.maximum(mean, newcomers.mean), mean), reached)
        alarm &= (n >= TIMES * usual * scale) & (n >= TIMES_REACHED * reached)
        begun = []
        for at in sorted(np.flatnonzero(alarm), key=lambda at: (chance[at], str(names[tested[at]]))):
            subject, slot = names[tested[at]], int(tested[at])
            if len(self.going) >= MAX_RISES:
                break
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

    def _follow(self, time: int, silent: bool = False) -> None:
        """Let the bursts that go on peak, go on or end."""
        if not self.going and not self._cooling:
            return
        past, counts = self._past, self._counts
        for subject, rise in list(self.going.items()):
            n = 0 if silent else counts.counted_of(subject)
            expected = rise.usual * past.scale_of(counts.slots[subject], n, counts.total) if n else rise.usual
            if n > rise.authors:
                rise.authors, rise.expected, rise.score = n, expected, self._score(rise, n, expected)
            rise.usual += (n - rise.usual) * (1 - past.fade) / ADAPT
            if n >= max(STILL_AUTHORS, STILL * expected):
                if counts.in_last(subject) > expected / self.scale.width:
                    rise.last = time
            elif time - rise.last > QUIET * self.scale.window:
                rise.end = rise.last
                self._cooling[subject] = self.going.pop(subject)
        over = time - COOL * self.scale.window
        self._cooling = {subject: rise for subject, rise in self._cooling.items() if (rise.end or 0) > over}

    def _score(self, rise: Rise, authors: int, expected: float) -> float:
        n = np.array([authors])
        if rise.new:
            chance = self._newcomers.log_tail(n)
        else:
            chance = log_chance(n, np.array([expected]), np.array([rise.shape]))
        return float(-chance[0] / np.log(10))

    def _learn(self, changes: Changes, risen: Slots, come: list[int], time: int) -> None:
        """Make what was seen a part of the past. `come`: which of those that have `risen` come up."""
        past, newcomers, counts, held = self._past, self._newcomers, self._counts, dict[int, float]()
        if self.going:
            known = counts.slots
            held = {known[subject]: rise.usual for subject, rise in self.going.items() if subject in known}
        settled = newcomers.settled(held) if (past.ticks + 1) % past.width == 0 else None
        past.tick(time, changes, held, risen, counts.counted)
        if settled is not None and past.windows >= LEARN_FROM:
            past.measure_spread(counts.counted, counts.total, settled)
        newcomers.tick()
        if come and past.ticks > 1:  # what there is at first has been there before
            newcomers.come_up(come, past.ticks)
            past.born[come] = past.ticks
        if len(risen):
            newcomers.learn(risen, counts.counted, held)
        newcomers.grow_up(past.ticks)
        if come and past.windows < LEARN_FROM:
            newcomers.welcome(come)
        self._learnt, self._again = past.ticks, [*held]

    # -- memory --------------------------------------------------------------------------------------------------

    def _grow(self) -> None:
        if len(self._counts.subjects) > len(self._past.mass):
            self._past.grow(len(self._counts.subjects))
            self._newcomers.grow(len(self._past.mass))

    def _tidy(self) -> None:
        """Forget the faint now and then, and the least where there are too many: all that are as faint as the last."""
        over = len(self._counts.slots) - self._most
        if over <= 0 and self._past.ticks % (HALF_LIFE * self._past.width):
            return
        known = np.array(sorted(self._counts.slots.values()), np.int64)
        worth: Floats = self._past.authors(np.arange(len(self._past.mass)))
        worth[: len(self._counts.counted)] += self._counts.counted
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
