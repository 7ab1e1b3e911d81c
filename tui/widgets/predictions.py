"""What was predicted of posts, what they have come to, and how good such predictions have been."""

from collections.abc import Hashable
from datetime import datetime

from engine.snapshot import Labels, Prediction, Score, Snapshot
from tui.format import UNKNOWN, count, due, duration, engagement, short
from tui.lines import Span
from tui.widgets.cells import author_cell, text_cell
from tui.widgets.columns import Column
from tui.widgets.table import Table


class Predictions(Table[Prediction]):
    """Frozen predictions beside their outcome, with the champion's record in the title."""

    EMPTY = "no predictions yet: each post is predicted once, when it arrives"

    def __init__(self) -> None:
        self._as_of: datetime | None = None
        self._record = ""
        super().__init__("predictions", columns(self))

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._as_of = snapshot.as_of
        self._record = record(snapshot.scoreboard, snapshot.labels)
        self.fill(snapshot.predictions)

    def key_of(self, item: Prediction) -> Hashable:
        """A post is predicted once for each horizon."""
        return (item.platform, item.uid, item.horizon)

    def title(self) -> str:
        """The champion's record first: what these numbers are worth."""
        return f"4 Predicted engagement · {self._record} · {self.sorting()}"

    def due_cell(self, item: Prediction) -> Span:
        """When the outcome is due, or was."""
        return (due(item.due, self._as_of), "muted")


def columns(table: Predictions) -> list[Column[Prediction]]:
    """The columns; when something is due depends on the moment the table shows."""
    return [
        Column("pred", lambda p: (engagement(p.predicted), "strong"), 6, order=lambda p: p.predicted),
        Column("80% range", lambda p: (span(p.low, p.high), ""), 10, rank=2),
        Column("usual", lambda p: (engagement(p.usual), "muted"), 6, rank=5, order=lambda p: p.usual),
        Column("now", _now, 6, order=_reached),
        Column("×", lambda p: (times(p.times), ""), 5, rank=4, order=lambda p: p.times),
        Column("state", _state, 10, False, rank=1),
        Column("after", lambda p: (duration(p.horizon), "muted"), 5, rank=6, order=lambda p: -p.horizon),
        Column("due", table.due_cell, 8, rank=3, order=lambda p: -p.due.timestamp()),
        Column("author", lambda p: author_cell(p.name, p.author), 16, False, rank=7),
        Column("post", lambda p: text_cell(p.text)),
    ]


def span(low: float | None, high: float | None) -> str:
    """An interval as 12–110."""
    return UNKNOWN if low is None or high is None else f"{engagement(low)}–{engagement(high)}"


def times(value: float | None) -> str:
    """How many times the usual."""
    if value is None:
        return UNKNOWN
    return f"{value:.1f}" if value < 9.95 else short(value)


def _reached(item: Prediction) -> int | None:
    return item.actual if item.state == "matured" else item.now


def _now(item: Prediction) -> Span:
    return (short(_reached(item)), "strong" if item.state == "matured" else "")


def held(item: Prediction) -> bool | None:
    """Whether the outcome fell in the interval; None while there is nothing to compare."""
    if item.actual is None or item.low is None or item.high is None:
        return None
    return item.low <= item.actual <= item.high


def _state(item: Prediction) -> Span:
    if item.state == "censored":
        return ("censored", "warning")
    if item.state == "waiting":
        return ("waiting", "muted")
    inside = held(item)
    if inside is None:
        return ("matured", "")
    return ("matured ✓", "good") if inside else ("matured ✗", "negative")


def record(scores: list[Score], labels: list[Labels]) -> str:
    """How the champion has done at the horizon it is best known at, or when the first labels are due."""
    champions = [score for score in scores if score.champion and score.n]
    if champions:
        best = max(champions, key=lambda score: score.n)
        skill = UNKNOWN if best.skill is None else f"{best.skill:+.0%}"
        covered = UNKNOWN if best.coverage80 is None else f"{best.coverage80:.0%}"
        mae = UNKNOWN if best.mae is None else engagement(best.mae)
        return f"{best.model} {duration(best.horizon)} n={count(best.n)} MAE {mae} skill {skill} in range {covered}"
    waiting = sum(label.waiting for label in labels)
    matured = sum(label.matured for label in labels)
    if matured:
        return f"learning: {count(matured)} matured, {count(waiting)} waiting"
    first = min((label.first_due for label in labels if label.first_due), default=None)
    if first is not None:
        return f"learning: first labels at {first:%H:%M} UTC ({count(waiting)} waiting)"
    return f"learning: {count(waiting)} waiting"
