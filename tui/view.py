"""What the screen shows at a moment: the engine's picture and what only the screen knows."""

from dataclasses import dataclass

from engine.snapshot import Frame, Health

WINDOWS = (60, 5 * 60, 15 * 60, 3600, 6 * 3600, 24 * 3600, 0)  # seconds; 0 is all that is retained


@dataclass(frozen=True)
class View:
    """Everything the panels draw from."""

    title: str
    frame: Frame | None = None
    asked: int | None = None  # the window asked for, in seconds, while the frame still shows another
    paused: bool = False
    arrived: int = 0  # records read since the pause
    filter_asked: str | None = None  # the filter asked for, while the frame still shows another
    trouble: str = ""  # "DIED" or "FAILED" once the engine is gone
    stale: bool = False  # the frame is a dead engine's: the new one is not as far yet
    progress: Health | None = None  # how the new one is doing


def next_window(current: int, step: int) -> int:
    """The window `step` places on from `current` (seconds, 0 for all), which need not be one of ours; ends hold."""
    ranks = [seconds or float("inf") for seconds in WINDOWS]
    here = current or float("inf")
    if step > 0:
        at = next((i for i, rank in enumerate(ranks) if rank > here), len(ranks) - 1)
    else:
        at = next((i for i in reversed(range(len(ranks))) if ranks[i] < here), 0)
    return WINDOWS[at]
