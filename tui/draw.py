"""Bars, sparklines and braille lines, drawn as text: pure functions, cheap enough for four frames a second."""

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
_LEVELS = " " + BLOCKS
_PARTS = " ▏▎▍▌▋▊▉"
_BRAILLE = "".join(map(chr, range(0x2800, 0x2900)))  # by the dots of a cell
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column of the 2x4 cell


def bar(share: float | None, width: int) -> str:
    """A bar of `share` (0 to 1) of `width` cells, exact to an eighth of a cell."""
    eighths = round(min(max(share or 0.0, 0.0), 1.0) * width * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_PARTS[part] if part else "")).ljust(width)


def spark(values: Sequence[float], width: int) -> str:
    """`values` as one row of at most `width` blocks, the newest at the right; nothing is a space, not a low block."""
    points = resample(values, width) if len(values) > width else list(values)
    top = max(points, default=0)
    if top <= 0:
        return " " * len(points)
    return "".join(BLOCKS[min(int(value / top * 8), 7)] if value > 0 else " " for value in points)


def columns(values: Sequence[float], width: int, height: int) -> list[str]:
    """`values` as a bar chart of `height` rows, top row first, from 0 to the largest value."""
    points = resample(values, width)
    top = max(points, default=0)
    filled = [0 if top <= 0 else max(round(value / top * height * 8), value > 0) for value in points]  # in eighths
    return [
        "".join([_LEVELS[min(max(eighths - row * 8, 0), 8)] for eighths in filled]) for row in reversed(range(height))
    ]


def resample(values: Sequence[float], width: int) -> list[float]:
    """`values` in exactly `width` points, each the mean of what falls in it, or the nearest where there are fewer."""
    total = len(values)
    if not total or width <= 0:
        return [0.0] * max(width, 0)
    points = []
    for index in range(width):
        start = index * total // width
        end = (index + 1) * total // width
        points.append(sum(values[start:end]) / (end - start) if end - start > 1 else values[start])
    return points


def braille(values: Sequence[float | None], width: int, height: int, low: float, high: float) -> list[str]:
    """A line through `values`, drawn in braille dots (2 by 4 in a cell); None breaks the line.

    Args:
        values: one per time bucket, evenly spread over the width.
        width: cells.
        height: cells, top row first in the answer.
        low: value at the bottom edge.
        high: value at the top edge; what lies outside is drawn at the edge.
    """
    grid = [[0] * width for _ in range(height)]
    if not width or not height:
        return ["" for _ in grid]
    right, bottom = width * 2 - 1, height * 4 - 1
    last: tuple[int, int] | None = None
    for index, value in enumerate(values):
        if value is None:
            last = None
            continue
        x = round(index * right / (len(values) - 1)) if len(values) > 1 else right
        share = (min(max(value, low), high) - low) / (high - low)
        point = (x, round((1 - share) * bottom))
        _stroke(grid, last or point, point)
        last = point
    return ["".join([_BRAILLE[dots] for dots in row]) for row in grid]


def _stroke(grid: list[list[int]], start: tuple[int, int], end: tuple[int, int]) -> None:
    """Set the dots of a straight line between two dots."""
    (x0, y0), (x1, y1) = start, end
    steps = max(abs(x1 - x0), abs(y1 - y0), 1)
    for step in range(steps + 1):
        x = round(x0 + (x1 - x0) * step / steps)
        y = round(y0 + (y1 - y0) * step / steps)
        grid[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
