"""What the window holds, exact to the post: volume, sentiment, tags, authors and clusters, in total and over time."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TypeAlias

from engine.bytime import At, ByTime
from engine.config import ALL_TIME, SECOND
from engine.people import People
from engine.places import Places
from engine.storysums import StorySums
from engine.tags import Tags
from engine.tally import FEW, Contribution, Tally
from engine.windowsums import GATHERED, SumsBefore, WindowSums, by_bucket

BUCKETS = 60  # time buckets of a window; one without bound has up to twice as many
MAX_MOMENTS = 200_000  # distinct moments that reactions are remembered by: two days of seconds
FAR = 2**63
_TIME = attrgetter("time")

Assigned: TypeAlias = tuple[str, int, bool]  # key of a post, its story, whether it is a copy


class Reactions:
    """When reactions came, to the second, so that any window can be looked at later. Past the cap, to 2 s, 4 s ..."""

    def __init__(self, keep: int) -> None:
        self.keep = keep  # how far back; ALL_TIME for all
        self.width = SECOND
        self.counts: Counter[int] = Counter()
        self._swept = 0

    def add(self, times: Sequence[int], now: int) -> None:
        """Count reactions; forget those too old."""
        for time in times:
            self.counts[time // self.width] += 1
        if self.keep != ALL_TIME and now - self._swept > self.keep:  # so that sweeping costs little
            now = next((time for time in times if time - self._swept > self.keep), now)
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
        self._topics = StorySums(places or Places())
        self._past: dict[str, Contribution] = {}  # past retention, by key, and not counted out of their stories yet
        self.reactions: Counter[int] = Counter()
        self.items: dict[str, Contribution] = {}
        self.tags = Tags(self.items)
        self.people = People(self.items)
        self._sums = WindowSums()
        self.before = SumsBefore()
        self.items_before: dict[str, Contribution] = {}
        self._expiry, self._expiry_before = ByTime(), ByTime()
        self._calm_until = 0  # event time before which no post falls out
        self._even_until = 0  # event time before which nothing else changes as time moves on
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

    @property
    def topics(self) -> StorySums:
        """By story and theme."""
        if self._past:
            self._count_past()
        return self._topics

    def _count_past(self) -> None:
        past, self._past = self._past, {}
        self._topics.count(past.values(), self.width, -1)

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
        if self.now is None or now > self.now:
            self.now = now
            if now >= self._calm_until:
                self._join_before(self._leave(self._expiry.until(now - self.span)))
            if now >= self._even_until:
                self._turn(now)

    def _turn(self, now: int) -> None:
        """A time bucket ends, or all get wider, or another span of the window begins."""
        if self._reach != ALL_TIME:
            self._forget_reactions(now - self._reach)
        self.reach_back(now)
        if self.span != ALL_TIME and now // self.span > self._settled_at:
            self._settled_at = now // self.span  # no post that has left stays in the sums for long
            self._settled()
        changes = [(now // self.width + 1) * self.width]
        if self._reach != ALL_TIME:
            changes.append(((now - self._reach) // self.width + 1) * self.width + self._reach)
        longest = (2 * BUCKETS - 1) * self.width
        if self.first is not None and self.span == ALL_TIME and (self._reach == ALL_TIME or longest <= self._reach):
            changes.append(self.first + longest)
        self._even_until = min(changes)

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
            groups = [self.total, *self.tags.tallies.values(), *self.topics.tallies()]
            self._oldest = -1
            self.width *= 2
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
        if item.story is not None:
            self.topics.count([item], self.width, 1)
        self._enter(item)
        if span != ALL_TIME:
            self._expiry.add(time, item.key)

    def add_all(self, items: Sequence[Contribution]) -> None:
        """Take in posts in no story yet, as they come: in the order of time, which moves on with each; or late ones."""
        if len(items) < FEW or (self.now is not None and items[0].time < self.now):
            for item in items:
                self.move(item.time)
                self.add(item)
            return
        while items:
            first = items[0].time
            self.move(first)
            until = self._even_until if self.span == ALL_TIME else min(self._even_until, first + self.span)
            end = len(items) if items[-1].time < until else bisect_left(items, until, key=_TIME)
            self._take(items[:end])
            items = items[end:]

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
            self._sums.take(item, self.width)
            self._exit(item)
            if item.story is not None:
                self._past[key] = item
                if len(self._past) >= GATHERED:
                    self._count_past()
        elif (item := self.items_before.get(key)) is not None:
            self._drop_before(item)

    def remove(self, key: str) -> None:
        """The same, at once: nothing of a post stays, also if it was past retention already."""
        if (item := self.items.get(key)) is not None:
            self._sums.remove(item, self.width)
            self._drop(item)
            return
        self._sums.forget(key, self.width)
        if (item := self.items_before.get(key)) is not None:
            self._drop_before(item)
        elif (item := self._past.pop(key, None)) is not None:
            self._topics.count([item], self.width, -1)

    def disown(self, account: str) -> None:
        """Nothing stays of an account's posts that are past retention."""
        self._sums.disown(account, self.width)
        for key in [key for key, item in self._past.items() if item.author == account]:
            self._topics.count([self._past.pop(key)], self.width, -1)

    def assign(self, posts: Iterable[Assigned]) -> None:
        """Say which stories posts belong to, and whether they are copies, once that is known."""
        items, placed = self.items, list[Contribution]()
        for key, story, copy in posts:
            if (item := items.get(key)) is not None:
                if item.story is not None:
                    self.topics.count(placed, self.width, 1)
                    placed.clear()
                    self.topics.count([item], self.width, -1)
                items[key] = item = item.within(story, copy)
                placed.append(item)
            elif (item := self.items_before.get(key)) is not None:
                self._drop_before(item)
                self._add_before(item.within(story, copy))
        self.topics.count(placed, self.width, 1)

    def settle(self) -> None:
        """Write the stories that posts now belong to into their contributions, so that merges can be forgotten."""
        story = self.topics.places.story
        for items in (self.items, self.items_before):
            for key, item in items.items():
                if (now := story(item.story)) != item.story:
                    items[key] = item.within(now, item.copy)

    def react(self, times: Sequence[int], count: int = 1) -> None:
        """Count reactions, so many at each time."""
        self.reach_back(min(times))
        oldest = -FAR if self._reach == ALL_TIME or self.now is None else (self.now - self._reach) // self.width
        for time in times:
            if (bucket := time // self.width) >= oldest:
                self.reactions[bucket] += count

    def tags_before(self, tags: set[str]) -> Counter[str]:
        """In how many posts of the span before each of some tags is."""
        return self.tags.before(tags, self.items_before.values())

    # -- the sums --------------------------------------------------------------------------------------------

    def _take(self, items: Sequence[Contribution]) -> None:
        """Take in posts in the order of time, from the present on, while nothing turns and none of them leaves again.

        What leaves as they come does so in between, as the tags see both; by story it is counted afterwards, together.
        """
        due = self._expiry.until(items[-1].time - self.span)
        left: list[Contribution] = []
        passed = 0
        for item in items:
            first = passed
            while passed < len(due) and due[passed][0] <= item.time - self.span:
                passed += 1
            if passed > first:
                left += self._leave(due[first:passed])
            self._enter(item)
        self.now = items[-1].time
        if self.span != ALL_TIME:
            self._expiry.extend([(item.time, item.key) for item in items])
            self._calm_until = min(self._calm_until, items[0].time + self.span)
        if self.now >= self._calm_until:
            self._join_before(left)

    def _enter(self, item: Contribution) -> None:
        """Count a post in, but by story."""
        self._sums.add(item, self.width)
        if item.tags or self.tags.sketch is not None:
            self.tags.add(item, self.width)
        self.items[item.key] = item
        if item.author in self.people.shown:
            self.people.count(item, 1)

    def _exit(self, item: Contribution) -> None:
        """Count a post out, but by story and in the sums."""
        if item.tags or self.tags.sketch is not None:
            self.tags.remove(item, self.width)
        if item.author in self.people.shown:
            self.people.count(item, -1)
        del self.items[item.key]

    def _leave(self, due: Iterable[At]) -> list[Contribution]:
        """Count posts out, but by story, that fall out of the window; those that there are yet."""
        left = []
        for time, key in due:
            item = self.items.get(key)
            if item is not None and item.time == time:
                self._sums.take(item, self.width)
                self._exit(item)
                left.append(item)
        return left

    def _join_before(self, left: Sequence[Contribution]) -> None:
        """What has left the window joins the span before; nothing stays that is past that."""
        assert self.now is not None
        if left and self.topics.stories:
            self.topics.count(left, self.width, -1)
        for item in left:
            self._add_before(item)
        for time, key in self._expiry_before.until(self.now - 2 * self.span):
            old = self.items_before.get(key)
            if old is not None and old.time == time:
                self._drop_before(old)
        first, before = self._expiry.first(), self._expiry_before.first()
        self._calm_until = min(
            FAR if first is None else first[0] + self.span,
            FAR if before is None else before[0] + 2 * self.span,
        )

    def _drop(self, item: Contribution) -> None:
        self._exit(item)
        if item.story is not None:
            self.topics.count([item], self.width, -1)

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
