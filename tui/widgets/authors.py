"""Posts above what is normal for their author at their age, and the authors of the window."""

from collections.abc import Hashable

from engine.snapshot import Author, Overperformer, Snapshot
from tui.format import clock, count, duration, engagement, short
from tui.lines import Span
from tui.widgets.cells import author_cell, ratio_cell, sentiment_cell, text_cell, times_cell
from tui.widgets.columns import Column
from tui.widgets.table import Table


class Overperformers(Table[Overperformer]):
    """Posts furthest above normal, or by how many times, engagements or age."""

    EMPTY = "no post has twice what is normal for its author at its age"
    UNMATCHED = "no post that matches the filter has twice what is normal"
    REST = 20

    def __init__(self) -> None:
        super().__init__("overperformers", COLUMNS)

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self.fill(snapshot.overperformers)

    def key_of(self, item: Overperformer) -> Hashable:
        """Platform and id of the post."""
        return (item.platform, item.uid)

    def title_parts(self) -> list[tuple[int, str]]:
        """How many there are."""
        return [(0, "Over-performers"), (2, f"{len(self.items)}"), (1, self.sorting())]


class Authors(Table[Author]):
    """Authors of the window by posts, engagements or how far above normal their posts are."""

    EMPTY = "no authors in this window: the feed names none"
    UNMATCHED = "no authors of posts that match the filter"
    REST = 16

    def __init__(self) -> None:
        super().__init__("authors", AUTHOR_COLUMNS)
        self._all = 0

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._all = snapshot.authors_in_window
        self.fill(snapshot.authors)

    def key_of(self, item: Author) -> Hashable:
        """Platform and id of the account."""
        return (item.platform, item.author)

    def title_parts(self) -> list[tuple[int, str]]:
        """How many are shown of how many."""
        shown = f"{len(self.items)} of {count(self._all)}" if self._all > len(self.items) else f"{len(self.items)}"
        return [(0, "Authors"), (2, shown), (1, self.sorting())]


def past_cell(posts: int) -> Span:
    """How many posts of its author the normal rests on; of none, it is the feed's."""
    return (short(posts), "") if posts else ("feed", "muted")


COLUMNS = (
    Column[Overperformer]("score", lambda p: (f"{p.score:.1f}", ""), 5, rank=3, order=lambda p: p.score),
    Column[Overperformer]("×", lambda p: times_cell(p.times), 5, order=lambda p: p.times),
    Column[Overperformer]("now", lambda p: (short(p.now), "strong"), 5, order=lambda p: p.now),
    Column[Overperformer]("normal", lambda p: (engagement(p.normal), "muted"), 6, order=lambda p: p.normal),
    Column[Overperformer]("age", lambda p: (duration(p.age), ""), 5, order=lambda p: -p.age),
    Column[Overperformer]("past", lambda p: past_cell(p.author_posts), 5, rank=2, order=lambda p: p.author_posts),
    Column[Overperformer]("time", lambda p: (clock(p.created), "muted"), 8, rank=5),
    Column[Overperformer]("story", lambda p: ("" if p.story is None else str(p.story), "muted"), 7, rank=6),
    Column[Overperformer]("author", lambda p: author_cell(p.name, p.author), 16, False, rank=1),
    Column[Overperformer]("post", lambda p: text_cell(p.text)),
)

AUTHOR_COLUMNS = (
    Column[Author]("posts", lambda a: (count(a.posts), "strong"), 6, order=lambda a: a.posts),
    Column[Author]("reactions", lambda a: (short(a.reactions), ""), 9, order=lambda a: a.reactions),
    Column[Author]("typical", lambda a: (engagement(a.typical), "muted"), 7, rank=2, order=lambda a: a.typical),
    Column[Author]("×", lambda a: ratio_cell(a.times), 5, order=lambda a: a.times),
    Column[Author]("mean", lambda a: sentiment_cell(a.sentiment, a.scored), 6, order=lambda a: a.sentiment),
    Column[Author]("followers", lambda a: (short(a.followers), ""), 9, rank=1, order=lambda a: a.followers),
    Column[Author]("author", lambda a: author_cell(a.name, a.author)),
)
