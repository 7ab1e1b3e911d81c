"""What sets clusters apart, in words: class-based TF-IDF (Grootendorst 2022, BERTopic, arXiv 2203.05794)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import log
from typing import NamedTuple

LABEL_PARTS = 3  # tags or words in a label
MIN_TAG_SHARE = 0.1  # of the count of the cluster's commonest term: what is rarer does not speak for it
MIN_WORD_SHARE = 0.2  # of the count of its commonest word that no tag says
SEVERAL = 4  # clusters before a tag can be common to most
SPURIOUS = 0.5  # a part of a label has at least this share of the first part's score
CLEARLY = 1.5  # times that the parts of another label must score higher to take a label's place

Score = Callable[[str], float]


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
    counts = {theme: found for theme, docs in docs_by_theme.items() if (found := _positive(docs))}
    overall: dict[str, int] = {}
    for found in counts.values():
        for term, n in found.items():
            overall[term] = overall.get(term, 0) + n
    mean = sum(overall.values()) / max(1, len(counts))
    rarity = {f: log(1 + mean / f) for f in set(overall.values())}
    everywhere = _everywhere(counts)
    named = {}
    for theme, found in counts.items():
        score = _scores(found, overall, rarity)
        named[theme] = _kept(_name(found, score, everywhere, top), (held or {}).get(theme), score)
    return named


def _positive(found: Mapping[str, int]) -> Mapping[str, int]:
    return found if min(found.values(), default=1) > 0 else {term: n for term, n in found.items() if n > 0}


def _scores(found: Mapping[str, int], overall: Mapping[str, int], rarity: Mapping[int, float]) -> Score:
    """The score of each term of a cluster; 0 of one that it has not. Of most nobody asks."""
    total = sum(found.values())
    return lambda term: found[term] / total * rarity[overall[term]] if term in found else 0.0


def _kept(new: Label, held: Label | None, score: Score) -> Label:
    """The label that is held, if the new one is not clearly better; with the tags and words that lead by now."""
    if held is None or not held.parts or _level(new, score) >= CLEARLY * _level(held, score):
        return new
    return new._replace(label=held.label, parts=held.parts)


def _level(label: Label, score: Score) -> float:
    """The mean score of what a label is made of."""
    return sum(score(part) for part in label.parts) / max(1, len(label.parts))


def _everywhere(counts: Mapping[int, Mapping[str, int]]) -> set[str]:
    """Tags that say nothing of a cluster, because most of several have them: the tag that a feed was searched by."""
    if len(counts) < SEVERAL:
        return set()
    spread = Counter([term for found in counts.values() for term in found if term[:1] == "#"])
    return {tag for tag, clusters in spread.items() if clusters > len(counts) / 2}


def _name(found: Mapping[str, int], score: Score, everywhere: set[str], top: int) -> Label:
    common = MIN_TAG_SHARE * max(found.values())
    often = [(t, n) for t, n in found.items() if n >= common]
    tags = tuple([t[1:] for t in _ranked([t for t, _ in often if t[:1] == "#"], score)[:top]])
    said = [n for t, n in often if t[:1] != "#" and t not in tags]  # the commonest word is there, if any word is
    common = MIN_WORD_SHARE * max(said or [n for t, n in found.items() if t[:1] != "#" and t not in tags], default=0)
    spoken = [t for t, n in found.items() if n >= common and t[:1] != "#" and t not in tags]
    words = tuple(_ranked(spoken, score)[:top])
    named = [f"#{tag}" for tag in tags]
    parts = [tag for tag in named if tag not in everywhere] or list(words) or named
    leading = [part for part in parts if score(part) >= SPURIOUS * score(parts[0])]
    chosen = tuple(leading[:LABEL_PARTS])
    return Label(" ".join(chosen), chosen, tags, words)


def _ranked(terms: Iterable[str], score: Score) -> list[str]:
    return sorted(terms, key=lambda term: (-score(term), term))
