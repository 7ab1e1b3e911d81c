"""The mood: its mean with band and change, how the scored posts divide, and what could not be scored."""

from typing import ClassVar

from textual.binding import BindingType

from engine.snapshot import Sentiment, Snapshot
from tui.actions import bindings
from tui.draw import bar
from tui.format import count, mood, percent, whole_percent, window
from tui.keymap import key
from tui.lines import BLANK, Line, fit, pad
from tui.widgets.paint import Panel

SHARES = (("+", "pos", "positive"), ("=", "neu", "neutral"), ("-", "neg", "negative"))
ROOMY = 8  # lines from which the gauges stand apart


class Gauges(Panel, can_focus=True):
    """Sentiment gauges of the window."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("gauge")

    def __init__(self) -> None:
        super().__init__("sentiment")
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._snapshot = snapshot
        self.redraw()
        self.retitle(f"{key('panel_1')} Sentiment")

    def lines(self, width: int, height: int) -> list[Line]:
        """The gauges in that room."""
        return gauge_lines(self._snapshot, width, height) if self._snapshot else []


def gauge_lines(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """Mean, three shares and coverage; with room, what was not scored by reason and the languages."""
    now = snapshot.sentiment
    shares = [share_line(now, sign, name, field, width) for sign, name, field in SHARES]
    mean, coverage = mean_line(snapshot, width), coverage_parts(snapshot)
    reasons = by_count(now.not_scored)
    if height < ROOMY:
        return [mean, *shares, fit([*coverage, *listed("not", reasons)], width, " ")]
    lines = [mean, BLANK, *shares, BLANK, fit(coverage, width, " ")]
    if reasons:
        lines.append(fit(listed(" not", reasons), width, " "))
    return [*lines, fit(listed(" lang", by_count(snapshot.languages)), width, " ")]


def mean_line(snapshot: Snapshot, width: int) -> Line:
    """The mean of the scored posts, its band and its change; in words where nothing was scored."""
    now, posts, seconds = snapshot.sentiment, snapshot.posts_in_window, snapshot.window
    if not posts:
        return ((no_posts(snapshot), "muted"),)
    if not now.scored or now.mean is None:
        return ((" mean ", "muted"), ("not scored: none of the posts is English text", "unknown"))
    parts: list[tuple[int, Line]] = [(0, ((" mean", "muted"),)), (0, ((f"{now.mean:+.3f}", mood(now.mean)),))]
    if now.band is not None:
        parts.append((2, ((f"±{now.band:.3f}", "muted"),)))
    if now.change is not None:
        change = round(now.change, 2)
        told = f"▲ {change:+.2f}" if change > 0 else f"▼ {change:+.2f}" if change < 0 else "= 0.00"
        parts.append((1, ((f" {told}", ""),)))
        parts.append((3, ((f"vs {window(seconds)} before", "muted"),)))
    return fit(parts, width, " ")


def no_posts(snapshot: Snapshot) -> str:
    """Why there is nothing to draw."""
    return " no posts match the filter" if snapshot.filter else " no posts in this window"


def share_line(now: Sentiment, sign: str, name: str, field: str, width: int) -> Line:
    """One bar: the posts of that mood among the scored ones."""
    posts: int = getattr(now, field)
    share = posts / now.scored if now.scored else None
    return (
        (f" {sign} {name} ", field),
        (bar(share, max(width - 23, 4)), field),
        (pad(percent(share), 7, True), ""),
        (pad(count(posts if now.scored else None), 9, True), "muted"),
    )


def coverage_parts(snapshot: Snapshot) -> list[tuple[int, Line]]:
    """How much of the window could be scored at all."""
    share = whole_percent(snapshot.sentiment.coverage)
    if not snapshot.posts_in_window:
        return []
    return [
        (0, ((" scored ", "muted"), (share, ""))),
        (0, ((f"of {count(snapshot.posts_in_window)}", "muted"),)),
        (0, (("(en)", "muted"),)),
    ]


def by_count(parts: dict[str, int]) -> list[tuple[str, int]]:
    """Names with their counts, the commonest first."""
    return sorted(parts.items(), key=lambda item: (-item[1], item[0]))


def listed(name: str, parts: list[tuple[str, int]]) -> list[tuple[int, Line]]:
    """Names with their counts, to be fitted on a line: the least common are left out first, and no number is cut."""
    return [
        (rank, ((f"{name} " if rank == 1 else "", "muted"), (part or "undecided", ""), (f" {count(posts)}", "muted")))
        for rank, (part, posts) in enumerate(parts, 1)
    ]
