"""A page of lines that scrolls."""

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size

from tui.actions import bindings
from tui.lines import Line
from tui.widgets.paint import Panel

Page = Callable[[int], list[Line]]


class Pager(Panel, can_focus=True):
    """Shows what a function makes of the width there is, and scrolls by the keys of a list."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("list")

    def __init__(self, page: Page, name: str = "pager") -> None:
        super().__init__(name)
        self._page = page
        self._named = ""
        self._laid: tuple[int, list[Line]] | None = None  # the whole page at a width
        self._top = 0
        self._total = 0

    def name_it(self, title: str) -> None:
        """Show a title; where there is no frame to say so below, it tells how far the page is scrolled, too."""
        self._named = title
        self.retitle(title)
        self.redraw()

    def turn_to(self, page: Page) -> None:
        """Show another page, from where this one is scrolled to."""
        self._page, self._laid = page, None
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """The lines in sight."""
        whole = self._whole(width)
        self._total = len(whole)
        self._top = max(min(self._top, self._total - height), 0)
        place = f"{min(self._top + height, self._total)} of {self._total}" if self._total > height else ""
        self.border_subtitle = place
        if self._named:
            unframed = self.styles.border_bottom[0] in ("", "none")
            self.retitle(f"{self._named} · {place}" if place and unframed else self._named)
        return whole[self._top : self._top + height]

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As high as the page is long, where the stylesheet lets it."""
        return max(len(self._whole(width)), 1)

    def _whole(self, width: int) -> list[Line]:
        if self._laid is None or self._laid[0] != width:
            self._laid = (width, self._page(width))
        return self._laid[1]

    def action_move(self, step: int) -> None:
        """Scroll by lines."""
        self._scroll(self._top + step)

    def action_page(self, step: int) -> None:
        """Scroll by pages."""
        self._scroll(self._top + step * max(self.size.height - 1, 1))

    def action_edge(self, end: int) -> None:
        """To the top or the bottom."""
        self._scroll(0 if end < 0 else self._total)

    def action_open(self) -> None:
        """Nothing opens from a page: enter closes it, as esc does."""
        self.screen.dismiss(None)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self.action_move(-3)

    def _scroll(self, top: int) -> None:
        self._top = max(top, 0)
        self.redraw()
