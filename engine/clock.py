"""Event time: when a record happened, how far each source has come, and the buffer that puts records in order."""

import heapq
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

import msgspec

from engine.config import EngineConfig
from engine.events import Counts, Delete, Edit, Event, Gap, Observation, Post, Purge, Reaction

ARRIVAL_STEP = 1_000_000  # a line without a time comes one second after the last
TIMELESS_KEPT = 100_000

# At one moment posts come before what is said of them, and deletes come last.
_RANK: dict[type, int] = {Post: 0, Edit: 1, Reaction: 2, Observation: 3, Gap: 4, Delete: 5, Purge: 6}


Record: TypeAlias = tuple[Event, ...]

# Of records of one kind alone, so that all are of one form.
Detail: TypeAlias = str | tuple[str | int | tuple[int, ...], ...]

_NO_COUNTS: tuple[int, ...] = ()
_CREATED = (Post, Reaction)  # nearly all events are


class Incoming(msgspec.Struct, gc=False):
    """The records of one line, as it was read."""

    records: Sequence[Record]
    met: int = 0  # formats that were met up to that line
    line: bytes | None = None  # it, if it is to be kept


class Stamped(msgspec.Struct, frozen=True, gc=False):
    """A record in its place. Ordered by its fields up to `number`, and before that by what its event says.

    So equal records are neighbours however they arrived.
    """

    order: int  # event time, or the watermark it came after
    time: int  # event time, microseconds
    rank: int
    key: str  # platform and id
    number: int  # of arrival: only between records that are the same
    late: bool
    events: Record
    met: int = 0  # formats that were met up to the line it came in
    line: bytes | None = None  # that line, if it is to be kept

    def __lt__(self, other: "Stamped") -> bool:
        if self.order != other.order:
            return self.order < other.order
        mine, others = (self.time, self.rank, self.key), (other.time, other.rank, other.key)
        if mine != others:
            return mine < others
        return (detail(self.events[0]), self.number) < (detail(other.events[0]), other.number)


def event_time(created: int | None, seen: int | None, present: int, config: EngineConfig) -> int | None:
    """The time to believe: the claim if it lies near what a server saw, else what it saw, else None.

    Without a server's word a claim is believed unless it lies in the future of `present`, the reader's own clock.
    """
    if seen is None:
        return created if created is not None and created <= present + config.skew_future else None
    if created is not None and seen - config.skew_past <= created <= seen + config.skew_future:
        return created
    return seen


def identity(event: Event) -> str:
    """The id of an event over all platforms."""
    match event:
        case Edit():
            return f"{event.post.platform}:{event.post.uid}"
        case Purge():
            return f"{event.platform}:{event.author}"
        case Gap():
            return f"gap:{event.start}:{event.end}"
        case _:
            return f"{event.platform}:{event.uid}"


def detail(event: Event) -> Detail:
    """What tells apart events of the same id and time."""
    match event:
        case Post():
            counts = _NO_COUNTS if event.counts is None else _in_order(event.counts)
            return event.version, event.counts_at or event.seen or 0, counts, event.text
        case Edit():
            return event.post.version, event.post.text
        case Observation():
            return str(event.counts)
        case Gap():
            return event.reason
        case _:
            return ""


def _in_order(counts: Counts) -> tuple[int, ...]:
    """Counts as what can be compared."""
    return tuple([-1 if count is None else count for count in msgspec.structs.astuple(counts)])


def times(event: Event) -> tuple[int | None, int | None]:
    """When the event claims to have happened, and when a server saw it."""
    match event:
        case Post() | Reaction():
            return event.created, event.seen
        case Gap():
            return event.end, None
        case _:
            return event.at, event.seen


class SourceClock:
    """How far one source has come. Its watermark is its newest event time less the allowed lateness."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._timeless: OrderedDict[str, int] = OrderedDict()
        self._number = 0
        self.newest: int | None = None

    @property
    def watermark(self) -> int | None:
        """Event time before which this source has, as far as one can know, nothing more to say."""
        return None if self.newest is None else self.newest - self._config.lateness

    def place(self, lines: Iterable[Incoming], present: int, floor: int | None = None) -> list[Stamped]:
        """Stamp the records of some lines, in order. Nothing is put before `floor`.

        The watermark moves only after all records of a line: a page has no order of arrival.
        """
        config, stamped, number = self._config, [], self._number
        believed = present + config.skew_future
        for incoming in lines:
            newest, met, line = self.newest, incoming.met, incoming.line
            watermark = None if newest is None else newest - config.lateness
            for events in incoming.records:
                event = events[0]
                if isinstance(event, _CREATED):
                    key, created, seen = f"{event.platform}:{event.uid}", event.created, event.seen
                else:
                    (created, seen), key = times(event), identity(event)
                time = created
                if created is None or seen is not None or created > believed:
                    time = event_time(created, seen, present, config)
                if time is None:
                    time = self._arrival(key, isinstance(event, Post | Edit | Reaction))
                order, late = time, False
                if watermark is not None and time < watermark:
                    order, late = watermark, True
                if floor is not None and order < floor:
                    order = floor
                number += 1
                stamped.append(Stamped(order, time, _RANK[type(event)], key, number, late, events, met, line))
                # A claim ahead of the server's clock waits in the buffer; it does not make everybody else late.
                reached = time if seen is None or time < seen else seen
                if newest is None or reached > newest:
                    newest = reached
            self.newest = newest
        self._number = number
        return stamped

    def _arrival(self, key: str, moves_time: bool) -> int:
        """The time of a record without one. A repeated one keeps its first, so that it is known as the same."""
        if not moves_time:
            return self.newest or 0
        if (given := self._timeless.get(key)) is not None:
            return given
        time = 0 if self.newest is None else self.newest + ARRIVAL_STEP
        if len(self._timeless) >= TIMELESS_KEPT:
            self._timeless.popitem(last=False)
        self._timeless[key] = time
        self.newest = time
        return time


# A record by what orders it, nearly always: only where that is the same does it matter what it says.
_Entry: TypeAlias = tuple[int, int, int, str, Stamped]


class ReorderBuffer:
    """Holds records until the watermark passes them; gives them out in the order of event time and id."""

    def __init__(self) -> None:
        self._run: deque[Stamped] = deque()  # those that came in order, as most do
        self._heap: list[_Entry] = []

    def __len__(self) -> int:
        return len(self._run) + len(self._heap)

    def __iter__(self) -> Iterator[Stamped]:
        return chain(self._run, (record for *_, record in self._heap))

    def push(self, records: Iterable[Stamped]) -> None:
        """Take in records."""
        run, heap = self._run, self._heap
        last = run[-1] if run else None
        for record in records:
            order = record.order
            if last is None or order > last.order or (order == last.order and not record < last):
                run.append(record)
                last = record
            else:
                heapq.heappush(heap, (order, record.time, record.rank, record.key, record))

    def release(self, watermark: int | None) -> list[Stamped]:
        """Records before `watermark`, in order; None releases everything.

        One exactly at the watermark still waits: another of the same moment may come, and belong before it.
        """
        out: list[Stamped] = []
        run, heap = self._run, self._heap
        while run or heap:
            if heap and (not run or _is_before(heap[0], run[0])):
                if watermark is not None and heap[0][0] >= watermark:
                    break
                out.append(heapq.heappop(heap)[-1])
            elif watermark is not None and run[0].order >= watermark:
                break
            else:
                out.append(run.popleft())
        return out


def _is_before(entry: _Entry, record: Stamped) -> bool:
    return entry[0] < record.order or (entry[0] == record.order and entry[-1] < record)
