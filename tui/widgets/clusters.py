"""The hashtag clusters of the window."""

from collections.abc import Hashable

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

    EMPTY = "no clusters in this window: they form once enough posts share words and hashtags"
    REST = 32

    def __init__(self, panel: str) -> None:
        super().__init__("clusters", COLUMNS)
        self._panel = panel
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
        self.fill(snapshot.clusters)

    def key_of(self, item: Cluster) -> Hashable:
        """A cluster keeps its id for its life."""
        return item.id

    def nothing(self) -> str:
        """Why there are none."""
        return TOPICS_OFF if self._off else self.EMPTY

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


def _label(cluster: Cluster) -> Span:
    """Its name, which stays, and after it the other tags that lead by now, if a tag names it."""
    name, role = label_cell(cluster.label, cluster.terms)
    if not name.startswith("#"):
        return name, role
    others, _ = tags_cell([tag for tag in cluster.tags if f"#{tag}" not in cluster.label.split()])
    return f"{name} {others}".rstrip(), role


COLUMNS = (
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
    Column[Cluster]("hashtags", _label),
)
