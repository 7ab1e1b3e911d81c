"""What the window holds of the authors that pictures show: kept up to date for as long as they are shown."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.carried import Carried, engagement_now
from engine.ledger import NONE_SEEN, Entry, Ledger
from engine.tally import Contribution


class Person:
    """The posts of an author in the window, and what is said of them."""

    __slots__ = ("_followed", "_reactions", "_unread", "ages", "scored", "total")

    def __init__(self, posts: Sequence[Contribution]) -> None:
        compounds = [post.compound for post in posts if post.compound is not None]
        self.ages = sorted([(post.time, post.key) for post in posts])  # times and keys, the oldest first
        self.scored = len(compounds)
        self.total = sum(compounds)
        self._followed: set[str] = set()  # posts that tell of followers
        self._reactions: dict[str, int | None] = {}  # of posts of which any count is said
        self._unread = {post.key for post in posts}

    def add(self, post: Contribution) -> None:
        """A post has come."""
        insort(self.ages, (post.time, post.key))
        self._unread.add(post.key)
        if post.compound is not None:
            self.scored += 1
            self.total += post.compound

    def remove(self, post: Contribution) -> None:
        """A post is gone."""
        del self.ages[bisect_left(self.ages, (post.time, post.key))]
        self._followed.discard(post.key)
        self._reactions.pop(post.key, None)
        self._unread.discard(post.key)
        if post.compound is not None:
            self.scored -= 1
            self.total -= post.compound

    def change(self, key: str) -> None:
        """The counts of one of the posts have changed."""
        self._unread.add(key)

    def read(self, posts: Mapping[str, Entry], carried: Carried) -> None:
        """Read what is said of posts that have come or changed."""
        entries = [posts[key] for key in self._unread]
        self._unread.clear()
        self._followed.update([entry.key for entry in entries if entry.followers is not None])
        for entry in entries:
            if entry.counts is not None or entry.seen != NONE_SEEN:
                self._reactions[entry.key] = engagement_now(entry, carried)
            elif self._reactions:  # they may have been taken back
                self._reactions.pop(entry.key, None)

    def newest(self, most: int) -> list[str]:
        """The newest posts, the newest first."""
        return [key for _, key in reversed(self.ages[-most:])]

    def followed(self) -> str | None:
        """The newest post that tells of followers."""
        return next((key for _, key in reversed(self.ages) if key in self._followed), None) if self._followed else None

    def reactions(self, carried: bool) -> int | None:
        """All reactions to the posts; None where nobody says anything of them.

        `carried`: on their platform it is known of each post, so that most, of which nothing is said, have none.
        """
        totals = [total for total in self._reactions.values() if total is not None]
        silent = len(self._reactions) < len(self.ages) and carried
        return sum(totals) if totals or silent else None


class People:
    """The authors that the last picture showed. Looking saves work and changes no answer."""

    def __init__(self, items: Mapping[str, Contribution]) -> None:
        """`items` are the posts of the window by key: a view of what it holds."""
        self.shown: dict[str, Person] = {}
        self._items = items
        self._carried: Carried = {}

    def __getstate__(self) -> dict[str, Any]:
        """All but what only a picture asks for."""
        return {**self.__dict__, "shown": {}}

    def count(self, item: Contribution, sign: int) -> None:
        """A post of an author who is shown comes, or with sign -1 goes."""
        person = self.shown[item.author]
        if sign > 0:
            person.add(item)
            return
        person.remove(item)
        if not person.ages:
            del self.shown[item.author]

    def counted_anew(self, keys: Iterable[str]) -> None:
        """The counts of posts have changed."""
        for key in keys:
            if (item := self._items.get(key)) is not None and (person := self.shown.get(item.author)) is not None:
                person.change(key)

    def of(self, authors: Iterable[str], ledger: Ledger, carried: Carried, keep: bool) -> Iterator[Person]:
        """Each of some authors as of now. `keep`: they are likely to be asked for again."""
        known, self.shown = self.shown if carried == self._carried else {}, {}
        self._carried = carried
        for author in authors:
            if (person := known.get(author)) is None:
                held = map(self._items.get, ledger.by_author.of(author))
                person = Person([item for item in held if item is not None])
            person.read(ledger.posts, carried)
            if keep:
                self.shown[author] = person
            yield person
