"""Plots as text for the commands that measure: as wide as the terminal, and plain where colour is not wanted.

Each function gives lines to print. Series are told apart by their signs and cells by their shades, so colour adds
nothing that is needed. Values that are no finite numbers are left out; names from a feed may hold anything.
"""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple, TextIO

from rich.cells import cell_len, set_cell_size

from engine.clean import clean_line
from tui.format import UNKNOWN, short

LEAST_WIDTH = 40
TALL = 16  # lines of a chart with two axes
SHADES = " ░▒▓█"  # of a fifth of the scale each
SIGNS = "ox+*#@%&"
LEVEL = "."
_COLOURS = (33, 208, 35, 170, 37, 160, 137, 244)  # of the 256: to be seen on dark and on light
_CROWDED = 1e15  # beyond this an axis has no room for its numbers
_ASCII = {
    **{ord(line): "+" for line in "┌┐└┘├┤┬┴┼"},
    **{ord(fine): plain for fine, plain in zip("─│░▒▓█–", "-|.:%#-", strict=True)},
}

Point = tuple[float, float]


class Axis(NamedTuple):
    """What an axis says: its name, and where it has which labels, if not at values of its own choice."""

    label: str = ""
    ticks: tuple[tuple[float, str], ...] = ()


NO_AXIS = Axis()


class Canvas(NamedTuple):
    """What a plot is drawn for."""

    width: int = 80
    colour: bool = False
    unicode: bool = True


def canvas(stream: TextIO | None = None) -> Canvas:
    """What `stream` (stdout) can show. Colour is for terminals alone, and not where NO_COLOR is set or TERM is dumb."""
    stream = sys.stdout if stream is None else stream
    try:
        SHADES.encode(stream.encoding or "ascii")
        unicode = True
    except (UnicodeEncodeError, LookupError):
        unicode = False
    colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Canvas(max(LEAST_WIDTH, shutil.get_terminal_size((80, 24)).columns), colour, unicode)


def over_time(
    title: str,
    series: Mapping[str, Sequence[Point]],
    on: Canvas,
    *,
    x: str = "",
    level: tuple[str, float] | None = None,
) -> str:
    """A line for each series, such as the error of each model by hour; `level` (name, y) is a line to hold them to."""
    drawn = {name: finite for name, points in series.items() if (finite := _finite(points))}
    if not drawn:
        return _nothing(title, on)
    held = level is not None and _drawable(level[1])
    legend = [f"{LEVEL} {_name(level[0])}"] if level is not None and held else []
    legend += [f"{SIGNS[place % len(SIGNS)]} {_name(name)}" for place, name in enumerate(drawn)]
    figure = _lines(list(drawn.values()), on, TALL, Axis(x), level[1] if level is not None and held else None)
    return _drawn(title, figure, on, textwrap.wrap("   ".join(legend), on.width))


def line_chart(
    series: Sequence[Sequence[Point]],
    on: Canvas,
    height: int,
    *,
    x: Axis = NO_AXIS,
    y: Axis = NO_AXIS,
    level: float | None = None,
) -> list[str]:
    """The lines of `over_time` without title and legend, in so many rows; the series have the signs of SIGNS in turn.

    Empty where there is nothing to draw.
    """
    finite = [_finite(points) for points in series]
    if not any(finite):
        return []
    return _built(_lines(finite, on, height, x, level, y), on)


def scatter(points: Sequence[Point], on: Canvas, height: int, *, x: Axis = NO_AXIS, y: Axis = NO_AXIS) -> list[str]:
    """The points of `calibration` without title and legend, in so many rows. Empty where there is nothing to draw."""
    finite = _finite(points)
    return _built(_points(finite, on, height, x, y), on) if finite else []


def calibration(title: str, points: Sequence[Point], on: Canvas, *, x: str = "predicted", y: str = "actual") -> str:
    """Points of (predicted, actual), such as the means of deciles, and the line on which the two are the same."""
    finite = _finite(points)
    if not finite:
        return _nothing(title, on)
    return _drawn(title, _points(finite, on, TALL, Axis(x)), on, [f"{SIGNS[0]} {_name(y)}   {LEVEL} as predicted"])


def bars(title: str, values: Mapping[str, float | None], on: Canvas, *, most: float | None = None) -> str:
    """A bar from 0 for each name, in the order given, such as the skill of each model; to the left below 0.

    The scale reaches to `most` at least, so that shares can be seen against 1.
    """
    if not values:
        return _nothing(title, on)
    known = [value for value in values.values() if value is not None and _drawable(value)]
    least, top = min(0.0, *known, 0.0), max(0.0, *known, most or 0.0)
    rows = len(values)
    figure = _figure(on.width, rows + 3)
    labels = []
    for row, (name, value) in enumerate(zip(_labels(list(values), on.width // 2 - 8), values.values(), strict=True)):
        shown = value if value is not None and _drawable(value) else None
        labels.append(f"{name} {_value(shown):>6}")
        if shown:
            figure.draw(figure.signal([0.0, shown], [rows - row] * 2, marker=_marker(SHADES[-1])).lines(True))
    figure.ruler("x").lim(least, top if top > least else 1.0)
    figure.ruler("y").lim(0.5, rows + 0.5)
    figure.ruler("y").ticks(list(range(rows, 0, -1)), labels=labels)
    return _drawn(title, figure, on)


def heat_map(title: str, counts: Mapping[str, Mapping[str, int]], on: Canvas, *, columns: str = "") -> str:
    """Counts by row and column, such as label and prediction, each with its share of the row as number and shade.

    All rows have the columns of the first. `columns` says what these are.
    """
    names = list(next(iter(counts.values()), ()))
    if not names:
        return _nothing(title, on)
    rows = _labels(list(counts), on.width // 3)
    room = (on.width - cell_len(rows[0]) - 3) // len(names)
    figure = _figure(on.width, 3 * len(counts) + 3 + bool(columns), columns)
    for at, of_row in enumerate(list(counts.values())[::-1]):
        total = sum(of_row.values())
        for x, name in enumerate(names):
            share = of_row[name] / total if total else 0.0
            sides = (x - 0.4, x + 0.4), (at - 0.4, at + 0.4)
            figure.draw(figure.rectangle(*sides, marker=_marker(SHADES[min(int(share * 5), 4)])))
            figure.draw(figure.signal([x], [at], marker=_text(_cell(of_row[name], share, room - 4))))
    for axis, labels in (("x", _labels(names, room - 1)), ("y", rows[::-1])):
        figure.ruler(axis).lim(-0.5, len(labels) - 0.5)
        figure.ruler(axis).ticks(list(range(len(labels))), labels=labels)
    scale = " ".join(f"{shade} {fifth * 20}%" for fifth, shade in enumerate(SHADES) if fifth)
    return _drawn(title, figure, on, [f"of the row, from {scale}"])


def is_loaded() -> bool:
    """Whether plotext is there, which takes a moment."""
    found = sys.modules.get("plotext")
    return found is not None and not getattr(found.__spec__, "_initializing", False)


def load() -> None:
    """Have plotext there, for plots that are not to wait for it."""
    import plotext  # noqa: F401, PLC0415


def _lines(
    series: Sequence[Sequence[Point]], on: Canvas, height: int, x: Axis, level: float | None, y: Axis = NO_AXIS
) -> Any:
    figure = _figure(on.width, height, x.label)
    if level is not None:
        xs = [x for points in series for x, _ in points]
        figure.draw(figure.signal([min(xs), max(xs)], [level] * 2, marker=_marker(LEVEL, -1)).lines(True))
    for place, points in enumerate(series):
        if points:
            marker = _marker(SIGNS[place % len(SIGNS)], place)
            figure.draw(figure.signal(*_columns(points), marker=marker).lines(True))
    return _ruled(figure, x, y)


def _points(points: Sequence[Point], on: Canvas, height: int, x: Axis, y: Axis = NO_AXIS) -> Any:
    low, high = (edge(value for point in points for value in point) for edge in (min, max))
    figure = _figure(on.width, height, x.label)
    figure.draw(figure.signal([low, high], [low, high], marker=_marker(LEVEL, -1)).lines(True))
    figure.draw(figure.signal(*_columns(points), marker=_marker(SIGNS[0])))
    return _ruled(figure, x, y)


def _ruled(figure: Any, x: Axis, y: Axis) -> Any:
    for name, axis in (("x", x), ("y", y)):
        if axis.ticks:
            figure.ruler(name).ticks([at for at, _ in axis.ticks], labels=[label for _, label in axis.ticks])
    return figure


def _figure(width: int, height: int, x: str = "") -> Any:
    """An empty figure. There is one for all of plotext, which is why it is cleared first."""
    import plotext  # noqa: PLC0415 - only where something is drawn

    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.theme("simple")
    if x:
        figure.label(_name(x), "x")
    return figure


def _marker(sign: str, place: int = 0) -> Any:
    import plotext  # noqa: PLC0415

    return plotext.marker(sign, pixel=plotext.pixel(_COLOURS[place % len(_COLOURS)]))


def _text(words: str) -> Any:
    import plotext  # noqa: PLC0415

    return plotext.marker(plotext.colorize(words).fill(plotext.pixel(_COLOURS[0])), ha=0, va=0)


def _drawn(title: str, figure: Any, on: Canvas, below: Sequence[str] = ()) -> str:
    return _written([_name(title), *_built(figure, on), *below], on)


def _built(figure: Any, on: Canvas) -> list[str]:
    return [line.rstrip() for line in figure.build().string(colorless=not on.colour).splitlines()]


def _written(lines: Iterable[str], on: Canvas) -> str:
    text = "\n".join(lines)
    return text if on.unicode else text.translate(_ASCII).encode("ascii", "replace").decode()


def _nothing(title: str, on: Canvas) -> str:
    return _written([f"{_name(title)}: nothing to draw"], on)


def _name(name: str) -> str:
    return clean_line(name)


def _finite(points: Sequence[Point]) -> list[Point]:
    """What can be drawn: plotext ends the process for what is no number."""
    return [(x, y) for x, y in points if _drawable(x) and _drawable(y)]


def _drawable(value: float) -> bool:
    return isfinite(value) and abs(value) <= _CROWDED


def _columns(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _value(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:.3f}" if abs(value) < 100 else short(value)


def _labels(names: Sequence[str], most: int) -> list[str]:
    """Names of the same width, in cells, of at most `most`."""
    safe = [_name(name) for name in names]
    width = min(max(map(cell_len, safe)), most)
    return [set_cell_size(name, width) for name in safe]


def _cell(count: int, share: float, room: int) -> str:
    """As much as there is room for, with a space on each side."""
    fits = [text for text in (f" {count:,} {share:.0%} ", f" {share:.0%} ") if len(text) <= room]
    return fits[0] if fits else ""
