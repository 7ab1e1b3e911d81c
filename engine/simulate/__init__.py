"""A simulator of social feeds: native lines of any shape, the same for the same seed, and the truth about them."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from engine.simulate.bursts import NEVER, Rhythm
from engine.simulate.delivery import Delivery, Faults
from engine.simulate.engagement import HOUR, MINUTE
from engine.simulate.model import Setting
from engine.simulate.planted import Asked, PlantedBurst
from engine.simulate.recorder import Recorder
from engine.simulate.shapes import SHAPES
from engine.simulate.truth import Truth
from engine.simulate.world import World

START = 1_783_180_800_000_000  # 2026-07-04T16:00:00Z

USUAL = Asked()

__all__ = ["SHAPES", "START", "Asked", "PlantedBurst", "Simulation", "Truth", "simulate", "write"]


class Simulation:
    """A feed to be iterated once, line by line and without line ends; `truth()` is complete after that.

    Args:
        shape: one of SHAPES. Raises ValueError for any other.
        seed: the same arguments give the same bytes.
        hours: length of the feed.
        rate: posts per minute, over all topics; replies, quotes and bursts come on top.
        start: microseconds since 1970 of the first moment; the world is an hour old by then.
        faults: multiplies how many late, doubled, broken, ignored and otherwise odd lines are planted; 0 for none.
        haste: divides the delays of engagement.
        asked: which bursts there are; with none but planted ones, the rate is steady.
    """

    def __init__(
        self,
        shape: str,
        seed: int = 0,
        hours: float = 1.0,
        rate: float = 60.0,
        start: int = START,
        faults: float = 1.0,
        haste: float = 1.0,
        asked: Asked = USUAL,
    ) -> None:
        if shape not in SHAPES:
            raise ValueError(f"unknown shape {shape!r}: choose {', '.join(SHAPES)}")
        if not (hours > 0 and rate > 0):
            raise ValueError("hours and rate must be above 0")
        self._seed, self._hours, self._rate = seed, hours, rate
        self._end = start + int(hours * HOUR)
        setting = Setting(
            seed=seed,
            start=start,
            rate=rate,
            rhythm=_rhythm(hours) if asked.usual else NEVER,
            haste=haste,
            oddities=min(1.0, faults),
            steady=not asked.usual,
            planted=asked.planted,
        )
        self._world = World(setting, SHAPES[shape].customs)
        native = SHAPES[shape](seed, self._world.people)
        self._delivery = Delivery(seed, native, _faults(faults, rate * hours * 60))
        self._recorder = Recorder(native, self._world)

    def __iter__(self) -> Iterator[bytes]:
        for happening in self._world.happenings():
            if happening.time > self._end:
                break
            self._recorder.witness(happening)
            for delivered in self._delivery.take(happening):
                self._recorder.write(delivered)
                yield delivered.line.data
        for delivered in self._delivery.flush():
            self._recorder.write(delivered)
            yield delivered.line.data

    def truth(self) -> Truth:
        """What the lines given so far hold."""
        return self._recorder.truth(self._seed, self._hours, self._rate, self._end)


def simulate(
    shape: str,
    seed: int = 0,
    hours: float = 1.0,
    rate: float = 60.0,
    start: int = START,
    faults: float = 1.0,
    haste: float = 1.0,
    asked: Asked = USUAL,
) -> tuple[list[bytes], Truth]:
    """All lines of a feed, without line ends, and the truth about them. Arguments and errors as of Simulation."""
    simulation = Simulation(shape, seed, hours, rate, start, faults, haste, asked)
    return list(simulation), simulation.truth()


def write(
    path: str | Path,
    truth_path: str | Path | None = None,
    *,
    shape: str,
    seed: int = 0,
    hours: float = 1.0,
    rate: float = 60.0,
    start: int = START,
    asked: Asked = USUAL,
) -> Truth:
    """Write a feed, one line each, and its truth as JSON. Raises OSError; ValueError as Simulation does."""
    simulation = Simulation(shape, seed, hours, rate, start, asked=asked)
    with open(path, "wb") as file:
        for line in simulation:
            file.write(line + b"\n")
    truth = simulation.truth()
    if truth_path is not None:
        Path(truth_path).write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")
    return truth


def _rhythm(hours: float) -> Rhythm:
    """The first burst when a third of the feed has set the scene, at most after 20 minutes; then one about every 40."""
    length = hours * HOUR
    return Rhythm(
        first=int(min(20 * MINUTE, length / 3)),
        every=int(min(40 * MINUTE, length / 2)),
        shortest=int(min(5 * MINUTE, length / 8)),
        longest=int(min(20 * MINUTE, length / 4)),
    )


def _faults(faults: float, posts: float) -> Faults:
    """Faults that grow with the root of the feed's length: a small feed has some, a long one is not full of them."""
    if faults <= 0:
        return Faults()
    scale = max(1.0, (posts / 120) ** 0.5) / faults
    return Faults(late=40 * scale, twice=30 * scale, unbelievable=30 * scale, broken=45 * scale, ignored=20 * scale)
