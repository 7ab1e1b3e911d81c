"""Lines read before their turn, by whichever process has the time, and how they are sent from one to another.

The engine's process takes a chunk apart again, for which it pays far less than for reading it: events come in
MessagePack, and of a text only what is not in its post, its words as numbers of a list that a chunk has once.
"""

from collections.abc import Iterator, Sequence

import msgspec

from engine.analysis import Analysis, analyse_all
from engine.events import Post
from engine.intake import Prepared, Reading, read_line
from engine.platforms.decode import Decoder
from models.sentiment import Polarity
from models.sharing import share

MAX_SEEN = 200_000  # posts remembered, whose texts are not read again when they are met again


class _Read(msgspec.Struct, array_like=True, frozen=True):
    """An Analysis. Numbers are places in the words of the chunk; None stands for what the post says itself."""

    text: str | None
    name: str | None
    tags: tuple[int, ...]
    terms: tuple[int, ...]
    lang: int
    reason: int
    polarity: Polarity | None
    counts: int


class _Chunk(msgspec.Struct, array_like=True, frozen=True):
    """Lines in their order; `texts` has an entry for each post in them, None where it was not read."""

    readings: tuple[Reading, ...]
    texts: tuple[_Read | None, ...]
    words: tuple[str, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Chunk).decode


class Reader:
    """Reads lines with their texts. A post met before most often has no need of it: it is known to the engine."""

    def __init__(self, decoder: Decoder, keep_withheld: bool) -> None:
        self._decoder = decoder
        self._keep_withheld = keep_withheld
        self._seen: set[int] = set()  # hashes of ids: one taken for another costs the engine a text to read

    def read(self, lines: Sequence[bytes]) -> list[Prepared]:
        """Each line with the texts of the posts in it that were not met before."""
        readings = [read_line(self._decoder, line) for line in lines]
        fresh = [[post for post in _posts(reading) if self._is_new(post)] for reading in readings]
        analyses = iter(analyse_all([post for posts in fresh for post in posts], self._keep_withheld))
        texts = [[(post, next(analyses)) for post in posts] for posts in fresh]
        return [Prepared(*each) for each in zip(lines, readings, texts, strict=True)]

    def _is_new(self, post: Post) -> bool:
        key = hash((post.platform, post.uid))
        if key in self._seen:
            return False
        if len(self._seen) >= MAX_SEEN:
            self._seen.clear()
        self._seen.add(key)
        return True


def pack(lines: Sequence[Prepared]) -> bytes:
    """Prepared lines, without the lines. Raises ValueError, TypeError for what cannot be sent."""
    places: dict[str, int] = {}

    def place(word: str) -> int:
        return places.setdefault(word, len(places))

    texts: list[_Read | None] = []
    for line in lines:
        known = {id(post): analysis for post, analysis in line.texts}
        for post in _posts(line.reading):
            analysis = known.get(id(post))
            texts.append(
                None
                if analysis is None
                else _Read(
                    None if analysis.text == post.text else analysis.text,
                    None if analysis.name == post.name else analysis.name,
                    tuple(map(place, analysis.tags)),
                    tuple(map(place, analysis.terms)),
                    place(analysis.lang),
                    place(analysis.reason),
                    analysis.polarity,
                    analysis.counts,
                )
            )
    return _encode(_Chunk(tuple(line.reading for line in lines), tuple(texts), tuple(places)))


def unpack(lines: Sequence[bytes], sent: bytes) -> list[Prepared]:
    """The prepared lines again. Raises ValueError for what cannot be read."""
    chunk = _decode(sent)
    words = tuple(map(share, chunk.words))  # one of each for all posts, as where one process reads them
    texts = iter(chunk.texts)
    prepared = []
    for line, reading in zip(lines, chunk.readings, strict=True):
        read = [(post, next(texts)) for post in _posts(reading)]
        known = [(post, _analysis(post, text, words)) for post, text in read if text is not None]
        prepared.append(Prepared(line, reading, known))
    return prepared


def _posts(reading: Reading) -> Iterator[Post]:
    return (event for record in reading.records for event in record if isinstance(event, Post))


def _analysis(post: Post, read: _Read, words: Sequence[str]) -> Analysis:
    get = words.__getitem__
    return Analysis(
        post.text if read.text is None else read.text,
        post.name if read.name is None else read.name,
        tuple(map(get, read.tags)),
        tuple(map(get, read.terms)),
        words[read.lang],
        words[read.reason],
        read.polarity,
        read.counts,
    )
