"""What was predicted of posts, what they have come to, and how good such predictions have been."""

from collections.abc import Hashable, Sequence
from math import ceil, floor

from engine.snapshot import Labels, Prediction, Range, Snapshot
from tui.format import UNKNOWN, at_least, at_most, clock, due, duration, engagement, predicted, short
from tui.keymap import key
from tui.lines import BLANK, Line, Span, cut, fit_text, width_of
from tui.reasons import fitted
from tui.widgets.cells import author_cell, text_cell
from tui.widgets.columns import Column
from tui.widgets.record import Part, record, states
from tui.widgets.table import Table

ROOMY = 100  # cells from which the panel has its whole name
FOOT_FROM, TWO_FROM = 5, 9  # lines of the panel from which it has a foot, and one of two lines
OF_ALL = "of all posts"  # what a filter leaves as it is
OUTCOME = "outcome"  # the column whose order mixes what waits with what has come of earlier ones


class Predictions(Table[Prediction]):
    """Frozen predictions at one horizon beside their outcome, with the champion's record in the title.

    By outcome, the first half of the rows in sight wait, highest predicted first; below them stand the last that
    matured. So there is always something to see of how earlier predictions ended. The foot says how many wait and have
    matured, and why the row under the cursor was predicted so; where it has only one line, that once a row is chosen.
    """

    EMPTY = "no predictions yet: each post has one when it arrives"
    UNMATCHED = "no predictions match the filter"
    REST = 30

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._record: list[Part] = []
        self._states: list[Part] = []
        self._horizons: list[int] = []
        self._horizon: int | None = None
        super().__init__("predictions", columns(self))

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._snapshot = snapshot
        self._horizons = sorted(label.horizon for label in snapshot.labels)
        if self._horizon not in self._horizons:
            self._horizon = self._horizons[0] if self._horizons else None
        labels: Labels | None = next((item for item in snapshot.labels if item.horizon == self._horizon), None)
        self._record = record(snapshot.scoreboard, labels, snapshot.as_of) if labels else []
        self._states = states(labels) if labels else []
        self.fill([item for item in snapshot.predictions if item.horizon == self._horizon])

    def next_horizon(self) -> bool:
        """Show the next longer horizon, after the longest the shortest; False if there is only one."""
        if self._snapshot is None or self._horizon is None or len(self._horizons) < 2:
            return False
        self._horizon = self._horizons[(self._horizons.index(self._horizon) + 1) % len(self._horizons)]
        self.release()
        self.show(self._snapshot)
        return True

    @property
    def horizon(self) -> int | None:
        """The horizon shown, in seconds."""
        return self._horizon

    def key_of(self, item: Prediction) -> Hashable:
        """A post is predicted once for each horizon."""
        return (item.platform, item.uid, item.horizon)

    def besides(self, item: Prediction) -> object:
        """When the outcome is due is told from the moment shown."""
        return self.outcome_cell(item)

    def arranged(self, items: Sequence[Prediction]) -> list[Prediction]:
        """By a column, or mixed by outcome."""
        if self._sort is None or self._sort.title != OUTCOME:
            return super().arranged(items)
        waiting = sorted((p for p in items if p.state == "waiting"), key=_expected)
        ended = sorted((p for p in items if p.state != "waiting"), key=lambda p: (p.due, p.uid), reverse=True)
        rows = max(self.room, 2)
        first, second = (ended, waiting) if self._reverse else (waiting, ended)
        kept = max(rows - len(second), -(-rows // 2))
        return [*first[:kept], *second, *first[kept:]]

    def title_parts(self) -> list[Part]:
        """The horizon and the champion's record: what these numbers are worth."""
        horizon = f" after {duration(self._horizon)}" if self._horizon else ""
        others = f"{key('horizon')}: other horizons" if len(self._horizons) > 1 else ""
        name = f"{key('panel_4')} Predicted{' engagement' if self.size.width >= ROOMY else ''}"
        return [(0, f"{name}{horizon}"), *self._record, (6, self.sorting()), (8, others)]

    def foot_height(self, height: int) -> int:
        """One line as soon as three rows are left, a second one where there is room."""
        return 0 if height < FOOT_FROM else 1 if height < TWO_FROM else 2

    def foot(self, width: int, height: int) -> list[Line]:
        """Why the row under the cursor was predicted so, and how many wait, have matured and are censored."""
        told = (("  " + fit_text([(0, OF_ALL), *self._states] if self.filtered else self._states, width - 2), "muted"),)
        if height > 1:
            return [self._why(width), told]
        return [self._why(width) if self.is_marked else told]

    def _why(self, width: int) -> Line:
        item = self.selected
        if item is None:
            return BLANK
        author, role = author_cell(item.name, item.author) if not self.is_marked else ("", "")
        whose = f"  {cut(author, 16)}: " if author else "  "
        rest = width - width_of(((whose, role),))
        return ((whose, role), (cut(fitted(item.predicted, item.low, item.high, item.reasons, rest), rest), ""))

    def outcome_cell(self, item: Prediction) -> Span:
        """When the outcome is due, or whether it fell into the range."""
        if item.state == "censored":
            return ("censored", "warning")
        if item.state == "waiting":
            return (due(item.due, self._snapshot.as_of if self._snapshot else None), "muted")
        return verdict(item)


def columns(table: Predictions) -> list[Column[Prediction]]:
    """The columns; how far off an outcome is depends on the moment the table shows."""
    return [
        Column(OUTCOME, table.outcome_cell, 12, False, order=lambda p: -p.due.timestamp()),
        Column("predicted", predicted_cell, 9, order=lambda p: p.predicted),
        Column("80% range", lambda p: (span(p.low, p.high), ""), 10, rank=1),
        Column("actual", _actual, 6, order=reached),
        Column("usual", lambda p: (engagement(p.usual), "muted"), 6, rank=3, order=lambda p: p.usual),
        Column("×", lambda p: (times(p.times), ""), 5, rank=4, order=lambda p: p.times),
        Column("due", lambda p: (clock(p.due), "muted"), 8, rank=6),
        Column("author", lambda p: author_cell(p.name, p.author), 16, False, rank=5),
        Column("post", lambda p: text_cell(p.text)),
    ]


def _expected(item: Prediction) -> tuple[float, str]:
    return (-item.predicted if item.predicted is not None else 1.0, item.uid)


def predicted_cell(item: Prediction | Range) -> Span:
    """How many engagements are predicted."""
    return (predicted(item.predicted, item.low, item.high), "strong")


def span(low: float | None, high: float | None) -> str:
    """An interval as 12–110."""
    return UNKNOWN if low is None or high is None else f"{at_least(low)}–{at_most(high)}"


def times(value: float | None) -> str:
    """How many times the usual."""
    if value is None:
        return UNKNOWN
    return f"{value:.1f}" if value < 9.95 else short(value)


def reached(item: Prediction) -> int | None:
    """Engagements at the horizon, or so far."""
    return item.actual if item.state == "matured" else item.now


def _actual(item: Prediction) -> Span:
    number = short(reached(item))
    if item.state == "matured":
        return (number, "strong")
    return (number if item.now is None else f"{number}…", "muted")  # it goes on


def held(item: Prediction) -> bool | None:
    """Whether the outcome fell in the interval, rounded outward to whole engagements; None while there is nothing to
    compare.
    """
    if item.actual is None or item.low is None or item.high is None:
        return None
    return floor(item.low) <= item.actual <= ceil(item.high)


def verdict(item: Prediction) -> Span:
    """A matured prediction against its outcome, by sign, word and colour."""
    inside = held(item)
    if inside is None or item.actual is None or item.low is None:
        return ("no range", "muted")
    if inside:
        return ("✓ in range", "good")
    return ("✗ below", "negative") if item.actual < floor(item.low) else ("✗ above", "negative")
