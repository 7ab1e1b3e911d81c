"""The hashtags of the window."""

from collections.abc import Hashable

from engine.snapshot import Hashtag, Snapshot
from tui.format import count, percent
from tui.keymap import key
from tui.widgets.cells import TREND, authors_cell, change_cell, sentiment_cell, tags_cell, trend_cell
from tui.widgets.columns import Column
from tui.widgets.table import Table


class Hashtags(Table[Hashtag]):
    """Tags by posts, authors, share or mood."""

    EMPTY = "no hashtags yet"
    UNMATCHED = "no hashtags match the filter"

    def __init__(self) -> None:
        super().__init__("hashtags", COLUMNS)
        self._all = self._error = 0

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._all, self._error = snapshot.hashtags_in_window, snapshot.hashtags_error
        self.fill(snapshot.hashtags)

    def key_of(self, item: Hashtag) -> Hashable:
        """A tag is itself."""
        return item.tag

    def title_parts(self) -> list[tuple[int, str]]:
        """How many there are, and past the cap on them from how many posts on none is missing."""
        more = f" of {count(self._all)}{'+' if self._error else ''}" if self._all > len(self.items) else ""
        complete = f"complete above {count(self._error)} posts" if self._error else ""
        return [
            (0, f"{key('panel_6')} Hashtags"),
            (3, f"top {len(self.items)}{more}"),
            (1, complete),
            (2, self.sorting()),
        ]


COLUMNS = (
    Column[Hashtag]("posts", lambda h: (count(h.posts), "strong"), 7, order=lambda h: h.posts),
    Column[Hashtag]("share", lambda h: (percent(h.share), ""), 6, rank=2, order=lambda h: h.share),
    Column[Hashtag]("Δ", lambda h: change_cell(h.change), 6, rank=4, order=lambda h: h.change),
    Column[Hashtag]("authors", lambda h: authors_cell(h.authors), 7, rank=5, order=lambda h: h.authors),
    Column[Hashtag]("mean", lambda h: sentiment_cell(h.sentiment, h.scored), 6, rank=1, order=lambda h: h.sentiment),
    Column[Hashtag]("trend", lambda h: trend_cell(h.trend), TREND, False, rank=3),
    Column[Hashtag]("hashtag", lambda h: tags_cell([h.tag])),
)
