"""The native shapes by name."""

from engine.simulate.shapes.base import Line, Shape
from engine.simulate.shapes.bluesky import Bluesky
from engine.simulate.shapes.mastodon import Mastodon
from engine.simulate.shapes.reddit import Reddit
from engine.simulate.shapes.x import X

SHAPES: dict[str, type[Shape]] = {shape.name: shape for shape in (Bluesky, Mastodon, X, Reddit)}

__all__ = ["SHAPES", "Line", "Shape"]
