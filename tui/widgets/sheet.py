"""The lines of a panel as the terminal has them, frame and all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.strip import Strip

from tui.widgets.brush import Brush


@dataclass
class Sheet:
    """What has been painted of a panel of a size; `room` is what there is inside `frame`, which is any line of it."""

    size: Size
    room: Region
    frame: Strip
    brush: Brush
    lines: dict[int, Strip] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._left = list(self.frame.crop(0, self.room.x))
        self._right = list(self.frame.crop(self.room.right))

    def put(self, y: int, segments: Sequence[Segment]) -> Strip:
        """Put what is painted into the frame."""
        strip = self.lines[y] = Strip([*self._left, *segments, *self._right], self.size.width)
        return strip

    def stained(self, regions: Sequence[Region]) -> tuple[Region, ...]:
        """Have regions of the room painted again; what of the frame is best sent to the terminal with them is added.

        A line is sent from its start in any case, and what is sent whole need not be cut.
        """
        wider = []
        for x, y, width, height in regions:
            end = self.size.width - self.room.x if x + width >= self.room.width else x + width
            wider.append(Region(-self.room.x, y, self.room.x + end, height))
            for at in range(self.room.y + y, self.room.y + y + height):
                self.lines.pop(at, None)
        return tuple(wider)
