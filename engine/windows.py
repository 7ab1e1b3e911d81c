"""What the window holds, exact to the post: volume, sentiment, tags, authors and clusters, in total and over time."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from engine.bytime import ByTime
from engine.config import ALL_TIME, SECOND
from engine.people import People
from engine.places import Places
from engine.storysums import StorySums
from engine.tags import Tags
from engine.tally import Contribution, Tally
from engine.windowsums import SumsBefore, WindowSums, by_bucket

BUCKETS = 60  # time buckets of a window; one without bound has up to twice as many
MAX_MOMENTS = 200_000  # distinct moments that reactions are remembered by: two days of seconds


Assigned: TypeAlias = tuple[str, int, bool]  # key of a post, its story, whether it is a copy


class Reactions:
    """When reactions came, to the second, so that any window can be looked at later. Past the cap, to 2 s, 4 s ..."""

    def __init__(self, keep: int) -> None:
        self.keep = keep  # how far back; ALL_TIME for all
        self.width = SECOND
        self.counts: Counter[int] = Counter()
        self._swept = 0

    def add(self, time: int, now: int) -> None:
        """Count a reaction; forget those too old."""
        self.counts[time // self.width] += 1
        if self.keep != ALL_TIME and now - self._swept > self.keep:  # so that sweeping costs little
            self._swept, oldest = now, (now - self.keep - self.keep // 8) // self.width  # bucket cut in two: whole
            self.counts = Counter({moment: n for moment, n in self.counts.items() if moment >= oldest})
        if len(self.counts) > MAX_MOMENTS:
            self.width *= 2
            self.counts = _halved(self.counts)


class Window:
    """The posts with now - span < event time <= now, and the sums of the span before that.

    `places` say where stories have gone. A window without bound reaches back for `keep` only, if posts are kept no
    longer.
    """

    def __init__(self, span: int, places: Places | None = None, keep: int = ALL_TIME) -> None:
        self.span = span
        self._reach = min(span, keep) if span and keep else span or keep
        self.width = SECOND if span == ALL_TIME else SECOND * max(1, -(-span // (BUCKETS * SECOND)))
        self.now: int | None = None
        self.topics = StorySums(places or Places())
        self.reactions: Counter[int] = Counter()
        self.items: dict[str, Contribution] = {}
        self.tags = Tags(self.items)
        self.people = People(self.items)
        self._sums = WindowSums()
        self.before = SumsBefore()
        self.items_before: dict[str, Contribution] = {}
        self._expiry, self._expiry_before = ByTime(), ByTime()
        self._calm_until = 0  # event time before which moving on changes nothing
        self._settled_at = -1  # which span of event time it was when the sums were last settled
        self._oldest = -1  # bucket before which reactions have been forgotten
        self.first: int | None = None  # earliest time of anything there ever was, inside the window or not

    # -- sums ------------------------------------------------------------------------------------------------

    @property
    def total(self) -> Tally:
        """Of all posts of the window."""
        return self._settled().total

    def busiest(self, limit: int | None) -> list[str]:
        """The authors of most posts."""
        return self._settled().busiest(limit)

    @property
    def per_bucket(self) -> defaultdict[int, Tally]:
        """By time bucket."""
        return self._settled().per_bucket

    @property
    def languages(self) -> Counter[str]:
        """Posts by language as detected."""
        return self._settled().languages

    @property
    def not_scored(self) -> Counter[str]:
        """Posts that are not scored, by reason."""
        return self._settled().not_scored

    def _settled(self) -> WindowSums:
        self._sums.settle(self.width)
        return self._sums

    # -- time ------------------------------------------------------------------------------------------------

    @property
    def start(self) -> int | None:
        """Posts at or before this time are out; None if nothing is."""
        return None if self.span == ALL_TIME or self.now is None else self.now - self.span

    def move(self, now: int) -> None:
        """Let the window end at `now`; what falls out of it joins the span before."""
        if self.now is not None and now <= self.now:
            return
        self.now = now
        if now < self._calm_until:
            return
        if self._reach != ALL_TIME:
            self._forget_reactions(now - self._reach)
        self.reach_back(now)
        if self.span != ALL_TIME:
            self._slide(now)
        self._calm_until = self._next_change(now)

    def _next_change(self, now: int) -> int:
        """The event time up to which nothing falls out, no time bucket ends and none gets wider."""
        changes = [(now // self.width + 1) * self.width]
        if self._reach != ALL_TIME:
            changes.append(((now - self._reach) // self.width + 1) * self.width + self._reach)
        longest = (2 * BUCKETS - 1) * self.width
        if self.first is not None and self.span == ALL_TIME and (self._reach == ALL_TIME or longest <= self._reach):
            changes.append(self.first + longest)
        if (first := self._expiry.first()) is not None:
            changes.append(first[0] + self.span)
        if (first := self._expiry_before.first()) is not None:
            changes.append(first[0] + 2 * self.span)
        return min(changes)

    def _slide(self, now: int) -> None:
        """Let out what is past the window, and then past the span before."""
        start = now - self.span
        for time, key in self._expiry.until(start):
            item = self.items.get(key)
            if item is not None and item.time == time:
                self._let_out(item)
                self._add_before(item)
        for time, key in self._expiry_before.until(start - self.span):
            item = self.items_before.get(key)
            if item is not None and item.time == time:
                self._drop_before(item)
        part = now // self.span
        if part > self._settled_at:  # no post that has left stays in the sums for long
            self._settled_at = part
            self._settled()

    def follow(self, other: "Window") -> None:
        """End and begin where another window of the feed does: then its time buckets are as wide."""
        if other.now is not None and other.first is not None:
            self.move(other.now)
            self.reach_back(other.first)

    def reach_back(self, time: int) -> None:
        """Something happened at `time`. Without bound, buckets double in width as the feed grows longer."""
        self.first = time if self.first is None else min(self.first, time)
        if self.span != ALL_TIME:
            return
        length = (time if self.now is None else self.now) - self.first
        if self._reach != ALL_TIME:
            length = min(length, self._reach)
        while length >= (2 * BUCKETS - 1) * self.width:
            self._settled()
            self._oldest = -1
            self.width *= 2
            groups = [self.total, *self.tags.tallies.values(), *self.topics.tallies()]
            for group in groups:
                group.buckets = _halved(group.buckets)
            self.reactions = _halved(self.reactions)
            merged: defaultdict[int, Tally] = defaultdict(Tally)
            for item in self.items.values():
                merged[item.time // self.width].add(item, item.time // self.width)
            self._sums.per_bucket = merged

    # -- posts -----------------------------------------------------------------------------------------------

    def add(self, item: Contribution) -> None:
        """Take in a post at its true time, however late it came."""
        time, span = item.time, self.span
        if self.first is None or time < self.first:
            self.reach_back(time)
        if span != ALL_TIME and self.now is not None:
            if (leaves := time + span) < self._calm_until:
                self._calm_until = leaves
            if time <= self.now - span:
                if time > self.now - 2 * span:
                    self._add_before(item)
                return
        self._sums.add(item, self.width)
        if item.story is not None:
            self.topics.count(item, self.width, 1)
        if item.tags or self.tags.sketch is not None:
            self.tags.add(item, self.width)
        self.items[item.key] = item
        if item.author in self.people.shown:
            self.people.count(item, 1)
        if span != ALL_TIME:
            self._expiry.add(time, item.key)

    def fill(self, posts: Iterable[Contribution], beside: "Window") -> None:
        """Take in posts of the window and of the span before, where there are none yet.

        Another window of the same time stands `beside`: it holds all of these, or no others.
        """
        start, inside = self.start, list[Contribution]()
        for item in posts:
            if start is None or item.time > start:
                inside.append(item)
            elif item.time > start - self.span:
                self._add_before(item)
        if self.tags.fill(inside, self.width, beside.tags):
            sums, others = self._sums, beside.per_bucket if beside.width == self.width else {}
            for bucket, group in by_bucket(inside, self.width).items():
                sums.per_bucket[bucket] = Tally.of(group, self.width, others.get(bucket))
            sums.total = Tally.over(sums.per_bucket.values(), inside, self.width)
            sums.languages.update([item.lang for item in inside])
            sums.not_scored.update([item.reason for item in inside if item.compound is None])
            self.topics.fill(inside, self.width, beside.topics)
            self.items.update([(item.key, item) for item in inside])
            if self.span != ALL_TIME:
                self._expiry = ByTime((item.time, item.key) for item in inside)
        else:
            for item in inside:
                self.add(item)
        self._calm_until = 0

    def find(self, key: str) -> Contribution | None:
        """What a post adds to the window or to the span before it."""
        return self.items.get(key) or self.items_before.get(key)

    def expire(self, key: str) -> None:
        """A post is past retention: take it out, wherever it stands."""
        if (item := self.items.get(key)) is not None:
            self._let_out(item)
        elif (item := self.items_before.get(key)) is not None:
            self._drop_before(item)

    def remove(self, key: str) -> None:
        """The same, at once: nothing of a post stays."""
        if (item := self.items.get(key)) is not None:
            self._sums.remove(item, self.width)
            self._drop(item)
        elif (item := self.items_before.get(key)) is not None:
            self._sums.forget(key, self.width)
            self._drop_before(item)

    def assign(self, posts: Iterable[Assigned]) -> None:
        """Say which stories posts belong to, and whether they are copies, once that is known."""
        items, placed = self.items, list[Contribution]()
        for key, story, copy in posts:
            if (item := items.get(key)) is not None:
                if item.story is not None:
                    self.topics.count_all(placed, self.width)
                    placed.clear()
                    self.topics.count(item, self.width, -1)
                items[key] = item = item.within(story, copy)
                placed.append(item)
            elif (item := self.items_before.get(key)) is not None:
                self._drop_before(item)
                self._add_before(item.within(story, copy))
        self.topics.count_all(placed, self.width)

    def settle(self) -> None:
        """Write the stories that posts now belong to into their contributions, so that merges can be forgotten."""
        story = self.topics.places.story
        for items in (self.items, self.items_before):
            for key, item in items.items():
                if (now := story(item.story)) != item.story:
                    items[key] = item.within(now, item.copy)

    def react(self, time: int, count: int = 1) -> None:
        """Count reactions at a time."""
        self.reach_back(time)
        bucket = time // self.width
        if self._reach == ALL_TIME or self.now is None or bucket >= (self.now - self._reach) // self.width:
            self.reactions[bucket] += count

    def tags_before(self, tags: set[str]) -> Counter[str]:
        """In how many posts of the span before each of some tags is."""
        return self.tags.before(tags, self.items_before.values())

    # -- the sums --------------------------------------------------------------------------------------------

    def _let_out(self, item: Contribution) -> None:
        self._sums.take(item, self.width)
        self._drop(item)

    def _drop(self, item: Contribution) -> None:
        if item.story is not None:
            self.topics.count(item, self.width, -1)
        if item.tags or self.tags.sketch is not None:
            self.tags.remove(item, self.width)
        if item.author in self.people.shown:
            self.people.count(item, -1)
        del self.items[item.key]

    def _add_before(self, item: Contribution) -> None:
        self.before.count(item, 1)
        self.tags.count_before(item, 1)
        if item.story is not None:
            self.topics.count_before(item, 1)
        self.items_before[item.key] = item
        self._expiry_before.add(item.time, item.key)

    def _drop_before(self, item: Contribution) -> None:
        self.before.count(item, -1)
        self.tags.count_before(item, -1)
        if item.story is not None:
            self.topics.count_before(item, -1)
        del self.items_before[item.key]

    def _forget_reactions(self, start: int) -> None:
        oldest = start // self.width
        if self._oldest < oldest:
            self._oldest = oldest
            for bucket in [b for b in self.reactions if b < oldest]:
                del self.reactions[bucket]


def _halved(buckets: Counter[int]) -> Counter[int]:
    halved: Counter[int] = Counter()
    for bucket, n in buckets.items():
        halved[bucket // 2] += n
    return halved
