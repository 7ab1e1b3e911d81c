"""Posts against what is normal for their author at their age: readings of each post as it grows older.

A count is known as a label is (engine/labels.py): all that came, where the feed delivers each reaction as an event and
the post was seen from its birth on; else what the platform reported at about that age. What is not known is not zero.
"""

from collections import deque
from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from engine.config import SECOND
from engine.events import Gap
from engine.labels import FAR, NEAR, engagements, is_born_unseen, observed_label, platforms_reacting
from engine.ledger import NONE_SEEN, Counted, Ledger
from models.normal import LADDER, Normal, NormalByAge, Own

Reading = tuple[int, int]  # engagements, and the age (microseconds) at which they were true


class Standing(NamedTuple):
    """A post beside what is normal at the same age."""

    now: int  # engagements
    age: int  # microseconds, at which they were true
    normal: Normal


class Followed(msgspec.Struct, gc=False):
    """A post that is read as it grows older."""

    entry: Counted | None  # None once it is gone
    readings: tuple[int | None, ...]  # engagements by rung passed; None where not known
    delivered: bool  # whether the feed brings each reaction to it, from its birth on; else what is reported counts


class Rungs:
    """The posts that wait at each rung, and after what time a post there is read."""

    def __init__(self, due: Sequence[int]) -> None:
        self.due = tuple(due)
        self.queues: tuple[deque[Followed], ...] = tuple(deque() for _ in due)


class Overperforming:
    """Reads the posts of a ledger at each rung of the ladder of ages, in event time, and learns what is normal.

    A post is read when the second is over in which it came of that age; where what is reported counts, when no report
    can be near that age any more.
    """

    def __init__(self, ledger: Ledger, ages: Sequence[int] = LADDER) -> None:
        self.normal = NormalByAge(ages)
        self._ledger = ledger
        self._ages = tuple(ages)
        self._followed: dict[str, Followed] = {}
        # A post waits at one rung at a time. Posts come in the order of their times, so they come due in it as well.
        self._delivered = Rungs(self._ages)
        self._reported = Rungs(tuple(age + int(NEAR * age) for age in self._ages))
        rungs = range(len(self._ages) + 1)
        self._unread, self._unknown = tuple((0,) * rung for rung in rungs), tuple((None,) * rung for rung in rungs)
        self._second = 0
        self.soonest = 0  # no post is to be read before
        self._newest = 0  # time of the newest post admitted
        self._blind = 0  # posts made before this are not followed: the feed was blind while they grew

    # -- input -----------------------------------------------------------------------------------------------

    def admit(self, entry: Counted) -> None:
        """Follow a post that stands at the time it was made. One that comes after newer ones is not followed."""
        time = entry.time
        if time < self._newest or time < self._blind:
            return
        self._newest = time
        delivered = entry.platform in self._ledger.complete and not is_born_unseen(entry)
        self._followed[entry.key] = post = Followed(entry, (), delivered)
        rungs = self._delivered if delivered else self._reported
        rungs.queues[0].append(post)
        if (due := time + rungs.due[0]) < self.soonest:
            self.soonest = due

    def collect(self, now: int) -> None:
        """Read every post that passed a rung before the second of `now`, as it stands at this moment."""
        if now > self.soonest and now // SECOND > self._second:
            self._second = now // SECOND
            self._read(self._second * SECOND)

    def blind(self, gap: Gap) -> None:
        """Note that the feed was blind for a time: posts made before its end are followed no more."""
        self._read(gap.start + 1)
        self._blind = max(self._blind, gap.end)
        for post in [*self._followed.values()]:
            if post.entry is not None and post.entry.time < gap.end:
                self.forget(post.entry)

    def forget(self, entry: Counted) -> None:
        """Follow a post no more; what it has taught remains."""
        if (post := self._followed.pop(entry.key, None)) is not None:
            post.entry = None

    def keep(self, counted: Counted) -> None:
        """A post is past retention, and still counted."""
        if (post := self._followed.get(counted.key)) is not None:
            post.entry = counted

    def disown(self, author: str) -> None:
        """Drop all that is known of an account."""
        self.normal.forget(author)

    # -- output ----------------------------------------------------------------------------------------------

    def latest(self, entry: Counted, now: int) -> Reading | None:
        """The newest count that is known of a post at time `now`, with its age; None if none is, or none can be."""
        post = self._followed.get(entry.key)
        if post is None:
            return None
        if post.delivered:
            reacts = entry.platform in platforms_reacting(self._ledger)  # a feed that is to bring them may hold none
            return (sum(entry.seen), now - entry.time) if reacts else None
        reported = [(at, total) for at, counts in entry.history if at and (total := engagements(counts)) is not None]
        at, total = max(reported, default=(-1, 0))
        return (total, at - entry.time) if at >= entry.time else None

    def readings(self, entry: Counted) -> list[tuple[int, int | None]]:
        """What a post had at each age (microseconds) that it has passed; None where that is not known."""
        post = self._followed.get(entry.key)
        return [] if post is None else [*zip(self._ages, post.readings, strict=False)]

    def standing(self, entry: Counted, now: int) -> Standing | None:
        """A post at time `now` against the normal of others; None where there is nothing to compare.

        Where no other post has been read on both sides of its age, it is compared at a rung: one that its count is
        near enough to be read at, if it is a reported one, else the last at which others were read too.
        """
        latest = self.latest(entry, now)
        if latest is None:
            return None
        post = self._followed[entry.key]
        own = Own(entry.time, post.readings)
        normal = self.normal.normal(entry.author, latest[1], own)
        if normal is not None:
            return Standing(*latest, normal)
        for count, age, rung in self._at_rungs(post, *latest):
            normal = self.normal.normal(entry.author, rung, own)
            if normal is not None:
                return Standing(count, age, normal)
        return None

    def _at_rungs(self, post: Followed, count: int, age: int) -> list[tuple[int, int, int]]:
        """What a post can be compared by at rungs: engagements, the age at which they were true, that of the rung."""
        if not post.delivered:
            return [(count, age, rung) for rung in self._ages if abs(age - rung) <= NEAR * rung]
        passed = reversed([*zip(post.readings, self._ages, strict=False)])
        # More than there are now: some of what was counted then was taken back.
        return [(reading, rung, rung) for reading, rung in passed if reading is not None and reading <= count]

    # -- reading ---------------------------------------------------------------------------------------------

    def _read(self, now: int) -> None:
        """Read the posts that are due before `now`: each then waits for the next rung."""
        soonest, reacting = FAR, platforms_reacting(self._ledger)
        for rungs in (self._delivered, self._reported):
            for rung, (due, queue) in enumerate(zip(rungs.due, rungs.queues, strict=True)):
                if queue:
                    first = queue[0].entry
                    if first is None or first.time + due < now:
                        if known := self._pass(rung, rungs, now - due, reacting):
                            self.normal.learn(rung, known)
                        if not queue or (first := queue[0].entry) is None:
                            continue
                    soonest = min(soonest, first.time + due)
        self.soonest = soonest

    def _pass(self, rung: int, rungs: Rungs, before: int, reacting: Collection[str]) -> list[tuple[str, int, int]]:
        """Read the posts at a rung that were made before a time; gives what is to be learnt of them."""
        known = []
        age, queue = self._ages[rung], rungs.queues[rung]
        after = rungs.queues[rung + 1].append if rung + 1 < len(rungs.queues) else None
        shared = {None: (self._unknown[rung], self._unknown[rung + 1]), 0: (self._unread[rung], self._unread[rung + 1])}
        while queue:
            post = queue[0]
            entry = post.entry
            if entry is not None:
                if entry.time >= before:
                    break
                count: int | None = 0
                if not post.delivered:
                    count = _reported(entry, age) if entry.history else None
                elif entry.platform not in reacting:
                    count = None
                elif entry.seen is not NONE_SEEN:
                    count = sum(entry.seen)
                if count is not None:
                    known.append((entry.author, count, entry.time + age))
                if count:
                    post.readings = (*post.readings, count)
                else:  # most posts have nothing, or nothing is known: those share what was read of them
                    read, more = shared[count]
                    post.readings = more if post.readings == read else (*post.readings, count)
                if after is not None:
                    after(post)
            queue.popleft()
        return known


def _reported(entry: Counted, age: int) -> int | None:
    """Engagements as reported near an age."""
    due, far = entry.time + age, NEAR * age
    near = [(at, counts) for at, counts in entry.history if at and -far <= at - due <= far]
    return observed_label(entry.time, age, near)[0] if near else None
