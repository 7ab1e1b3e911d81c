"""Dotted paths into JSON, as people write them: `a.b`, `.a.b`, `media.0.url`, `tweet id`."""

from typing import TypeAlias

from engine.platforms.base import Json

Path: TypeAlias = tuple[str, ...]


def parse(text: str) -> Path:
    """The steps of a path; a dot before the first may be left out. Raises ValueError for what is none."""
    steps = tuple(text.removeprefix(".").split("."))
    if not all(steps):
        raise ValueError(f"a path looks like .a.b or .a.0.b, not {text[:40]!r}")
    return steps


def at(value: Json, path: Path) -> Json:
    """What stands at `path`, numbers stepping into lists; None where there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) <= 9:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value
