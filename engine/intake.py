"""Lines to records: every record is counted here, and whatever cannot be used is counted by its reason."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import msgspec

from engine.clean import clean_line
from engine.clock import Incoming
from engine.events import Event, Post
from engine.platforms.base import Shapes
from engine.platforms.decode import Decoder
from engine.platforms.reading import Reading
from engine.sources.base import Item, Oversized

if TYPE_CHECKING:  # it brings numpy, which must not be loaded before the feed is known to be there
    from engine.analysis import Analysis

EXAMPLE = 160  # characters kept of the first record that something befell
TOO_LONG = "line too long"
MAX_PLATFORMS = 100  # told apart: a browser capture may name any
OTHER_PLATFORMS = "others"
MAX_TEXTS = 20_000  # texts read ahead that may wait for their posts: the others are read again, in their turn

Text: TypeAlias = "tuple[Post, Analysis]"


class Discreet(Protocol):
    """Takes out of records what is not to be kept: engine/discretion.py, which is heavy to load."""

    def apply(self, event: Event) -> Event:
        """The event without it."""
        ...


class Tallied(NamedTuple):
    """How often something befell a record, and the first record it befell."""

    times: int
    example: str


_OVERSIZED = Reading((), {}, ((False, TOO_LONG),))


class Prepared(NamedTuple):
    """Lines that were read before their turn, with what the texts of some posts in them say."""

    lines: Sequence[bytes] = ()
    readings: Sequence[Reading] = ()
    posts: Sequence[Post] = ()
    analyses: "Sequence[Analysis]" = ()


_NOTHING = Prepared()


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
        self._prepared = _NOTHING
        self._texts: dict[int, Text] = {}  # by id() of the post, which is held as long

    def __getstate__(self) -> dict[str, Any]:
        """All but what can be read again."""
        return {name: value for name, value in self.__dict__.items() if name not in ("_prepared", "_texts")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepared, self._texts = _NOTHING, {}

    def prepare(self, prepared: Prepared) -> None:
        """Have the next lines ready: the very objects that `take` will be given."""
        self._prepared = prepared

    def text(self, post: Post) -> "Analysis | None":
        """What was read ahead of a post's text, once; None if that is still to be done."""
        if not self._texts:
            return None
        _, analysis = self._texts.pop(id(post), (post, None))
        return analysis

    def take(self, items: Sequence[Item]) -> list[Incoming]:
        """The usable records of each line that has any."""
        found: list[Incoming] = []
        decoder, formats = self.decoder, self.decoder.formats
        prepared, self._prepared = self._prepared, _NOTHING
        readings = self._readings(items, prepared)
        changes = self._discretion is not None or not self._platforms.issuperset(_platforms_of(readings))
        shapes: Shapes = {}  # of the lines before, of so many of which they are yet to be counted
        times, met = 0, len(formats)
        for item, reading in zip(items, readings, strict=True):
            records = reading.records
            if reading.shapes != shapes:
                decoder.count(shapes, times)
                shapes, times = reading.shapes, 0
                decoder.count(shapes, 1)
                met = len(formats)
            else:
                times += 1
            if reading.noted:
                self._note_all(reading.noted, item)
            if records:
                self.read += len(records)
                if changes:
                    records = tuple([tuple(map(self._taken, record)) for record in records])
                found.append(Incoming(records, met, item if isinstance(item, bytes) else None))
        decoder.count(shapes, times)
        self.lines += len(items)
        if prepared.posts:
            self._keep_texts(prepared, None if items is prepared.lines and not changes else found)
        return found

    def _readings(self, items: Sequence[Item], prepared: Prepared) -> Sequence[Reading]:
        if items is prepared.lines:
            return prepared.readings
        ready = dict(zip(map(id, prepared.lines), prepared.readings, strict=True))
        unread = [item for item in items if isinstance(item, bytes) and id(item) not in ready]
        readings = self.decoder.readings(unread)
        if len(readings) == len(items):
            return readings
        read = iter(readings)
        return [_OVERSIZED if isinstance(item, Oversized) else ready.get(id(item)) or next(read) for item in items]

    def _keep_texts(self, prepared: Prepared, found: Iterable[Incoming] | None) -> None:
        """Keep what was read ahead of the texts of posts; of those alone that were found as they are, if not of all."""
        if len(self._texts) >= MAX_TEXTS:
            return
        texts: Iterable[Text] = zip(prepared.posts, prepared.analyses, strict=True)
        if found is not None:
            taken = {id(event) for incoming in found for record in incoming.records for event in record}
            texts = [text for text in texts if id(text[0]) in taken]
        self._texts.update((id(text[0]), text) for text in texts)

    def _taken(self, event: Event) -> Event:
        if isinstance(event, Post) and event.platform not in self._platforms:
            event = self._placed(event)
        return event if self._discretion is None else self._discretion.apply(event)

    def _placed(self, event: Post) -> Post:
        """A post of one platform too many is one of the others, and stays apart from those by its id."""
        if len(self._platforms) < MAX_PLATFORMS:
            self._platforms.add(event.platform)
            return event
        return msgspec.structs.replace(event, platform=OTHER_PLATFORMS, uid=f"{event.platform}:{event.uid}")

    def _note_all(self, noted: Sequence[tuple[bool, str]], item: Item) -> None:
        self.read += len(noted)
        for ignored, reason in noted:
            self._note(self.ignored if ignored else self.rejections, reason, _shown(item))

    def _note(self, table: dict[str, Tallied], reason: str, line: bytes) -> None:
        known = table.get(reason)
        if known is None:
            shown = b"" if self._discretion is not None else line[: 4 * EXAMPLE]
            table[reason] = Tallied(1, clean_line(shown.decode("utf-8", "replace"), EXAMPLE))
        else:
            table[reason] = known._replace(times=known.times + 1)


def _platforms_of(readings: Iterable[Reading]) -> set[str]:
    """The platforms of all posts in lines."""
    return {
        event.platform
        for reading in readings
        for record in reading.records
        for event in record
        if isinstance(event, Post)
    }


def _shown(item: Item) -> bytes:
    return item if isinstance(item, bytes) else item.prefix
