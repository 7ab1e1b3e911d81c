"""What sets clusters apart, in words: class-based TF-IDF (Grootendorst 2022, BERTopic, arXiv 2203.05794)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from itertools import chain
from math import log
from typing import NamedTuple

LABEL_PARTS = 3  # tags or words in a label
MIN_TAG_SHARE = 0.1  # of the count of the cluster's commonest term: what is rarer does not speak for it
MIN_WORD_SHARE = 0.2  # of the count of its commonest word that no tag says
SEVERAL = 4  # clusters before a tag can be common to most
SPURIOUS = 0.5  # a part of a label has at least this share of the first part's score
CLEARLY = 1.5  # times that the parts of another label must score higher to take a label's place


class Label(NamedTuple):
    """How a cluster is called: `label` for people, its `parts`, and the foremost tags (without '#') and words."""

    label: str
    parts: tuple[str, ...]
    tags: tuple[str, ...]
    terms: tuple[str, ...]


def labels(
    docs_by_theme: Mapping[int, Mapping[str, int]], held: Mapping[int, Label] | None = None, top: int = 5
) -> dict[int, Label]:
    """Names of clusters from their term counts ("#tag" for tags); clusters without a positive count are left out.

    A term's score in a cluster is tf * ln(1 + A / f): tf its share of the cluster's terms, f its count over all
    clusters, A the mean number of terms of a cluster. The label is up to three top tags, or words if there are no tags
    but those that most clusters have. A label that is `held` already stays until another scores CLEARLY times as high.
    """
    counts = {theme: positive for theme, found in docs_by_theme.items() if (positive := _positive(found))}
    overall: defaultdict[str, int] = defaultdict(int)
    tags: dict[int, list[str]] = {}
    for theme, found in counts.items():
        own = tags[theme] = []
        for term, n in found.items():
            overall[term] += n
            if term[:1] == "#":
                own.append(term)
    mean = sum(overall.values()) / max(1, len(counts))
    rarity = {f: log(1 + mean / f) for f in set(overall.values())}
    everywhere = _everywhere(tags.values())
    named = {}
    for theme, found in counts.items():
        said = _Said(found, sum(found.values()), overall, rarity)
        named[theme] = _kept(_name(said, tags[theme], everywhere, top), (held or {}).get(theme), said)
    return named


def _positive(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Those that are not nought: nearly always all."""
    return counts if min(counts.values(), default=0) > 0 else {term: n for term, n in counts.items() if n > 0}


class _Said(NamedTuple):
    """The terms of a cluster."""

    counts: Mapping[str, int]
    total: int
    overall: Mapping[str, int]  # counts of all clusters together
    rarity: Mapping[int, float]

    def score(self, term: str) -> float:
        """How much a term sets the cluster apart."""
        return self.counts[term] / self.total * self.rarity[self.overall[term]] if term in self.counts else 0.0

    def ranked(self, terms: Iterable[str], top: int) -> tuple[str, ...]:
        """Of these terms of the cluster those that set it apart the most."""
        counts, total, overall, rarity = self
        ranks = [(-(counts[term] / total * rarity[overall[term]]), term) for term in terms]
        return tuple([term for _, term in sorted(ranks)[:top]])


def _kept(new: Label, held: Label | None, said: _Said) -> Label:
    """The label that is held, if the new one is not clearly better; with the tags and words that lead by now."""
    if held is None or not held.parts or _level(new, said) >= CLEARLY * _level(held, said):
        return new
    return new._replace(label=held.label, parts=held.parts)


def _level(label: Label, said: _Said) -> float:
    """The mean score of what a label is made of."""
    return sum([said.score(part) for part in label.parts]) / max(1, len(label.parts))


def _everywhere(tags_by_theme: Collection[Iterable[str]]) -> set[str]:
    """Tags that say nothing of a cluster, because most of several have them: the tag that a feed was searched by."""
    if len(tags_by_theme) < SEVERAL:
        return set()
    spread = Counter(chain.from_iterable(tags_by_theme))
    return {tag for tag, clusters in spread.items() if clusters > len(tags_by_theme) / 2}


def _name(said: _Said, own_tags: Iterable[str], everywhere: Container[str], top: int) -> Label:
    found = said.counts
    common = MIN_TAG_SHARE * max(found.values())
    named = said.ranked([tag for tag in own_tags if found[tag] >= common], top)
    tags = tuple([tag[1:] for tag in named])
    unspoken = {*own_tags, *tags}
    spoken = [n for term, n in found.items() if term not in unspoken]
    common = MIN_WORD_SHARE * max(spoken, default=0)
    words = said.ranked([term for term, n in found.items() if n >= common and term not in unspoken], top)
    parts = [tag for tag in named if tag not in everywhere] or words or named
    least = SPURIOUS * said.score(parts[0])
    chosen = tuple([part for part in parts if said.score(part) >= least][:LABEL_PARTS])
    return Label(" ".join(chosen), chosen, tags, words)
