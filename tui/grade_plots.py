"""The views of the model page, each drawn from a GradeSheet into the room there is: pure functions."""

from collections.abc import Callable, Sequence
from math import exp, expm1

from engine.gradesheet import GradeSheet, Group, Split, Stretch, Tenth
from tui import charts, plots
from tui.correlation_map import correlation_lines
from tui.draw import columns
from tui.format import UNKNOWN, clock, count, day_and_hour, duration, engagement, hour, number, skill
from tui.lines import BLANK, Line, pad, wrap
from tui.widgets.scoreboard import FEW

WIDE = 110  # columns from which two charts stand side by side
LOW = 7  # rows that a chart needs
NAME = 17
NOTHING = " nothing has been graded at this horizon yet"
BRIEF = 1_800  # seconds in which labels to the minute would be the same more than once
TARGET = 0.8  # of the outcomes, that the range is made to hold

View = Callable[[GradeSheet, int, int], list[Line]]


# -- over time ---------------------------------------------------------------------------------------------------


def error_over_time(sheet: GradeSheet, width: int, height: int) -> list[Line]:
    """How far off the champion and the author's usual were, by equal shares of the newest posts."""
    if len(sheet.stretches) < 2:
        return [((_too_few(sheet), "muted"),)]
    posts = sheet.stretches[0].n
    head = charts.legend(
        [("o", "accent", sheet.champion), ("x", "warning", "author's usual")],
        width,
        f"mean absolute error of log(1 + engagements), {posts} posts a point",
    )
    return [*head, *_stretched(sheet.stretches, width, max(height - len(head), LOW), ("error", "baseline"), None)]


def _stretched(
    stretches: Sequence[Stretch], width: int, height: int, fields: Sequence[str], level: float | None
) -> list[Line]:
    """Figures of each share of the time; the champion's sign is o, the other's x."""
    series = [
        [(float(at), value) for at, stretch in enumerate(stretches) if (value := getattr(stretch, name)) is not None]
        for name in fields
    ]
    drawing = plots.line_chart(
        series, plots.Canvas(width), height, x=plots.Axis("", _times(stretches, width)), level=level
    )
    return charts.painted(drawing, {"o": "accent", "x": "warning", plots.LEVEL: "strong"})


def _times(stretches: Sequence[Stretch], width: int) -> tuple[tuple[float, str], ...]:
    """When some of the stretches began, as far apart as their labels need."""
    first, last = stretches[0].start, stretches[-1].start
    lasted = (last - first).total_seconds()
    label = clock if lasted < BRIEF else hour if lasted < 86_400 else day_and_hour
    most = max(min((width - 10) // (len(label(first)) + 4), len(stretches)), 2)
    step = max(-(-(len(stretches) - 1) // (most - 1)), 1)
    return tuple((float(at), label(stretch.start)) for at, stretch in enumerate(stretches) if at % step == 0)


# -- by group ----------------------------------------------------------------------------------------------------


def error_by_group(sheet: GradeSheet, width: int, height: int) -> list[Line]:
    """Where it errs: by horizon, by what was predicted and by what was known of the author."""
    horizons = [_renamed(group, f"after {duration(int(group.name))}") for group in sheet.horizons]
    splits = [Split(name="horizon", groups=horizons), *sheet.splits]
    errors = [value for split in splits for one in split.groups for value in (one.error, one.baseline) if value]
    head = charts.legend(
        [("█", "accent", "champion's MAE(log)"), ("│", "strong", "author's usual")],
        width,
        "bias: outcomes above (+) or below (-) what was predicted, in logs",
    )
    if not errors:
        return [((_too_few(sheet), "muted"),)]
    room = width if width < WIDE else (width - 2) // 2
    parts = [_split(split, room, max(errors)) for split in splits if any(one.n for one in split.groups)]
    if room == width:
        return [*head, *(line for part in parts for line in (*part, BLANK))][:-1]
    cuts = [sum(len(part) + 1 for part in parts[:at]) for at in range(len(parts) + 1)]
    middle = min(range(1, len(parts) + 1), key=lambda at: abs(cuts[-1] - 2 * cuts[at]))
    left, right = ([line for part in some for line in (*part, BLANK)] for some in (parts[:middle], parts[middle:]))
    return [*head, *charts.beside(left, right, room)]


def _renamed(group: Group, name: str) -> Group:
    return Group(name=name, n=group.n, error=group.error, baseline=group.baseline, bias=group.bias)


def _split(split: Split, width: int, most: float) -> list[Line]:
    heads = f"{'n':>6} {'MAE':>5} {'usual':>5} {'skill':>6} {'bias':>6} "
    shown = len(heads) if width >= NAME + len(heads) + 8 else 19
    lines: list[Line] = [((pad(f" {split.name}", NAME), "head"), (heads[:shown], "muted"))]
    for group in split.groups:
        if group.n:
            lines.append(_group(group, shown, width, most))
    return lines


def _group(group: Group, shown: int, width: int, most: float) -> Line:
    role = "" if group.n >= FEW else "muted"
    gained = None if not group.baseline or group.error is None else 1 - group.error / group.baseline
    text = f"{number(group.n, 6):>6} {_log(group.error):>5} {_log(group.baseline):>5} "
    text += f"{skill(gained):>6} {_signed(group.bias):>6} "
    bar = charts.marked_bar(
        group.error or 0.0, group.baseline, most, max(width - NAME - shown - 1, 4), role or "accent"
    )
    return ((pad(f"   {group.name}", NAME), role), (text[:shown], role), *bar)


# -- calibration -------------------------------------------------------------------------------------------------


def calibration(sheet: GradeSheet, width: int, height: int) -> list[Line]:
    """What was predicted against what came, and whether the ranges hold what they should."""
    if not sheet.tenths:
        return [((_too_few(sheet), "muted"),)]
    side = width >= WIDE
    room = (width - 2) // 2 if side else width
    rows = height if side else max(height // 2, LOW + 2)
    left = _calibrated(sheet.tenths, room, rows)
    right = _covered(sheet.stretches, room, rows if side else max(height - rows, LOW + 2))
    return charts.beside(left, right, room) if side else [*left, *right]


def _calibrated(tenths: Sequence[Tenth], width: int, height: int) -> list[Line]:
    points = [(tenth.predicted, tenth.actual) for tenth in tenths]
    low = min(value for point in points for value in point)
    high = max(value for point in points for value in point)
    drawing = plots.scatter(
        points,
        plots.Canvas(width),
        max(height - 2, LOW),
        x=charts.count_axis("", low, high, width // 9),
        y=charts.count_axis("", low, high, height // 3),
    )
    return [
        charts.title("Engagements: predicted (across) against actual (up)", width),
        *charts.legend([("o", "accent", "a tenth of the posts"), (plots.LEVEL, "muted", "as predicted")], width),
        *charts.painted(drawing, {"o": "accent", plots.LEVEL: "muted"}),
    ]


def _covered(stretches: Sequence[Stretch], width: int, height: int) -> list[Line]:
    title = charts.title("Outcomes in the 80% range, over time", width)
    if sum(stretch.covered is not None for stretch in stretches) < 2:
        return [title, ((" no ranges were shown yet", "muted"),)]
    return [
        title,
        *charts.legend([("o", "accent", "share in range"), (plots.LEVEL, "strong", "80%, as it should be")], width),
        *_stretched(stretches, width, max(height - 2, LOW), ("covered",), TARGET),
    ]


# -- residuals ---------------------------------------------------------------------------------------------------


def residuals(sheet: GradeSheet, width: int, height: int) -> list[Line]:
    """How outcomes lie about predictions: all together, and by what was predicted."""
    found = sheet.residuals
    if found is None:
        return [((_too_few(sheet), "muted"),)]
    side = width >= WIDE
    room = (width - 2) // 2 if side else width
    few = not side and height < 24
    below = _spread([*sheet.tenths[::2], *sheet.tenths[-1:]] if few else sheet.tenths, room, -found.low)
    rows = height - 4 if side else max(height - 5 - len(below), 3)
    bars = len(found.counts)
    cells = max((room - 2) // bars, 1)
    wide = [float(value) for value in found.counts for _ in range(cells)]
    reach = -found.low
    left: list[Line] = [
        charts.title("Residuals: log(1 + actual) less log(1 + predicted)", room),
        ((f" mean {found.mean:+.2f}   deviation {found.deviation:.2f}   n {count(sheet.n)}", ""),),
        *[((f" {row}", "accent"),) for row in columns(wide, len(wide), max(rows, 3))],
        ((" " + _ruler(len(wide), reach), "muted"),),
        ((" " + _between("too high", "as predicted", "too low", len(wide)), "muted"),),
    ]
    return charts.beside(left, below, room) if side else [*left, *below]


def _ruler(width: int, reach: float) -> str:
    return _between(f"{-reach:+.1f}", "0", f"{reach:+.1f}", width, "─")


def _between(left: str, middle: str, right: str, width: int, fill: str = " ") -> str:
    """Three words at the ends and in the middle of a line."""
    half = width // 2
    start = left + fill * max(half - len(left) - len(middle) // 2, 1) + middle
    return start + fill * max(width - len(start) - len(right), 1) + right


def _spread(tenths: Sequence[Tenth], width: int, reach: float) -> list[Line]:
    """Where the middle 80 % of residuals lie, by what was predicted."""
    if not tenths:
        return []
    room = max(width - 20, 10)
    lines = [
        charts.title("By what was predicted: where 80% of residuals lie, and their mean (●)", width),
        ((pad(" predicted", 12) + pad("actual", 7, True) + " " + _ruler(room, reach), "muted"),),
    ]
    for tenth in tenths:
        low, high, mean = (
            _place(value, reach, room) for value in (tenth.low, tenth.high, tenth.actual - tenth.predicted)
        )
        track = [" "] * room
        track[_place(0.0, reach, room)] = "│"
        track[low : high + 1] = "─" * (high + 1 - low)
        track[mean] = "●"
        text = "".join(track)
        lines.append(
            (
                (pad(f" {engagement(expm1(tenth.predicted))}", 12), ""),
                (pad(engagement(expm1(tenth.actual)), 7, True) + " ", ""),
                (text[:mean], "muted"),
                (text[mean], "accent"),
                (text[mean + 1 :], "muted"),
            )
        )
    return lines


def _place(value: float, reach: float, width: int) -> int:
    return min(max(round((value + reach) / (2 * reach) * (width - 1)), 0), width - 1)


# -- weights -----------------------------------------------------------------------------------------------------


def weights(sheet: GradeSheet, width: int, height: int) -> list[Line]:
    """What moves the champion's predictions, the most first."""
    if not sheet.weights:
        alone = f" {sheet.champion} says the author's usual and nothing else"
        return [((alone if sheet.graded else NOTHING, "muted"),)]
    room = max(width - NAME - 23, 12)
    half = max(min(room // 3, 24), 3)
    bars = room - 2 * half - 2
    most = max(weight.size for weight in sheet.weights)
    steepest = max(abs(weight.effect) for weight in sheet.weights)
    lines: list[Line] = [
        (
            (pad(" What moves it", NAME), "head"),
            (pad("usually", 9, True), "head"),
            (pad("  up or down", bars + 2), "muted"),
            (pad("on the whole ", 13, True), "head"),
            (_between("down", "│", "up", 2 * half + 1), "muted"),
        ),
    ]
    for weight in sheet.weights:
        lines.append(
            (
                (pad(f" {weight.name}", NAME), ""),
                (pad(f"x{exp(weight.size):.2f}", 9, True) + "  ", "strong"),
                *charts.marked_bar(weight.size, None, most, bars, "accent"),
                (pad(f"x{exp(weight.effect):.2f}", 12, True) + " ", ""),
                *charts.signed_bar(weight.effect, steepest, half),
            )
        )
    words = "A factor multiplies 1 + engagements, starting from the author's usual: means over the newest posts."
    return [*lines, BLANK, *(((f" {part}", "muted"),) for part in wrap(words, width - 2))]


# -- correlations ------------------------------------------------------------------------------------------------


def correlation_map(sheet: GradeSheet, width: int, height: int) -> list[Line]:
    """The heat map."""
    if sheet.correlations is None:
        return [((_too_few(sheet), "muted"),)]
    return correlation_lines(sheet.correlations, width)


VIEWS: tuple[tuple[str, View], ...] = (
    ("Error over time", error_over_time),
    ("Error by group", error_by_group),
    ("Calibration and coverage", calibration),
    ("Residuals", residuals),
    ("Feature weights", weights),
    ("Correlations", correlation_map),
)
WITH_AXES = (error_over_time, calibration)  # plotext draws them


def _too_few(sheet: GradeSheet) -> str:
    if not sheet.n and sheet.graded:
        return f" {sheet.champion} has just come to lead: none it predicted matured yet"
    return f" too few to draw: {count(sheet.n)} graded at this horizon" if sheet.n else NOTHING


def _log(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"


def _signed(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.2f}"
