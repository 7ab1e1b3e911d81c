"""Where an alert is typed, as a filter is."""

from collections.abc import Mapping

from textual.message import Message

from engine.alerts.completion import complete
from engine.alerts.rules import AlertError, Rule, read_rule
from engine.filters.completion import Completion, Values
from tui.widgets.filter_bar import FilterBar, Wrong


class AlertWanted(Message):
    """An alert is to be watched for."""

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self.rule = rule


class AlertBar(FilterBar):
    """The line for an alert; the saved filters complete an @."""

    NAME = "alert"
    EXAMPLE = "tag:rain mean<-0.3 for 60s   @name rate>30   burst   silence 5m"
    GOES_ON = True

    def __init__(self) -> None:
        super().__init__()
        self._saved: Mapping[str, str] = {}

    def begin(self, values: Values, saved: Mapping[str, str]) -> None:
        """Begin with nothing."""
        self._saved = saved
        self.open("", values)

    def read(self, text: str) -> Wrong | None:
        """What is wrong with it."""
        try:
            read_rule(text, self._saved)
        except AlertError as error:
            return Wrong(error.what, error.column)
        return None

    def complete(self, text: str, cursor: int) -> Completion:
        """Fields, figures, saved filters, spans."""
        return complete(text, cursor, self._values, self._saved)

    def apply(self, text: str) -> None:
        """Have it watched for."""
        self.post_message(AlertWanted(read_rule(text, self._saved)))
