"""How a feed delivers what happened: late, twice, out of order, broken, and with lines that mean nothing.

What is planted is kept apart from everything else, so that each line is one thing only: a line that comes late or twice
is of a post to which nothing else happens meanwhile.
"""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from engine.simulate.draw import Draw, Every
from engine.simulate.engagement import DAY, HOUR, MINUTE, SECOND
from engine.simulate.model import Happening, Post
from engine.simulate.shapes import Line, Shape
from engine.simulate.shapes.base import encode, iso

HORIZONS = {"15m": 15 * MINUTE, "1h": HOUR, "6h": 6 * HOUR, "24h": DAY}

_ALONE = 200 * SECOND  # nothing else happens for so long to a post whose line is late or doubled
_LATENESS = 2 * SECOND  # what a monitor allows
_BEHIND = 5 * SECOND  # a late line waits until the feed is further than this past it
_STATIC = (b"42", b'"only a string"', b"true", b"-7.5")
_STRANGE = ("sensor", "gauge", "meter")


class Faults(NamedTuple):
    """Mean number of lines (of posts and likes, for the first three) between plants; 0 for never."""

    late: float = 0
    twice: float = 0
    unbelievable: float = 0
    broken: float = 0
    ignored: float = 0


class Delivered(NamedTuple):
    """A line as it arrives. `mark` is "late", "unbelievable", "duplicate" or "doubled", which is what it repeats."""

    arrival: int
    line: Line
    post: Post | None = None
    mark: str = ""


class Delivery:
    """Turns happenings into lines in the order of arrival. Keeps only what is on its way."""

    def __init__(self, seed: int, shape: Shape, faults: Faults) -> None:
        self._shape = shape
        self._draw = Draw(seed, "delivery")
        self._late = Every(self._draw, faults.late)
        self._twice = Every(self._draw, faults.twice)
        self._unbelievable = Every(self._draw, faults.unbelievable)
        self._broken = Every(self._draw, faults.broken)
        self._ignored = Every(self._draw, faults.ignored)
        self._breaks = 0
        self._doubts = 0
        self._heap: list[tuple[int, int, Delivered]] = []
        self._count = 0
        self._newest = 0  # event time of what was delivered

    @property
    def pending(self) -> int:
        """Lines on their way."""
        return len(self._heap)

    def take(self, happening: Happening) -> Iterator[Delivered]:
        """Take in a happening; what has arrived by then. Happenings must come in the order of time."""
        yield from self._release(happening.time)
        self._send(happening)

    def flush(self) -> Iterator[Delivered]:
        """All that is still on its way."""
        yield from self._release(None)

    # -- sending -----------------------------------------------------------------------------------------------------

    def _send(self, happening: Happening) -> None:
        seen = happening.time + self._delay()
        arrival = seen + int(self._draw.between(0, 0.2) * SECOND)
        post, mark = happening.post, ""
        line: Line | None
        if self._shape.claims and happening.kind == "post" and self._plant(self._unbelievable, happening):
            line, mark = self._shape.disbelieved(post, self._claim(post)), "unbelievable"
        else:
            line = self._shape.render(happening, seen)
        if line is None:
            return
        if not mark and self._plant(self._late, happening):
            arrival, mark = arrival + int(self._draw.between(30, 120) * SECOND), "late"
        elif not mark and self._plant(self._twice, happening):
            again = arrival + int(self._draw.between(0.5, 8) * SECOND)
            self._push(Delivered(again, line, post, "duplicate"))
            mark = "doubled"
        self._push(Delivered(arrival, line, post, mark))

    def _plant(self, due: Every, happening: Happening) -> bool:
        """Whether it is time to plant something and this is a happening to do it with; else the next is tried."""
        if happening.kind not in ("post", "like") or not due.due():
            return False
        if self._plantable(happening):
            return True
        due.again()
        return False

    def _push(self, delivered: Delivered) -> None:
        self._count += 1
        heapq.heappush(self._heap, (delivered.arrival, self._count, delivered))

    def _delay(self) -> int:
        least, mean, most = self._shape.delay
        return int(min(most, least + self._draw.exponential(mean - least)) * SECOND) // 1000 * 1000

    def _plantable(self, happening: Happening) -> bool:
        """Whether nothing else can be mixed up with this line, late or twice."""
        post = happening.post
        if happening.kind == "post":
            return post.quiet(_ALONE) and not post.hostile
        action = happening.action
        if action is None or not post.seen:
            return False
        if any(h - _ALONE < action.delay <= h for h in HORIZONS.values()):
            return False
        soon = range(action.delay, action.delay + _ALONE)
        return not any(
            other.delay in soon
            and (other.kind == "delete" or (other.kind == "unlike" and other.number == action.number))
            for other in post.plan
        )

    def _claim(self, post: Post) -> str:
        self._doubts += 1
        claims = (
            "0001-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
            iso(post.created + DAY),
            iso(post.created - 3 * DAY),
        )
        return claims[self._doubts % len(claims)]

    # -- arriving ----------------------------------------------------------------------------------------------------

    def _release(self, until: int | None) -> Iterator[Delivered]:
        while self._heap and (until is None or self._heap[0][0] <= until):
            delivered = heapq.heappop(self._heap)[2]
            time = delivered.line.time
            if delivered.mark == "late" and time is not None:
                behind = self._newest - time
                if until is not None and behind <= _BEHIND:  # the feed was silent: it would not be late yet
                    self._push(delivered._replace(arrival=delivered.arrival + 10 * SECOND))
                    continue
                if behind <= _LATENESS:
                    delivered = delivered._replace(mark="")
            self._newest = max(self._newest, time or 0)
            yield delivered
            yield from self._between(delivered)

    def _between(self, after: Delivered) -> Iterator[Delivered]:
        """Lines that are none of the feed's posts."""
        if self._ignored.due():
            data, reason = self._shape.control(self._draw, after.arrival)
            yield Delivered(after.arrival, Line(data, "ignored", "", None, reason))
        if self._broken.due():
            data, reason = self._break(after.line.data)
            yield Delivered(after.arrival, Line(data, "rejected", "", None, reason))

    def _break(self, data: bytes) -> tuple[bytes, str]:
        """A line that cannot be used, and why: each kind in turn."""
        draw, self._breaks = self._draw, self._breaks + 1
        match self._breaks % 4:
            case 1:
                return data[: 12 + draw.below(len(data) - 12)], "cut"
            case 2:
                place = data.index(b'":"') + 3  # inside the first string value
                return data[:place] + b"\xff\xfe" + data[place:], "encoding"
            case 3:
                return draw.pick(_STATIC), "top level"
        return encode({draw.pick(_STRANGE): draw.below(90), "celsius": draw.below(300) / 10}).encode(), "shape"
