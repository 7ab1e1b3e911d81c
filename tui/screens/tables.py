"""Pages of tables over the overview: what is rising, over-performers and authors."""

from itertools import count
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from engine.snapshot import Frame
from tui.actions import bindings
from tui.screens.base import ViewScreen
from tui.widgets.authors import Authors, Overperformers
from tui.widgets.rising import Bursts

_numbers = count(1)


def numbered(name: str) -> str:
    """An id for a page of which there may be several, one over the other."""
    return f"{name}-{next(_numbers)}"


class TablesScreen(ViewScreen):
    """A page of live tables. Esc or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("page")

    def action_close(self) -> None:
        """Back to where it was opened."""
        if not self.leave_filter_bar():
            self.dismiss()


class RisingScreen(TablesScreen):
    """The bursts going on, then those that are over."""

    AUTO_FOCUS = "#bursts"

    def __init__(self) -> None:
        super().__init__("rising-page")
        self._bursts = Bursts()

    def body(self) -> ComposeResult:
        """One table."""
        yield Horizontal(self._bursts, classes="row")

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._bursts.show(frame.snapshot)

    @property
    def lists_bursts(self) -> bool:
        """That is what it is for."""
        return True


class AuthorsScreen(TablesScreen):
    """The posts above what is normal for their author, and below them the authors."""

    AUTO_FOCUS = "#overperformers"

    def __init__(self) -> None:
        super().__init__("authors-page")
        self._overperformers, self._authors = Overperformers(), Authors()

    def body(self) -> ComposeResult:
        """Two tables."""
        yield Horizontal(self._overperformers, id="page-overperformers", classes="row")
        yield Horizontal(self._authors, id="page-authors", classes="row")

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._overperformers.show(frame.snapshot)
        self._authors.show(frame.snapshot)
