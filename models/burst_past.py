"""What each subject's past lets expect: a fading mean by subject, how far counts spread, and the hour of the day."""

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from models.burst_changes import Changes, Floats, Ints, Mask, Slots, raise_in

HOUR = 3_600_000_000  # microseconds
HOURS = 24
EDGE = HOUR // 6  # so near its end, what came in the next hour of other days is expected too
DAY_KEPT = 0.7  # of what a subject reached at an hour, on the day after
UNSEEN = 0.5  # authors that every subject is taken to have had beside those it had (Jeffreys' prior of a rate)
SPREADS = 24  # classes of subjects, by powers of two of their mean, that spread is measured in
_MARGIN = 1e-9  # for rounding
_LOWEST = -11  # power of two of the first class
_EXACT = 2.0**24  # sums of squares are taken in whole parts, so that no order of subjects changes them
_SPREAD_WEIGHT = 20.0  # of the prior, which is no spread, in the sums that spread is measured by


class Past:
    """Fading means of window counts by slot, up to one window ago: what is in the window now is no past of its own."""

    def __init__(self, width: int, half_life: int) -> None:
        """`width`: ticks of a window; `half_life` in windows."""
        self.width = width
        self.fade = 0.5 ** (1 / (half_life * width))
        self.ticks = 0  # in which anything was said at all: a silent feed is no past
        self.mass: Floats = np.zeros(0)  # fading sum of the counts
        self.born: Ints = np.zeros(0, np.int64)  # tick that a slot's past begins with
        self._hush = 0.0  # fading sum of what was said in windows too small to be counted by subject
        self._faded = 0  # ticks that the masses have still to fade by
        self._weight = 0.0  # fading count of the ticks that went into the sums
        self._total = 0.0  # fading sum of all counts
        self._recent: deque[Changes | None] = deque()  # what changed in each tick of the last window
        self._before: Floats = np.zeros(0)  # authors by slot, a window ago ...
        self._before_total = 0  # ... and of all together
        self._window_fade = 0.5 ** (1 / half_life)
        self._pairs = np.zeros(SPREADS)
        self._squares = np.zeros(SPREADS)
        self._hourly = np.zeros((0, HOURS), np.float32)  # most authors, by hour of the day
        self._this_hour = np.zeros(0, np.float32)
        self._hour: int | None = None  # since 1970
        self._first_hour = 0

    def grow(self, slots: int) -> None:
        """Have room for so many slots."""
        if (more := slots - len(self.mass)) > 0:
            more += slots // 2
            self.mass = np.concatenate([self.mass, np.zeros(more)])
            self._before = np.concatenate([self._before, np.zeros(more)])
            self.born = np.concatenate([self.born, np.zeros(more, np.int64)])
            self._hourly = np.concatenate([self._hourly, np.zeros((more, HOURS), np.float32)])
            self._this_hour = np.concatenate([self._this_hour, np.zeros(more, np.float32)])

    @property
    def windows(self) -> float:
        """How many windows the past is worth."""
        return self._weight / self.width

    def authors(self, slots: Ints) -> Floats:
        """How many authors a slot's past is worth."""
        return self.mass[slots] / self.width

    def tick_small(self, said: Sequence[int]) -> None:
        """Windows in which so little was said that nothing is counted by subject: only that it was so little, each."""
        self.ticks += len(said)
        recent, fade, hush = self._recent, self.fade, self._hush
        for little in said:
            hush = hush * fade + little
            recent.append(None)
            if len(recent) > self.width:
                self._fold({})
        self._hush = hush

    def tick(self, time: int, changes: Changes, held: Mapping[int, float], risen: Slots, authors: Ints) -> None:
        """A window that ends at `time` is past. Of `held` slots, the past goes on as given.

        `authors` by slot, `changes` against the tick before; `risen`: those that may have more than in the last tick.
        """
        self.ticks += 1
        self._tell_hour(time, risen, authors)
        self._hush *= self.fade
        self._recent.append(changes)
        if len(self._recent) > self.width:
            self._fold(held)
            self.catch_up()

    def catch_up(self) -> None:
        """Let the masses fade for all the time that has gone by."""
        if self._faded:
            self.mass *= self.fade**self._faded
            self._faded = 0

    def _fold(self, held: Mapping[int, float]) -> None:
        """What left the window a window ago is past."""
        self._weight = self._weight * self.fade + 1
        self._total *= self.fade
        self._faded += 1
        if (changes := self._recent.popleft()) is not None:
            self.catch_up()
            changes.add_to(self._before)
            self._before_total += changes.total
            self._total += self._before_total
            kept = [(slot, self.mass.item(slot)) for slot in held]
            self.mass += self._before
            for slot, mass in kept:
                self.mass[slot] = mass
        if held:
            self.catch_up()
            for slot, level in held.items():
                self.mass[slot] += level

    def scale(self, slots: Ints, counts: Ints, total: int) -> Floats:
        """How much more is said now than usual, by everybody but the slot itself; not under 1.

        `total` is the sum of all counts: unlike the number of authors, it grows as the counts do.
        """
        usual = (self._total - self.mass[slots]) / max(1.0, self._weight)
        return np.maximum(1.0, (total - counts) / np.maximum(usual, 1.0))

    def scale_of(self, slot: int, authors: int, total: int) -> float:
        """The same of one slot."""
        usual = (self._total - self.mass.item(slot)) / max(1.0, self._weight)
        return max(1.0, (total - authors) / max(usual, 1.0))

    def may_exceed(self, times: float, slots: Ints, authors: Ints, total: int) -> list[int]:
        """Those that may be `times` what is expected, or more: by a bound for any, young or not, that is soon told."""
        windows, weight, found = max(1.0, self.windows), max(1.0, self._weight), []
        usual = max(1.0, self._total / weight)
        times *= 1 - _MARGIN
        slope, base = times / (windows * self.width), times * (UNSEEN / windows + self._hush / weight)
        for slot, n, mass in zip(slots.tolist(), authors[slots].tolist(), self.mass[slots].tolist(), strict=True):
            least = slope * mass + base
            if n >= least and n * usual >= least * (total - n):
                found.append(slot)
        return found

    def mean(self, slots: Ints, young: Mask) -> Floats:
        """The authors to expect in a window.

        The past of a young slot is that it was not there; that of another begins where it first came up.
        """
        exposure = np.where(young, max(1.0, self._weight), self._exposure(slots))
        mean: Floats = (UNSEEN + self.authors(slots)) / np.maximum(1.0, exposure / self.width)
        return mean + self._hush / max(1.0, self._weight)

    def shape(self, slots: Ints, mean: Floats) -> Floats:
        """Of the negative binomial that they are spread by about their mean."""
        shape: Floats = 1 / (1 / (UNSEEN + self.authors(slots)) + self._spread()[_classes(mean)])
        return shape

    def measure_spread(self, authors: Ints, total: int, settled: Mask) -> None:
        """Compare counts with what was expected of the settled subjects, by class of their means. Once per window.

        Factorial moments: of a negative binomial of mean m and shape r, E[n (n - 1)] = m^2 (1 + 1 / r).
        """
        whole = self._total / max(1.0, self._weight)
        scale = total / whole if whole else 1.0
        slots = settled.nonzero()[0]
        mean = self.authors(slots)
        mean += UNSEEN
        mean /= max(1.0, self.windows)
        classes, counts = _classes(mean), authors[slots]
        mean *= mean
        squares = np.bincount(classes, np.rint(mean * _EXACT), SPREADS) / _EXACT
        several = (counts > 1).nonzero()[0]
        counts = counts[several]
        pairs = np.bincount(classes[several], counts * (counts - 1), SPREADS)
        fade = self._window_fade
        self._pairs = self._pairs * fade + pairs
        self._squares = self._squares * fade + squares * scale * scale

    def forget(self, gone: Ints) -> None:
        """Free slots."""
        lost = np.zeros(len(self.mass), bool)
        lost[gone] = True
        for known in (self.mass, self.born, self._before, self._hourly, self._this_hour):
            known[gone] = 0
        self._before_total = int(self._before.sum())
        self._recent = deque(one if one is None else one.without(lost) for one in self._recent)

    def merge(self, old: int, new: int) -> None:
        """What slot `old` had is `new`'s from now on."""
        for sums in (self.mass, self._before, self._hourly, self._this_hour):
            sums[new] += sums[old]  # at most, of the hours: they may have had authors in common
            sums[old] = 0
        self.born[new] = min(self.born[old], self.born[new])
        self._recent = deque(one if one is None else one.merged(old, new) for one in self._recent)

    def _exposure(self, slots: Ints) -> Floats:
        """The fading count of ticks since a slot's past began."""
        age = np.maximum(1, self.ticks - self.width - self.born[slots])
        exposure: Floats = np.minimum(max(1.0, self._weight), (1 - self.fade**age) / (1 - self.fade))
        return exposure

    def _spread(self) -> Floats:
        """One over the shape, by class: 0 where counts spread no more than chance has it (Poisson)."""
        return np.maximum(0.0, (self._pairs + _SPREAD_WEIGHT) / (self._squares + _SPREAD_WEIGHT) - 1)

    # -- the hour of the day -------------------------------------------------------------------------------------

    def reached(self, slots: Ints, time: int) -> Floats:
        """The most authors a slot had at about this time of the day, on days past; 0 in the first day."""
        if self._hour is None or self._hour - self._first_hour < HOURS:
            return np.zeros(len(slots))
        about = sorted({(time - 1) // HOUR % HOURS, (time + EDGE) // HOUR % HOURS})
        most: Floats = np.max(self._hourly[slots][:, about], axis=1).astype(np.float64)
        return most

    def _tell_hour(self, time: int, risen: Slots, authors: Ints) -> None:
        hour = (time - 1) // HOUR
        if self._hour is None:
            self._hour = self._first_hour = hour
        if hour != self._hour:
            at = self._hour % HOURS
            self._hourly[:, at] = np.maximum(self._hourly[:, at] * np.float32(DAY_KEPT), self._this_hour)
            self._this_hour[:] = 0
            self._hour = hour
            risen = authors.nonzero()[0]
        if len(risen):
            raise_in(self._this_hour, risen, authors)


def _classes(mean: Floats) -> Ints:
    classes: Ints = np.minimum(np.maximum(np.frexp(mean)[1] - _LOWEST, 0), SPREADS - 1).astype(np.int64)
    return classes
