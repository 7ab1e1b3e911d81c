"""The newest posts, which stand still while they are read."""

from collections.abc import Hashable, Sequence
from heapq import nlargest
from typing import ClassVar

from engine.snapshot import PostRow, Snapshot
from tui.correcting import mark_cell
from tui.format import clock, count
from tui.keymap import key
from tui.lines import Span
from tui.widgets.cells import author_cell, sentiment_cell, text_cell
from tui.widgets.columns import Column
from tui.widgets.table import Table

MOST = 500  # posts kept for scrolling


class Feed(Table[PostRow]):
    """Posts, newest first. Moving the cursor freezes them; back to the top (g) lets them move again."""

    PANEL: ClassVar[str] = "panel_5"  # whose key stands before the title
    NAME: ClassVar[str] = "Feed"
    EMPTY = "no posts yet"
    UNMATCHED = "no posts match the filter"
    REST = 40

    def __init__(
        self, name: str = "feed", columns: Sequence[Column[PostRow]] | None = None, header: bool = False
    ) -> None:
        super().__init__(name, COLUMNS if columns is None else columns, header)
        self._newest: list[PostRow] = []

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot, or only count what is new while a post is being read."""
        self._newest = nlargest(MOST, snapshot.posts, key=lambda post: (post.created, post.uid))
        self.fill(self._newest if self._pinned is None else still_there(self.items, self._newest))

    def release(self) -> bool:
        """Let the feed move again."""
        was_frozen = super().release()
        if was_frozen:
            self.fill(self._newest)
        return was_frozen

    def key_of(self, item: PostRow) -> Hashable:
        """Platform and id."""
        return (item.platform, item.uid)

    def title_parts(self) -> list[tuple[int, str]]:
        """Whether it moves, and what has come since it stopped."""
        name = f"{key(self.PANEL)} {self.NAME}" if self.PANEL else self.NAME
        if self._pinned is None:
            return [(0, name), (1, "newest posts")]
        seen = {self.key_of(post) for post in self.items}
        new = sum(self.key_of(post) not in seen for post in self._newest)
        more = "+" if new and new == len(self._newest) else ""  # those before them may be new as well
        return [(0, name), (0, f"‖ standing still, +{count(new)}{more} new"), (1, f"{key('first')}: move again")]


def still_there(shown: Sequence[PostRow], newest: Sequence[PostRow]) -> list[PostRow]:
    """The posts shown, as they now are: edited text in place, and without those taken back since.

    A post that is missing though older ones are there was deleted; one older than all of them may only have been
    pushed out, and stays.
    """
    now = {(post.platform, post.uid): post for post in newest}
    oldest = min((post.created for post in newest), default=None)
    kept = []
    for post in shown:
        current = now.get((post.platform, post.uid))
        if current is None and (oldest is None or post.created < oldest):
            current = post
        if current is not None:
            kept.append(current)
    return kept


def kind_cell(post: PostRow) -> Span:
    """What it answers, or the mood that its reader has marked it with."""
    if post.corrected:
        return mark_cell(post.corrected)
    return ({"reply": "re", "quote": "qt"}.get(post.kind, ""), "muted")


def _sentiment(post: PostRow) -> Span:
    if post.compound is None:
        return (post.lang or "–", "unknown")
    return sentiment_cell(post.compound)


COLUMNS = (
    Column[PostRow]("time", lambda p: (clock(p.created), "muted"), 8, False),
    Column[PostRow]("mean", _sentiment, 6),
    Column[PostRow]("", kind_cell, 2, False, rank=2),
    Column[PostRow]("#", lambda p: ("" if p.cluster is None else str(p.cluster), "muted"), 3, rank=3),
    Column[PostRow]("author", lambda p: author_cell(p.name, p.author), 16, False, rank=1),
    Column[PostRow]("post", lambda p: text_cell(p.text)),
)
