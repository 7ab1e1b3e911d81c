"""The health of the feed: every record accounted for, what was rejected and why, gaps, sources, the engine itself."""

from engine.snapshot import Frame, Meters, Reason
from tui.format import clock, count, day_and_clock, duration, lag, percent, rate, size
from tui.lines import BLANK, Line, Span, fit, pad, wrap
from tui.widgets.gauges import by_count
from tui.widgets.header import mapped_percent
from tui.widgets.paint import Panel

# The parts of `Meters.read`, in the order they are read.
PARTS = ("posts", "reactions", "observations", "edits", "deletes", "duplicates", "late", "rejected", "ignored")
_TROUBLE = {"rejected"}


class FeedHealth(Panel):
    """Meters and the commonest rejections, where there is room for a panel of them."""

    def __init__(self) -> None:
        super().__init__("feedhealth")
        self._frame: Frame | None = None

    def show(self, frame: Frame) -> None:
        """Draw another frame."""
        self._frame = frame
        self.redraw()
        self.retitle("Feed health  (x: all of it)")

    def lines(self, width: int, height: int) -> list[Line]:
        """As much as fits."""
        return short_health(self._frame, width) if self._frame else []


def short_health(frame: Frame, width: int) -> list[Line]:
    """Meters two by two, then rejections and gaps."""
    meters = frame.snapshot.meters
    pairs = [(name, getattr(meters, name)) for name in ("read", *PARTS)]
    half = width // 2
    lines: list[Line] = []
    for left, right in zip(pairs[::2], pairs[1::2], strict=True):
        lines.append((*_meter(*left, half), *_meter(*right, half)))
    for reason in frame.snapshot.rejections[:3]:
        lines.append(((pad(count(reason.count), 8, True), "warning"), (f" {reason.reason}", "")))
    for gap in frame.snapshot.gaps[-1:]:
        span = duration((gap.end - gap.start).total_seconds())
        lines.append(((f" gap of {span} from {clock(gap.start)} {gap.reason}", "warning"),))
    return lines


def _meter(name: str, value: int, width: int) -> list[Span]:
    role = "warning" if name in _TROUBLE and value else ""
    return [(pad(f" {name}", 13), "muted"), (pad(count(value), 10, True), role), (" " * max(width - 23, 0), "")]


def health_lines(frame: Frame | None, width: int) -> list[Line]:
    """All of it, for a page that scrolls."""
    if frame is None:
        return [(("The engine has not sent its first picture yet.", "muted"),)]
    snapshot, health = frame.snapshot, frame.health
    lines: list[Line] = [
        *_notices(snapshot.notices, width),
        (("Records", "head"),),
        *_meter_lines(snapshot.meters),
        *_section("Formats"),
        *[
            (
                (pad(item.name, 26), "strong"),
                (pad(item.platform, 12), "muted"),
                (pad(count(item.lines), 12, True), ""),
                (f" lines, {mapped_percent(item)} mapped", "muted"),
            )
            for item in snapshot.formats
        ],
        *_reasons("Rejected", snapshot.rejections, width),
        *_reasons("Ignored", snapshot.ignored, width),
        *_section("Sources"),
    ]
    for source in health.sources:
        role = {"failed": "error", "live": "live"}.get(source.state, "")
        lines.append(
            (
                (pad(source.state, 9), role),
                (f" {source.name}", ""),
                (f"  {count(source.lines)} lines {source.detail}", "muted"),
            )
        )
    lines += _section("Gaps")
    for gap in snapshot.gaps:
        span = duration((gap.end - gap.start).total_seconds())
        lines.append(((day_and_clock(gap.start), ""), (f" for {span}  {gap.reason}", "muted")))
    if not snapshot.gaps:
        lines.append((("none", "muted"),))
    lines += _section("Languages in the window")
    lines += [
        ((pad(name or "undecided", 12), ""), (count(posts), "muted")) for name, posts in by_count(snapshot.languages)
    ]
    lines += _section("Engine")
    lines.append(
        fit(
            [
                (0, ((health.state, "strong"),)),
                (0, ((rate(health.rate), ""),)),
                (0, (("lag ", "muted"), (lag(health.lag), ""))),
                (0, (("one core ", "muted"), (percent(health.cpu, 0), ""))),
                (0, ((size(health.memory), ""),)),
                (0, ((f"{count(snapshot.retained)} posts kept", ""),)),
            ],
            width * 4,
        )
    )
    return lines


def _notices(notices: list[str], width: int) -> list[Line]:
    if not notices:
        return []
    told: list[Line] = [((part, "warning"),) for notice in notices for part in wrap(notice, width)]
    return [(("What to know before trusting the numbers", "head"),), *told, BLANK]


def _meter_lines(meters: Meters) -> list[Line]:
    total = sum(getattr(meters, name) for name in PARTS)
    verdict: Span = ("adds up", "good") if total == meters.read else (f"does not add up: {count(total)}", "error")
    lines: list[Line] = [
        ((pad("lines", 14), "muted"), (pad(count(meters.lines), 12, True), "")),
        (
            (pad("read", 14), "muted"),
            (pad(count(meters.read), 12, True), "strong"),
            ("  = all below, ", "muted"),
            verdict,
        ),
    ]
    for name in PARTS:
        value = getattr(meters, name)
        share = value / meters.read if meters.read else None
        role = "warning" if name in _TROUBLE and value else ""
        lines.append(
            (
                (pad(f"  {name}", 14), "muted"),
                (pad(count(value), 12, True), role),
                (pad(percent(share), 8, True), "muted"),
            )
        )
    lines.append(((pad("embedded", 14), "muted"), (pad(count(meters.embedded), 12, True), ""), ("  besides", "muted")))
    return lines


def _section(name: str) -> list[Line]:
    return [BLANK, ((name, "head"),)]


def _reasons(name: str, reasons: list[Reason], width: int) -> list[Line]:
    lines = _section(name)
    if not reasons:
        return [*lines, (("none", "muted"),)]
    for reason in reasons:
        lines.append(((pad(count(reason.count), 9, True), "strong"), (f"  {reason.reason}", "")))
        lines += [((" " * 11 + part, "muted"),) for part in wrap(reason.example, width - 11) if part]
    return lines
