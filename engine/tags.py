"""The hashtags of the window: counted exactly, all of them up to a cap, and past it those that occur most."""

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from heapq import nlargest
from itertools import islice

from engine.ranking import Front
from engine.sketch import WIDTH, CountMin
from engine.tally import Contribution, Tally
from engine.together import Together

MAX_TAGS = 50_000  # distinct tags that are counted one by one
SETTLED = 8  # tags that rise are counted after so many changes: an eighth of the posts in the window
NEWEST = 1_000  # posts among which one is looked for that has a rising tag as well
SOUGHT = 4  # of the rounds in which there is no room for all tags, one in so many chooses anew which have a tally


class Tags:
    """Posts, authors, sentiment and spread of each tag of the window.

    Up to `cap` distinct tags each has a tally. Past it, a sketch counts every tag, and only those whose estimate is
    above `error` have one. A tag that rises above it is counted from the posts of the window, so a tally is exact
    whenever it began; the tags without are in `error` posts each at most. When tags leave the window, `error` falls.

    `items` are the posts of the window by key: a view of what the window holds, with all that was added and no more.
    When a post is added it is not among them yet, and when it is removed it still is.
    """

    def __init__(self, items: dict[str, Contribution], cap: int = MAX_TAGS, width: int = WIDTH) -> None:
        self.tallies: dict[str, Tally] = {}
        self.error = 0  # posts that a tag without a tally can be in; 0 while each has one
        self.cap = cap
        self.together = Together(items)
        self._before: Counter[str] = Counter()  # posts of the span before, of tags that were last asked for
        self._items = items
        self._room = cap * 3 // 4  # tags that keep their tally when there are too many
        self._width = width
        self.sketch: CountMin | None = None  # None up to the cap
        self._common: Front[str] = Front()  # of those with a tally
        self._rising: dict[str, str] = {}  # tags that are to have a tally -> key of the post that last had it
        self._changes = 0  # posts that came or went since the sketch began
        self._settled = 0  # at which of these the rising were last counted
        self._sought = 0  # at which of these it was last asked whether other tags should have a tally
        self._rounds = 0  # how often it was

    # -- posts -----------------------------------------------------------------------------------------------

    def add(self, item: Contribution, width: int) -> None:
        """Count a post in, with time buckets of `width`."""
        if self.sketch is not None:
            self._tend(width)
        elif not item.tags:
            return
        self.together.count(item, 1)
        sketch, bucket = self.sketch, item.time // width
        for tag in item.tags:
            tally = self.tallies.get(tag)
            if tally is None and sketch is None:
                tally = self.tallies[tag] = Tally()
            if tally is not None:
                tally.add(item, bucket)
                self._common.note(tag, tally.posts)
            if sketch is not None:
                estimate = sketch.add(tag, 1)
                if tally is None and (estimate > self.error or tag in self._rising):
                    self._rising[tag] = item.key
        if self._counted() > self.cap:
            self._make_room()

    def fill(self, items: Iterable[Contribution], width: int, among: "Tags") -> bool:
        """Count many posts in at once, where there are none yet; they are among those of other tags.

        False, and nothing done, if they need a sketch.
        """
        groups: defaultdict[str, list[Contribution]] = defaultdict(list)
        for item in items:
            for tag in item.tags:
                groups[tag].append(item)
        if len(groups) > self.cap:
            return False
        self.tallies = {tag: Tally.of(group, width, among.tallies.get(tag)) for tag, group in groups.items()}
        return True

    def remove(self, item: Contribution, width: int) -> None:
        """Count a post out, with time buckets of `width`; nothing of it stays."""
        if self.sketch is None and not item.tags:
            return
        self.together.count(item, -1)
        sketch, bucket = self.sketch, item.time // width
        if sketch is not None:
            self._changes += 1
            for tag in item.tags:
                if self._rising.get(tag) == item.key and not self._passed_on(tag, item):
                    self._settle(width)  # else a tag could be remembered that is in no post any more
        for tag in item.tags:
            if (tally := self.tallies.get(tag)) is not None:
                tally.add(item, bucket, -1)
                self._common.note(tag, tally.posts)
                if not tally.posts:
                    del self.tallies[tag]
                    self._forget((tag,))
            if sketch is not None:
                sketch.add(tag, -1)
        if sketch is not None and not sketch.total:
            self.sketch, self.error = None, 0

    # -- what there is ---------------------------------------------------------------------------------------

    @property
    def distinct(self) -> int:
        """Distinct tags in the window; past the cap, the least there can be."""
        return self._counted() if self.sketch is None else max(self.sketch.distinct(), self._counted())

    def posts(self, tag: str) -> int:
        """Posts with a tag: exact if it has a tally, else never too low."""
        if (tally := self.tallies.get(tag)) is not None:
            return tally.posts
        estimate = self._estimate(tag)
        return estimate if tag in self._rising else min(estimate, self.error)

    def leading(self, limit: int | None, width: int) -> Mapping[str, Tally]:
        """Tallies of tags, the `limit` of most posts among them. Changes nothing."""
        rising = set(self._rising)
        if limit is not None and rising:
            most = nlargest(limit, (tally.posts for tally in self.tallies.values()))
            rising = {tag for tag in rising if len(most) < limit or self.posts(tag) >= most[-1]}
        if rising:
            return {**self.tallies, **self._count(rising, width)}
        common = self._common.keys(limit, lambda: {tag: tally.posts for tag, tally in self.tallies.items()})
        return {tag: self.tallies[tag] for tag in common}

    def count_before(self, item: Contribution, sign: int) -> None:
        """A post of the span before comes, or with sign -1 goes."""
        if item.tags and self._before:
            for tag in item.tags:
                if tag in self._before:
                    self._before[tag] += sign

    def before(self, tags: Collection[str], items: Iterable[Contribution]) -> Counter[str]:
        """In how many posts of the span before each of some tags is, and kept up to date while they are asked for.

        `items` are all posts of that span.
        """
        known, new = self._before, {tag for tag in tags if tag not in self._before}
        counts = _occurrences(items, new) if new else Counter[str]()
        self._before = Counter({tag: counts[tag] if tag in new else known[tag] for tag in tags})
        return self._before

    def _forget(self, tags: Iterable[str]) -> None:
        """These tags are in no post any more, or not counted any more."""
        self.together.forget(tags)
        for tag in tags:
            self._before.pop(tag, None)

    # -- past the cap ----------------------------------------------------------------------------------------

    def _counted(self) -> int:
        return len(self.tallies) + len(self._rising)

    def _make_room(self) -> None:
        """Keep the tallies of the tags that occur most, three quarters of what the cap allows."""
        if self.sketch is None:
            self.sketch = CountMin(self._width)
            self._changes = self._settled = self._sought = self._rounds = 0
            for tag, tally in self.tallies.items():
                self.sketch.add(tag, tally.posts)
        kept, above = _most(self._estimates(), self._room)
        self.error = max(self.error, above)
        self._keep(kept)

    def _tend(self, width: int) -> None:
        """Now and then, after so many posts that it costs little of each: count what rose, and take in what fits."""
        self._changes += 1
        if self._rising and (self._changes - self._settled) * SETTLED > len(self._items):
            self._settle(width)
        if self._changes - self._sought > len(self._items):
            self._sought = self._changes
            self._rounds += 1
            if self.distinct <= self._room or self._rounds % SOUGHT == 0:
                self._seek(width)

    def _passed_on(self, tag: str, gone: Contribution) -> bool:
        """Whether another post stands for a tag that rises: the newest that has it, if it is soon found."""
        for item in islice(reversed(self._items.values()), NEWEST):
            if tag in item.tags and item is not gone:
                self._rising[tag] = item.key
                return True
        return False

    def _settle(self, width: int) -> None:
        self._settled = self._changes
        self._common.forget()
        self.tallies.update(self._count(set(self._rising), width))
        self._rising = {}

    def _seek(self, width: int) -> None:
        """Choose anew, among all tags of the window, those that have a tally, if that leaves a smaller error."""
        found, above = self._estimates(), 0
        for item in self._items.values():
            for tag in item.tags:
                if tag not in found and (estimate := self._estimate(tag)) > above:
                    found[tag] = estimate
            if len(found) > self.cap:
                found, above = _most(found, self._room)
        found, most = _most(found, self._room)
        above = max(above, most)
        if above >= self.error:
            return
        self.error = above
        self._keep(found)
        self._rising.update({tag: "" for tag in found if tag not in self.tallies})
        self._settle(width)
        if not above:
            self.sketch = None

    def _keep(self, tags: Container[str]) -> None:
        self._forget([tag for names in (self.tallies, self._rising) for tag in names if tag not in tags])
        self.tallies = {tag: tally for tag, tally in self.tallies.items() if tag in tags}
        self._common.forget()
        self._rising = {tag: key for tag, key in self._rising.items() if tag in tags}

    def _estimate(self, tag: str) -> int:
        return 0 if self.sketch is None else self.sketch.estimate(tag)

    def _estimates(self) -> dict[str, int]:
        """Of every tag that has a tally or is to have one."""
        return {tag: self._estimate(tag) for tags in (self.tallies, self._rising) for tag in tags}

    def _count(self, tags: set[str], width: int) -> dict[str, Tally]:
        """Tallies of some tags, from the posts of the window."""
        tallies: defaultdict[str, Tally] = defaultdict(Tally)
        for item in self._items.values():
            if item.tags and not tags.isdisjoint(item.tags):
                for tag in item.tags:
                    if tag in tags:
                        tallies[tag].add(item, item.time // width)
        return dict(tallies)


def _most(counts: Mapping[str, int], keep: int) -> tuple[dict[str, int], int]:
    """The `keep` names of greatest count, the first by name of equals; and the greatest count of the others."""
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return {name: counts[name] for name in names[:keep]}, counts[names[keep]] if len(names) > keep else 0


def _occurrences(items: Iterable[Contribution], tags: set[str]) -> Counter[str]:
    """In how many of these posts each of some tags is."""
    counts: Counter[str] = Counter()
    for item in items:
        if item.tags and not tags.isdisjoint(item.tags):
            counts.update(tag for tag in item.tags if tag in tags)
    return counts
