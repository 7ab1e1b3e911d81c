"""Mean sentiment as a braille line over the volume of posts as bars, with their axes."""

from itertools import pairwise
from typing import ClassVar

from textual.binding import BindingType

from engine.snapshot import Moment, Snapshot
from tui.actions import bindings
from tui.draw import braille, columns
from tui.format import duration, short, window
from tui.keymap import key
from tui.lines import Line, Span, pad
from tui.widgets.gauges import no_posts
from tui.widgets.paint import Panel

SCALES = (0.1, 0.25, 0.5, 0.75, 1.0)  # half heights the mean is drawn at: the least that holds it
UNITS = ((1, "s"), (60, "m"), (3_600, "h"), (86_400, "d"))  # of rates
AXIS = 6  # cells of the labels at the left


class Timeline(Panel, can_focus=True):
    """Sentiment and volume over the window."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("gauge")

    def __init__(self) -> None:
        super().__init__("timeline")
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        before, self._snapshot = self._snapshot, snapshot
        if before is not None and (before.timeline, before.window) == (snapshot.timeline, snapshot.window):
            return
        self.redraw()
        self.retitle(f"{key('panel_2')} Mean sentiment and posts, {span_name(snapshot)}")

    def lines(self, width: int, height: int) -> list[Line]:
        """The chart in that room."""
        return timeline_lines(self._snapshot, width, height) if self._snapshot else []


def span_name(snapshot: Snapshot) -> str:
    """Which time the chart spans, for the title."""
    return f"last {window(snapshot.window)}" if snapshot.window else "all kept"


def timeline_lines(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """The mean above, the volume below, the time under both."""
    moments = snapshot.timeline
    room = width - AXIS - 2
    if not moments or room < 10 or height < 3:
        return [((no_posts(snapshot), "muted"),)]
    volume_rows = max((height - 1) // 4, 1)
    return [
        *_mean_rows(moments, room, height - 1 - volume_rows),
        *_volume_rows(moments, room, volume_rows),
        _time_axis(snapshot, room),
    ]


def _mean_rows(moments: list[Moment], room: int, rows: int) -> list[Line]:
    means = [moment.mean for moment in moments]
    most = max((abs(mean) for mean in means if mean is not None), default=0.0)
    half = next((scale for scale in SCALES if most <= scale), 1.0)
    middle = (rows - 1) / 2
    labels = {0: f"{half:+.2f}", rows - 1: f"{-half:+.2f}", round(middle): "0"}
    lines: list[Line] = []
    for y, dots in enumerate(braille(means, room, rows, -half, half)):
        zero = y == round(middle)
        role = "neutral" if zero else "positive" if y < middle else "negative"
        lines.append((*_label(labels.get(y, "")), *_over_zero(dots, role, zero)))
    return lines


def _over_zero(dots: str, role: str, zero: bool) -> list[Span]:
    """A row of the line; on the row of zero, what the line leaves free is dotted."""
    if not zero:
        return [(dots.replace("\u2800", " "), role)]
    spans: list[Span] = []
    for dot in dots:
        span = ("┈", "faint") if dot == "\u2800" else (dot, role)
        if spans and spans[-1][1] == span[1]:
            spans[-1] = (spans[-1][0] + span[0], span[1])
        else:
            spans.append(span)
    return spans


def _volume_rows(moments: list[Moment], room: int, rows: int) -> list[Line]:
    posts = [moment.posts for moment in moments]
    label = peak(max(posts), _bucket(moments))
    return [(*_label(label if y == 0 else ""), (bars, "accent")) for y, bars in enumerate(columns(posts, room, rows))]


def peak(posts: int, seconds: float) -> str:
    """The most posts in a bucket of so many seconds, as a rate: in the first unit in which that is not 0."""
    if seconds <= 0:
        return short(posts)
    units = UNITS[0 if seconds < 5 else 1 if seconds < 3600 else 2 :]
    if not posts:
        return f"0/{units[0][1]}"
    unit, name = next((one for one in units if posts / seconds * one[0] >= 0.95), units[-1])
    return f"{short(posts / seconds * unit)}/{name}"


def _bucket(moments: list[Moment]) -> float:
    return min(((b.start - a.start).total_seconds() for a, b in pairwise(moments)), default=0.0)


def _label(text: str) -> list[Span]:
    return [(pad(text, AXIS, True), "muted"), ("│", "faint")]


def _time_axis(snapshot: Snapshot, room: int) -> Line:
    moments = snapshot.timeline
    seconds = snapshot.window or (moments[-1].start - moments[0].start).total_seconds() + _bucket(moments)
    ticks = max(min(room // 16, 6), 1)
    text = ""
    for tick in range(ticks):
        text += f"-{duration(seconds * (ticks - tick) / ticks)}".ljust(room * (tick + 1) // ticks - len(text), "─")
    return ((" " * AXIS + "└", "faint"), (text[: room - 3] + "now", "muted"))
