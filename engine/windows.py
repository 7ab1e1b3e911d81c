"""What the window holds, exact to the post: volume, sentiment, tags, authors and clusters, in total and over time."""

import heapq
from collections import Counter, defaultdict

from engine.config import ALL_TIME, SECOND
from engine.tally import Contribution, Tally

BUCKETS = 60  # time buckets of a window; one without bound has up to twice as many
TOGETHER_TAGS = 16  # tags of one post that are paired with each other


class Window:
    """The posts with now - span < event time <= now, and the sums of the span before that.

    `merged` maps clusters that are no more to those they became; a chain of merges is followed to its end.
    """

    def __init__(self, span: int, merged: dict[int, int] | None = None) -> None:
        self.span = span
        self.merged = {} if merged is None else merged
        self.width = SECOND if span == ALL_TIME else max(SECOND, span // BUCKETS)
        self.now: int | None = None
        self.total = Tally()
        self.tags: defaultdict[str, Tally] = defaultdict(Tally)
        self.themes: defaultdict[int, Tally] = defaultdict(Tally)
        self.terms: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.together: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.languages: Counter[str] = Counter()
        self.not_scored: Counter[str] = Counter()
        self.per_bucket: defaultdict[int, Tally] = defaultdict(Tally)
        self.reactions: Counter[int] = Counter()
        self.items: dict[str, Contribution] = {}
        self.before = Tally()
        self.themes_before: Counter[int] = Counter()
        self._items_before: dict[str, Contribution] = {}
        self._expiry: list[tuple[int, str]] = []
        self._expiry_before: list[tuple[int, str]] = []
        self._first = 0

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
        if self.span == ALL_TIME:
            self._widen(now)
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
        self._forget_reactions(start)

    def _widen(self, time: int) -> None:
        """Without bound, buckets double in width as the feed grows longer."""
        self._first = min(self._first, time) if self.total.posts or self.reactions else time
        while (self.now or time) // self.width - self._first // self.width >= 2 * BUCKETS:
            self.width *= 2
            groups = [self.total, *self.tags.values(), *self.themes.values()]
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
        start = self.start
        if start is None or item.time > start:
            if self.span == ALL_TIME:
                self._widen(item.time)
            self._count(item, 1)
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

    def react(self, time: int) -> None:
        """Count a reaction."""
        start = self.start
        if start is None or time > start:
            if self.span == ALL_TIME:
                self._widen(time)
            self.reactions[time // self.width] += 1

    # -- the sums --------------------------------------------------------------------------------------------

    def _drop(self, item: Contribution) -> None:
        self._count(item, -1)
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
        for tag in item.tags:
            _tally(self.tags, tag, item, bucket, sign)
        _bump(self.languages, item.lang, sign)
        if item.compound is None:
            _bump(self.not_scored, item.reason, sign)
        self._count_theme(item, sign)
        paired = item.tags[:TOGETHER_TAGS]
        if len(paired) > 1:
            for tag in paired:
                others = self.together[tag]
                for other in paired:
                    if other != tag:
                        _bump(others, other, sign)
                if not others:
                    del self.together[tag]

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
