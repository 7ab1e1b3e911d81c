"""The line above the footer: what has just happened, and what the reader must know to trust the numbers."""

from tui.format import clock
from tui.lines import Line, fit
from tui.view import View
from tui.widgets.paint import Panel

FRAMES_SHOWN = 40  # about ten seconds of frames


class EventLine(Panel):
    """The newest message at the left for a while, the engine's notices otherwise."""

    def __init__(self) -> None:
        super().__init__("events")
        self._message: Line = ()
        self._started = False
        self._left = 0
        self._notices: list[str] = []
        self._gap = ""

    def say(self, text: str, role: str = "", lasting: bool = False) -> None:
        """Show a message, for ever if `lasting` and else until some frames have passed."""
        self._message = ((text, role),)
        self._left = -1 if lasting else FRAMES_SHOWN
        self.redraw()

    def show(self, view: View) -> None:
        """Draw another view."""
        if view.frame is None:
            return
        self._started = True
        snapshot = view.frame.snapshot
        self._notices = snapshot.notices
        self._gap = ""
        if snapshot.gaps:
            gap = snapshot.gaps[-1]
            self._gap = f"gap {clock(gap.start)} to {clock(gap.end)} {gap.reason}"
        if self._left > 0:
            self._left -= 1
            if not self._left:
                self._message = ()
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """The one line."""
        if not self._started and not self._message:
            return [((" the engine is starting; the keys work already", "muted"),)]
        parts: list[tuple[int, Line]] = [(0, self._message)]
        parts += [(rank, ((f"! {notice}", "warning"),)) for rank, notice in enumerate(self._notices, 1)]
        if self._gap:
            parts.append((len(parts), ((self._gap, "muted"),)))
        if not self._message:
            parts = [(max(rank - 1, 0), line) for rank, line in parts]
        return [((" ", ""), *fit(parts, width - 2, " · "))]
