"""Goes on reading where an earlier run stopped, whatever became of the files since."""

from collections.abc import Callable

from engine.sources import rotation
from engine.sources.base import Hole, Kind, Source
from engine.sources.bookmark import Bookmark, Reached
from engine.sources.compressed import Compressed
from engine.sources.deferred import Deferred
from engine.sources.known import Known
from engine.sources.reader import FileReader
from engine.sources.tail import Tail

GONE = "what was being read is gone, with what was left of it"

Opener = Callable[[str, Kind, Known], Source]


def resumed_file(bookmark: Bookmark, opener: Opener) -> Source:
    """The source of a file again. What is lost of it is a hole.

    A file that is not followed is read to its end, and after it those that took its place. `opener` is for a file that
    is not there, as in `Deferred`. Raises OSError.
    """
    known = Known(bookmark.passed)
    reached, kind = bookmark.reached, bookmark.kind
    if kind in ("gzip", "zstd"):
        return _resumed_archive(bookmark, kind)
    if reached is None:
        return Deferred(bookmark.path, opener, known)
    found = _found(bookmark.path, reached, known)
    follow = bookmark.follow
    if not found and not follow:
        raise FileNotFoundError(2, "no such file", bookmark.path)
    lost = (found[0].offset if found else 0) != reached.offset
    source: Source
    if found:
        source = Tail(bookmark.path, follow=follow, known=known, found=found)
    else:
        source = Deferred(bookmark.path, opener, known)
    if lost:
        source.holes.append(Hole(0, GONE, 0))
    return source


def _resumed_archive(bookmark: Bookmark, kind: Kind) -> Source:
    assert kind in ("gzip", "zstd")
    skip = 0 if bookmark.reached is None else bookmark.reached.offset
    source = Compressed(bookmark.path, kind, skip=skip)
    if bookmark.ended:
        source.close()
    return source


def _found(path: str, reached: Reached, known: Known) -> list[FileReader]:
    """The files to read on, oldest first: the one that was being read, from where that stopped, if it is there."""
    left = rotation.where_left(path, reached)
    if left is None:
        return [FileReader(after) for after in rotation.successors(path, None, known) or ()]
    file = FileReader(left, reached.offset, restarted=reached.restarted)
    if file.is_at(path):
        return [file]
    return [file, *map(FileReader, rotation.successors(path, file, known) or ())]
