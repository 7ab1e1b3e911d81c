"""The first line: what is watched, how it is doing, and every record accounted for."""

from engine.snapshot import Format, Frame, Health, Meters
from tui.format import clock, count, lag, percent, rate, short, size, whole_percent, window
from tui.lines import Line, cut, fit, width_of
from tui.view import View
from tui.widgets.paint import Panel

FEED_NAME = 32
OLD = 3600.0  # seconds

_WORDS = {"live": ("● LIVE", "live"), "waiting": ("● WAITING", "busy"), "ended": ("● ENDED", "strong")}


class Header(Panel):
    """State, feed, format, rate, lag, window and meters; what matters least goes first when it is narrow."""

    def __init__(self) -> None:
        super().__init__("header")
        self._view = View("")

    def show(self, view: View) -> None:
        """Draw another view."""
        self._view = view
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """The one line."""
        return [header_line(self._view, width)]


def header_line(view: View, width: int) -> Line:
    """The header in `width` cells."""
    frame = view.frame
    parts: list[tuple[int, Line]] = [(0, state(view)), (1, ((cut(view.title, FEED_NAME), "strong"),))]
    if frame is not None:
        filtered = filter_line(view, min(width // 2, width - width_of(parts[0][1]) - 4))
        parts += [(0, filtered)] if filtered else []
        parts += [*_facts(frame, view.asked), *_meters(frame.snapshot.meters)]
        parts += [
            (12, (("engine ", "muted"), (f"{frame.health.cpu:.0%} {size(frame.health.memory)}", ""))),
            (8, _day(frame)),
            (7, ((clock(frame.snapshot.as_of), ""), (" UTC", "muted"))),
        ]
    return ((" ", ""), *fit(parts, width - 1))


def filter_line(view: View, width: int) -> Line:
    """The filter and its share, the expression cut to the room there is; nothing without one."""
    assert view.frame is not None
    snapshot = view.frame.snapshot
    text = snapshot.filter if view.filter_asked is None else view.filter_asked
    if not text and not snapshot.filter:
        return ()
    if text != snapshot.filter:
        return (("filter ", "muted"), (f"▶ {cut(text or 'none', max(width - 9, 1))}", "busy"))
    told = f"  {_share(snapshot.share)} of {count(snapshot.posts_unfiltered)}"
    return (("filter ", "muted"), (cut(text, max(width - 7 - len(told), 4)), "accent"), (told, ""))


def _share(share: float | None) -> str:
    """A share that is not nought is not shown as nought, and one that is not all not as all."""
    if share is None or share in (0.0, 1.0):
        return whole_percent(share or 0.0)
    return "<1%" if share < 0.005 else ">99%" if share >= 0.995 else whole_percent(share)


def _day(frame: Frame) -> Line:
    """The date, where it need not be today's."""
    as_of, behind = frame.snapshot.as_of, frame.health.lag
    return () if as_of is None or (behind is not None and behind < OLD) else ((f"{as_of:%Y-%m-%d}", "muted"),)


def state(view: View) -> Line:
    """One or two words on how it stands."""
    if view.trouble:
        return ((f"✗ ENGINE {view.trouble}", "dead"),)
    if view.stale:
        return ((" STALE ", "paused"), (" ", ""), *_standing(view.progress))
    if view.paused:
        return ((f" ‖ PAUSED +{count(view.arrived)} new ", "paused"),)
    return _standing(view.frame.health if view.frame else None)


def _standing(health: Health | None) -> Line:
    if health is None:
        return (("● STARTING", "busy"),)
    if health.state == "catching up":
        done = "" if health.backlog is None else f" {whole_percent(1 - health.backlog)}"
        left = "" if health.remaining is None else f" · {time_left(health.remaining)} left"
        return ((f"● CATCHING UP{done}", "busy"), (f" · {rate(health.rate)}{left}", ""))
    word, role = _WORDS.get(health.state, ("● STARTING", "busy"))
    return ((word, role),)


def time_left(seconds: float) -> str:
    """A time that is only estimated, no finer than one can know: 4 s, 40 s, 3 min, 2 h."""
    if seconds < 10:
        return f"{max(round(seconds), 1)} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def _facts(frame: Frame, asked: int | None) -> list[tuple[int, Line]]:
    snapshot = frame.snapshot
    shown = window(snapshot.window)
    wide: Line = (("window ", "muted"), (shown, ""))
    if asked is not None and asked != snapshot.window:
        wide = (*wide, (f" ▶ {window(asked)}", "busy"))
    facts: list[tuple[int, Line]] = [
        (4, format_line(snapshot.formats)),
        (3, () if frame.health.state == "catching up" else ((rate(frame.health.rate), ""),)),
        (2, wide),
    ]
    if frame.health.lag is not None:
        rank = 5 if frame.health.lag < OLD else 9  # an old file lags by its age, which is no news
        facts.insert(2, (rank, (("lag ", "muted"), (lag(frame.health.lag), ""))))
    return facts


def format_line(formats: list[Format]) -> Line:
    """The commonest shape and how much of it was mapped, and how many others there are."""
    if not formats:
        return ()
    most = max(formats, key=lambda item: item.lines)
    role = "" if all(item.mapped == item.lines for item in formats) else "warning"
    others = f" +{len(formats) - 1}" if len(formats) > 1 else ""
    return ((f"{cut(most.name, 20)} ", "muted"), (mapped_percent(most), role), (others, "muted"))


def mapped_percent(shape: Format) -> str:
    """The mapped share, rounded down: 100% is all of it."""
    return (
        percent(shape.mapped * 1000 // shape.lines / 1000, 0 if shape.mapped == shape.lines else 1)
        if shape.lines
        else ""
    )


def _meters(meters: Meters) -> list[tuple[int, Line]]:
    shown: list[tuple[int, Line]] = [(6, ((short(meters.read), ""), (" read", "muted")))]
    for rank, name, value, role in (
        (7, "rejected", meters.rejected, "warning"),
        (9, "late", meters.late, ""),
        (10, "dup", meters.duplicates, ""),
        (11, "ignored", meters.ignored, ""),
    ):
        if value or name == "rejected":
            shown.append((rank, ((short(value), role if value else ""), (f" {name}", "muted"))))
    return shown
