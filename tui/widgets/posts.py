"""Posts in columns: the live feed at full size, those that were pinned, those behind a number."""

from collections.abc import Hashable, Sequence
from datetime import datetime

from textual.message import Message

from engine.snapshot import PostRow, Snapshot
from tui.format import clock, count, short
from tui.keymap import key
from tui.lines import Span
from tui.widgets.cells import author_cell, sentiment_cell, text_cell
from tui.widgets.columns import Column
from tui.widgets.feed import Feed, kind_cell, still_there
from tui.widgets.table import Table

REST = 38


class StoodStill(Message):
    """The newest posts have been made to stand still: there is time to look further back."""


class LivePosts(Feed):
    """The newest posts, by time while they move; once they stand still they can be sorted otherwise, and reach back."""

    PANEL = ""
    NAME = "Posts"
    REST = REST

    def __init__(self) -> None:
        super().__init__("posts", COLUMNS, header=True)

    @property
    def moves(self) -> bool:
        """Whether new posts come in."""
        return self._pinned is None

    def reach_back(self, older: Sequence[PostRow]) -> None:
        """Add the posts before those shown, while they stand still."""
        if not self.moves:
            known = {self.key_of(post) for post in self.items}
            first = min((post.created for post in self.items), default=None)
            more = (post for post in older if first is None or post.created <= first)
            self.fill([*self.items, *(post for post in more if self.key_of(post) not in known)])

    def keep(self, posts: Sequence[PostRow]) -> None:
        """Lose what was taken back since they stand still, by a later list of the same posts."""
        if not self.moves:
            self.fill(still_there(self.items, posts))

    def _go(self, to: int) -> None:
        moved = self.moves
        super()._go(to)
        if moved and not self.moves:
            self.post_message(StoodStill())

    def arranged(self, items: Sequence[PostRow]) -> list[PostRow]:
        """The newest first while they move."""
        return list(items) if self.moves else super().arranged(items)

    def sort_by_next(self, step: int = 1) -> bool:
        """Only what stands still can be sorted."""
        return not self.moves and super().sort_by_next(step)

    def reverse_sort(self) -> bool:
        """Only what stands still can be turned round."""
        return not self.moves and super().reverse_sort()

    def release(self) -> bool:
        """By time again."""
        self._sort, self._reverse = self._sortable[0], False
        return super().release()

    def title_parts(self) -> list[tuple[int, str]]:
        """Whether they move, and how they are sorted if not."""
        if self.moves:
            return super().title_parts()
        return [*super().title_parts(), (2, f"{count(len(self.items))} posts"), (3, self.sorting())]


class PinnedPosts(Table[PostRow]):
    """Posts that were pinned, as they are now."""

    REST = REST

    def __init__(self) -> None:
        super().__init__("pinned", COLUMNS)

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self.fill(snapshot.pinned)

    def arranged(self, items: Sequence[PostRow]) -> list[PostRow]:
        """As they were pinned, until another order is asked for."""
        return list(items) if self._sort is self._sortable[0] and not self._reverse else super().arranged(items)

    def key_of(self, item: PostRow) -> Hashable:
        """Platform and id."""
        return (item.platform, item.uid)

    def get_content_height(self, *_: object) -> int:
        """As high as it has rows."""
        return 1 + max(len(self.items), 1)

    def title_parts(self) -> list[tuple[int, str]]:
        """How many there are, and how to let go of one."""
        return [(0, f"Pinned · {len(self.items)}"), (1, f"{key('pin')}: unpin")]


class AskAnew(Message):
    """The posts are to be listed as they are now."""


class PostsBehind(Table[PostRow]):
    """The posts behind a number, as they were when they were asked for."""

    REST = REST

    def __init__(self, name: str) -> None:
        super().__init__("behind", COLUMNS)
        self._name = name
        self._total: int | None = None  # None while the engine has not been heard on them
        self._as_of: datetime | None = None

    def wait(self, as_of: datetime | None) -> None:
        """The engine is asked for them, as they were at a moment."""
        self._as_of = as_of

    def show(self, posts: Sequence[PostRow], total: int) -> None:
        """Draw those that the engine has found, the newest of `total`."""
        self._total = max(total, len(posts))
        self.fill(posts)

    def keep(self, posts: Sequence[PostRow]) -> None:
        """Stand still but for what was edited or taken back, by a later list of the same posts."""
        self.fill(still_there(self.items, posts))

    def nothing(self) -> str:
        """Why there are no rows."""
        return "the engine is asked for them" if self._total is None else "none is held any more"

    def key_of(self, item: PostRow) -> Hashable:
        """Platform and id."""
        return (item.platform, item.uid)

    def title_parts(self) -> list[tuple[int, str]]:
        """Of what they are, how many are listed of how many, and since when they stand still."""
        parts = [(0, f"Posts {self._name}")]
        if self._total is not None:
            newest = "newest " if len(self.items) < self._total else ""
            parts.append((0, f"{newest}{count(len(self.items))} of {count(self._total)}"))
        if self._as_of is not None:
            parts.append((2, f"as of {clock(self._as_of)}"))
        return [*parts, (3, self.sorting()), (1, f"{key('first')}: as it is now")]

    def action_edge(self, end: int) -> None:
        """Back to the first row they are listed anew."""
        super().action_edge(end)
        if end < 0:
            self.post_message(AskAnew())


def mood_cell(post: PostRow) -> Span:
    """Its sentiment; unknown where it is not scored."""
    return sentiment_cell(post.compound)


COLUMNS = (
    Column[PostRow]("day", lambda p: (f"{p.created:%m-%d}", "muted"), 5, rank=9),
    Column[PostRow]("time", lambda p: (clock(p.created), "muted"), 8, order=lambda p: p.created),
    Column[PostRow]("mood", mood_cell, 6, order=lambda p: p.compound),
    Column[PostRow]("lang", lambda p: (p.lang or "–", "muted"), 4, False, rank=4),
    Column[PostRow]("", kind_cell, 2, False, rank=5),
    Column[PostRow]("likes", lambda p: (short(p.likes), ""), 5, rank=2, order=lambda p: p.likes),
    Column[PostRow]("repost", lambda p: (short(p.reposts), ""), 6, rank=3, order=lambda p: p.reposts),
    Column[PostRow]("reply", lambda p: (short(p.replies), ""), 5, rank=6, order=lambda p: p.replies),
    Column[PostRow]("cluster", lambda p: ("" if p.cluster is None else str(p.cluster), "muted"), 7, rank=7),
    Column[PostRow]("story", lambda p: ("" if p.story is None else str(p.story), "muted"), 7, rank=8),
    Column[PostRow]("author", lambda p: author_cell(p.name, p.author), 16, False, rank=1),
    Column[PostRow]("post", lambda p: text_cell(p.text)),
)
