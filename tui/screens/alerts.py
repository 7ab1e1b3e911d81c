"""The page of alerts: those watched for, those raised, and what the event line has said."""

from collections import deque
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget

from engine.filters.completion import values_in
from engine.snapshot import AlertRow, AlertRule, Frame
from tui.actions import bindings
from tui.keymap import key
from tui.lines import cut
from tui.saved_filters import SavedFiltersError, read_filters
from tui.screens.tables import TablesScreen
from tui.widgets.alert_bar import AlertBar
from tui.widgets.alerts import Alerts, Rules, Said
from tui.widgets.line_input import LineInput

Log = deque[tuple[datetime, str, str]]


class AlertUnwanted(Message):
    """An alert is to be watched for no longer."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class AlertsToKeep(Message):
    """The alerts watched for are to be written into the settings."""


class AlertsScreen(TablesScreen):
    """The alerts watched for, below them those raised, and the messages. `filters` is the file of saved filters."""

    SCOPES = ("alerts",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*SCOPES)
    AUTO_FOCUS = "#alerts"

    def __init__(self, log: Log, filters: Path) -> None:
        super().__init__("alerts-page")
        self._rules, self._alerts, self._said, self._log = Rules(), Alerts(), Said(), log
        self._filters = filters
        self._bar = AlertBar()
        self._before: Widget | None = None  # what had the focus
        self._doomed = ""  # the alert that another press takes away

    def body(self) -> ComposeResult:
        """Two tables, a panel of words, and the line where an alert is typed."""
        yield Horizontal(self._rules, id="page-rules", classes="row")
        yield Horizontal(self._alerts, id="page-alerts", classes="row")
        yield Horizontal(self._said, id="page-said", classes="row")
        yield self._bar

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._rules.show(frame.snapshot)
        self._alerts.show(frame.snapshot)
        self._said.show(self._log)

    # -- typing ----------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where one types, a letter is a letter."""
        return not isinstance(self.focused, LineInput) if action == "add" else super().check_action(action, parameters)

    def action_add(self) -> None:
        """Open the line for another alert, or go back to it."""
        if self.snapshot is None:
            self.say("the engine is starting: try again in a moment")
            return
        if not self.has_class("-adding"):
            self.leave_filter_bar()
            self._before = self.focused
            self.add_class("-adding")
            self._bar.begin(values_in(self.snapshot), self._saved())
        self.set_focus(self._bar.input)  # focus() would do so only after the keys that wait

    def action_filter(self) -> None:
        """The filter takes the place of the alert."""
        self.leave_alert_bar()
        super().action_filter()

    @on(AlertBar.Closed)
    def filter_bar_closed(self) -> None:
        """Give the lines of either bar back."""
        self.leave_filter_bar()

    def leave_filter_bar(self) -> bool:
        """Close whichever bar is open; False if none was."""
        return self.leave_alert_bar() or super().leave_filter_bar()

    def leave_alert_bar(self) -> bool:
        """Close the line for an alert; False if it was not open."""
        if not self.has_class("-adding"):
            return False
        self.remove_class("-adding")
        if self.focused is None or self.focused is self._bar.input:
            self.set_focus(self._before)
        return True

    def _saved(self) -> dict[str, str]:
        try:
            return read_filters(self._filters)
        except SavedFiltersError as error:
            self.say(str(error), "error", lasting=True)
            return {}

    # -- what the keys do ------------------------------------------------------------------------------------------

    def action_delete(self) -> None:
        """Watch no longer for the alert under the cursor, when asked twice."""
        text = self._under_cursor()
        if not text:
            self.say("there is nothing to delete")
        elif text not in {row.rule for row in self._rules.items}:
            self.say(f"that is not watched for any more: {cut(text, 60)}")
        elif self._doomed != text:
            self._doomed = text
            self.say(f"{key('delete_alert')} again: no longer {cut(text, 60)}", "warning")
        else:
            self._doomed = ""
            self.post_message(AlertUnwanted(text))

    def action_keep(self) -> None:
        """Have the alerts written into the settings."""
        self.post_message(AlertsToKeep())

    def _under_cursor(self) -> str:
        """The alert that a key is meant for, as it is written."""
        row = self.item_in_focus() or self._rules.selected
        return row.rule if isinstance(row, AlertRow | AlertRule) else ""
