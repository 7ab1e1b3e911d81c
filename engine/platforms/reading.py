"""What a line holds, whoever read it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from engine.clean import clean_ids
from engine.events import Event
from engine.platforms.base import Adapter, Ignored, Mapped, Outcome, Shapes


class Reading(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a line was found to hold."""

    records: tuple[tuple[Event, ...], ...]  # the usable ones, their ids made safe to show
    shapes: Shapes
    noted: tuple[tuple[bool, str], ...]  # of the others, whether ignored or else rejected, and why


class Reader(Protocol):
    """Reads lines that are of one form, faster than any line is read."""

    adapter: Adapter  # of the shape of which they are

    def readings(self, lines: Sequence[bytes]) -> Iterable[Reading | None]:
        """What each line holds; None if it is to be read as any other. Never raises."""
        ...


def reading_of(outcomes: Sequence[Outcome], shapes: Shapes) -> Reading:
    """The outcomes of a line as what it holds."""
    if len(outcomes) == 1 and type(only := outcomes[0]) is Mapped and len(only.events) == 1:  # as nearly always
        return Reading(((clean_ids(only.events[0]),),), shapes, ())
    records, noted = [], []
    for outcome in outcomes:
        if isinstance(outcome, Mapped):
            records.append(tuple(map(clean_ids, outcome.events)))
        else:
            noted.append((isinstance(outcome, Ignored), outcome.reason))
    return Reading(tuple(records), shapes, tuple(noted))
