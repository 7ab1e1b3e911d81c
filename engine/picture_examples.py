"""The text nearest the centre of a story or cluster: which of its posts says most of what it is called by."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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


def examples(engine: Engine, names: Mapping[int, Label], stories: Mapping[int, Collection[int]]) -> dict[int, str]:
    """By story or cluster the text of a post of the window, given their names and the stories they are made of.

    A text is near by the words of the name that it says, each by how many posts say it, for its length (cosine); of
    those equally near it is the newest. Those looked through are the recent ones, or if there are none, or few in all,
    the newest.
    """
    sums, items, posts = engine.window.topics, engine.window.items, engine.ledger.posts
    recent = _recent(engine, {story: each for each in names for story in stories[each]})
    found: dict[int, str] = {}
    for each, label in names.items():
        telling = _telling(label, sums.terms, stories[each])
        size = sum([len(sums.posts[story]) for story in stories[each]])
        if size > FEW and each in recent:
            found[each] = _nearest(recent[each], telling).text
            continue

        def nearest(ages: Iterable[Age], telling: Words = telling) -> Age:
            entry = _nearest([posts[key] for _, key in ages], telling)
            return entry.time, entry.key

        newest = [sums.newest(story, items) for story in stories[each]]
        if len(newest) == 1:
            _, key = newest[0].chosen(hash(frozenset(telling.items())), nearest)
        else:
            ages = chain.from_iterable([one.ages() for one in newest])
            _, key = nearest(sorted(ages, reverse=True)[:FEW])
        found[each] = posts[key].text
    return found


def _recent(engine: Engine, owner: Mapping[int, int]) -> dict[int, list[Entry]]:
    """The newest posts of the feed that are in the window, by what they are about; `owner` says it of their stories."""
    items, story_of = engine.window.items, engine.places.story
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in islice(reversed(engine.ledger.posts.values()), RECENT):
        if entry.key in items and (story := story_of(entry.story)) is not None and story in owner:
            found[owner[story]].append(entry)
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
