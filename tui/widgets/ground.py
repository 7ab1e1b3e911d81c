"""What panels stand on: nothing of it changes from one picture to the next."""

from typing import Any

from textual.containers import Horizontal
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Ground(Widget):
    """Keeps what Textual has painted of it until its styles or its size are others.

    Textual asks all that lies under what is to be painted for its lines too, and takes a moment over each.
    """

    _kept: tuple[Region, list[Strip]] | None = None

    def notify_style_update(self) -> None:
        """It may look another way now."""
        super().notify_style_update()
        self._kept = None

    def refresh(self, *regions: Region, **how: Any) -> "Ground":
        """Paint it again."""
        self._kept = None
        return super().refresh(*regions, **how)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Its lines."""
        if self._kept is None or self._kept[0] != crop:
            self._kept = (crop, super().render_lines(crop))
        return self._kept[1]


class Row(Horizontal, Ground):
    """Panels side by side."""
