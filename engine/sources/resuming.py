"""Goes on reading where an earlier run stopped, whatever became of the files since."""

from collections.abc import Callable

import msgspec

from engine.sources import rotation
from engine.sources.base import Hole, Kind, Source
from engine.sources.bookmark import Bookmark, Reached
from engine.sources.compressed import Compressed
from engine.sources.deferred import Deferred
from engine.sources.files import File, open_file
from engine.sources.known import Known
from engine.sources.reader import FileReader
from engine.sources.tail import Tail

GONE = "what was being read is gone, with what was left of it"

Opener = Callable[[str, Kind, Known], Source]


def resumed_file(bookmark: Bookmark, opener: Opener, follow: bool, kept: bool = False) -> Source:
    """The source of a file again. What is lost of it is a hole.

    A file that is not to `follow` is read to its end, and after it those that took its place, whatever the run before
    did. `opener` is for a file that is not there, as in `Deferred`. Raises OSError.
    """
    known = Known(bookmark.passed)
    reached, kind = bookmark.reached, bookmark.kind
    if kind in ("gzip", "zstd"):
        return _resumed_archive(bookmark, kind)
    if reached is None:
        return Deferred(bookmark.path, opener, known)
    found = _found(bookmark.path, reached, known)
    if not found and not follow:
        raise FileNotFoundError(2, "no such file", bookmark.path)
    lost = (found[0].offset if found else 0) != reached.offset
    source: Source
    if found:
        source = Tail(bookmark.path, follow=follow, known=known, found=found, chase=True, kept=kept)
    else:
        source = Deferred(bookmark.path, opener, known)
    if lost:
        source.holes.append(Hole(0, GONE, 0))
    return source


def resumed_rotated(bookmark: Bookmark, base: str) -> Source:
    """A rotated file of `base` that was read as a source of its own, whatever its name is now. Raises OSError.

    What stands at its old name by now is a file that `base` itself leads to.
    """
    path, reached, kind = bookmark.path, bookmark.reached, bookmark.kind
    if kind in ("gzip", "zstd"):
        here = None if reached is None else rotation.path_of(base, reached)
        if here is not None or bookmark.ended:
            return _resumed_archive(msgspec.structs.replace(bookmark, path=here or path), kind)
    elif reached is not None:
        left = _rotated_file(base, reached)
        if left is not None:
            file = FileReader(left, reached.offset, restarted=reached.restarted)
            return Tail(path, follow=False, known=Known(bookmark.passed), found=[file])
    gone = Deferred(path, _never, Known(bookmark.passed))
    gone.close()
    if reached is not None and not bookmark.ended:
        gone.holes.append(Hole(0, GONE, 0))
    return gone


def _rotated_file(base: str, reached: Reached) -> File | None:
    if reached.offset:
        return rotation.where_left(base, reached)
    here = rotation.path_of(base, reached)
    return None if here is None else open_file(here)


def _never(path: str, kind: Kind, known: Known) -> Source:
    raise AssertionError(path, kind, known)


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
    known.add(left)  # so that no other copy of it is taken for a file that came after
    return [file, *map(FileReader, rotation.successors(path, file, known) or ())]
