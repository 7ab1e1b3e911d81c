"""Pictures that differ in every row from the one before, and the monitor on them, sent to it four times a second.

python benchmarks/screen/changing.py watch PICTURES LOG     the monitor, in place of `trendtop watch`
python benchmarks/screen/changing.py send PICTURES          what stands for its engine
"""

import functools
import os
import select
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

PERIOD = 0.25  # seconds
COUNT = 12  # pictures, which come again in the end


def changing(picture: Any) -> list[Any]:
    """Pictures as `picture` in which no row is as in the one before."""
    return [_moved(picture, step) for step in range(COUNT)]


def _moved(picture: Any, step: int) -> Any:
    from msgspec.structs import replace

    mood = picture.sentiment
    return replace(
        picture,
        as_of=picture.as_of + timedelta(seconds=step),
        posts_in_window=picture.posts_in_window + step,
        meters=replace(picture.meters, read=picture.meters.read + step, lines=picture.meters.lines + step),
        sentiment=replace(
            mood,
            mean=(mood.mean or 0.0) + step / 100,
            positive=mood.positive + 5 * step,
            neutral=mood.neutral + 3 * step,
            negative=mood.negative + step,
            scored=mood.scored + 9 * step,
            coverage=step / COUNT,
            not_scored={reason: posts + step for reason, posts in mood.not_scored.items()},
        ),
        languages={language: posts + step for language, posts in picture.languages.items()},
        timeline=[
            replace(moment, posts=(7 * at + 5 * step) % 23, mean=((3 * at + 4 * step) % 21 - 10) / 10)
            for at, moment in enumerate(picture.timeline)
        ],
        clusters=[replace(row, posts=row.posts + step) for row in picture.clusters],
        bursts=[replace(row, authors=row.authors + step, posts=row.posts + step) for row in picture.bursts],
        hashtags=[replace(row, posts=row.posts + step) for row in picture.hashtags],
        predictions=[
            replace(row, text=f"{step} {row.text}", predicted=100.0 + step, reasons=[f"followers {step}"])
            for row in picture.predictions
        ],
        labels=[replace(row, waiting=row.waiting + step) for row in picture.labels],
        posts=[replace(row, text=f"{step} {row.text}") for row in picture.posts],
    )


def frames(picture: Any) -> list[Any]:
    """These pictures, and the rate as changing as they are."""
    from engine.health import Health
    from engine.snapshot import Frame, Source

    source = Source(name="bench.jsonl", state="live", lines=1)
    return [
        Frame(
            snapshot=one,
            health=Health(
                state="live",
                rate=100.0 + step,
                lag=float(step),
                backlog=None,
                cpu=step / 100,
                memory=(200 + step) << 20,
                sources=[source],
            ),
        )
        for step, one in enumerate(changing(picture))
    ]


def write(path: Path, said: Sequence[Any]) -> None:
    """Frames as they cross the pipe."""
    from engine.protocol import Framed, pack

    path.write_bytes(b"".join(pack(Framed(frame)) for frame in said))


def watch(path: str, log: str) -> int:
    """The monitor, with `send` for its engine."""
    from engine.config import EngineConfig, SourceConfig
    from engine.protocol import Start
    from tui import monitor

    argv = (sys.executable, __file__, "send", path)
    monitor.EngineProcess = functools.partial(monitor.EngineProcess, argv=argv)  # type: ignore[misc,assignment]
    return monitor.run_monitor(Start(engine=EngineConfig(), source=SourceConfig(paths=("bench.jsonl",))), log=log)


def send(path: str) -> int:
    """Until the screen is gone."""
    from engine.protocol import HEADER

    def messages() -> Iterator[bytes]:
        data, at = Path(path).read_bytes(), 0
        while at < len(data):
            end = at + HEADER.size + HEADER.unpack_from(data, at)[0]
            yield data[at:end]
            at = end

    said, due, at = list(messages()), time.monotonic(), 0
    while True:
        if select.select([0], [], [], max(0.0, due - time.monotonic()))[0] and not os.read(0, 1 << 16):
            return 0
        if time.monotonic() >= due:
            message = memoryview(said[at % len(said)])
            while message:
                message = message[os.write(1, message) :]
            at, due = at + 1, due + PERIOD


if __name__ == "__main__":
    sys.exit({"watch": watch, "send": send}[sys.argv[1]](*sys.argv[2:]))
