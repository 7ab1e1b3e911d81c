"""One line of a feed, as bytes, to outcomes: framing, JSON, which platform's shape it is, and that shape's reading.

A line alone decides what becomes of it, never the lines around it or how they were cut into batches. Nothing that a
line holds can raise out of here.
"""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from functools import lru_cache
from itertools import islice

from engine.platforms import generic, labels, paths, registry
from engine.platforms.base import Adapter, Ignored, Json, Object, Outcome, Rejected, Shapes
from engine.platforms.jsontext import JsonError, parse
from engine.platforms.reading import Reader, Reading, reading_of

MAX_LINE = 1 << 20  # bytes, without the line's end

_BOM = b"\xef\xbb\xbf"
# Server-sent events as curl prints them. Of these fields only the data matter; ":" starts a heartbeat.
_SSE_OTHER = re.compile(rb":[^\"{}]{0,99}$|(?:event|id|retry):|(?:data: ?(?:null|undefined)?)$")
_SSE_ID = re.compile(rb"data: ?(\d{1,32})$")
LEFT_OUT = Ignored("left out by --keep")
_ARRAY_BRACKETS = frozenset({b"[", b"]"})
_USUAL_LABEL = (labels.FIELD,)
_NONE_YET = (0, 0)
_OPENS, _CLOSES = b"{", b"}"


class Decoder:
    """Reads lines and counts the shapes met. `format` "auto" finds each line's shape; a name forces one.

    `mapping` (field, dotted path) reads every line by hand-written paths instead, as --map says. A path of `label`
    alone leaves the shapes to be found: the label of any shape stands there. With `keep` (dotted path, value) only
    those items are read that have each of the values.
    Raises ValueError, in one line, for an unknown format, a wrong mapping or a wrong path.
    """

    def __init__(
        self,
        format: str = "auto",  # noqa: A002
        mapping: tuple[tuple[str, str], ...] = (),
        keep: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._forced: Adapter | None = None
        self._label = paths.parse(dict(mapping).get("label", labels.FIELD))
        self._keep = tuple((paths.parse(path), value) for path, value in keep)
        mapping = tuple(pair for pair in mapping if pair[0] != "label")
        if mapping:
            if format not in {"auto", generic.ADAPTER.name}:
                raise ValueError(f"a mapping cannot be used with format {format!r}")
            self._forced = generic.mapped(mapping)
        elif format != "auto":
            self._forced = registry.find(format)
        # name -> (lines, lines of them that were mapped in full), in the order first met
        self.formats: dict[str, tuple[int, int]] = {}

    def read(self, line: bytes) -> list[Outcome]:
        """The outcomes of one line, with or without its end: at least one, in the order they stand in it."""
        outcomes, shapes = self.look(line)
        self.count(shapes)
        return [*outcomes]

    def look(self, line: bytes) -> tuple[Sequence[Outcome], Shapes]:
        """`read`, and the shapes met, which are not counted yet."""
        framed = _framed(line)
        if not isinstance(framed, bytes):
            return [framed], {}
        try:
            value = parse(framed)
        except JsonError as bad:
            return [Rejected(bad.reason)], {}
        if isinstance(value, list):
            return self._read_items(value) if value else ([Ignored("empty page")], {})
        outcomes, shapes = self._read_item(value)
        if shapes:
            registry.remember(line, framed, value, shapes)
        return outcomes, shapes

    def reading(self, line: bytes) -> Reading:
        """What a line holds. Nothing but the line decides what comes of it, and nothing is counted yet."""
        return reading_of(*self.look(line))

    def readings(self, lines: Sequence[bytes]) -> list[Reading]:
        """`reading` of each line, for those that begin as others did in a fraction of the time."""
        heads = [line[: registry.HEAD] for line in lines]
        readers = {head: self._likely(head) for head in {*heads}}
        runs: dict[Reader | None, list[bytes]] = {}
        for line, head in zip(lines, heads, strict=True):
            runs.setdefault(readers[head], []).append(line)
        found = {reader: self._alike(run, reader) for reader, run in runs.items()}
        return [next(found[readers[head]]) for head in heads]

    def _alike(self, lines: Sequence[bytes], reader: Reader | None) -> Iterator[Reading]:
        if reader is None:
            return map(self.reading, lines)
        bodies = [body if isinstance(body := _framed(line), bytes) else b"" for line in lines]
        each = zip(lines, reader.readings(bodies), strict=True)
        return (self.reading(line) if found is None else found for line, found in each)

    def count(self, shapes: Shapes, times: int = 1) -> None:
        """Take note of the shapes that a line was found to have, or so many lines."""
        for name, fine in shapes.items() if times else ():
            lines, mapped = self.formats.get(name, _NONE_YET)
            self.formats[name] = (lines + times, mapped + fine * times)

    def carries(self, platform: str, met: int | None = None) -> frozenset[str]:
        """Reaction kinds of which the first `met` formats, all if None, deliver every instance for `platform`."""
        if self._forced is None:
            return _carried(tuple(islice(self.formats, met)), platform)
        return self._forced.carries if self._forced.platform == platform and self.formats and met != 0 else frozenset()

    def anew(self) -> "Decoder":
        """One that reads alike and has met nothing."""
        fresh = copy(self)
        fresh.formats = {}
        return fresh

    def _read_items(self, items: list[Json]) -> tuple[list[Outcome], Shapes]:
        outcomes: list[Outcome] = []
        in_full: Shapes = {}
        for item in items:
            found, shapes = self._read_item(item)
            outcomes += found
            for name, fine in shapes.items():
                in_full[name] = in_full.get(name, True) and fine
        return outcomes, in_full

    def _read_item(self, item: Json) -> tuple[Sequence[Outcome], Shapes]:
        if self._keep and not self._keeps(item):
            return [LEFT_OUT], {}
        if not isinstance(item, dict):
            return [Rejected("not an object")], {}
        adapter = self._forced or _detect(item)
        found = _read(adapter, item)
        if self._label[0] in item and (label := labels.written(paths.at(item, self._label))):
            found = [labels.labelled(outcome, label) for outcome in found]
        for outcome in found:
            if type(outcome) is Rejected:
                if adapter is generic.ADAPTER and self._forced is None and not _recognises(adapter, item):
                    return [Rejected("unknown shape")], {}
                return found, {adapter.name: False}
        return found, {adapter.name: True}

    def _keeps(self, item: Json) -> bool:
        return all(labels.written(paths.at(item, path)) == value for path, value in self._keep)

    def _likely(self, head: bytes) -> Reader | None:
        """What reads lines that begin like that, if it reads them as they are to be read here."""
        reader = registry.likely(head)
        if reader is None or self._keep or self._label != _USUAL_LABEL:
            return None
        named = self._forced  # it may have come from another process
        return reader if named is None or named.name == reader.adapter.name else None


def _detect(item: Object) -> Adapter:
    """The shape of an object. The catch-all is not asked whether it is its own: that takes as long as to read it."""
    for adapter in registry.marked(item):
        if adapter is generic.ADAPTER or _recognises(adapter, item):
            return adapter
    return generic.ADAPTER


@lru_cache(64)  # asked of each post
def _carried(formats: tuple[str, ...], platform: str) -> frozenset[str]:
    adapters = map(registry.find, formats)
    kinds = (adapter.carries for adapter in adapters if adapter.platform == platform)
    return frozenset().union(*kinds)


def _recognises(adapter: Adapter, item: Json) -> bool:
    try:
        return adapter.recognises(item)
    except Exception:  # an adapter's mistake costs one line at most
        return False


def _read(adapter: Adapter, item: Json) -> Sequence[Outcome]:
    try:
        outcomes = adapter.read(item)
    except Exception:  # what a hostile line found that the adapter did not foresee must not stop the feed
        return [Rejected(f"unreadable {adapter.name}")]
    return outcomes or [Ignored("empty page")]


def _framed(line: bytes) -> bytes | Ignored | Rejected:
    """The JSON text on a line."""
    if line[:1] == _OPENS and line[-1:] == _CLOSES and len(line) <= MAX_LINE:  # as nearly always
        return line
    body = line.removeprefix(_BOM).strip(b" \t\r\n")
    if len(body) > MAX_LINE:
        return Rejected("line too long")
    if body[:1] == _OPENS and body[-1:] == _CLOSES:
        return body
    if not body or _SSE_OTHER.match(body):
        return Ignored("keep-alive")
    if found := _SSE_ID.match(body):  # in Mastodon's streams a bare id is a delete's
        return b'{"event":"delete","payload":"%b"}' % found.group(1)
    body = body.removeprefix(b"data:").removesuffix(b",")  # the comma is that of an array with an item on each line
    return Ignored("array bracket") if body in _ARRAY_BRACKETS else body
