"""What an adapter is: a signature and a mapping from one decoded line to outcomes."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import msgspec

from engine.events import Event

Json: TypeAlias = Any
Object: TypeAlias = dict[str, Any]
Shapes: TypeAlias = dict[str, bool]  # names of the shapes on a line -> whether all of each was mapped


class Mapped(msgspec.Struct, frozen=True, gc=False):
    """A record understood. The first event is what the record is; the rest are what it also tells."""

    events: tuple[Event, ...]


class Ignored(msgspec.Struct, frozen=True):
    """A record that is valid and means nothing to the engine: keep-alives, follows, limit notices."""

    reason: str


class Rejected(msgspec.Struct, frozen=True):
    """A record that cannot be used. `reason` is a short constant text that counts can be kept by."""

    reason: str


Outcome: TypeAlias = Mapped | Ignored | Rejected


class Adapter(Protocol):
    """One native shape. Stateless: the same line always gives the same outcomes."""

    name: str  # as in --format, for instance "bluesky-jetstream"
    platform: str  # as in events, for instance "bluesky"
    # Reaction kinds whose every instance this shape delivers as an event, so that none seen means 0 and not unknown.
    carries: frozenset[str]
    # Top-level keys of which a line of this shape has one at least, whatever else it has; empty: it may have any.
    marks: frozenset[str]

    def recognises(self, line: Json) -> bool:
        """Whether the keys of `line` are this shape's signature. Must be cheap and must not raise."""
        ...

    def read(self, line: Json) -> Sequence[Outcome]:
        """The outcomes of a line: one for most shapes, one per item for a page."""
        ...
