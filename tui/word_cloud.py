"""A cloud of words: the heaviest in the middle and in large letters, the others round about, none over another.

The same words in the same room are always laid out alike.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from engine.topicsheet import Word
from tui.letters import can_spell, large, width_in_letters
from tui.lines import Line, Span, plain

LARGE = 0.3  # weight from which a word may be in large letters
HIGH = ((40, 9), (30, 5), (18, 2), (11, 1))  # rows from which so many may
STRONG, PLAIN = 0.35, 0.12  # weights from which a word is bold, and plain; below it is dim
BESIDE = 2  # cells that are left free on either side of large letters


class Placed(NamedTuple):
    """A word in its place."""

    x: int
    y: int
    rows: list[str]
    role: str


def cloud(words: Sequence[Word], width: int, height: int, ascii_only: bool = False) -> list[Line]:
    """As many of the words, the heaviest first, as there is room for."""
    taken = [0] * height  # the cells of each row that have something in or beside them, as bits
    placed = []
    letters = next((most for rows, most in HIGH if height >= rows), 0)
    for word in words:
        text = plain(word.text)
        rows, role, side = [text], _role(word), 0
        if letters and word.weight >= LARGE and can_spell(text) and width_in_letters(text) <= width - 2 * BESIDE:
            rows, role, side = large(text, ascii_only), _color(word, "accent", "strong"), BESIDE
            letters -= 1
        across = cell_len(rows[0]) + 2 * side
        spot = _spot(taken, across, len(rows), width, height)
        if spot is None:
            continue
        x, y = spot
        placed.append(Placed(x + side, y, rows, role))
        for row in range(y, y + len(rows)):
            taken[row] |= ((1 << (across + 2)) - 1) << x  # with a cell on either side: bit 0 is left of the first
    return _drawn(placed, height)


def _role(word: Word) -> str:
    if word.weight >= STRONG:
        return _color(word, "key", "strong")
    return _color(word, "accent", "") if word.weight >= PLAIN else "muted"


def _color(word: Word, tag: str, other: str) -> str:
    return tag if word.text.startswith("#") else other


def _spot(taken: list[int], across: int, rows: int, width: int, height: int) -> tuple[int, int] | None:
    """The free place nearest to the middle, for a box; None if there is none."""
    if not 0 < across <= width or rows > height:
        return None
    middle, centre = (width - across) / 2, (height - rows) / 2
    aspect = width / height  # so that the cloud has the shape of its room
    best, found = float("inf"), None
    for y in _outward(height - rows):
        down = abs(y - centre) * aspect
        if down >= best:
            break
        filled = 0
        for row in range(y, y + rows):
            filled |= taken[row]
        x = _nearest(_starts(filled >> 1, across, width), int(middle))
        if x is not None and (far := (down * down + (x - middle) ** 2) ** 0.5) < best:
            best, found = far, (x, y)
    return found


def _outward(last: int) -> Iterator[int]:
    """0 to `last` from the middle on."""
    low = last // 2
    for step in range(last + 1):
        at = low + (step + 1) // 2 if step % 2 else low - step // 2
        if 0 <= at <= last:
            yield at


def _starts(filled: int, across: int, width: int) -> int:
    """As bits, the cells from which so many are free."""
    free = ~filled & ((1 << width) - 1)
    reach = 1
    while reach < across:
        step = min(reach, across - reach)
        free &= free >> step
        reach += step
    return free


def _nearest(bits: int, middle: int) -> int | None:
    """The bit that is set nearest to one; of two as near the lower."""
    below, above = bits & ((1 << (middle + 1)) - 1), bits >> (middle + 1)
    low = below.bit_length() - 1 if below else None
    high = middle + (above & -above).bit_length() if above else None
    if low is None or high is None:
        return high if low is None else low
    return low if middle - low <= high - middle else high


def _drawn(placed: Sequence[Placed], height: int) -> list[Line]:
    by_row: list[list[tuple[int, str, str]]] = [[] for _ in range(height)]
    for word in placed:
        for offset, text in enumerate(word.rows):
            by_row[word.y + offset].append((word.x, text, word.role))
    lines: list[Line] = []
    for row in by_row:
        spans: list[Span] = []
        at = 0
        for x, text, role in sorted(row):
            spans += [(" " * (x - at), ""), (text, role)]
            at = x + cell_len(text)
        lines.append(tuple(spans))
    return lines
