"""The hashtag clusters of the window."""

from collections.abc import Hashable, Sequence

from engine.clean import clean_line
from engine.snapshot import Cluster, Snapshot
from tui.format import TOPICS_OFF, count, percent, ratio, whole_percent
from tui.keymap import key
from tui.lines import Span
from tui.widgets.cells import (
    TREND,
    authors_cell,
    change_cell,
    copies_cell,
    label_cell,
    sentiment_cell,
    tags_cell,
    trend_cell,
)
from tui.widgets.columns import Column
from tui.widgets.table import Table

ROOMY = 100  # cells from which the panel has its whole name


class Clusters(Table[Cluster]):
    """Clusters by posts, share, change or mood. The tags stand last: they may hold any script.

    `panel` is the action that shows and hides the panel, whose key goes before the title; "" on a page of its own.
    """

    EMPTY = "no clusters in this window: too few posts share words"
    UNMATCHED = "no clusters: no posts of any match the filter"
    REST = 32

    def __init__(self, panel: str) -> None:
        super().__init__("clusters", columns(self))
        self._panel = panel
        self._own: dict[int, str] = {}
        self._silhouette = ""
        self._unclustered = ""
        self._sampled = ""
        self._all = 0
        self._off = False

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._off = not snapshot.topics
        alone, posts = snapshot.unclustered, snapshot.posts_in_window
        self._unclustered = f"unclustered {count(alone)} ({whole_percent(alone / posts)})" if alone and posts else ""
        self._sampled = f"of 1 post in {snapshot.topics_one_in}" if snapshot.topics_one_in > 1 else ""
        self._silhouette = (
            f"silhouette {ratio(snapshot.silhouette)} (n {count(snapshot.silhouette_n)})"
            if snapshot.silhouette is not None
            else ""
        )
        self._all = snapshot.clusters_in_window or 0
        self._own = told_apart(snapshot.clusters)
        self.fill(snapshot.clusters)

    def key_of(self, item: Cluster) -> Hashable:
        """A cluster keeps its id for its life."""
        return item.id

    def nothing(self) -> str:
        """Why there are none."""
        return TOPICS_OFF if self._off else super().nothing()

    def title_parts(self) -> list[tuple[int, str]]:
        """How many are shown of how many, how well they keep apart, and how many posts are in none at all."""
        number = f"{key(self._panel)} " if self._panel else ""
        name = f"{number}{'Hashtag clusters' if self.size.width >= ROOMY else 'Clusters'}"
        if self._off:
            return [(0, name)]
        shown = f"{len(self.items)} of {count(self._all)}" if self._all > len(self.items) else f"{len(self.items)}"
        return [
            (0, name),
            (1, self._sampled),
            (2, shown),
            (3, self._silhouette),
            (4, self._unclustered),
            (1, self.sorting()),
        ]

    def label_of(self, cluster: Cluster) -> Span:
        """Its name, which stays, what tells it from others of that name, and the other tags that lead by now."""
        name, role = label_cell(cluster.label, cluster.terms)
        own = self._own.get(cluster.id, "")
        named = f"{name} · {own}" if own else name
        if not name.startswith("#"):
            return named, role
        others, _ = tags_cell([tag for tag in cluster.tags if f"#{tag}" not in (*cluster.label.split(), own)])
        return f"{named} {others}".rstrip(), role


def told_apart(clusters: Sequence[Cluster]) -> dict[int, str]:
    """By cluster that shares its name with others the foremost tag or word that none of those has."""
    found: dict[int, str] = {}
    for one in clusters:
        name = frozenset(one.label.split())
        others = [other for other in clusters if other is not one and frozenset(other.label.split()) == name]
        if name and others:
            theirs = {part for other in others for part in _parts(other)}
            own = next((part for part in _parts(one) if part not in theirs and part not in name), "")
            found[one.id] = clean_line(own)
    return found


def _parts(cluster: Cluster) -> list[str]:
    return [*(f"#{tag}" for tag in cluster.tags), *cluster.terms]


def columns(table: Clusters) -> list[Column[Cluster]]:
    """The columns; what tells clusters apart depends on the others that the table shows."""
    return [
        Column[Cluster]("#", lambda c: (str(c.id), "muted"), 3, rank=2),
        Column[Cluster]("posts", lambda c: (count(c.posts), "strong"), 8, order=lambda c: c.posts),
        Column[Cluster]("share", lambda c: (percent(c.share), ""), 6, order=lambda c: c.share),
        Column[Cluster]("Δ", lambda c: change_cell(c.change), 6, rank=1, order=lambda c: c.change),
        Column[Cluster]("mean", lambda c: sentiment_cell(c.sentiment, c.scored), 6, order=lambda c: c.sentiment),
        Column[Cluster]("scored", lambda c: (percent(c.coverage, 0), "muted"), 6, rank=5, order=lambda c: c.coverage),
        Column[Cluster]("authors", lambda c: authors_cell(c.authors), 8, rank=4, order=lambda c: c.authors),
        Column[Cluster]("copies", lambda c: copies_cell(c.copies), 6, rank=6, order=lambda c: c.copies),
        Column[Cluster]("stories", lambda c: (count(c.stories), ""), 7, rank=7, order=lambda c: c.stories),
        Column[Cluster]("trend", lambda c: trend_cell(c.trend), TREND, False, rank=3),
        Column[Cluster]("hashtags", table.label_of),
    ]
