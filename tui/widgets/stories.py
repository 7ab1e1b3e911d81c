"""The stories of the window: what is being said, post by post put together."""

from collections.abc import Hashable, Sequence

from engine.snapshot import Snapshot, Story
from tui.format import TOPICS_OFF, count, day_and_hour, percent
from tui.lines import Line
from tui.widgets.cells import TREND, authors_cell, change_cell, copies_cell, label_cell, sentiment_cell, trend_cell
from tui.widgets.columns import Column, fitting, heading, layout
from tui.widgets.table import Table

REST = 24


class Stories(Table[Story]):
    """Stories by posts, authors, copies, change, mood or age."""

    EMPTY = "no stories in this window: a story needs two posts"
    UNMATCHED = "no stories: no posts of any match the filter"
    REST = REST

    def __init__(self) -> None:
        super().__init__("stories", COLUMNS)
        self._all = self._live = 0
        self._off = False

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._all, self._live = snapshot.stories_in_window or 0, snapshot.stories_live or 0
        self._off = not snapshot.topics
        self.fill(snapshot.stories)

    def key_of(self, item: Story) -> Hashable:
        """A story keeps its id for its life."""
        return item.id

    def nothing(self) -> str:
        """Why there are none."""
        return TOPICS_OFF if self._off else super().nothing()

    def title_parts(self) -> list[tuple[int, str]]:
        """How many are shown of how many, and how many a post can join now."""
        if self._off:
            return [(0, "Stories")]
        shown = f"{len(self.items)} of {count(self._all)}" if self._all > len(self.items) else f"{len(self.items)}"
        return [(0, "Stories"), (2, shown), (3, f"{count(self._live)} live"), (1, self.sorting())]


COLUMNS = (
    Column[Story]("#", lambda s: (str(s.id), "muted"), 7, rank=5),
    Column[Story]("cluster", lambda s: ("" if s.cluster is None else str(s.cluster), "muted"), 7, rank=6),
    Column[Story]("posts", lambda s: (count(s.posts), "strong"), 7, order=lambda s: s.posts),
    Column[Story]("authors", lambda s: authors_cell(s.authors), 7, order=lambda s: s.authors),
    Column[Story]("copies", lambda s: copies_cell(s.copies), 6, rank=1, order=lambda s: s.copies),
    Column[Story]("share", lambda s: (percent(s.share), ""), 6, rank=7, order=lambda s: s.share),
    Column[Story]("Δ", lambda s: change_cell(s.change), 6, rank=2, order=lambda s: s.change),
    Column[Story]("mean", lambda s: sentiment_cell(s.sentiment, s.scored), 6, order=lambda s: s.sentiment),
    Column[Story]("scored", lambda s: (percent(s.coverage, 0), "muted"), 6, rank=8, order=lambda s: s.coverage),
    Column[Story]("born", lambda s: (day_and_hour(s.born), "muted"), 11, rank=4, order=lambda s: s.born),
    Column[Story]("trend", lambda s: trend_cell(s.trend), TREND, False, rank=3),
    Column[Story]("story", lambda s: label_cell(s.label, s.terms)),
)


def story_table(stories: Sequence[Story], width: int) -> list[Line]:
    """Stories as the lines of a page, without the columns that would be the same in each."""
    columns = fitting([column for column in COLUMNS if column.title != "cluster"], width, REST)
    rows = (layout(columns, (column.cell(story) for column in columns), width) for story in stories)
    return [heading(columns, width, None), *((("  ", ""), *row) for row in rows)]
