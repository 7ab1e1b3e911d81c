"""Posts to measure with: of the project's own simulated feeds, or of files."""

import gzip
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from engine.events import Edit, Event, Post
from engine.intake import Intake
from engine.platforms.decode import Decoder
from engine.simulate import simulate

SHAPES = ("bluesky", "mastodon", "x", "reddit")


def simulated(shape: str, hours: float = 1.0, rate: float = 20.0) -> list[Post]:
    """The posts of a simulated feed, in the order of its lines."""
    return _posts(simulate(shape, seed=1, hours=hours, rate=rate)[0])


def of_file(path: Path, limit: int = 20_000) -> list[Post]:
    """The first posts of a file: of native lines, or of plain text (.txt), a post a line."""
    if path.suffix == ".txt":
        lines = path.read_text("utf-8").split("\n")[:limit]
        return [Post(platform="file", uid=str(number), author="", text=line) for number, line in enumerate(lines)]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as lines:
        return list(islice(_posts(line.rstrip(b"\n") for line in islice(lines, 4 * limit)), limit))


def _posts(lines: Iterable[bytes]) -> list[Post]:
    intake = Intake(Decoder())
    events: list[Event] = [event for taken in intake.take([*lines]) for record in taken.records for event in record]
    found = (event.post if isinstance(event, Edit) else event for event in events)
    return [event for event in found if isinstance(event, Post)]
