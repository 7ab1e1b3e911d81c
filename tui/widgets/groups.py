"""What the gauges count, as rows that open: moods, reasons for not scoring, languages."""

from collections.abc import Hashable

from engine.snapshot import Snapshot
from tui.format import count, percent
from tui.keymap import key
from tui.subject import Group, groups
from tui.widgets.columns import Column
from tui.widgets.table import Table


class Groups(Table[Group]):
    """Groups of posts with their share of the window."""

    EMPTY = "no posts in this window"
    UNMATCHED = "no posts match the filter"

    def __init__(self) -> None:
        super().__init__("groups", columns(self))
        self._posts = 0

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._posts = snapshot.posts_in_window
        self.fill([group for group in groups(snapshot) if group.posts])

    def key_of(self, item: Group) -> Hashable:
        """Kind and key."""
        return (item.kind, item.key)

    def besides(self, item: Group) -> object:
        """A share is one of all posts."""
        return self._posts

    def title_parts(self) -> list[tuple[int, str]]:
        """What opens them."""
        return [(0, "What was scored, what was not, and why"), (1, f"{key('open')}: the posts")]

    def share(self, posts: int | None) -> str:
        """Of the posts in the window."""
        return percent(None if posts is None or not self._posts else posts / self._posts)


def columns(table: Groups) -> list[Column[Group]]:
    """The columns; a share depends on the window the table shows."""
    return [
        Column("posts", lambda g: (count(g.posts), "strong"), 9),
        Column("share", lambda g: (table.share(g.posts), ""), 6),
        Column("", lambda g: (g.name, g.key if g.kind == "mood" else "")),
    ]
