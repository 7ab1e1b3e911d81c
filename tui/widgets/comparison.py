"""Two drafts side by side: their moods, what each is predicted to earn, and whether the difference says anything."""

from math import ceil, floor

from engine.snapshot import DraftScore, Range
from tui.correcting import yours
from tui.details import beside_words
from tui.format import duration, sentiment, short, signed, whole
from tui.lines import BLANK, Line, cut, width_of
from tui.widgets.predictions import predicted_cell, span

TWO_COLUMNS = 98  # cells from which they stand beside each other: those of a box in a terminal of 100
GAP = 3
FIRST, SECOND = "A", "B"


def comparison_lines(first: DraftScore, second: DraftScore | None, width: int, height: int) -> list[Line]:
    """Both drafts, beside each other or one above the other, over a sentence on which would earn more."""
    if second is None:
        return [*_draft(FIRST, first, None, width, height - 1), ((" B: type another text", "muted"),)]
    words: Line = ((cut(f" {which_earns_more(first, second)}", width), "strong"),)
    if width >= TWO_COLUMNS:
        half = (width - GAP) // 2
        left, right = _draft(FIRST, first, None, half, height - 1), _draft(SECOND, second, first, half, height - 1)
        return [*_beside(left, right, half), words]
    room = (height - 1) // 2
    return [*_draft(FIRST, first, None, width, room), *_draft(SECOND, second, first, width, room), words]


def which_earns_more(first: DraftScore, second: DraftScore) -> str:
    """In a sentence, with how far the ranges tell them apart; what is compared is what is shown."""
    pairs = [(a, b) for a, b in _pairs(first, second) if a.predicted is not None and b.predicted is not None]
    if not pairs:
        return "no prediction yet: nothing to compare"
    ahead: dict[str, list[str]] = {}
    for a, b in pairs:
        ahead.setdefault(_ahead(a, b), []).append(duration(a.horizon))
    if list(ahead) == [""]:
        return f"both would earn the same{_when(pairs)}"
    if len(ahead) == 1:
        told = f"{next(iter(ahead))} would earn more{_when(pairs)}"
    else:
        told = ", ".join(
            f"{name} would earn more after {_and(when)}" if name else f"the same after {_and(when)}"
            for name, when in sorted(ahead.items(), reverse=True)
        )
    apart = [duration(a.horizon) for a, b in pairs if _ahead(a, b) and overlap(a, b) is False]
    if len(apart) == len(pairs):
        return f"{told}: the ranges lie apart"
    if apart:
        return f"{told}: the ranges lie apart only after {_and(apart)}"
    if all(overlap(a, b) is None for a, b in pairs):
        return f"{told}: no ranges yet, no telling"
    return f"{told}: ranges overlap, no telling"


def overlap(a: Range, b: Range) -> bool | None:
    """Whether two ranges share any outcome, rounded outward as they are shown; None where one is not known."""
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return None
    return floor(a.low) <= ceil(b.high) and floor(b.low) <= ceil(a.high)


def _draft(name: str, score: DraftScore, other: DraftScore | None, width: int, height: int) -> list[Line]:
    """One of them in `height` lines; with `other`, how it differs from that."""
    mood, ranges = _mood(name, score, other, width), _ranges(score, other)
    own_lines: list[Line] = [((" ", ""), *line) for line in ranges]
    lines = [mood, *(own_lines if len(ranges) < height else _flow(ranges, width))]
    if len(lines) < height - 1:
        lines.insert(1, _where(score, width))
    if len(lines) < height:
        lines.insert(0, ((f" {name} ", "accent"), (cut(score.text, width - 4), "")))
    return lines[:height]


def _flow(parts: list[Line], width: int) -> list[Line]:
    """Parts one behind the other, on as many lines as they need."""
    lines: list[Line] = []
    for part in parts:
        if lines and width_of(lines[-1]) + 2 + width_of(part) <= width:
            lines[-1] = (*lines[-1], ("  ", ""), *part)
        else:
            lines.append(((" ", ""), *part))
    return lines


def _mood(name: str, score: DraftScore, other: DraftScore | None, width: int) -> Line:
    parts: list[tuple[int, Line]] = [(0, ((f" {name}", "accent"),))]
    if score.compound is None:
        parts += [(0, (("not scored", "unknown"),)), (1, ((score.not_scored, "muted"),))]
    else:
        parts.append((0, ((f"{score.sentiment} {sentiment(score.compound)}", score.sentiment),)))
        if other is not None and other.compound is not None:
            parts.append((0, ((f"({score.compound - other.compound:+.2f})", "strong"),)))
    if score.personal is not None:
        parts.append((1, (yours(score.personal)[0],)))
    return beside_words(parts, score.words, width)


def _where(score: DraftScore, width: int) -> Line:
    cluster = "near no cluster" if score.cluster is None else f"cluster {score.cluster} {score.cluster_label}"
    return ((cut(f" {score.lang or 'language undecided'} · {cluster}", width), "muted"),)


def _ranges(score: DraftScore, other: DraftScore | None) -> list[Line]:
    """What is predicted at each horizon; those at which nothing is yet share a line."""
    lines = [_range(item, other) for item in score.ranges if item.predicted is not None]
    names = ", ".join(duration(item.horizon) for item in score.ranges if item.predicted is None)
    return [*lines, ((f"in {names} ", "muted"), ("no prediction yet", "unknown"))] if names else lines


def _range(item: Range, other: DraftScore | None) -> Line:
    """What is predicted at a horizon, and against the other draft."""
    told: Line = (
        (f"in {duration(item.horizon)} ", "muted"),
        predicted_cell(item),
        (f" ({span(item.low, item.high)})", ""),
    )
    before = next((one for one in other.ranges if one.horizon == item.horizon), None) if other else None
    if before is None or before.predicted is None:
        return told
    return (*told, (f" {_difference(_whole(item) - _whole(before))}", "strong"), *_marked(before, item))


def _marked(a: Range, b: Range) -> Line:
    match overlap(a, b):
        case None:
            return ()
        case True:
            return ((" overlap", "muted"),)
        case False:
            return ((" apart", "good"),)


def _whole(item: Range) -> int:
    assert item.predicted is not None
    return whole(item.predicted, item.low, item.high)


def _difference(value: int) -> str:
    return signed(value) if value else "±0"


def _ahead(a: Range, b: Range) -> str:
    first, second = _whole(a), _whole(b)
    if short(first) == short(second):
        return ""
    return FIRST if first > second else SECOND


def _pairs(first: DraftScore, second: DraftScore) -> list[tuple[Range, Range]]:
    by_horizon = {item.horizon: item for item in second.ranges}
    return [(item, by_horizon[item.horizon]) for item in first.ranges if item.horizon in by_horizon]


def _when(pairs: list[tuple[Range, Range]]) -> str:
    if len(pairs) > 1:
        return " at every horizon"
    a, b = pairs[0]
    first, second = short(_whole(a)), short(_whole(b))
    return f" after {duration(a.horizon)} ({first if first == second else f'{first} and {second}'})"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _beside(left: list[Line], right: list[Line], half: int) -> list[Line]:
    rows = []
    for at in range(max(len(left), len(right))):
        one, other = (side[at] if at < len(side) else BLANK for side in (left, right))
        rows.append((*one, (" " * max(half - width_of(one), 0) + " │ ", "faint"), *other))
    return rows
