"""The feed of `trendtop demo`: Bluesky's shape, without end, busy enough to be looked at from the first minute."""

from collections.abc import Iterator

from engine.simulate.bursts import Rhythm
from engine.simulate.delivery import Delivery, Faults
from engine.simulate.engagement import HOUR, MINUTE
from engine.simulate.model import Setting
from engine.simulate.shapes.bluesky import Bluesky
from engine.simulate.world import World

HASTE = 6.0  # engagement comes six times as fast as measured, so that labels are not mostly zero
LONGEST = 3 * HOUR  # after which nothing more happens to a post: bounds what has to be remembered

_RHYTHM = Rhythm(first=2 * MINUTE, every=6 * MINUTE, shortest=4 * MINUTE, longest=9 * MINUTE)
_FAULTS = Faults(twice=600, broken=2_500, ignored=40)


class Live:
    """An endless feed; memory is bounded by `rate` and LONGEST."""

    def __init__(self, seed: int, start: int, rate: float) -> None:
        setting = Setting(
            seed=seed,
            start=start,
            rate=rate,
            rhythm=_RHYTHM,
            history=15 * MINUTE,
            haste=HASTE,
            reach=0.6,
            longest=LONGEST,
            oddities=0.4,
        )
        self._world = World(setting, Bluesky.customs)
        self._delivery = Delivery(seed, Bluesky(seed, self._world.people), _FAULTS)

    @property
    def pending(self) -> int:
        """Posts that something is still to happen to, and lines on their way."""
        return self._world.pending + self._delivery.pending

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for happening in self._world.happenings():
            for delivered in self._delivery.take(happening):
                yield delivered.arrival, delivered.line.data


def endless(seed: int, start: int, rate: float) -> Iterator[tuple[int, bytes]]:
    """(arrival in event time microseconds, native line without its end), in order of arrival, for ever.

    `start` in microseconds since 1970; `rate` in posts per minute. The caller paces it.
    """
    return iter(Live(seed, start, rate))
