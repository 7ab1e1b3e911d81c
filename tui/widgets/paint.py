"""From lines to the terminal: the one place where a role becomes a style and text becomes segments."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.lines import ASCII, BLANK, Line, cells, plain

ROLES = (
    "plain",
    "strong",
    "muted",
    "faint",
    "head",
    "accent",
    "positive",
    "neutral",
    "negative",
    "unknown",
    "good",
    "warning",
    "error",
    "live",
    "busy",
    "paused",
    "dead",
    "key",
    "warm-1",
    "warm-2",
    "warm-3",
    "cold-1",
    "cold-2",
    "cold-3",
    "cursor",
    "cursor-blurred",
)
ROLE_CLASS = {role: f"role--{role}" for role in ROLES} | {"": "role--plain"}
ROLE_CLASSES = set(ROLE_CLASS.values())


def strip_of(widget: Widget, line: Line, width: int, over: str = "") -> Strip:
    """`line` in exactly `width` cells; `over` is a role laid over the whole line.

    The roles are styled once, on the app's bottom screen.
    """
    app = widget.app
    look = app.screen_stack[0].get_component_rich_style
    laid = _without_ink(look(ROLE_CLASS[over])) if over else None
    ascii_only = app.has_class("-ascii")
    segments, taken = [], 0
    for text, role in line:
        style = look(ROLE_CLASS[role])
        shown = plain(text)
        taken += cells(shown)
        segments.append(Segment(shown.translate(ASCII) if ascii_only else shown, style + laid if laid else style))
    return Strip(segments, None if ascii_only else taken).adjust_cell_length(width, look(ROLE_CLASS[""]) + laid)


def _without_ink(style: Style) -> Style:
    """What a style does to the ground a text stands on, leaving the text its own colour."""
    return Style(bgcolor=style.bgcolor, reverse=style.reverse, underline=style.underline)


def title_of(widget: Widget, title: str) -> Content:
    """A title for a border: text, never markup."""
    title = plain(title)
    return Content(title.translate(ASCII) if widget.app.has_class("-ascii") else title)


class Panel(Widget):
    """A panel of fixed lines under a title. Lines that did not change are not drawn again."""

    ALLOW_SELECT = False

    def __init__(self, name: str) -> None:
        super().__init__(id=name, classes="panel")
        self._lines: Sequence[Line] = ()
        self._title = ""

    def lines(self, width: int, height: int) -> list[Line]:
        """What to draw in that room; subclasses say."""
        raise NotImplementedError

    def retitle(self, title: str) -> None:
        """Show another title, if it is another."""
        if title != self._title:
            self._title = title
            self.border_title = title_of(self, title)

    def redraw(self) -> None:
        """Work the lines out again and repaint those that changed."""
        width, height = self.size
        if not width or not height:
            return
        before, self._lines = self._lines, self.lines(width, height)[:height]
        stale = []
        for y in range(max(len(before), len(self._lines))):
            if _at(before, y) != _at(self._lines, y):
                start, end = changed(_at(before, y), _at(self._lines, y), width)
                stale.append(Region(start, y, end - start, 1))
        if stale:
            self.refresh(*stale)

    def on_resize(self) -> None:
        """Everything is laid out for the room there is."""
        self._lines = ()
        self.redraw()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the panel."""
        return strip_of(self, _at(self._lines, y), self.size.width)


def changed(before: Line, after: Line, width: int) -> tuple[int, int]:
    """The first cell of a line that may have changed, and the one after the last."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    start = _cells(after[:head])
    taken = _cells(after[head : len(after) - tail])
    if _cells(before[head : len(before) - tail]) != taken:
        return min(start, width), width
    return min(start, width), min(start + taken, width)


def _alike(before: Line, after: Line) -> int:
    """How many spans two lines begin with in common."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (old, new) in pairs if old != new), min(len(before), len(after)))


def _cells(line: Line) -> int:
    """Cells that a line takes once it is drawn."""
    return sum([cells(plain(text)) for text, _ in line])


def _at(lines: Sequence[Line], y: int) -> Line:
    return lines[y] if y < len(lines) else BLANK
