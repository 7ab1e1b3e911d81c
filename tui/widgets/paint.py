"""Panels of fixed lines, which paint only what has changed."""

from collections.abc import Sequence
from itertools import zip_longest

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.lines import ASCII, BLANK, Line, cells, plain
from tui.widgets.brush import Brush
from tui.widgets.sheet import Sheet


def title_of(widget: Widget, title: str) -> Content:
    """A title for a border: text, never markup."""
    title = plain(title)
    return Content(title.translate(ASCII) if widget.app.has_class("-ascii") else title)


class Panel(Widget):
    """A panel of fixed lines under a title. Lines that did not change are not drawn again.

    Textual draws the frame alone. To send each line through its styles, caches and filters took longer than all else
    there is to do for a line.
    """

    ALLOW_SELECT = False

    def __init__(self, name: str) -> None:
        self._sheet: Sheet | None = None
        self._retitling = False
        self._lines: Sequence[Line] = ()
        self._title = ""
        super().__init__(id=name, classes="panel")

    def lines(self, width: int, height: int) -> list[Line]:
        """What to draw in that room; subclasses say."""
        raise NotImplementedError

    def over(self, y: int) -> str:
        """The role that is laid over a line."""
        return ""

    def retitle(self, title: str) -> None:
        """Show another title, if it is another."""
        if title != self._title:
            self._title = title
            self._retitling = True
            self.border_title = title_of(self, title)
            self._retitling = False

    def redraw(self) -> None:
        """Work the lines out again and repaint those that changed."""
        width, height = self.size
        if not width or not height:
            return
        before, self._lines = self._lines, self.lines(width, height)[:height]
        stale = []
        for y, (old, new) in enumerate(zip_longest(before, self._lines, fillvalue=BLANK)):
            if old != new:
                stale.append(Region(0, y, end_of_change(old, new, width), 1))
        if stale:
            self.refresh(*stale)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> "Panel":
        """Paint these regions of what is inside the frame again, or everything."""
        if self._retitling:  # Textual asks for everything
            regions = (Region(0, -1, self.size.width, 1),)
        if self._sheet is not None and regions:
            regions = self._sheet.stained(regions)
        elif self._sheet is not None and repaint:
            self._sheet.lines.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """The panel may look another way now."""
        super().notify_style_update()
        self._sheet = None

    def on_resize(self) -> None:
        """Everything is laid out for the room there is."""
        self._lines = ()
        self.redraw()
        self.refresh()

    def paint_line(self, brush: Brush, y: int, width: int) -> list[Segment]:
        """A line in segments of exactly that width."""
        return brush.segments(self._lines[y] if y < len(self._lines) else BLANK, width, self.over(y))

    def render_line(self, y: int) -> Strip:
        """One line of the panel, without its frame."""
        width = self.size.width
        return Strip(self.paint_line(Brush(self), y, width), width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the panel in its frame, as they were painted unless they have changed."""
        sheet = self._sheet
        if sheet is None or sheet.size != self.outer_size or sheet.brush.is_dry:
            sheet = self._sheet = self._new_sheet()
        strips = [sheet.lines.get(y) or self._line_on(sheet, y) for y in crop.line_range]
        if crop.column_span == (0, sheet.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def _new_sheet(self) -> Sheet:
        """A sheet with a frame as Textual draws it."""
        size = self.outer_size
        room = size.region.shrink(self.styles.gutter)
        (frame,) = super().render_lines(Region(0, room.y, size.width, 1)) if room else [Strip([])]
        return Sheet(size, room, frame, Brush(self))

    def _line_on(self, sheet: Sheet, y: int) -> Strip:
        """A line, painted on a sheet; in the frame itself Textual's own."""
        if y in sheet.room.line_range:
            return sheet.put(y, self.paint_line(sheet.brush, y - sheet.room.y, sheet.room.width))
        (strip,) = super().render_lines(Region(0, y, sheet.size.width, 1))
        sheet.lines[y] = strip
        return strip


def end_of_change(before: Line, after: Line, width: int) -> int:
    """The cell of a line after the last one that may have changed."""
    if not before or not after or before[-1] != after[-1]:
        return width
    tail = 1
    while tail < min(len(before), len(after)) and before[-tail - 1] == after[-tail - 1]:
        tail += 1
    end = _cells(after[: len(after) - tail])
    return min(end, width) if end == _cells(before[: len(before) - tail]) else width


def _cells(line: Line) -> int:
    """Cells that a line takes once it is drawn."""
    return sum([cells(plain(text)) for text, _ in line])
