"""The mood: its mean with band and change, how the scored posts divide, and what could not be scored."""

from engine.snapshot import Sentiment, Snapshot
from tui.draw import bar
from tui.format import count, mood, percent, sentiment, whole_percent, window
from tui.lines import BLANK, Line, Span, cut, fit, pad
from tui.widgets.paint import Panel

SHARES = (("+", "pos", "positive"), ("=", "neu", "neutral"), ("-", "neg", "negative"))
ROOMY = 8  # lines from which the gauges stand apart


class Gauges(Panel, can_focus=True):
    """Sentiment gauges of the window."""

    def __init__(self) -> None:
        super().__init__("sentiment")
        self._snapshot: Snapshot | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._snapshot = snapshot
        self.redraw()
        self.retitle("1 Sentiment")

    def lines(self, width: int, height: int) -> list[Line]:
        """The gauges in that room."""
        return gauge_lines(self._snapshot, width, height) if self._snapshot else []


def gauge_lines(snapshot: Snapshot, width: int, height: int) -> list[Line]:
    """Mean, three shares and coverage; with room, what was not scored by reason and the languages."""
    mood_now = snapshot.sentiment
    shares = [_share(mood_now, *share, width) for share in SHARES]
    if height < ROOMY:
        return [mean_line(mood_now, snapshot.window, width), *shares, coverage_line(snapshot, width)]
    lines = [mean_line(mood_now, snapshot.window, width), BLANK, *shares, BLANK, coverage_line(snapshot, width)]
    reasons = reason_parts(mood_now.not_scored)
    if reasons and height > 7:
        lines.append(_listed("not scored", reasons, width))
    languages = [(name or "undecided", posts) for name, posts in snapshot.languages.items()]
    if languages and height > 8:
        lines.append(_listed("languages", sorted(languages, key=lambda item: -item[1]), width))
    return lines


def mean_line(mood_now: Sentiment, seconds: int, width: int) -> Line:
    """The mean of the scored posts, its band and its change; in words where nothing was scored."""
    if not mood_now.scored or mood_now.mean is None:
        return ((" mean ", "muted"), ("not scored", "unknown"))
    parts: list[tuple[int, Line]] = [
        (0, ((" mean", "muted"),)),
        (0, ((f"{mood_now.mean:+.3f}", f"{mood(mood_now.mean)}"),)),
    ]
    if mood_now.band is not None:
        parts.append((2, ((f"±{mood_now.band:.3f}", "muted"),)))
    if mood_now.change is not None:
        arrow = "▲" if mood_now.change > 0 else "▼" if mood_now.change < 0 else "="
        parts.append((1, ((f"{arrow} {mood_now.change:+.2f}", ""),)))
        parts.append((3, ((f"vs {window(seconds)} before", "muted"),)))
    return fit(parts, width, " ")


def _share(mood_now: Sentiment, sign: str, name: str, field: str, width: int) -> Line:
    posts: int = getattr(mood_now, field)
    share = posts / mood_now.scored if mood_now.scored else None
    room = max(width - 24, 4)
    return (
        (f" {sign} {name} ", field),
        (bar(share, room), field),
        (pad(percent(share), 7, True), ""),
        (pad(count(posts), 9, True), "muted"),
    )


def coverage_line(snapshot: Snapshot, width: int) -> Line:
    """How much of the window could be scored at all."""
    mood_now = snapshot.sentiment
    not_scored = sum(mood_now.not_scored.values())
    reasons = ", ".join(f"{reason} {count(posts)}" for reason, posts in reason_parts(mood_now.not_scored))
    parts: list[tuple[int, Line]] = [
        (0, ((" scored ", "muted"), (whole_percent(mood_now.coverage), ""), (f" of {count(snapshot.posts_in_window)}", "muted"))),
    ]
    if not_scored:
        parts.append((0, (("not ", "muted"), (count(not_scored), ""), (f": {reasons}", "muted"))))
    line = fit(parts, width * 9, " · ")
    return line


def reason_parts(not_scored: dict[str, int]) -> list[tuple[str, int]]:
    """Why posts were not scored, the commonest first."""
    return sorted(not_scored.items(), key=lambda item: (-item[1], item[0]))


def _listed(name: str, parts: list[tuple[str, int]], width: int) -> Line:
    spans: list[Span] = [(f" {name} ", "muted")]
    spans += [(f"{part} {count(posts)}  ", "") for part, posts in parts]
    return tuple(spans)


__all__ = ["Gauges", "cut", "gauge_lines", "sentiment"]
