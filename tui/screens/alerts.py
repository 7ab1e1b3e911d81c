"""The page of alerts, and of what the event line has said."""

from collections import deque
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.snapshot import Frame
from tui.screens.tables import TablesScreen
from tui.widgets.alerts import Alerts, Said

Log = deque[tuple[datetime, str, str]]


class AlertsScreen(TablesScreen):
    """The alerts raised, and below them the messages."""

    AUTO_FOCUS = "#alerts"

    def __init__(self, log: Log) -> None:
        super().__init__("alerts-page")
        self._alerts, self._said, self._log = Alerts(), Said(), log

    def body(self) -> ComposeResult:
        """A table, and a panel of words."""
        yield Horizontal(self._alerts, id="page-alerts", classes="row")
        yield Horizontal(self._said, id="page-said", classes="row")

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._alerts.show(frame.snapshot)
        self._said.show(self._log)
