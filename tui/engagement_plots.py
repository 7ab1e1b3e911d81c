"""The figures of `evaluate engagement` drawn: error over time, calibration by decile, skill."""

from engine.config import HOUR
from engine.engagement_figures import EngagementFigures, Graded, errors_over_time
from tui import plots

SPANS = 24  # points of a line
DAY = 24 * HOUR


def draw(horizon: str, scored: Graded, found: EngagementFigures, on: plots.Canvas) -> str:
    """The three plots of one horizon with scored posts, one below the other."""
    times, errors = errors_over_time(scored, SPANS)
    unit, name = (DAY, "days") if times[-1] - times[0] > 2 * DAY else (HOUR, "hours")
    xs = [(time - times[0]) / unit for time in times]
    series = {
        model: [(x, error) for x, error in zip(xs, of_model, strict=True) if error is not None]
        for model, of_model in errors.items()
    }
    skills = {"shown": found.skill, **{model: of_model.skill for model, of_model in found.models.items()}}
    return "\n\n".join(
        [
            plots.over_time(f"{horizon}: mean error in logs by {name}", series, on, x=f"{name} since the first scored"),
            plots.calibration(
                f"{horizon}: log(1 + engagements) by tenths of what was predicted",
                [(tenth.predicted, tenth.actual) for tenth in found.calibration],
                on,
            ),
            plots.bars(f"{horizon}: skill over the author baseline", skills, on),
        ]
    )
