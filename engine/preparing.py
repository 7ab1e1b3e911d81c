"""Lines read before their turn, by whichever process has the time, and how they are sent from one to another.

The engine's process takes a chunk apart again, for which it pays far less than for reading it: events come in
MessagePack, and of a text only what is not in its post, its words as numbers of a list that a chunk has once.
"""

from collections.abc import Sequence
from itertools import chain, compress, repeat
from typing import Any

import msgspec

from engine.analysis import Analysis, analyse_all
from engine.events import Post
from engine.intake import Prepared
from engine.platforms.decode import Decoder
from engine.platforms.reading import Reading
from models.sentiment import Polarity
from models.sharing import share

MAX_SEEN = 200_000  # posts remembered, whose texts are not read again when they are met again


class _Texts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Analyses, field by field. Numbers are places in `words`; None stands for what the post says itself."""

    text: tuple[str | None, ...]
    name: tuple[str | None, ...]
    tags: tuple[tuple[int, ...], ...]
    terms: tuple[tuple[int, ...], ...]
    lang: tuple[int, ...]
    reason: tuple[int, ...]
    polarity: tuple[Polarity | None, ...]
    counts: tuple[int, ...]


class _Chunk(msgspec.Struct, array_like=True, frozen=True):
    """Lines in their order, with the texts of some of the posts in them."""

    readings: tuple[Reading, ...]
    known: bytes  # by post whether its text was read
    texts: _Texts
    words: tuple[str, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Chunk).decode


class Reader:
    """Reads lines with their texts. A post met before most often has no need of it: it is known to the engine."""

    def __init__(self, decoder: Decoder, keep_withheld: bool) -> None:
        self._decoder = decoder
        self._keep_withheld = keep_withheld
        self._seen: set[int] = set()  # hashes of ids: one taken for another costs the engine a text to read

    def read(self, lines: Sequence[bytes]) -> Prepared:
        """The lines with the texts of the posts in them that were not met before."""
        readings = self._decoder.readings(lines)
        fresh = [post for post in _posts(readings) if self._is_new(post)]
        return Prepared(lines, readings, fresh, analyse_all(fresh, self._keep_withheld))

    def _is_new(self, post: Post) -> bool:
        key = hash((post.platform, post.uid))
        if key in self._seen:
            return False
        if len(self._seen) >= MAX_SEEN:
            self._seen.clear()
        self._seen.add(key)
        return True


def pack(prepared: Prepared) -> bytes:
    """Prepared lines, without the lines. Raises ValueError, TypeError for what cannot be sent."""
    posts, (texts, names, tags, terms, langs, reasons, polarities, counts) = prepared.posts, _columns(prepared.analyses)
    words = [*dict.fromkeys(chain(*tags, *terms, langs, reasons))]
    place = {word: place for place, word in enumerate(words)}.__getitem__
    told = _Texts(
        tuple([None if text == post.text else text for text, post in zip(texts, posts, strict=True)]),
        tuple([None if name == post.name else name for name, post in zip(names, posts, strict=True)]),
        tuple([tuple(map(place, each)) for each in tags]),
        tuple([tuple(map(place, each)) for each in terms]),
        tuple(map(place, langs)),
        tuple(map(place, reasons)),
        tuple(polarities),
        tuple(counts),
    )
    read = set(map(id, posts))
    known = bytes([id(post) in read for post in _posts(prepared.readings)])
    return _encode(_Chunk(tuple(prepared.readings), known, told, tuple(words)))


def unpack(lines: Sequence[bytes], sent: bytes) -> Prepared:
    """The prepared lines again. Raises ValueError for what cannot be read."""
    chunk = _decode(sent)
    posts, told = [*compress(_posts(chunk.readings), chunk.known)], chunk.texts
    word = tuple(map(share, chunk.words)).__getitem__  # one of each for all posts, as where one process reads them
    columns = zip(
        [post.text if text is None else text for text, post in zip(told.text, posts, strict=True)],
        [post.name if name is None else name for name, post in zip(told.name, posts, strict=True)],
        [tuple(map(word, each)) if each else () for each in told.tags],
        [tuple(map(word, each)) for each in told.terms],
        map(word, told.lang),
        map(word, told.reason),
        told.polarity,
        told.counts,
        strict=True,
    )
    analyses = [*map(tuple.__new__, repeat(Analysis), columns)]  # half the price of Analysis(...)
    return Prepared(lines, [*chunk.readings], posts, analyses)


def _columns(analyses: Sequence[Analysis]) -> Sequence[Sequence[Any]]:
    return [*zip(*analyses, strict=True)] or [()] * len(Analysis._fields)


def _posts(readings: Sequence[Reading]) -> list[Post]:
    return [event for reading in readings for record in reading.records for event in record if isinstance(event, Post)]
