"""The line above the footer: what has just happened, what rises, and what one must know to trust the numbers."""

from tui.format import clock
from tui.keymap import key
from tui.lines import Line, fit, width_of
from tui.view import View
from tui.widgets.alerts import are_on, silence_in_a_line
from tui.widgets.alerts import in_a_line as alert_line
from tui.widgets.paint import Panel
from tui.widgets.rising import going_on, in_a_line

FRAMES_SHOWN = 40  # about ten seconds of frames
WHILE_PAUSED = 4  # frames that one stands for, which come once a second then


class EventLine(Panel):
    """The newest message and piece of news for a while, then the foremost burst, the engine's notices, the last gap."""

    def __init__(self) -> None:
        super().__init__("events")
        self._message: Line = ()
        self._news: Line = ()
        self._burst: Line = ()
        self._alert: Line = ()
        self._names_burst = True
        self._started = False
        self._left = self._news_left = 0  # frames for which they stay; -1 for ever
        self._notices: list[str] = []
        self._went_on = ""
        self._gap = ""
        self._hidden: list[str] = []

    def say(self, text: str, role: str = "", lasting: bool = False) -> None:
        """Show a message, for ever if `lasting` and else until some frames have passed."""
        self._message = ((text, role),)
        self._left = -1 if lasting else FRAMES_SHOWN
        self.redraw()

    def announce(self, text: str) -> None:
        """Show a piece of news until some frames have passed; a message goes before it."""
        self._news, self._news_left = ((text, "busy"),), FRAMES_SHOWN
        self.redraw()

    def hush(self) -> None:
        """Drop the message and the news, unless they are to last."""
        self._left, self._news_left = min(self._left, 0), 0
        self._pass_a_frame()
        self.redraw()

    def name_burst(self, wanted: bool) -> None:
        """Whether to name the foremost burst."""
        self._names_burst = wanted
        self.redraw()

    def name_hidden(self, panels: list[str]) -> None:
        """Which panels the user has hidden, by key and name."""
        self._hidden = panels
        self.redraw()

    def show(self, view: View) -> None:
        """Draw another view."""
        if view.frame is None:
            return
        self._started = True
        snapshot = view.frame.snapshot
        health = view.frame.health
        self._notices = [*health.notes, *snapshot.notices]
        if health.went_on not in ("", self._went_on):
            self.announce(health.went_on)
        self._went_on = health.went_on
        self._gap = ""
        if snapshot.gaps:
            gap = snapshot.gaps[-1]
            self._gap = f"gap {clock(gap.start)} to {clock(gap.end)} {gap.reason}"
        on = are_on(snapshot.alerts)
        more = f" +{len(on) - 1} ({key('alerts')})" if len(on) > 1 else ""
        self._alert = ((f"{alert_line(on[0])}{more}", "warning"),) if on else ()
        if health.silent:
            self._alert = ((silence_in_a_line(health.silent[0], snapshot), "warning"),)
        rising = going_on(snapshot.bursts)
        self._burst = (("rising ", "muted"), (in_a_line(rising[0]), "accent")) if rising else ()
        for _ in range(WHILE_PAUSED if view.paused else 1):
            self._pass_a_frame()
        self.redraw()

    def _pass_a_frame(self) -> None:
        self._left -= self._left > 0
        if not self._left:
            self._message = ()
        self._news_left -= self._news_left > 0
        if not self._news_left:
            self._news = ()

    def lines(self, width: int, height: int) -> list[Line]:
        """The one line; what there is no room for is left out from the right."""
        if not self._started and not self._message:
            return [((" the engine is starting; the keys work already", "muted"),)]
        room = width - 2
        rising = self._news or (self._burst if self._names_burst else ())
        alert = () if self._message and self._message[0][0].startswith("ALERT") else self._alert
        said = [line for line in (self._message, alert, rising) if line]
        notices = [_notice(f"! {notice}") for notice in self._notices]
        if said and notices and width_of(_beside([*said, notices[0]], room * 4)) > room:
            notices = [_notice(f"! {len(notices)} to know: {key('health')}")]
        gap: Line = ((self._gap, "muted"),) if self._gap else ()
        hidden: Line = ((f"hidden: {', '.join(self._hidden)}", "muted"),) if self._hidden else ()
        return [((" ", ""), *_beside([*said, *notices, hidden, gap], room))]


def _notice(text: str) -> Line:
    """Something to know before trusting the numbers."""
    return ((text, "warning"),)


def _beside(lines: list[Line], width: int) -> Line:
    """Lines side by side; what there is no room for is left out from the right."""
    return fit(list(enumerate(line for line in lines if line)), width, " · ")
