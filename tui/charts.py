"""Charts as lines of a screen: those of plotext with the colours of our roles, and what is drawn beside them."""

from collections.abc import Mapping, Sequence
from itertools import groupby, zip_longest
from math import log1p

from rich.cells import cell_len

from tui.draw import bar
from tui.format import engagement
from tui.lines import BLANK, Line, Span, cut, pad, width_of, within, wrap
from tui.plots import Axis

_EDGES = "│┤"
_COUNTS = (0, 0.5, *(first * 10**power for power in range(6) for first in (1, 2, 5)), 10**6)


def painted(drawing: Sequence[str], roles: Mapping[str, str]) -> list[Line]:
    """A drawing of plotext; what stands within its frame has the role of its sign, the rest is muted."""
    return [_painted(text, roles) for text in drawing]


def _painted(text: str, roles: Mapping[str, str]) -> Line:
    start = next((at for at, character in enumerate(text) if character in _EDGES), -1) + 1
    end = text.rfind("│")
    if not start or end < start:
        return ((text, "muted"),)
    inside = groupby(text[start:end], key=lambda sign: roles.get(sign, "faint"))
    return ((text[:start], "muted"), *(("".join(signs), role) for role, signs in inside), (text[end:], "muted"))


def count_axis(label: str, low: float, high: float, most: int) -> Axis:
    """An axis of log(1 + engagements) from `low` to `high` that says engagements, at most about so many of them."""
    within = [count for count in _COUNTS if low - 1e-9 <= log1p(count) <= high + 1e-9]
    step = max(-(-len(within) // max(most, 1)), 1)
    return Axis(label, tuple((log1p(count), engagement(count)) for count in within[::step]))


def legend(signs: Sequence[tuple[str, str, str]], width: int, words: str = "") -> list[Line]:
    """Signs, their role and what they mean, and more words: beside them, or below where they do not fit."""
    spans: list[Span] = []
    for sign, role, means in signs:
        spans += [("   " if spans else " ", ""), (sign, role), (f" {means}", "")]
    if not words:
        return [tuple(spans)]
    if width_of(tuple(spans)) + 3 + cell_len(words) <= width:
        return [(*spans, (f"   {words}", "muted"))]
    return [tuple(spans), *(((f" {part}", "muted"),) for part in wrap(words, width - 2))]


def title(text: str, width: int) -> Line:
    """The title of a part of a page."""
    return ((cut(f" {text}", width), "head"),)


def beside(left: Sequence[Line], right: Sequence[Line], width: int, gap: int = 2) -> list[Line]:
    """Two drawings side by side, the left one in `width` cells."""
    return [
        (*within(one, width), (" " * (width - min(width_of(one), width) + gap), ""), *other)
        for one, other in zip_longest(left, right, fillvalue=BLANK)
    ]


def marked_bar(value: float, mark: float | None, most: float, width: int, role: str) -> list[Span]:
    """A bar of `value` against `most`, with a stroke at another value."""
    text = bar(value / most if most > 0 else 0.0, width)
    if mark is None or most <= 0:
        return [(text, role)]
    at = min(max(round(mark / most * width), 0), width - 1)
    return [(text[:at], role), ("│", "strong"), (text[at + 1 :], role)]


def signed_bar(value: float, most: float, half: int) -> list[Span]:
    """A bar to the left of a middle for what is below 0, to the right for what is above; `half` cells each."""
    cells = 0 if most <= 0 else min(round(abs(value) / most * half), half)
    left = pad("█" * cells if value < 0 else "", half, True)
    right = pad("█" * cells if value > 0 else "", half)
    return [(left, "negative"), ("│", "faint"), (right, "positive")]
