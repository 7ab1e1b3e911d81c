"""Posts against what is normal for their author at their age: readings of each post as it grows older.

A count is known as a label is (engine/labels.py): all that came, where the feed delivers each reaction as an event and
the post was seen from its birth on; else what the platform reported at about that age. What is not known is not zero.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

import msgspec

from engine.config import SECOND
from engine.events import Gap
from engine.labels import FAR, NEAR, engagements, is_born_unseen, observed_label, platforms_reacting
from engine.ledger import NONE_SEEN, Counted, Entry, Ledger
from models.normal import LADDER, SUPPORT, Normal, NormalByAge, Own

SPARE = 1_000  # posts that were read at all rungs, and a fourth of all: then they are let go of

Reading = tuple[int, int]  # engagements, and the age (microseconds) at which they were true


class Standing(NamedTuple):
    """A post beside what is normal at the same age."""

    now: int  # engagements
    age: int  # microseconds, at which they were true
    normal: Normal


class Followed(msgspec.Struct, gc=False):
    """A post that is read as it grows older."""

    entry: Counted | None  # None once it is gone
    readings: tuple[int | None, ...]  # engagements by rung, up to the last at which they were known; None where not
    delivered: bool  # whether the feed brings each reaction to it, from its birth on; else what is reported counts


class Rungs:
    """Posts in the order of their times, after what time a post is read at each rung, and how many were read there.

    As they come due in the same order, nothing has to be moved from one rung to the next.
    """

    def __init__(self, due: Sequence[int]) -> None:
        self.due = tuple(due)
        self.posts: list[Followed] = []
        self.passed = [0] * len(self.due)

    def trim(self) -> None:
        """Let go of the posts that were read at all rungs, once they are many."""
        done = self.passed[-1]
        if done >= SPARE and done > len(self.posts) // 4:
            del self.posts[:done]
            self.passed = [each - done for each in self.passed]


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
        self._delivered = Rungs(self._ages)
        self._reported = Rungs(tuple(age + int(NEAR * age) for age in self._ages))
        self._unread = tuple((0,) * passed for passed in range(len(self._ages) + 1))  # shared: most posts have nothing
        self._until = 0  # all posts are read that were due before
        self.soonest = SECOND - 1  # no post is to be read up to then
        self._newest = 0  # time of the newest post admitted
        self._blind = 0  # posts made before this are not followed: the feed was blind while they grew
        self._reacting: set[str] = set()  # platforms of which reactions have come
        self.engaged: dict[str, int] = {}  # those of posts with SUPPORT or more, when last looked

    def __getstate__(self) -> dict[str, Any]:
        """All but what only a picture asks for."""
        return {**self.__dict__, "engaged": {}}

    # -- input -----------------------------------------------------------------------------------------------

    def admit(self, entries: Sequence[Entry]) -> None:
        """Follow posts that stand at the time they were made. One that comes after newer ones is not followed."""
        complete, oldest = self._ledger.complete, max(self._newest, self._blind)
        for entry in entries:
            time, created = entry.time, entry.created
            if created is None or created < time or time < oldest or entry.late:  # else its age is not known
                continue
            self._newest = oldest = time
            delivered = entry.platform in complete and not is_born_unseen(entry)
            self._followed[entry.key] = post = Followed(entry, (), delivered)
            rungs = self._delivered if delivered else self._reported
            rungs.posts.append(post)
            if (due := time + rungs.due[0]) < self.soonest:
                self.soonest = due

    def collect(self, now: int) -> None:
        """Read every post that passed a rung before the second of `now`, as it stands at this moment."""
        if now > self.soonest:
            second = now // SECOND * SECOND
            self._read(second)
            self.soonest = max(self.soonest, second + SECOND - 1)

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
            self.engaged.pop(entry.key, None)

    def keep(self, counted: Counted) -> None:
        """A post is past retention, and still counted."""
        if (post := self._followed.get(counted.key)) is not None:
            post.entry = counted

    def disown(self, author: str) -> None:
        """Drop all that is known of an account."""
        self.normal.forget(author)

    # -- output ----------------------------------------------------------------------------------------------

    def look(self, changed: Iterable[str] | None) -> None:
        """Look which posts have SUPPORT engagements, given those whose counts have changed; None: any may have."""
        engaged, followed = self.engaged, self._followed
        for key in followed if changed is None else changed:
            post = followed.get(key)
            latest = None if post is None else _latest(post, 0)
            if latest is not None and latest[0] >= SUPPORT:
                engaged[key] = latest[0]
            else:
                engaged.pop(key, None)

    def readings(self, entry: Counted) -> list[tuple[int, int | None]]:
        """What a post had at each age (microseconds) that it has passed; None where that is not known."""
        post = self._followed.get(entry.key)
        if post is None:
            return []
        rungs = self._delivered if post.delivered else self._reported
        passed = sum(entry.time + due < self._until for due in rungs.due)
        return [*zip(self._ages[:passed], chain(post.readings, repeat(None)), strict=False)]

    def standing(self, entry: Counted, now: int) -> Standing | None:
        """A post at time `now` against the normal of others; None where there is nothing to compare.

        Where no other post has been read on both sides of its age, it is compared at a rung: one that its count is
        near enough to be read at, if it is a reported one, else the last at which others were read too.
        """
        post = self._followed.get(entry.key)
        if post is None or (post.delivered and not self._reacts(entry.platform)):
            return None
        latest = _latest(post, now)
        if latest is None:
            return None
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
        """Read the posts that are due before `now` at each rung."""
        soonest = FAR
        for rungs in (self._delivered, self._reported):
            posts, passed, count = rungs.posts, rungs.passed, len(rungs.posts)
            for rung, due in enumerate(rungs.due):
                if passed[rung] < count:
                    passed[rung] = place = self._pass(rung, posts, passed[rung], now - due)
                    if place < count and (entry := posts[place].entry) is not None:
                        soonest = min(soonest, entry.time + due)
            rungs.trim()
        self.soonest, self._until = soonest, max(now, self._until)

    def _pass(self, rung: int, posts: Sequence[Followed], place: int, before: int) -> int:
        """Read the posts from a place on that were made before a time, at a rung; gives the place of the next."""
        known: list[tuple[str, int, int]] = []
        age, zeros, reacting, count = self._ages[rung], self._unread[rung], self._reacting, len(posts)
        while place < count:
            post = posts[place]
            if (entry := post.entry) is not None:
                if entry.time >= before:
                    break
                reading: int | None = None
                if post.delivered:
                    if entry.platform in reacting or self._reacts(entry.platform):
                        reading = 0 if entry.seen is NONE_SEEN else sum(entry.seen)
                elif entry.history:
                    reading = _reported(entry, age)
                if reading is not None:
                    known.append((entry.author, reading, entry.time + age))
                    if reading == 0 and post.readings is zeros:
                        post.readings = self._unread[rung + 1]  # most posts have nothing: those share what was read
                    else:
                        post.readings = (*post.readings, *(None,) * (rung - len(post.readings)), reading)
            place += 1
        if known:
            self.normal.learn(rung, known)
        return place

    def _reacts(self, platform: str) -> bool:
        """Whether a platform's reactions come at all: a feed that is to bring them may hold posts alone."""
        if platform not in self._reacting and platform in platforms_reacting(self._ledger):
            self._reacting.add(platform)
        return platform in self._reacting


def _latest(post: Followed, now: int) -> Reading | None:
    """The newest count that is known of a post at time `now`, with its age; None if none is."""
    entry = post.entry
    if entry is None:
        return None
    if post.delivered:
        return sum(entry.seen), now - entry.time
    if not entry.history:
        return None
    reported = [(at, total) for at, counts in entry.history if at and (total := engagements(counts)) is not None]
    at, total = max(reported, default=(-1, 0))
    return (total, at - entry.time) if at >= entry.time else None


def _reported(entry: Counted, age: int) -> int | None:
    """Engagements as reported near an age."""
    due, far = entry.time + age, NEAR * age
    near = [(at, counts) for at, counts in entry.history if at and -far <= at - due <= far]
    return observed_label(entry.time, age, near)[0] if near else None
