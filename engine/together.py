"""Which tags stand in the same posts: counted for the tags that pictures show, for there are too many pairs for all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from engine.tally import Contribution

TOGETHER_TAGS = 16  # tags of one post that are paired with each other
MAX_PAIRS = 1_000_000  # pairs that are kept from one picture to the next: some 50 MB
PAIRED_POSTS = 100_000  # posts of the tags whose pairs are counted at once


class Together:
    """The tags that some tags of the window stand with, exact.

    The pairs of a tag are counted from the posts of the window when it is first asked for, and kept up to date for as
    long as it is asked for again. That saves work and changes no answer.
    """

    def __init__(self, items: Mapping[str, Contribution]) -> None:
        """`items` are the posts of the window, as for `Tags`."""
        self.beside: dict[str, Counter[str]] = {}  # tag that was asked for -> others -> posts
        self._items = items

    def count(self, item: Contribution, sign: int) -> None:
        """A post comes, or with sign -1 goes."""
        if not self.beside or len(item.tags) < 2:
            return
        paired = item.tags[:TOGETHER_TAGS]
        for tag in paired:
            if (others := self.beside.get(tag)) is not None:
                for other in paired:
                    if other != tag:
                        others[other] += sign
                        if not others[other]:
                            del others[other]

    def forget(self, tags: Iterable[str]) -> None:
        """These tags are in no post any more, or not counted any more."""
        for tag in tags:
            self.beside.pop(tag, None)

    def of(self, posts: Mapping[str, int]) -> Iterator[tuple[str, Mapping[str, int]]]:
        """Each of some tags with the tags it stands with and in how many posts, in no particular order.

        `posts` are the tags asked for with the posts each is in: no more are counted at once than few posts bring.
        """
        known, self.beside = self.beside, {}
        pairs = 0
        for tag, others in self._asked(posts, known):
            if pairs + len(others) <= MAX_PAIRS:
                self.beside[tag] = others
                pairs += len(others)
            yield tag, others

    def _asked(self, posts: Mapping[str, int], known: Mapping[str, Counter[str]]) -> Iterator[tuple[str, Counter[str]]]:
        """Each tag with its pairs: first those that are known, then those to be counted, some at a time."""
        yield from ((tag, known[tag]) for tag in posts if tag in known)
        part: set[str] = set()
        held = 0
        for tag in posts:
            if tag not in known:
                if part and held + posts[tag] > PAIRED_POSTS:
                    yield from self._pairs(part).items()
                    part, held = set(), 0
                part.add(tag)
                held += posts[tag]
        if part:
            yield from self._pairs(part).items()

    def _pairs(self, tags: set[str]) -> dict[str, Counter[str]]:
        """The pairs of some tags, from the posts of the window."""
        pairs: dict[str, Counter[str]] = {tag: Counter() for tag in sorted(tags)}
        for item in self._items.values():
            if len(item.tags) > 1 and not tags.isdisjoint(item.tags):
                paired = item.tags[:TOGETHER_TAGS]
                for tag in paired:
                    if tag in tags:
                        pairs[tag].update(paired)
        for tag, others in pairs.items():
            del others[tag]
        return pairs
