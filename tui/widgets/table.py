"""A live table: it draws itself line by line, and its cursor stays with a row, wherever new data moves that row."""

from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic

from textual import events
from textual.binding import BindingType
from textual.message import Message

from engine.snapshot import Snapshot
from tui.actions import bindings
from tui.correcting import marked
from tui.lines import BLANK, Line, cut, fit_text
from tui.widgets.columns import Column, Item, fitting, heading, layout, ordered
from tui.widgets.paint import Panel

CURSOR, NO_CURSOR = ("▶ ", "accent"), ("  ", "accent")
TITLE_FRAME = 4  # cells of a border that its title cannot have


class Opened(Message):
    """A row was asked for in full."""

    def __init__(self, item: object) -> None:
        super().__init__()
        self.item = item


class Moved(Message):
    """The cursor stands on another row."""


class Table(Panel, Generic[Item], can_focus=True):
    """Rows of items in columns, sorted by one of them, under a cursor that may be pinned to a row by its key.

    Until the cursor is moved it stands on the first row, whatever that is. Below the rows there may be a foot.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")
    EMPTY: ClassVar[str] = ""  # what stands in for the rows while there are none
    UNMATCHED: ClassVar[str] = ""  # and while a filter is on, for rows that obey it
    REST: ClassVar[int] = 24  # cells the last column is to have, before columns of a rank are let in

    def __init__(self, name: str, columns: Sequence[Column[Item]], header: bool = True) -> None:
        super().__init__(name)
        self._columns = columns
        self._sortable = [column for column in columns if column.order is not None]
        self._sort = self._sortable[0] if self._sortable else None
        self._titled = header
        self._header = int(header)  # lines of the heading
        self._reverse = False
        self._items: list[Item] = []
        self._pinned: Hashable | None = None
        self._cursor = 0
        self._top = 0
        self._rows: dict[Hashable, tuple[Item, object, Line]] = {}  # laid out last: the item, what besides, its cells
        self._laid_in: tuple[object, ...] = ()  # the room there was

    # -- what subclasses say --------------------------------------------------------------------------------------

    def key_of(self, item: Item) -> Hashable:
        """What tells an item from all others, for as long as it lives."""
        raise NotImplementedError

    def title_parts(self) -> list[tuple[int, str]]:
        """The title in parts by rank: while it is too long, the part of the highest rank is left out."""
        raise NotImplementedError

    def besides(self, item: Item) -> object:
        """What the cells of an item are drawn from, other than the item."""
        return None

    def arranged(self, items: Sequence[Item]) -> list[Item]:
        """The rows in the order chosen."""
        return ordered(items, self._sort, self._reverse) if self._sort else list(items)

    def nothing(self) -> str:
        """What stands in for the rows while there are none."""
        return self.UNMATCHED if self.filtered and self.UNMATCHED else self.EMPTY

    def foot_height(self, height: int) -> int:
        """How many of `height` lines are kept for the foot."""
        return 0

    def foot(self, width: int, height: int) -> list[Line]:
        """The lines of the foot, `height` of them."""
        raise NotImplementedError

    # -- data -----------------------------------------------------------------------------------------------------

    @property
    def items(self) -> Sequence[Item]:
        """The rows in the order shown."""
        return self._items

    @property
    def selected(self) -> Item | None:
        """The row under the cursor."""
        return self._items[self._cursor] if self._items else None

    @property
    def chosen(self) -> Item | None:
        """The row that the cursor was put on: not one that only happens to stand first now."""
        return self.selected if self._pinned is not None else None

    @property
    def filtered(self) -> bool:
        """Whether a filter is on in what the screen shows."""
        snapshot: Snapshot | None = getattr(self.screen, "snapshot", None)
        return snapshot is not None and bool(snapshot.filter)

    @property
    def room(self) -> int:
        """Rows there is room for."""
        height = self.size.height
        return max(height - self._header - self.foot_height(height), 1)

    @property
    def is_marked(self) -> bool:
        """Whether a row is marked by the cursor."""
        return bool(self._items) and (self.has_focus or self._pinned is not None)

    def fill(self, items: Sequence[Item]) -> None:
        """Show other items; the cursor goes with its row, or stays where it was if that row is gone."""
        self._items = self.arranged(items)
        if self._pinned is None:
            self._cursor = 0
        else:
            self._cursor = next(
                (at for at, item in enumerate(self._items) if self.key_of(item) == self._pinned),
                min(self._cursor, max(len(self._items) - 1, 0)),
            )
        self._keep_in_sight()
        self.redraw()
        self._retitle()

    def mark(self, key: str, mood: str) -> None:
        """Show what a post has just been marked as, also where rows stand still and no frame brings it again."""
        self._items = [marked(item, key, mood) for item in self._items]
        self.redraw()

    def sorting(self) -> str:
        """How the rows are sorted, for the title."""
        return f"sort: {self._sort.title} {'▲' if self._reverse else '▼'}" if self._sort else ""

    def sort_by_next(self, step: int = 1) -> bool:
        """Sort by the next column that has an order; False if there is none."""
        if self._sort is None:
            return False
        at = self._sortable.index(self._sort)
        self._sort, self._reverse = self._sortable[(at + step) % len(self._sortable)], False
        self.fill(self._items)
        return True

    def reverse_sort(self) -> bool:
        """Turn the order round; False if there is none."""
        if self._sort is None:
            return False
        self._reverse = not self._reverse
        self.fill(self._items)
        return True

    # -- drawing --------------------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Line]:
        """The heading and the rows in sight."""
        columns = fitting(self._columns, width, self.REST)
        lines: list[Line] = [heading(columns, width, self._sort)] if self._header else []
        foot = self.foot_height(height)
        marked = self._cursor if self.is_marked else -1
        shown = self._items[self._top : self._top + max(height - self._header - foot, 0)]
        for at, cells in enumerate(self._laid(shown, columns, width), self._top):
            lines.append((CURSOR if at == marked else NO_CURSOR, *cells))
        if not self._items:
            lines.append(((cut(f"  {self.nothing()}", width), "muted"),))
        if not foot:
            return lines
        return [*lines, *[BLANK] * (height - foot - len(lines)), *self.foot(width, foot)]

    def _laid(self, items: Sequence[Item], columns: Sequence[Column[Item]], width: int) -> list[Line]:
        """The cells of these items. From one frame to the next most are the same: those are not laid out again."""
        room = (width, *columns)
        before = self._rows if room == self._laid_in else {}
        self._rows, self._laid_in = {}, room
        lines = []
        for item in items:
            key, besides = self.key_of(item), self.besides(item)
            row = before.get(key)
            if row is None or row[0] != item or row[1] != besides:
                row = (item, besides, layout(columns, [column.cell(item) for column in columns], width))
            self._rows[key] = row
            lines.append(row[2])
        return lines

    def over(self, y: int) -> str:
        """The cursor is laid over its row."""
        if not self._items or y < self._header or self._top + y - self._header != self._cursor:
            return ""
        return "cursor" if self.has_focus else "cursor-blurred" if self._pinned is not None else ""

    def on_resize(self) -> None:
        """Keep the cursor in sight at the new size; where there is only one line a row says more than the heading."""
        self._header = int(self._titled and self.size.height != 1)
        self.fill(self._items)
        super().on_resize()

    def on_focus(self) -> None:
        """The cursor shows where keys go: as soon as the widget has taken note of it."""
        self.call_next(self._repaint)

    def on_blur(self) -> None:
        """The cursor fades where keys no longer go."""
        self.call_next(self._repaint)

    # -- moving ---------------------------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        """Move the cursor by rows, and pin it."""
        self._go(self._cursor + step)

    def action_page(self, step: int) -> None:
        """Move the cursor by the rows in sight."""
        self._go(self._cursor + step * max(self.room - 1, 1))

    def action_edge(self, end: int) -> None:
        """To the first row, where the cursor is let go again, or to the last."""
        if end < 0:
            self.release()
        else:
            self._go(len(self._items) - 1)

    def action_open(self) -> None:
        """Ask for the row in full."""
        if self.selected is not None:
            self.post_message(Opened(self.selected))

    def release(self) -> bool:
        """Let the cursor stand on the first row again; False if it was not pinned."""
        was_pinned = self._pinned is not None
        self._pinned, self._cursor, self._top = None, 0, 0
        self._repaint()
        self.post_message(Moved())
        return was_pinned

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        event.stop()
        self.action_move(-1)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a row, or opens the row it is on; one on the heading sorts by that column."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        at = offset.y - self._header
        if at < 0:
            self._sort_at(offset.x)
        elif at < self.room and self._top + at < len(self._items):
            chosen = self._pinned is not None and self._top + at == self._cursor
            self._go(self._top + at)
            if chosen:
                self.action_open()

    def _sort_at(self, x: int) -> None:
        edge = 2
        for column in fitting(self._columns, self.size.width, self.REST):
            edge += (column.width or self.size.width) + 1
            if x < edge:
                if column is self._sort:
                    self.reverse_sort()
                elif column.order is not None and self._sort is not None:
                    self.sort_by_next(self._sortable.index(column) - self._sortable.index(self._sort))
                return

    def _go(self, to: int) -> None:
        if not self._items:
            return
        self._cursor = min(max(to, 0), len(self._items) - 1)
        self._pinned = self.key_of(self._items[self._cursor])
        self._keep_in_sight()
        self._repaint()
        self.post_message(Moved())

    def _repaint(self) -> None:
        self.redraw()
        self.refresh()
        self._retitle()

    def _retitle(self) -> None:
        self.retitle(fit_text(self.title_parts(), self.size.width - TITLE_FRAME))

    def _keep_in_sight(self) -> None:
        rows = self.room
        self._top = min(max(self._top, self._cursor - rows + 1), self._cursor)
        self._top = max(min(self._top, len(self._items) - rows), 0)
