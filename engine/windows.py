"""What the window holds, exact to the post: volume, sentiment, tags, authors and clusters, in total and over time."""

import heapq
from collections import Counter, defaultdict

from engine.config import ALL_TIME, SECOND
from engine.tags import Tags, occurrences
from engine.tally import Contribution, Tally

BUCKETS = 60  # time buckets of a window; one without bound has up to twice as many
MAX_MOMENTS = 200_000  # distinct moments that reactions are remembered by: two days of seconds


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

    `merged` maps clusters that are no more to those they became; a chain of merges is followed to its end. A window
    without bound reaches back for `keep` only, if posts are kept no longer.
    """

    def __init__(self, span: int, merged: dict[int, int] | None = None, keep: int = ALL_TIME) -> None:
        self.span = span
        self.merged = {} if merged is None else merged
        self._reach = min(span, keep) if span and keep else span or keep
        self.width = SECOND if span == ALL_TIME else SECOND * max(1, -(-span // (BUCKETS * SECOND)))
        self.now: int | None = None
        self.total = Tally()
        self.themes: defaultdict[int, Tally] = defaultdict(Tally)
        self.terms: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.languages: Counter[str] = Counter()
        self.not_scored: Counter[str] = Counter()
        self.per_bucket: defaultdict[int, Tally] = defaultdict(Tally)
        self.reactions: Counter[int] = Counter()
        self.items: dict[str, Contribution] = {}
        self.tags = Tags(self.items)
        self.before = Tally()
        self.themes_before: Counter[int] = Counter()
        self._items_before: dict[str, Contribution] = {}
        self._expiry: list[tuple[int, str]] = []
        self._expiry_before: list[tuple[int, str]] = []
        self._oldest = -1  # bucket before which reactions have been forgotten
        self.first: int | None = None  # earliest time of anything there ever was, inside the window or not

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
        if self._reach != ALL_TIME:
            self._forget_reactions(now - self._reach)
        self.reach_back(now)
        if self.span == ALL_TIME:
            return
        start = now - self.span
        while self._expiry and self._expiry[0][0] <= start:
            time, key = heapq.heappop(self._expiry)
            item = self.items.get(key)
            if item is not None and item.time == time:
                self._drop(item)
                self._add_before(item)
        while self._expiry_before and self._expiry_before[0][0] <= start - self.span:
            time, key = heapq.heappop(self._expiry_before)
            item = self._items_before.get(key)
            if item is not None and item.time == time:
                self._drop_before(item)

    def reach_back(self, time: int) -> None:
        """Something happened at `time`. Without bound, buckets double in width as the feed grows longer."""
        self.first = time if self.first is None else min(self.first, time)
        if self.span != ALL_TIME:
            return
        length = (time if self.now is None else self.now) - self.first
        if self._reach != ALL_TIME:
            length = min(length, self._reach)
        while length >= (2 * BUCKETS - 1) * self.width:
            self._oldest = -1
            self.width *= 2
            groups = [self.total, *self.tags.tallies.values(), *self.themes.values()]
            for tally in groups:
                tally.buckets = _halved(tally.buckets)
            self.reactions = _halved(self.reactions)
            merged: defaultdict[int, Tally] = defaultdict(Tally)
            for item in self.items.values():
                merged[item.time // self.width].add(item, item.time // self.width)
            self.per_bucket = merged

    # -- posts -----------------------------------------------------------------------------------------------

    def add(self, item: Contribution) -> None:
        """Take in a post at its true time, however late it came."""
        self.reach_back(item.time)
        start = self.start
        if start is None or item.time > start:
            self._count(item, 1)
            self.tags.add(item, self.width)
            self.items[item.key] = item
            if self.span != ALL_TIME:
                heapq.heappush(self._expiry, (item.time, item.key))
        elif item.time > start - self.span:
            self._add_before(item)

    def remove(self, key: str) -> None:
        """Take a post out, wherever it stands; nothing of it stays."""
        if (item := self.items.get(key)) is not None:
            self._drop(item)
        elif (item := self._items_before.get(key)) is not None:
            self._drop_before(item)

    def assign(self, key: str, theme: int) -> None:
        """Say which cluster a post belongs to, once that is known."""
        if (item := self.items.get(key)) is not None:
            self._count_theme(item, -1)
            self.items[key] = item = item._replace(theme=theme)
            self._count_theme(item, 1)
        elif (item := self._items_before.get(key)) is not None:
            self._drop_before(item)
            self._add_before(item._replace(theme=theme))

    def merge(self, gone: int, into: int) -> None:
        """Cluster `gone` has become part of `into`, with all its posts."""
        if (tally := self.themes.pop(gone, None)) is not None:
            self.themes[into].absorb(tally)
        if (terms := self.terms.pop(gone, None)) is not None:
            self.terms[into].update(terms)
        if count := self.themes_before.pop(gone, 0):
            self.themes_before[into] += count

    def settle(self) -> None:
        """Write the clusters that posts now belong to into their contributions, so that `merged` can be emptied."""
        for items in (self.items, self._items_before):
            for key, item in items.items():
                if item.theme in self.merged:
                    items[key] = item._replace(theme=self.theme(item))

    def theme(self, item: Contribution) -> int | None:
        """The cluster that a post belongs to by now."""
        return resolve(self.merged, item.theme)

    def react(self, time: int, count: int = 1) -> None:
        """Count reactions at a time."""
        self.reach_back(time)
        bucket = time // self.width
        if self._reach == ALL_TIME or self.now is None or bucket >= (self.now - self._reach) // self.width:
            self.reactions[bucket] += count

    def tags_before(self, tags: set[str]) -> Counter[str]:
        """In how many posts of the span before each of some tags is."""
        return occurrences(self._items_before.values(), tags)

    # -- the sums --------------------------------------------------------------------------------------------

    def _drop(self, item: Contribution) -> None:
        self._count(item, -1)
        self.tags.remove(item, self.width)
        del self.items[item.key]

    def _add_before(self, item: Contribution) -> None:
        self.before.add(item, 0)
        theme = self.theme(item)
        if theme is not None:
            self.themes_before[theme] += 1
        self._items_before[item.key] = item
        heapq.heappush(self._expiry_before, (item.time, item.key))

    def _drop_before(self, item: Contribution) -> None:
        self.before.add(item, 0, -1)
        theme = self.theme(item)
        if theme is not None:
            _bump(self.themes_before, theme, -1)
        del self._items_before[item.key]

    def _count(self, item: Contribution, sign: int) -> None:
        bucket = item.time // self.width
        self.total.add(item, bucket, sign)
        _tally(self.per_bucket, bucket, item, bucket, sign)
        _bump(self.languages, item.lang, sign)
        if item.compound is None:
            _bump(self.not_scored, item.reason, sign)
        self._count_theme(item, sign)

    def _count_theme(self, item: Contribution, sign: int) -> None:
        theme = self.theme(item)
        if theme is None:
            return
        _tally(self.themes, theme, item, item.time // self.width, sign)
        terms = self.terms[theme]
        for term in item.terms:
            _bump(terms, term, sign)
        if not terms:
            del self.terms[theme]

    def _forget_reactions(self, start: int) -> None:
        oldest = start // self.width
        if self._oldest < oldest:
            self._oldest = oldest
            for bucket in [b for b in self.reactions if b < oldest]:
                del self.reactions[bucket]


def resolve(merged: dict[int, int], theme: int | None) -> int | None:
    """Follow merges to the cluster that is there now."""
    while theme in merged:
        theme = merged[theme]
    return theme


def _tally(groups: defaultdict, key: object, item: Contribution, bucket: int, sign: int) -> None:  # type: ignore[type-arg]
    tally = groups[key]
    tally.add(item, bucket, sign)
    if not tally.posts:
        del groups[key]


def _bump(counter: Counter, key: object, sign: int) -> None:  # type: ignore[type-arg]
    counter[key] += sign
    if not counter[key]:
        del counter[key]


def _halved(buckets: Counter[int]) -> Counter[int]:
    halved: Counter[int] = Counter()
    for bucket, n in buckets.items():
        halved[bucket // 2] += n
    return halved
