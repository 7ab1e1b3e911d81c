"""How the values of options are written, like 15m, all, 60x, 4..16 or a time.

For argparse: each raises ArgumentTypeError, in one line that shows how to write it.
"""

import argparse
from typing import TYPE_CHECKING

from engine.spans import ALL_TIME, HOUR, MINUTE, SECOND, read_span

if TYPE_CHECKING:
    from engine.sentiment_labels import Rule

MAX_CLUSTERS = 64
MAX_HORIZONS = 8
WHOLE_FEED = 1_000 * 365 * 24 * HOUR  # longer than any feed


def duration(text: str) -> int:
    """A span of time, like 90s, 15m, 1h30m or 2d, in microseconds; at least one."""
    micros = read_span(text)
    if not micros:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration: write it like 90s, 15m, 1h30m or 2d")
    return micros


def span(text: str) -> int:
    """A duration in microseconds, or `all`."""
    return ALL_TIME if text.strip().lower() == "all" else duration(text)


def lateness(text: str) -> int:
    """How deep the reorder buffer is, in microseconds; 0s for none, `all` to sort the whole feed before anything."""
    written = text.strip().lower()
    if written == "all":
        return WHOLE_FEED
    return 0 if written in ("0", "0s") else duration(text)


def expression(text: str) -> str:
    """A filter expression that can be read, as it was written."""
    if not text:
        return text
    from engine.filters.parse import parse  # noqa: PLC0415 - most commands are given none
    from engine.filters.tokens import FilterError  # noqa: PLC0415

    try:
        parse(text)
    except FilterError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def speed(text: str) -> float:
    """A speed of replay, like 60x or max."""
    written = text.strip().lower()
    try:
        value = float("inf") if written == "max" else float(written.removesuffix("x"))
    except ValueError:
        value = 0.0
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed: write it like 60x, or max")
    return value


def burst(text: str) -> tuple[int, int, float]:
    """A burst to plant, like 30m+10m@30: its start and length in microseconds, and its posts per minute."""
    begin, _, rest = text.partition("+")
    length, _, written = rest.partition("@")
    try:
        start = 0 if begin.strip() in ("0", "0s", "0m") else duration(begin)
        rate = float(written)
        if not 0 < rate < float("inf"):
            raise ValueError
        return start, duration(length), rate
    except (ValueError, argparse.ArgumentTypeError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no burst: write start, length and posts per minute like 30m+10m@30"
        ) from None


def moment(text: str) -> int:
    """A time, like 2026-03-01T21:04:31Z or 2026-03-01, in microseconds since 1970; UTC unless it says otherwise."""
    from datetime import UTC, datetime  # noqa: PLC0415 - only exports are given one

    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time: write it like 2026-03-01T21:04:31Z") from None
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def horizons(text: str) -> tuple[int, ...]:
    """Durations of at least a minute apart by commas, shortest first, each once."""
    values = tuple(sorted({duration(part) for part in text.split(",")}))
    if values[0] < MINUTE or len(values) > MAX_HORIZONS:
        raise argparse.ArgumentTypeError(f"{text!r} are no horizons: give 1 to 8 of at least 1m, like 15m,1h,6h,24h")
    return values


def clusters(text: str) -> tuple[int, int]:
    """Bounds like 4..16, or one number for both."""
    least, _, most = text.partition("..")
    try:
        bounds = int(least), int(most or least)
    except ValueError:
        bounds = (0, 0)
    if not 2 <= bounds[0] <= bounds[1] <= MAX_CLUSTERS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of clusters from 2 to 64: write it like 4..16, or 8")
    return bounds


def shape(text: str) -> str:
    """The name of a native shape, or `auto`."""
    if text != "auto":
        from engine.platforms import registry  # noqa: PLC0415 - keeps --help quick

        try:
            registry.find(text)
        except ValueError as unknown:
            raise argparse.ArgumentTypeError(str(unknown)) from None
    return text


def mapping(text: str) -> tuple[tuple[str, str], ...]:
    """Fields and the paths where they are, like text=a.b,author=c."""
    from engine.platforms.generic import mapped, parse_map  # noqa: PLC0415 - keeps --help quick

    try:
        pairs = parse_map(text)
        mapped(pairs)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None
    return pairs


def alert(text: str) -> str:
    """An alert, like tag:x mean<-0.3 for 60s; it may name a saved filter."""
    from engine.alerts.rules import AlertError, read_rule  # noqa: PLC0415 - keeps --help quick

    saved: dict[str, str] = {}
    if "@" in text:
        from tui.saved_filters import SavedFiltersError, default_path, read_filters  # noqa: PLC0415

        try:
            saved = read_filters(default_path())
        except SavedFiltersError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None
    try:
        return read_rule(text, saved).text
    except AlertError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def condition(text: str) -> tuple[str, str]:
    """A field, by its path, and the value that it must have, like label=on-topic."""
    from engine.platforms import paths  # noqa: PLC0415 - keeps --help quick

    field, equals, value = (piece.strip() for piece in text.partition("="))
    try:
        paths.parse(field)
    except ValueError:
        equals = ""
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no condition: write it like label=on-topic")
    return field, value


def sentiment_labels(text: str) -> "Rule":
    """What the labels of a feed stand for, like negative=0,neutral=1,positive=2, or rating=0.5."""
    from engine.sentiment_labels import parse_rule  # noqa: PLC0415 - keeps --help quick

    try:
        return parse_rule(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None
