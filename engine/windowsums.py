"""The sums over all posts of a window, and over its time buckets; and the little that is asked of the span before."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from engine.ranking import Front, foremost
from engine.tally import FEW, SCALE, Contribution, Tally, bump, bump_each, tally

GATHERED = 512  # posts that are added, or taken out, at once: of each it costs a third


class WindowSums:
    """Tell it posts that come and go. Sums are up to date once it is settled, and then hold no post."""

    def __init__(self) -> None:
        self.total = Tally()
        self.per_bucket: defaultdict[int, Tally] = defaultdict(Tally)
        self.languages: Counter[str] = Counter()
        self.not_scored: Counter[str] = Counter()
        self._busy: Front[str] = Front()  # authors
        self._came: dict[str, Contribution] = {}
        self._went: dict[str, Contribution] = {}

    def add(self, item: Contribution, width: int) -> None:
        """A post has come. `width` is that of the time buckets, microseconds."""
        self._came[item.key] = item
        if len(self._came) >= GATHERED:
            self.settle(width)

    def take(self, item: Contribution, width: int) -> None:
        """A post that had come is gone."""
        self._went[item.key] = item
        if len(self._went) >= GATHERED:
            self.settle(width)

    def remove(self, item: Contribution, width: int) -> None:
        """A post that had come is gone at once: nothing of it stays."""
        if self._came.pop(item.key, None) is not None:
            return
        bucket = item.time // width
        self.total.add(item, bucket, -1)
        self._busy.note(item.author, self.total.authors.get(item.author, 0))
        tally(self.per_bucket, bucket, item, bucket, -1)
        bump(self.languages, item.lang, -1)
        if item.compound is None:
            bump(self.not_scored, item.reason, -1)

    def forget(self, key: str, width: int) -> None:
        """Nothing stays of a post that is gone."""
        if (item := self._went.pop(key, None)) is not None:
            self.remove(item, width)

    def disown(self, account: str, width: int) -> None:
        """Nothing stays of an account's posts that are gone."""
        for key in [key for key, item in self._went.items() if item.author == account]:
            self.forget(key, width)

    def settle(self, width: int) -> None:
        """Bring the sums up to date."""
        for items, sign in ((self._came, 1), (self._went, -1)):
            if items:
                self._count([*items.values()], width, sign)
                items.clear()

    def busiest(self, limit: int | None) -> list[str]:
        """The authors of most posts."""
        authors = self.total.authors
        return foremost({author: authors[author] for author in self._busy.keys(limit, lambda: authors)}, limit)

    def _count(self, items: Sequence[Contribution], width: int, sign: int) -> None:
        alone: list[Contribution] = []  # posts of buckets with few
        for bucket, group in by_bucket(items, width).items():
            held = self.per_bucket[bucket]
            empty = sign < 0 and held.posts == len(group)
            if empty:
                del self.per_bucket[bucket]
            if len(group) < FEW:
                alone += group
                if not empty:
                    held.add_all(group, width, sign)
                continue
            part = Tally.of(group, width)
            self.total.absorb(part, sign)
            if not empty:
                held.absorb(part, sign)
        self.total.add_all(alone, width, sign)
        authors = self.total.authors
        for author in {item.author for item in items}:
            self._busy.note(author, authors.get(author, 0))
        bump_each(self.languages, [item.lang for item in items], sign)
        bump_each(self.not_scored, [item.reason for item in items if item.compound is None], sign)


class SumsBefore:
    """What is asked of all posts of the span before a window: how many they are, and their mood."""

    def __init__(self) -> None:
        self.posts = 0
        self._scored = 0
        self._total = 0

    def count(self, item: Contribution, sign: int) -> None:
        """Add a post, or with sign -1 take it out."""
        self.posts += sign
        if item.compound is not None:
            self._scored += sign
            self._total += sign * item.compound

    @property
    def mean(self) -> float | None:
        """Mean compound of the scored posts; None if there are none."""
        return self._total / self._scored / SCALE if self._scored else None


def by_bucket(items: Iterable[Contribution], width: int) -> dict[int, list[Contribution]]:
    """Posts by their time bucket of `width`."""
    groups: defaultdict[int, list[Contribution]] = defaultdict(list)
    for item in items:
        groups[item.time // width].append(item)
    return groups
