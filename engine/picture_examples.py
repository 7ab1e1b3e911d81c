"""The text nearest the centre of a story or cluster: which of its posts says most of what it is called by."""

from collections.abc import Collection, Iterable, Mapping
from heapq import nlargest
from itertools import islice
from math import sqrt

from engine.ledger import Entry
from engine.pipeline import Engine
from models.ctfidf import Label

RECENT = 600  # newest posts of the feed that are looked through
FEW = 64  # posts of one thing that are looked through however old they are: all it has, or else its newest
BRIEF = 12  # terms; a text with fewer is no nearer for saying nothing else

Words = Mapping[str, int]
Best = tuple[float, int, str]  # how near, event time, key


def examples(engine: Engine, names: Mapping[int, Label], stories: Mapping[int, Collection[int]]) -> dict[int, str]:
    """By story or cluster the text of a post of the window, given their names and the stories they are made of.

    A text is near by the words of the name that it says, each by how many posts say it, for its length (cosine); of
    those equally near it is the newest.
    """
    sums, posts = engine.window.topics, engine.ledger.posts
    telling = {each: _telling(label, sums.terms, stories[each]) for each, label in names.items()}
    owner = {story: each for each in names for story in stories[each]}
    best: dict[int, Best] = {}
    recent = islice(reversed(posts.values()), RECENT)
    _choose(engine, (entry for entry in recent if entry.key in engine.window.items), owner, telling, best)
    for each in names:
        size = sum(len(sums.posts[story]) for story in stories[each])
        if size <= FEW or each not in best:
            own = (posts[key] for story in stories[each] for key in sums.posts[story])
            _choose(engine, own if size <= FEW else nlargest(FEW, own, key=_age), owner, telling, best)
    return {each: posts[key].text for each, (_, _, key) in best.items()}


def _age(entry: Entry) -> tuple[int, str]:
    return entry.time, entry.key


def _telling(label: Label, terms: Mapping[int, Words], stories: Iterable[int]) -> dict[str, int]:
    """The words of a name and in how many posts of these stories each is."""
    words = {*label.parts, *label.terms, *(f"#{tag}" for tag in label.tags)}
    said = [terms[story] for story in stories if story in terms]
    return {word: sum(counts.get(word, 0) for counts in said) for word in words}


def _choose(
    engine: Engine,
    posts: Iterable[Entry],
    owner: Mapping[int, int],
    telling: Mapping[int, Words],
    best: dict[int, Best],
) -> None:
    """Note the nearest of some posts, each for what it is about."""
    story_of = engine.places.story
    for entry in posts:
        story = story_of(entry.story)
        if story is None or (each := owner.get(story)) is None:
            continue
        words, terms = telling[each], set(entry.analysis.terms)
        near = sum(words[word] for word in terms & words.keys()) / sqrt(max(BRIEF, len(terms)))
        found = (near, entry.time, entry.key)
        if each not in best or found > best[each]:
            best[each] = found
