"""Numbers, times and sentiments as a reader sees them: pure functions. None is "–", never zero."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil, floor

TOPICS_OFF = "topics are off (--no-topics)"
UNKNOWN = "–"
POSITIVE = 0.05  # VADER's own bounds of what is called positive and negative
NEGATIVE = -0.05

_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def count(value: float | None) -> str:
    """A whole number with thousands apart: 9,412."""
    return UNKNOWN if value is None else f"{value:,.0f}"


def short(value: float | None) -> str:
    """A number in at most five cells and a sign: 941, 9.4k, 12k, 3.1M, 8e31."""
    if value is None:
        return UNKNOWN
    size = abs(value)
    if size >= 999.5e12:
        return f"{value:.0e}".replace("e+", "e")
    for factor, unit in _UNITS:
        if size >= factor * 0.9995:
            scaled = value / factor
            return f"{scaled:.1f}{unit}" if abs(scaled) < 9.95 else f"{scaled:.0f}{unit}"
    return f"{value:.0f}"


def number(value: float | None, cells: int) -> str:
    """A whole number with thousands apart, or in short where that takes more than `cells`; those are 5 or more."""
    whole = count(value)
    return whole if len(whole) <= cells else short(value)


def whole(value: float, low: float | None = None, high: float | None = None) -> int:
    """Predicted engagements as outcomes and the ends of their range are: a whole number, never outside that range."""
    nearest = floor(value + 0.5)
    return nearest if low is None or high is None else min(max(nearest, floor(low)), ceil(high))


def predicted(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """How many engagements are predicted, as `whole` has them."""
    return UNKNOWN if value is None else short(whole(value, low, high))


def engagement(value: float | None) -> str:
    """A mean number of engagements: decimals while it is small, for 0.4 and 0.02 are not 0."""
    if value is None:
        return UNKNOWN
    if 0 < value < 0.095:
        return f"{max(value, 0.01):.2f}"
    return f"{value:.1f}".removesuffix(".0") if 0 < value < 9.95 else short(value)


def at_least(value: float | None) -> str:
    """The low end of a range of engagements, rounded down to what is shown: no outcome in range is left outside."""
    return UNKNOWN if value is None else short(_rounded(value, floor))


def at_most(value: float | None) -> str:
    """The high end of a range of engagements, rounded up to what is shown."""
    return UNKNOWN if value is None else short(_rounded(value, ceil))


def _rounded(value: float, whole: Callable[[float], int]) -> int:
    """A whole number with no more digits than `short` shows, on the side of `value` that `whole` takes."""
    number = whole(value)
    unit = next((int(factor) for factor, _ in _UNITS if number >= factor), 1)
    step = max(unit // 10, 1) if number < 10 * unit else unit
    if number >= 10**15:
        step = int(10 ** (len(str(number)) - 1))
    return (-(-number // step) if whole is ceil else number // step) * step


def signed(value: int | None) -> str:
    """A change with its sign: +812, -1.2k, 0."""
    if value is None:
        return UNKNOWN
    return f"{'+' if value > 0 else ''}{short(value)}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 0 to 1 as 24.7%."""
    return UNKNOWN if share is None else f"{share * 100:.{digits}f}%"


def whole_percent(share: float | None) -> str:
    """A share as 99%, with 100% kept for all of it and 0% for none."""
    if share is None:
        return UNKNOWN
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    return f"{min(max(round(share * 100), 1), 99)}%"


def mood(value: float | None) -> str:
    """What a compound is called: "positive", "neutral" or "negative", and "unknown" if there is none."""
    if value is None:
        return "unknown"
    return "positive" if value >= POSITIVE else "negative" if value <= NEGATIVE else "neutral"


def sentiment(value: float | None) -> str:
    """A compound by sign: +0.41, -0.37, and =+0.02 for what counts as neutral."""
    if value is None:
        return UNKNOWN
    return f"={value:+.2f}" if mood(value) == "neutral" else f"{value:+.2f}"


def duration(seconds: float) -> str:
    """A span of time in its own unit: 42s, 15m, 1h30, 2d."""
    whole = int(max(seconds, 0))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes}m{rest:02}" if rest and minutes < 10 else f"{minutes}m"
    if whole < 48 * 3600:
        hours, rest = divmod(whole // 60, 60)
        return f"{hours}h{rest:02}" if rest else f"{hours}h"
    return f"{whole // 86400}d"


def window(seconds: int) -> str:
    """The length of a window; 0 is all that is retained."""
    return "all" if seconds == 0 else duration(seconds)


def skill(value: float | None) -> str:
    """How much smaller an error is than the baseline's, in at most six cells: +12%, -540%, -12k%."""
    if value is None:
        return UNKNOWN
    return f"{value:+.0%}" if abs(value) < 9.995 else f"{short(100 * value)}%"


def ratio(value: float | None) -> str:
    """A figure between -1 and 1 without the nought before its point: .31, -.05."""
    if value is None:
        return UNKNOWN
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 0.995 else f"{value:.2f}"


def expected(value: float) -> str:
    """A number that was to be expected: 41, 4, 2.6, <0.1; never 0, for it need not have been just that."""
    if value >= 9.95:
        return short(value)
    return f"{value:.1f}".removesuffix(".0") if value >= 0.05 else "<0.1"


def chance(score: float) -> str:
    """The chance of 10^-score in words: 1 in 32, 1 in 10^12."""
    if score < 4:
        return f"1 in {float(f'{10 ** max(score, 0):.2g}'):,.0f}"
    return f"1 in 10^{min(score, 300):.0f}"


def hour(moment: datetime) -> str:
    """The time of day in UTC to the minute: 21:04."""
    return f"{moment.astimezone(UTC):%H:%M}"


def day_and_hour(moment: datetime) -> str:
    """Day and time of day in UTC: 03-01 21:04."""
    return f"{moment.astimezone(UTC):%m-%d %H:%M}"


def clock(moment: datetime | None) -> str:
    """The time of day in UTC: 21:04:31."""
    return UNKNOWN if moment is None else f"{moment.astimezone(UTC):%H:%M:%S}"


def day_and_clock(moment: datetime | None) -> str:
    """Date and time in UTC: 2026-03-01 21:04:31."""
    return UNKNOWN if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def due(moment: datetime, now: datetime | None) -> str:
    """How far ahead of `now` a moment lies, for what is still waited for."""
    if now is None or moment <= now:
        return "due now"
    return f"due in {duration((moment - now).total_seconds())}"


def rate(value: float) -> str:
    """Records per second: 1,204/s, 0.4/s."""
    return f"{value:.1f}/s" if 0 < value < 9.95 else f"{value:,.0f}/s"


def lag(seconds: float | None) -> str:
    """How far the newest event lies back: 0.2s, 3m12."""
    if seconds is None:
        return UNKNOWN
    return f"{max(seconds, 0):.1f}s" if seconds < 10 else duration(seconds)


def size(octets: int) -> str:
    """Memory: 212 MB."""
    return f"{octets / 1e6:,.0f} MB"
