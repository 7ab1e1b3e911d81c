"""The figures of a replay: how its stories and themes agree with the labels, and what they cost."""

from typing import Any, NamedTuple

import msgspec
import numpy as np

from engine.arrivals import books
from engine.evaluation import Grouping, Replay
from models.clustering_metrics import Table, agreement, joined, labelled, largest, purity_of_largest, silhouette, sums

DIGITS = 6


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Clusters as given on arrival, against the labels of `n` posts."""

    n: int
    nmi: float
    homogeneity: float
    completeness: float
    purity_top10: float | None
    silhouette: float | None
    silhouette_n: int


class ThemeFigures(Figures, frozen=True, kw_only=True):
    """Of the themes."""

    themes: int  # given to any post


class ClusterFigures(Figures, frozen=True, kw_only=True):
    """Of the stories. `posts` = `n` + `unlabelled` + `deleted`; with `duplicates`, `left_out`, `rejected` and `others`
    they are all records there were.

    All but the last two are the same in every run over the same feed with the same options.
    """

    stories: int  # given to any post
    alone: int  # of these, those that only one post was given
    live_stories: int  # at the end of the feed
    themes: ThemeFigures
    labels: int
    posts: int
    unlabelled: int
    unplaced: int  # posts in no story, each a cluster of its own
    deleted: int  # before they were placed
    duplicates: int
    late: int
    left_out: int  # by --keep
    rejected: dict[str, int]  # records that could not be read, by reason
    others: int  # records that are no new posts: reactions, edits, deletes, counts, keep-alives
    posts_per_s: float | None  # by the processor's time: stories and themes alone
    posts_per_s_with_terms: float | None


def figures(replay: Replay) -> ClusterFigures:
    """What a finished replay has come to."""
    sizes = _sizes(replay.stories)
    sample = replay.sample.values
    cohesion = silhouette([text.terms for text, _ in sample], [story for _, story in sample])
    reading, placing = replay.seconds
    return ClusterFigures(
        **_agreed(replay.stories, cohesion, len(sample)),
        stories=len(sizes),
        alone=sizes.count(1),
        live_stories=replay.placer.stories.live,
        themes=ThemeFigures(
            **_agreed(replay.themes, *replay.placer.silhouette()),
            themes=len(_sizes(replay.themes)),
        ),
        labels=len(np.unique(labelled(replay.stories.table()).labels)),
        posts=replay.posts,
        unlabelled=replay.unlabelled,
        unplaced=replay.posts - replay.deleted - sum(sizes),
        deleted=replay.deleted,
        **books(replay)._asdict(),
        posts_per_s=_rate(replay.posts, placing),
        posts_per_s_with_terms=_rate(replay.posts, reading + placing),
    )


class Group(NamedTuple):
    """A large story with its commonest label, or a frequent label with its largest story (-1: a post in none)."""

    story: int
    label: str
    posts: int
    share: float  # of these posts that have both


def largest_stories(replay: Replay) -> list[Group]:
    """The ten largest stories, by their labelled posts."""
    table = labelled(replay.stories.table())
    together = table.clusters >= 0
    names = list(replay.labels)
    return [
        Group(story, names[label], posts, agreeing / posts)
        for story, posts, label, agreeing in largest(Table(*(part[together] for part in table)))
    ]


def largest_labels(replay: Replay) -> list[Group]:
    """The ten labels with the most posts."""
    table = labelled(replay.stories.table())
    names = list(replay.labels)
    return [
        Group(max(story, -1), names[label], posts, agreeing / posts)
        for label, posts, story, agreeing in largest(joined(Table(table.clusters, table.labels, table.counts)))
    ]


def _agreed(grouping: Grouping, cohesion: float | None, sampled: int) -> dict[str, Any]:
    """The fields of Figures."""
    table = labelled(grouping.table())
    purity = purity_of_largest(table)
    return {
        "n": int(table.counts.sum()),
        **{name: round(value, DIGITS) for name, value in agreement(table)._asdict().items()},
        "purity_top10": None if purity is None else round(purity, DIGITS),
        "silhouette": None if cohesion is None else round(cohesion, DIGITS),
        "silhouette_n": sampled,
    }


def _sizes(grouping: Grouping) -> list[int]:
    """How many posts were put into each group, those put nowhere left out."""
    table = grouping.table()
    together = table.clusters >= 0
    return [int(size) for size in sums(table.clusters[together], table.counts[together])]


def _rate(posts: int, seconds: float) -> float | None:
    return round(posts / seconds, 1) if seconds > 0 else None
