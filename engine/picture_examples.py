"""The text nearest the centre of a story or cluster: which of its posts says most of what it is called by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from math import sqrt
from operator import attrgetter

from engine.ledger import Entry
from engine.newest import FEW, Age
from engine.pipeline import Engine
from models.ctfidf import Label

RECENT = 600  # newest posts of the feed that are looked through
BRIEF = 12  # terms; a text with fewer is no nearer for saying nothing else

Words = Mapping[str, int]
_AGE = attrgetter("time", "key")


class Examples:
    """By what a story or cluster is called, the text of one of its posts of the window, as the engine is now.

    A text is near by the words of the name that it says, each by how many posts say it, for its length (cosine); of
    those equally near it is the newest. Those looked through are the recent ones, or if there are none, or few in all,
    the newest.
    """

    def __init__(self, engine: Engine) -> None:
        self._sums, self._items = engine.window.topics, engine.window.items
        self._posts, self._places = engine.ledger.posts, engine.places

    def of(self, label: Label, stories: Sequence[int]) -> str:
        """The text nearest the name of what these stories make up."""
        sums = self._sums
        telling = _telling(label, sums.terms, stories)
        recent = [entry for story in stories for entry in self._recent.get(story, ())]
        if recent and sum([len(sums.posts[story]) for story in stories]) > FEW:
            return _nearest(recent, telling).text

        def nearest(ages: Iterable[Age]) -> Age:
            entry = _nearest([self._posts[key] for _, key in ages], telling)
            return entry.time, entry.key

        newest = [sums.newest(story, self._items) for story in stories]
        if len(newest) == 1:
            _, key = newest[0].chosen(hash(frozenset(telling.items())), nearest)
        else:
            ages = chain.from_iterable([one.ages() for one in newest])
            _, key = nearest(sorted(ages, reverse=True)[:FEW])
        return self._posts[key].text

    @cached_property
    def _recent(self) -> Mapping[int, Sequence[Entry]]:
        """The newest posts of the feed that are in the window, by their stories."""
        items, story_of = self._items, self._places.story
        found: defaultdict[int, list[Entry]] = defaultdict(list)
        for entry in islice(reversed(self._posts.values()), RECENT):
            if entry.key in items and (story := story_of(entry.story)) is not None:
                found[story].append(entry)
        return found


def _telling(label: Label, terms: Mapping[int, Words], stories: Iterable[int]) -> Words:
    """The words of a name and in how many posts of these stories each is."""
    words = {*label.parts, *label.terms, *(f"#{tag}" for tag in label.tags)}
    said = [terms[story] for story in stories if story in terms]
    return {word: sum([counts.get(word, 0) for counts in said]) for word in words}


def _nearest(posts: Sequence[Entry], telling: Words) -> Entry:
    """The nearest of some posts that are about one thing."""
    words, counts = frozenset(telling), telling.__getitem__
    said = [entry.analysis.terms for entry in posts]
    sizes = [BRIEF if len(terms) <= BRIEF else max(BRIEF, len(set(terms))) for terms in said]
    near = [sum(map(counts, words.intersection(terms))) / sqrt(size) for terms, size in zip(said, sizes, strict=True)]
    nearest = max(near)
    return max([entry for entry, n in zip(posts, near, strict=True) if n == nearest], key=_AGE)
