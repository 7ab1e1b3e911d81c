"""What the commands on labelled feeds share: the decoder, and why there is nothing to measure."""

import argparse

from engine.arrivals import Arrivals
from engine.config import EngineConfig
from engine.platforms.decode import LEFT_OUT, Decoder


def decoder(arguments: argparse.Namespace) -> Decoder:
    """Raises ValueError, in one line, for options that do not go together."""
    return Decoder(arguments.format, arguments.map, tuple(arguments.keep))


def lateness(arguments: argparse.Namespace, sorting: int | None) -> int:
    """The depth of the reorder buffer: as asked for, else `sorting`, else the engine's."""
    given = arguments.lateness if arguments.lateness is not None else sorting
    return EngineConfig().lateness if given is None else given


def late(arrivals: Arrivals) -> tuple[int, int]:
    """How many posts came late, and of how many records."""
    return arrivals.late, arrivals.intake.read


def why_nothing(arrivals: Arrivals, arguments: argparse.Namespace) -> str:
    """Why no post has a label, and what to do, in one line."""
    feed = " ".join(arguments.feed)
    if arrivals.posts:
        return f"no post of {feed} has a label: name it with --map label=FIELD"
    intake = arrivals.intake
    if LEFT_OUT.reason in intake.ignored and not intake.rejections:
        kept = " and ".join(f"{field}={value}" for field, value in arguments.keep)
        return f"no post of {feed} has {kept}: check --keep"
    reasons = ", ".join(f"{tallied.times:,} {reason}" for reason, tallied in intake.rejections.items())
    return f"no post in {feed}{f' ({reasons})' if reasons else ''}: name its text with --map text=FIELD,label=FIELD"
