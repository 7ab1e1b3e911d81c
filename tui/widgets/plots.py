"""The plots of a page, one at a time: drawn anew only when there is something new to draw, or other room for it."""

import asyncio
from collections.abc import Callable, Sequence

from textual.message import Message

from tui import plots
from tui.keymap import key
from tui.lines import Line, fit_text
from tui.widgets.pager import Pager
from tui.widgets.table import TITLE_FRAME

Drawing = Callable[[int, int], list[Line]]
LOADING: Line = ((" the first plot takes a moment", "muted"),)


class Stepped(Message):
    """A key of a list was pressed that has nothing to scroll: a step, or to an `edge`."""

    def __init__(self, step: int, edge: bool) -> None:
        super().__init__()
        self.step, self.edge = step, edge


class Plots(Pager):
    """Draws what a function makes of the room there is, and scrolls where that is too little."""

    def __init__(self) -> None:
        super().__init__(lambda width: [], "plots")
        self._drawing: Drawing = lambda width, height: []
        self._parts: Sequence[tuple[int, str]] = ()
        self._axes = False

    def show(
        self, title: Sequence[tuple[int, str]], drawing: Drawing, *, anew: bool = False, axes: bool = False
    ) -> None:
        """Draw something else under a title in parts by rank; `anew` from its first line, with `axes` by plotext."""
        if anew:
            self._top = 0
        self._drawing, self._parts, self._axes = drawing, title, axes
        if axes and not plots.is_loaded():
            self.run_worker(self._load(), exclusive=True)
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """The lines in sight, and in the title which they are."""
        waits = self._axes and not plots.is_loaded()
        self._page = lambda width: [LOADING] if waits else self._drawing(width, height)
        self._laid = None  # it depends on the height, too
        shown = super().lines(width, height)
        cut = self._total > height
        scrolled = (
            f"{key('down')} {key('up')}: {self._top + 1}-{self._top + len(shown)} of {self._total}" if cut else ""
        )
        self.retitle(fit_text([*self._parts, (1, scrolled)], width - TITLE_FRAME))
        return shown

    async def _load(self) -> None:
        """Load what plots are drawn with, and let keys be answered meanwhile."""
        await asyncio.to_thread(plots.load)
        self.redraw()

    def action_move(self, step: int) -> None:
        """Scroll by lines, or leave the step to the page."""
        if self._total > self.size.height:
            super().action_move(step)
        else:
            self.post_message(Stepped(step, edge=False))

    def action_edge(self, end: int) -> None:
        """To the top or the bottom, or leave it to the page."""
        if self._total > self.size.height:
            super().action_edge(end)
        else:
            self.post_message(Stepped(end, edge=True))

    def action_open(self) -> None:
        """Nothing opens from a plot."""
