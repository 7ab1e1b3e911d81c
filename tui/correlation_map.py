"""Correlations as a heat map: sign and digit in every cell, colour on top, so that it can be read without any."""

from string import ascii_lowercase, ascii_uppercase

from engine.gradesheet import Correlations
from tui.format import count, duration
from tui.lines import BLANK, Line, pad, within

LETTERS = ascii_lowercase + ascii_uppercase
NAME = 14
STEPS = (0.1, 0.3, 0.5)  # from which a correlation is faint, plain and strong
ROOMY = 5  # cells of a column where there is room for two digits
CLOSE = 3


def correlation_lines(found: Correlations, width: int) -> list[Line]:
    """Features and outcomes against each other; the scale stands at the top."""
    names = [_name(found, at) for at in range(len(found.names))]
    cells = ROOMY if NAME + 3 + ROOMY * len(names) <= width else CLOSE
    shown = min(len(names), max((width - NAME - 3) // cells, 1))
    first = max(len(names) - shown, 0)  # with less room the outcomes stay
    letters = [LETTERS[at % len(LETTERS)] for at in range(len(names))]
    lines = [within(line, width) for line in _scale(found, cells)]
    lines.append(((pad("", NAME + 3), ""), ("".join(pad(letter, cells, True) for letter in letters[first:]), "muted")))
    split = len(names) - found.outcomes
    for at in (*range(split, len(names)), *range(split)):  # the outcomes first: they are what one asks of
        name, outcome = names[at], at >= split
        if at == 0:
            lines.append(BLANK)
        row = found.values[at][first:]
        spans = [_cell(value, cells, own=first + column == at) for column, value in enumerate(row)]
        lines.append(((f" {letters[at]} ", "muted"), (pad(name, NAME), "strong" if outcome else ""), *spans))
    return lines


def _name(found: Correlations, at: int) -> str:
    name = found.names[at]
    return f"= after {duration(int(name))}" if at >= len(found.names) - found.outcomes else name


def _scale(found: Correlations, cells: int) -> list[Line]:
    scale = (-1.0, -0.4, -0.2, 0.0, 0.2, 0.4, 1.0)
    meaning = "+3: +0.3, ++: 1 " if cells == CLOSE else ""
    return [
        (
            (" Spearman ", "muted"),
            *(_cell(value, cells + 1) for value in scale),
            (f"  {meaning} · not known, n {count(found.n)}", "muted"),
        ),
        ((" -: low where the other is high   =: engagements, by its own newest posts", "muted"),),
    ]


def _cell(value: float | None, cells: int, own: bool = False) -> tuple[str, str]:
    """A correlation: its sign and a digit or two, in the role of its strength."""
    if value is None:
        return (pad("·", cells, True), "muted")
    if own:
        return (pad("1" if cells < ROOMY else "1.00", cells, True), "muted")
    return (pad(_digits(value, cells), cells, True), heat(value))


def _digits(value: float, cells: int) -> str:
    if cells >= ROOMY:
        text = f"{value:+.2f}"
        return text.replace("0.", ".", 1) if abs(value) < 0.995 else text[:4]
    tenths = round(value * 10)
    sign = "+" if value >= 0 else "-"
    return "0" if tenths == 0 else f"{sign}{abs(tenths)}" if abs(tenths) < 10 else sign * 2


def heat(value: float) -> str:
    """The role of a correlation: the sign and how strong it is."""
    strength = sum(abs(value) >= step for step in STEPS)
    return f"{'warm' if value > 0 else 'cold'}-{strength}" if strength else "muted"
