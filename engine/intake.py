"""Lines to records: every record is counted here, and whatever cannot be used is counted by its reason."""

from typing import NamedTuple, Protocol

import msgspec

from engine.clean import clean_ids, clean_line
from engine.events import Event, Post
from engine.platforms.base import Ignored, Mapped
from engine.platforms.decode import Decoder
from engine.sources.base import Item, Oversized

EXAMPLE = 160  # characters kept of the first record that something befell
TOO_LONG = "line too long"
MAX_PLATFORMS = 100  # told apart: a browser capture may name any
OTHER_PLATFORMS = "others"

Record = tuple[Event, ...]


class Discreet(Protocol):
    """Takes out of records what is not to be kept: engine/discretion.py, which is heavy to load."""

    def apply(self, event: Event) -> Event:
        """The event without it."""
        ...


class Tallied(NamedTuple):
    """How often something befell a record, and the first record it befell."""

    times: int
    example: str


class Intake:
    """Reads lines and keeps the books on them. `decoder` tells which shapes were found."""

    def __init__(self, decoder: Decoder, discretion: Discreet | None = None) -> None:
        self.decoder = decoder
        self._discretion = discretion
        self.lines = 0
        self.read = 0  # records found in the lines
        self.rejections: dict[str, Tallied] = {}
        self.ignored: dict[str, Tallied] = {}
        self._platforms: set[str] = set()

    def records(self, item: Item) -> list[Record]:
        """The usable records of one line, their ids made safe to show."""
        self.lines += 1
        if isinstance(item, Oversized):
            self.read += 1
            self._note(self.rejections, TOO_LONG, item.prefix)
            return []
        records = []
        for outcome in self.decoder.read(item):
            self.read += 1
            if isinstance(outcome, Mapped):
                records.append(tuple([self._taken(event) for event in outcome.events]))
            else:
                self._note(self.ignored if isinstance(outcome, Ignored) else self.rejections, outcome.reason, item)
        return records

    def _taken(self, event: Event) -> Event:
        event = clean_ids(event)
        if isinstance(event, Post) and event.platform not in self._platforms:
            event = self._placed(event)
        return event if self._discretion is None else self._discretion.apply(event)

    def _placed(self, event: Post) -> Post:
        """A post of one platform too many is one of the others, and stays apart from those by its id."""
        if len(self._platforms) < MAX_PLATFORMS:
            self._platforms.add(event.platform)
            return event
        return msgspec.structs.replace(event, platform=OTHER_PLATFORMS, uid=f"{event.platform}:{event.uid}")

    def _note(self, table: dict[str, Tallied], reason: str, line: bytes) -> None:
        known = table.get(reason)
        if known is None:
            shown = b"" if self._discretion is not None else line[: 4 * EXAMPLE]
            table[reason] = Tallied(1, clean_line(shown.decode("utf-8", "replace"), EXAMPLE))
        else:
            table[reason] = known._replace(times=known.times + 1)
