"""From lines to segments of the terminal: the one place where a role becomes a style."""

from collections.abc import Callable
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.lines import ASCII, Line, cells, plain

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


class Styles(dict[str, Style]):
    """The styles of roles with another laid over them, each worked out when it is first asked for."""

    def __init__(self, style: Callable[[str, str], Style], over: str) -> None:
        super().__init__()
        self._style, self._over = style, over

    def __missing__(self, role: str) -> Style:
        """Work it out."""
        self[role] = style = self._style(role, self._over)
        return style


class Brush:
    """Paints lines in the styles that the roles have now: good until `is_dry`.

    The roles are styled once, on the app's bottom screen, which counts in `restyled` how often its styles have been.
    What Textual's filters do to a line they do to its styles, so they are asked once for each, not for every line.
    """

    def __init__(self, widget: Widget) -> None:
        app = widget.app
        bottom: Any = app.screen_stack[0]
        self._bottom, self._restyled = bottom, bottom.restyled
        self._ascii = app.has_class("-ascii")
        self._filters = widget.get_line_filters()
        self._background = widget.background_colors[1]
        self._styles: dict[str, Styles] = {}  # by the role laid over them

    @property
    def is_dry(self) -> bool:
        """Whether styles have changed since."""
        return bool(self._restyled != self._bottom.restyled)

    def segments(self, line: Line, width: int, over: str = "") -> list[Segment]:
        """`line` in exactly `width` cells; `over` is a role laid over the whole line."""
        styles = self._styles.get(over)
        if styles is None:
            styles = self._styles[over] = Styles(self._style, over)
        segments: list[Segment] = []
        taken, run = 0, ""
        run_style: Style | None = None
        for text, role in line:
            shown = plain(text)
            taken += len(shown) if shown.isascii() else cells(shown)
            style = styles[role]
            if style is run_style:
                run += shown
                continue
            if run_style is not None:
                segments.append(Segment(run, run_style))
            run, run_style = shown, style
        if run_style is not None:
            segments.append(Segment(run, run_style))
        if self._ascii:
            segments = [Segment(text.translate(ASCII), style) for text, style, _ in segments]
            taken = sum([cells(text) for text, _, _ in segments])
        if taken < width:
            segments.append(Segment(" " * (width - taken), styles[""]))
        return segments if taken <= width else list(Strip(segments, taken).adjust_cell_length(width))

    def _style(self, role: str, over: str) -> Style:
        look = self._bottom.get_component_rich_style
        style: Style = look(ROLE_CLASS[role])
        if over:
            style += _without_ink(look(ROLE_CLASS[over]))
        for one in self._filters:
            (segment,) = one.apply([Segment(" ", style)], self._background)
            style = segment.style or Style.null()
        return style


def _without_ink(style: Style) -> Style:
    """What a style does to the ground a text stands on, leaving the text its own colour."""
    return Style(bgcolor=style.bgcolor, reverse=style.reverse, underline=style.underline)
