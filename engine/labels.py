"""Delayed labels: predictions wait until their horizon has passed, then mature or are censored; none is remade."""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from itertools import compress
from typing import NamedTuple
from zlib import crc32

import msgspec

from engine.config import MINUTE, SECOND
from engine.events import Counts, Gap
from engine.ledger import Counted, Entry, Ledger
from models.engagement import EngagementModel, Forecast, Matured, Told
from models.frozen import Made

BIRTH_BOUND = 10 * MINUTE  # a post first seen older than this has reactions behind it that were not seen
RECENT = 200
PART = 1_440  # labels are learnt together that came due in the same part of a horizon, of which it has so many
LESSON = 256  # labels learnt together, at most
STEP, MOST_STEPS = 5 * SECOND, 12  # how often it is looked for what can be learnt: so many steps, but ...
LOOKS = 15  # ... so many times, at the least, in the shortest horizon
NEAR = 0.2  # counts observed within 20 % of a horizon are its label (FEEDS: unequal ages)

WAITING, MATURED = "waiting", "matured"
LATE, DELETED, GAP = "late", "deleted", "gap"
UNSAMPLED = "not in the sample"
BIRTH_UNSEEN, NOT_REPORTED, NOT_NEAR = "birth not seen", "not reported", "no counts near the horizon"
UNDATED = "counts of unknown age"
FAR = 2**63
NOTHING = Told(Made((), (), ()), b"")


class Tracked(msgspec.Struct, gc=False):
    """A post under prediction; outcomes have one place per horizon."""

    key: str
    born: int  # event time, microseconds
    told: Told
    outcomes: tuple[int | str, ...]  # engagements, once matured; else "waiting" or the reason it was censored

    def state(self, index: int) -> str:
        """ "waiting", "matured" or the reason it was censored."""
        outcome = self.outcomes[index]
        return outcome if isinstance(outcome, str) else MATURED

    def actual(self, index: int) -> int | None:
        """Engagements at the horizon, once matured."""
        outcome = self.outcomes[index]
        return None if isinstance(outcome, str) else outcome


class Queues(NamedTuple):
    """The posts whose label waits at a horizon, in the order of their times: so they come due in it, too."""

    due: deque[Tracked]
    reported: deque[Tracked]  # past the horizon; where only reports count, those up to some time after it do, too
    horizon: int
    later: int  # the age up to which they count


class Lesson(NamedTuple):
    """What is learnt together."""

    at: int  # event time from which it can be
    horizon: int  # its place
    outcomes: list[Matured]


class Labels:
    """The maturity queue, keyed by post."""

    def __init__(self, horizons: tuple[int, ...], model: EngagementModel) -> None:
        self.horizons = horizons
        self.model = model
        self.tracked: dict[str, Tracked] = {}
        self.waiting = [0] * len(horizons)
        self.matured = [0] * len(horizons)
        self.censored: list[Counter[str]] = [Counter() for _ in horizons]
        self._queues = tuple(Queues(deque(), deque(), horizon, horizon + slack(horizon)) for horizon in horizons)
        self.recent = [deque[str](maxlen=RECENT) for _ in horizons]  # posts that matured last
        self.observer: Callable[[int, Sequence[Matured]], None] | None = None  # is shown labels before they are learnt
        self._untouched: tuple[int | str, ...] = (WAITING,) * len(horizons)  # one for all posts
        self._outside: tuple[int | str, ...] = (UNSAMPLED,) * len(horizons)
        # Of a post of which nothing is reported, by how many horizons it has passed.
        self._unreported = [
            (*(NOT_REPORTED,) * passed, *self._untouched[passed:]) for passed in range(len(horizons) + 1)
        ]
        self.sample = 1.0  # share of posts that are graded: less than all, if more wait than there is room for
        self._sampled = 0  # event time since which it is that share
        self._shortest = min(horizons, default=0)
        self.soonest = FAR  # no label is due before
        self._gaps: list[Gap] = []
        self._ready: dict[int, list[Matured]] = {}
        self._authors: set[str] = set()  # of those, and maybe of some that were learnt
        self._span = STEP * min(max(self._shortest // LOOKS // STEP, 1), MOST_STEPS)
        self._grid = 0

    def turn(self, now: int) -> int | None:
        """The time up to which labels can be learnt, if event time has entered another span of a grid."""
        before, self._grid = self._grid, now // self._span
        return None if self._grid == before else self._grid * self._span

    def is_due(self, born: int, now: int) -> bool:
        """Whether a post made at `born` is to be tracked at event time `now`, so that no label is read too late."""
        return now >= born + self._shortest - self._span

    def track(self, entries: Sequence[Entry], told: Sequence[Told], graded: Sequence[bool]) -> None:
        """Keep what was said of posts until each horizon passes. To be called in the order of the posts' times.

        `graded`: whether each was in the sample when it came.
        """
        keys, outcomes = [entry.key for entry in entries], (self._outside, self._untouched)
        born, known = [entry.time for entry in entries], [outcomes[judged] for judged in graded]
        tracked = [*map(Tracked, keys, born, told, known)]
        self.tracked.update(zip(keys, tracked, strict=True))
        waiting = [*compress(tracked, graded)]
        for counter in self.censored if len(waiting) < len(tracked) else ():
            counter[UNSAMPLED] += len(tracked) - len(waiting)
        if waiting:
            self.soonest = min(self.soonest, waiting[0].born + self._shortest)
            for index, queues in enumerate(self._queues):
                self.waiting[index] += len(waiting)
                queues.due.extend(waiting)

    def sampled(self, key: str) -> bool:
        """Whether a post is graded: by a checksum of its key, so that nothing of its outcome has a say in it."""
        return self.sample >= 1 or crc32(key.encode("utf-8", "surrogatepass")) + 1 <= self.sample * 2**32

    def outlasts(self, key: str) -> bool:
        """Whether a post is to be counted past its retention, for a label that is still due."""
        tracked = self.tracked.get(key)
        if tracked is None or WAITING not in tracked.outcomes or not self.sampled(key):
            return False
        tracked.told.part()
        return True

    def thin_out(self, ledger: Ledger, room: int, now: int) -> list[Counted]:
        """Of the posts past retention grade only every second one any more, until there is room; gives the others."""
        gone: list[Counted] = []
        while len(ledger.outlived) > room:
            self.sample, self._sampled = self.sample / 2, now
            out = [counted for key, counted in ledger.outlived.items() if not self.sampled(key)]
            for counted in out:
                self.forget(counted, UNSAMPLED)
                ledger.release(counted.key)
            gone += out
        if gone:
            self._queues = tuple(
                queues._replace(
                    due=deque(filter(self._waits, queues.due)), reported=deque(filter(self._waits, queues.reported))
                )
                for queues in self._queues
            )
        return gone

    def fill_up(self, ledger: Ledger, room: int, now: int) -> None:
        """Grade twice as many posts from now on if those that wait, all of this sample by now, leave ample room."""
        roomy = self.sample < 1 and len(ledger.outlived) < room // 4
        if roomy and now - self._sampled > 2 * max(self.horizons, default=0):
            self.sample, self._sampled = self.sample * 2, now

    def forecasts(self, tracked: Tracked) -> list[Forecast]:
        """What was said of a post, by horizon."""
        return self.model.freezer.forecasts(tracked.told, tracked.born)

    def turn_away(self, reason: str) -> None:
        """Count a post that is not predicted at all, at no horizon."""
        for counter in self.censored:
            counter[reason] += 1

    def blind(self, gap: Gap) -> None:
        """Note that the feed was blind for a time: labels whose horizon it touches, and are not read yet, are lost."""
        longest = max(self.horizons, default=0)
        self._gaps = [known for known in self._gaps if known.end > gap.end - 2 * longest]
        self._gaps.append(gap)

    def forget(self, entry: Counted, reason: str) -> None:
        """Take a post out of the queue: whatever still waits is censored."""
        tracked = self.tracked.pop(entry.key, None)
        if tracked is None:
            return
        if WAITING in tracked.outcomes:
            for index, outcome in enumerate(tracked.outcomes):
                if outcome == WAITING:
                    self.waiting[index] -= 1
                    self.censored[index][reason] += 1
        tracked.key, tracked.told = "", NOTHING  # it may have places in the queues until it would be due

    def disown(self, author: str) -> None:
        """Learn nothing of an account any more."""
        if author not in self._authors:
            return
        self._authors.remove(author)
        for index, outcomes in self._ready.items():
            self._ready[index] = [outcome for outcome in outcomes if outcome.author != author]

    def due(self, index: int) -> int | None:
        """When the next label is due at a horizon; None if none waits."""
        due, reported, horizon, later = self._queues[index]
        queues = ((reported, later), (due, horizon))
        return next((tracked.born + age for queue, age in queues for tracked in queue if self._waits(tracked)), None)

    def collect(self, now: int, ledger: Ledger) -> list[Counted]:
        """Read the label of every forecast whose horizon ended before `now`, as it stands at this moment.

        Gives the posts past retention that have all their labels now: they are counted no more.
        """
        if now <= self.soonest:
            return []
        done: list[Counted] = []
        soonest, reacting = FAR, platforms_reacting(ledger)
        for index, (due, reported, horizon, later) in enumerate(self._queues):
            while due and due[0].born < now - horizon:
                tracked = due.popleft()
                if not reacting:
                    reported.append(tracked)
                elif (entry := self._counted(tracked, ledger)) is not None:
                    if entry.platform in reacting:
                        self._settle(tracked, entry, index, True, ledger, done)
                    else:
                        reported.append(tracked)
            if due and (next_due := due[0].born + horizon) < soonest:
                soonest = next_due
            while reported and (next_due := reported[0].born + later) < now:
                tracked = reported.popleft()
                if (entry := self._counted(tracked, ledger)) is not None:
                    self._settle(tracked, entry, index, False, ledger, done)
            if reported and next_due < soonest:
                soonest = next_due
        self.soonest = soonest
        return done

    def _counted(self, tracked: Tracked, ledger: Ledger) -> Counted | None:
        """What a post has come to; None if it is gone."""
        key = tracked.key
        return (ledger.posts.get(key) or ledger.outlived.get(key)) if self.tracked.get(key) is tracked else None

    def _waits(self, tracked: Tracked) -> bool:
        return self.tracked.get(tracked.key) is tracked

    def _settle(
        self, tracked: Tracked, entry: Counted, index: int, reacting: bool, ledger: Ledger, done: list[Counted]
    ) -> None:
        """Give a forecast its outcome, at the age at which it is known; a post past retention may be `done` then."""
        horizon, outcomes = self.horizons[index], tracked.outcomes
        silent = not (reacting or entry.history or self._gaps)
        actual, reason = (None, NOT_REPORTED) if silent else self._label(entry, horizon, reacting, ledger)
        if reason == NOT_REPORTED and outcomes == self._unreported[index]:
            tracked.outcomes = self._unreported[index + 1]  # most posts of many feeds: those share it
        else:
            outcome = reason if actual is None else actual
            tracked.outcomes = (*outcomes[:index], outcome, *outcomes[index + 1 :])
        self.waiting[index] -= 1
        if ledger.outlived and entry.key in ledger.outlived and WAITING not in tracked.outcomes:
            ledger.release(entry.key)
            del self.tracked[entry.key]
            done.append(entry)
        if actual is None:
            self.censored[index][reason] += 1
            return
        self.matured[index] += 1
        self.recent[index].append(entry.key)
        due = entry.time + (horizon if reacting else horizon + slack(horizon))
        self._authors.add(entry.author)
        self._ready.setdefault(index, []).append(Matured(entry.author, entry.time, tracked.told, actual, due))

    def lessons(self, now: int = FAR) -> list[Lesson]:
        """Take the collected outcomes that can be learnt, in lessons that are over by `now`, or full by then.

        What makes a lesson, and which comes first, depends on when labels came due alone, not on when somebody looked.
        """
        lessons: list[Lesson] = []
        for index, ready in self._ready.items():
            if ready:
                self._ready[index], over = _lessons(ready, max(self.horizons[index] // PART, self._span), now)
                lessons += [Lesson(at, index, outcomes) for at, outcomes in over]
        if lessons:
            self._authors = {outcome.author for ready in self._ready.values() for outcome in ready}
        return sorted(lessons, key=lambda lesson: lesson[:2])

    def teach(self, lessons: Sequence[Lesson]) -> None:
        """Score the forecasts of posts whose outcomes are known, and learn from them."""
        for _, index, outcomes in lessons:
            if self.observer is not None:
                self.observer(index, outcomes)
            self.model.mature(index, outcomes)

    def _label(self, entry: Counted, horizon: int, reacting: bool, ledger: Ledger) -> tuple[int | None, str]:
        """Engagements at the horizon, or why they are not known."""
        if self._gaps and any(gap.end > entry.time and gap.start < entry.time + horizon for gap in self._gaps):
            return None, GAP
        if not reacting:
            return observed_label(entry.time, horizon, entry.history)
        born_unseen = is_born_unseen(entry)
        if not born_unseen and entry.platform in ledger.complete:
            return sum(entry.seen), ""
        actual, _ = observed_label(entry.time, horizon, entry.history)
        if actual is not None:
            return actual, ""
        # Posts with reactions are read more often than others, and not at the horizon: to turn them away for that
        # would leave the small ones only.
        return (None, BIRTH_UNSEEN) if born_unseen else (sum(entry.seen), "")


def _lessons(ready: list[Matured], part: int, now: int) -> tuple[list[Matured], list[tuple[int, list[Matured]]]]:
    """The outcomes that are not to be learnt yet, and the lessons that are, with the time from which they can be."""
    left = sorted(ready, key=lambda outcome: outcome.due)
    known = bisect_left(left, now, key=lambda outcome: outcome.due)
    lessons = []
    while left:
        end = (left[0].due // part + 1) * part
        size = min(bisect_left(left, end, key=lambda outcome: outcome.due), LESSON)
        at = left[size - 1].due if size == LESSON else end
        if size > known or at > now:
            break
        lessons.append((at, left[:size]))
        left, known = left[size:], known - size
    return left, lessons


def platforms_reacting(ledger: Ledger) -> Collection[str]:
    """The platforms of which reactions to posts come as events."""
    return {each.rpartition(":")[0] for each in ledger.reacting} if ledger.reacting else ()


def is_born_unseen(entry: Counted) -> bool:
    """Whether a post was too old at first sight to have brought all its reactions as events."""
    return entry.first_age is not None and entry.first_age > BIRTH_BOUND


def slack(horizon: int) -> int:
    """How far from a horizon counts may have been read to be its label."""
    return int(NEAR * horizon)


def observed_label(birth: int, horizon: int, observed: Sequence[tuple[int | None, Counts]]) -> tuple[int | None, str]:
    """The counts read nearest to a horizon, if near enough; `observed` are times, None where not known, and counts."""
    if not observed:
        return None, NOT_REPORTED
    reported = [(at, total) for at, counts in observed if (total := engagements(counts)) is not None]
    totals = [(abs(at - birth - horizon), total) for at, total in reported if at is not None]
    if not totals:
        return None, UNDATED if reported else NOT_REPORTED
    distance, total = min(totals)
    return (total, "") if distance <= slack(horizon) else (None, NOT_NEAR)


def engagements(counts: Counts) -> int | None:
    """Likes, reposts, replies and quotes together; None where neither likes nor reposts are reported."""
    if counts.like is None and counts.repost is None:
        return None
    return (counts.like or 0) + (counts.repost or 0) + (counts.reply or 0) + (counts.quote or 0)
