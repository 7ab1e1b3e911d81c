"""Draws a TopicSheet of an Engine: reads, never changes. Only on demand."""

from collections import Counter
from collections.abc import Mapping
from math import log

from engine.picture_clusters import theme_name
from engine.pipeline import Engine
from engine.ranking import foremost
from engine.topicsheet import Apart, TopicSheet, Word
from engine.units import moment

WORDS = 160
CANDIDATES = 400  # most frequent words of a cluster that are looked at
LEAST = 2  # times that a word is said
STORIES = 1_000


def topic_sheet(engine: Engine, cluster: int | None) -> TopicSheet:
    """Of a cluster; None is the whole window."""
    sums = engine.window.topics
    sizes = sums.sizes()
    return TopicSheet(
        cluster=cluster,
        label="" if cluster is None else theme_name(engine, cluster),
        as_of=None if engine.now is None else moment(engine.now),
        words=_words(engine, cluster),
        apart=[
            Apart(cluster=theme, silhouette=round(score, 4), n=n)
            for theme, (score, n) in sorted(engine.topics.silhouettes().items())
        ],
        sizes=[sizes[story] for story in foremost(sizes, STORIES)],
    )


def _words(engine: Engine, cluster: int | None) -> list[Word]:
    sums = engine.window.topics
    everywhere: Counter[str] = Counter()
    for terms in sums.terms.values():
        everywhere.update(terms)
    if cluster is None:
        return _heaviest(everywhere, {term: float(everywhere[term]) for term in foremost(everywhere, WORDS * 2)})
    said: Counter[str] = Counter()
    for story in sums.by_theme().get(cluster, ()):
        said.update(sums.terms.get(story, {}))
    # As the names of clusters are found: class-based TF-IDF (models.ctfidf).
    mean = everywhere.total() / max(1, len(sums.themes))
    return _heaviest(said, {term: said[term] * log(1 + mean / everywhere[term]) for term in foremost(said, CANDIDATES)})


def _heaviest(said: Mapping[str, int], scores: Mapping[str, float]) -> list[Word]:
    """The foremost words; one that is a hashtag too is named once, as what it is more often."""
    ranked = sorted(scores, key=lambda term: (-scores[term], term))
    named: set[str] = set()
    words: list[Word] = []
    for term in ranked:
        bare = term.removeprefix("#")
        if bare not in named and said[term] >= LEAST and len(words) < WORDS:
            named.add(bare)
            words.append(Word(text=term, posts=said[term], weight=round(scores[term] / scores[ranked[0]], 4)))
    return words
