"""The alerts that were raised, and what the event line has said."""

from collections.abc import Hashable, Sequence
from datetime import datetime

from engine.clean import clean_line
from engine.snapshot import AlertRow, AlertRule, Snapshot
from tui.format import clock, count, day_and_hour, duration
from tui.keymap import key
from tui.lines import Line, Span
from tui.widgets.columns import Column
from tui.widgets.paint import Panel
from tui.widgets.table import Table


def are_on(alerts: Sequence[AlertRow]) -> list[AlertRow]:
    """The alerts that are not over."""
    return [alert for alert in alerts if alert.end is None]


def figure(metric: str, value: float | None) -> str:
    """A figure as its metric is written."""
    if value is None:
        return "–"
    if metric == "mean":
        return f"{value:+.2f}"
    if metric in ("positive", "negative", "share"):
        return f"{value:.0%}"
    return count(round(value)) if metric in ("posts", "authors") else f"{value:.1f}"


def in_a_line(alert: AlertRow) -> str:
    """An alert in a few words: ALERT tag:x mean<-0.3 for 60s · -0.37, 31 posts since 14:32:10."""
    what = f" {clean_line(alert.what)}" if alert.what else ""
    now = f" · {figure(alert.metric, alert.worst)}, {count(alert.posts)} posts" if alert.metric else ""
    return f"ALERT {clean_line(alert.rule)}{what}{now} since {clock(alert.start)}"


def silence_in_a_line(rule: str, snapshot: Snapshot) -> str:
    """That a live feed is silent now: ALERT silence 5m: nothing since 14:32:10."""
    return f"ALERT {rule}: nothing since {clock(snapshot.as_of)}"


class Rules(Table[AlertRule]):
    """What is watched for, in the order it was asked for; what is on is marked."""

    REST = 20

    def __init__(self) -> None:
        super().__init__("rules", RULES)

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self.fill(snapshot.watched)

    def key_of(self, item: AlertRule) -> Hashable:
        """No two are written alike."""
        return item.rule

    def nothing(self) -> str:
        """How to begin."""
        return f"nothing yet: {key('add_alert')} adds an alert like tag:x mean<-0.3 for 60s; so does --alert"

    def title_parts(self) -> list[tuple[int, str]]:
        """How many there are, and how to have others."""
        keys = f"{key('add_alert')}: new  {key('delete_alert')}: delete  {key('keep_alerts')}: keep in the settings"
        return [(0, "Watched for"), (1, f"{len(self.items)}"), (2, keys)]


class Alerts(Table[AlertRow]):
    """Those that are on, then the newest."""

    EMPTY = "no alert was raised"
    REST = 20

    def __init__(self) -> None:
        super().__init__("alerts", COLUMNS)

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self.fill(snapshot.alerts)

    def key_of(self, item: AlertRow) -> Hashable:
        """An alert has an id."""
        return item.id

    def title_parts(self) -> list[tuple[int, str]]:
        """How many are on, and how many were."""
        on = len(are_on(self.items))
        return [(0, "Alerts"), (1, f"{on} on"), (1, f"{len(self.items) - on} over"), (2, self.sorting())]


class Said(Panel):
    """What the event line has said since the start, the newest first."""

    def __init__(self) -> None:
        super().__init__("said")
        self._said: list[tuple[datetime, str, str]] = []

    def show(self, said: Sequence[tuple[datetime, str, str]]) -> None:
        """Draw what was said: when by this machine's clock, the words, and their colour."""
        self.retitle("Said on the event line, newest first")
        if list(said) != self._said:
            self._said = list(said)
            self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """One line each, as many as there is room for."""
        if not self._said:
            return [(("nothing so far", "muted"),)]
        newest = reversed(self._said[-height:])
        return [((f"{clock(when)} ", "muted"), (clean_line(text), role)) for when, text, role in newest]


def _end(alert: AlertRow) -> Span:
    return ("now", "live") if alert.end is None else (clock(alert.end), "muted")


def _lasted(alert: AlertRow) -> str:
    return "" if alert.end is None else duration((alert.end - alert.start).total_seconds())


def _since(rule: AlertRule) -> Span:
    return ("start" if rule.since is None else day_and_hour(rule.since), "muted")


RULES = (
    Column[AlertRule]("on", lambda r: ("yes", "warning") if r.on else ("no", "muted"), 3, False),
    Column[AlertRule]("now", lambda r: (figure(r.metric, r.value), "strong" if r.on else ""), 7),
    Column[AlertRule]("raised", lambda r: (count(r.raised), ""), 6, rank=1),
    Column[AlertRule]("since", _since, 11, False, rank=2),
    Column[AlertRule]("alert", lambda r: (clean_line(r.rule), "warning" if r.on else "")),
)
COLUMNS = (
    Column[AlertRow](
        "since", lambda a: (day_and_hour(a.start), "muted"), 11, False, order=lambda a: (a.end is None, a.start)
    ),
    Column[AlertRow]("until", _end, 8),
    Column[AlertRow]("for", lambda a: (_lasted(a), "muted"), 7, rank=2),
    Column[AlertRow]("now", lambda a: (figure(a.metric, a.value), "strong" if a.end is None else "muted"), 7),
    Column[AlertRow]("worst", lambda a: (figure(a.metric, a.worst), ""), 7),
    Column[AlertRow]("posts", lambda a: (count(a.posts), ""), 7, rank=1, order=lambda a: a.posts),
    Column[AlertRow]("times", lambda a: (count(a.times), "muted"), 5, rank=3),
    Column[AlertRow]("alert", lambda a: (_named(a), "warning" if a.end is None else "")),
)


def _named(alert: AlertRow) -> str:
    return f"{clean_line(alert.rule)} {clean_line(alert.what)}".strip()
