"""A page over the overview: help, feed health, or all that is known of one thing."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from engine.snapshot import Frame
from tui.actions import bindings
from tui.keymap import key
from tui.lines import Line
from tui.widgets.pager import Page, Pager
from tui.widgets.paint import title_of

LivePage = Callable[[Frame | None, int], list[Line]]


class PageScreen(ModalScreen[None]):
    """Lines that scroll, under a title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("page", "app"),
    ]

    def __init__(self, title: str, page: Page) -> None:
        super().__init__()
        self._title = title
        self.pager = Pager(page)

    def compose(self) -> ComposeResult:
        """The page, and how to leave it."""
        yield self.pager

    def action_close(self) -> None:
        """Back to where it was opened."""
        self.dismiss()

    def on_mount(self) -> None:
        """Title the page."""
        self.pager.border_title = title_of(self.pager, f"{self._title}  ({key('close')} closes)")


class LivePageScreen(PageScreen):
    """A page that is drawn anew with each frame."""

    def __init__(self, title: str, page: LivePage, frame: Frame | None) -> None:
        self._live = page
        super().__init__(title, lambda width: page(frame, width))

    def show(self, frame: Frame) -> None:
        """Draw another frame."""
        self.pager.turn_to(lambda width: self._live(frame, width))
