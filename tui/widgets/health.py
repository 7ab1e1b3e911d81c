"""The health of the feed: every record accounted for, what was rejected and why, gaps, sources, the engine itself."""

from engine.snapshot import Frame, GapRow, Health, Meters, Reason
from tui.draw import bar, columns
from tui.format import clock, count, day_and_clock, duration, lag, percent, rate, size
from tui.keymap import key
from tui.lines import BLANK, Line, Span, cells, cut, fit, pad, plain, wrap
from tui.widgets.gauges import by_count
from tui.widgets.header import mapped_percent
from tui.widgets.paint import Panel

# The parts of `Meters.read`, in the order they are read.
PARTS = ("posts", "reactions", "observations", "edits", "deletes", "duplicates", "late", "rejected", "ignored")
_TROUBLE = {"rejected"}
LANGUAGES = 12  # shown by name
LAG_LABEL, LAG_ROWS = 7, 4
STATE, LEAST_NAME = 9, 13  # cells of what a source does, and of its name at least


class FeedHealth(Panel):
    """Meters and the commonest rejections, where there is room for a panel of them."""

    def __init__(self) -> None:
        super().__init__("feedhealth")
        self._frame: Frame | None = None

    def show(self, frame: Frame) -> None:
        """Draw another frame."""
        self._frame = frame
        self.redraw()
        self.retitle(f"Feed health  ({key('health')}: all of it)")

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
        *_notices([*health.notes, *snapshot.notices], width),
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
        told = cut(f"  {count(source.lines)} lines {source.detail}", width - STATE - LEAST_NAME)
        name = _end_of(source.name, width - STATE - 1 - cells(told))
        lines.append(((pad(source.state, STATE), role), (f" {name}", ""), (told, "muted")))
    lines += _gaps(snapshot.gaps)
    lines += _lags(health, width)
    lines += _languages(snapshot.languages, width)
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
    lines += [((part, "muted"),) for part in wrap(health.went_on, width)] if health.went_on else []
    return lines


def _gaps(gaps: list[GapRow]) -> list[Line]:
    """When the feed was blind, and for how long in all."""
    lines = _section("Gaps")
    if not gaps:
        return [*lines, (("none", "muted"),)]
    spans = [(gap.end - gap.start).total_seconds() for gap in gaps]
    for gap, span in zip(gaps, spans, strict=True):
        lines.append(((day_and_clock(gap.start), ""), (f" for {duration(span)}  {gap.reason}", "muted")))
    if len(gaps) > 1:
        told = f"{count(len(gaps))} gaps, {duration(sum(spans))} in all, the longest {duration(max(spans))}"
        lines.append(((told, "muted"),))
    return lines


def _lags(health: Health, width: int) -> list[Line]:
    """The highest lag of each step of the last minutes, as bars."""
    name = f"Lag, the last {duration(len(health.lags) * health.lag_step)}" if health.lags else "Lag"
    lines = _section(name)
    known = [value for value in health.lags if value is not None]
    if not known:
        return [*lines, (("only of a feed that comes in as it happens", "muted"),)]
    room = max(width - LAG_LABEL - 1, 10)
    values = [max(value or 0.0, 0.0) for value in health.lags[-room:]]
    cells = max(room // len(values), 1)
    wide = [value for value in values for _ in range(min(cells, 2))]
    labels = {0: lag(max(known)), LAG_ROWS - 1: "0"}
    for row, text in enumerate(columns(wide, len(wide), LAG_ROWS)):
        lines.append(((pad(labels.get(row, ""), LAG_LABEL, True) + "│", "muted"), (text, "accent")))
    told = f"the highest of each {health.lag_step}s, the newest at the right; now {lag(health.lag)}"
    return [*lines, (("".ljust(LAG_LABEL) + "└", "muted"), (cut(told, room), "muted"))]


def _languages(languages: dict[str, int], width: int) -> list[Line]:
    """The posts of the window by language, the commonest first."""
    lines = _section("Languages in the window")
    total, found = sum(languages.values()), by_count(languages)
    if not total:
        return [*lines, (("no posts", "muted"),)]
    shown, rest = found[:LANGUAGES], sum(posts for _, posts in found[LANGUAGES:])
    if rest:
        shown = [*shown, (f"{count(len(found) - LANGUAGES)} others", rest)]
    room = max(min(width - 33, 60), 8)
    most = max(posts for _, posts in shown)
    for name, posts in shown:
        role = "muted" if not name else ""
        figures = pad(count(posts), 10, True) + pad(percent(posts / total), 8, True) + "  "
        lines.append(
            ((pad(name or "undecided", 12), role), (figures, role), (bar(posts / most, room), role or "accent"))
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


def _end_of(name: str, width: int) -> str:
    """A path in at most `width` cells: what tells files apart stands at its end."""
    name = plain(name)
    kept = len(name)
    while kept and cells(name[-kept:]) > width - (kept < len(name)):
        kept -= 1
    return name if kept == len(name) else f"…{name[-kept:] if kept else ''}"


def _section(name: str) -> list[Line]:
    return [BLANK, ((name, "head"),)]


def _reasons(name: str, reasons: list[Reason], width: int) -> list[Line]:
    lines = _section(name)
    if not reasons:
        return [*lines, (("none", "muted"),)]
    total = sum(reason.count for reason in reasons)
    for reason in reasons:
        share = f"  {percent(reason.count / total)} of these" if len(reasons) > 1 else ""
        lines.append(((pad(count(reason.count), 9, True), "strong"), (f"  {reason.reason}", ""), (share, "muted")))
        lines += [((" " * 11 + part, "muted"),) for part in wrap(reason.example, width - 11) if part]
    return lines
