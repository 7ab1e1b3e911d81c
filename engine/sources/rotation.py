"""Where a followed file went: the names rotation gives, and which of those files came after the one being read.

Understood are counters (feed.jsonl.1, feed.1.jsonl), dates and epochs (feed.jsonl-20240131,
feed.jsonl.2024-01-31_10-00, feed-2024-01-31.jsonl) and feed.jsonl.old. Files that were compressed or moved elsewhere
before they were read are out of reach.
"""

import os
import re
import stat
from typing import NamedTuple, TypeAlias

from engine.sources.bookmark import Content, Passed, Reached
from engine.sources.reader import FileReader, content_id, is_whole, reaches, same_content, starts_alike

_ATTEMPTS = 5  # a directory that is being rotated is listed again until two lists agree
_COUNTER = re.compile(r"\d{1,3}", re.ASCII)
_DATE = re.compile(r"((?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d[-_.:T\d]*Z?|\d{10,13})", re.ASCII)

Place: TypeAlias = tuple[int, int, str]

_OLDEST: Place = (-1, 0, "")
_NEWEST: Place = (2, 0, "")


def rotated_place(base: str, name: str) -> Place | None:
    """Where `name` stands among the rotated files of `base`, larger being newer; None if it is none of them."""
    stamp = _stamp(base, name)
    if stamp is None:
        return None
    if stamp == "old":
        return (1, -1, "")
    if _COUNTER.fullmatch(stamp):
        return (1, -int(stamp), "")
    if _DATE.fullmatch(stamp):
        return (0, 0, stamp)
    return None


def _stamp(base: str, name: str) -> str | None:
    """What rotation put into the name, behind the extension or before it."""
    if name.startswith(base) and name[len(base) : len(base) + 1] in {".", "-", "_"}:
        return name[len(base) + 1 :]
    stem, extension = os.path.splitext(base)
    within = name[len(stem) : len(name) - len(extension)]
    if extension and name.startswith(stem) and name.endswith(extension) and within[:1] in {".", "-", "_"}:
        return within[1:]
    return None


class Known:
    """The rotated files that hold nothing new: read already, or older than where reading began.

    A file is known by its inode and its first bytes, since inodes are used again; one with a kilobyte or more by these
    alone, so that copies are known too.
    """

    def __init__(self, passed: Passed | None = None) -> None:
        before = passed or Passed()
        self._by_inode: dict[tuple[int, int], Content] = {
            (device, inode): content for device, inode, content in before.inodes
        }
        self._contents: set[Content] = set(before.contents)

    def passed(self) -> Passed:
        """All of them as plain data."""
        inodes = tuple((device, inode, content) for (device, inode), content in self._by_inode.items())
        return Passed(inodes, tuple(sorted(self._contents)))

    def add(self, fd: int) -> None:
        """Remember an open file. Raises OSError."""
        found = os.fstat(fd)
        content = content_id(fd)
        if content[0]:
            self._by_inode[found.st_dev, found.st_ino] = content
        if is_whole(content):
            self._contents.add(content)

    def holds(self, fd: int) -> bool:
        """Whether an open file is one of them or a copy of one. Raises OSError."""
        found = os.fstat(fd)
        content = self._by_inode.get((found.st_dev, found.st_ino))
        return content_id(fd) in self._contents or (content is not None and same_content(fd, content))


def known_now(path: str, reading: FileReader | None) -> Known:
    """All rotated files of `path` there are, but for the one being read. Raises OSError."""
    known = Known()
    for sibling in _list(path):
        fd = None if reading is not None and sibling.inode == reading.inode else _open(sibling)
        if fd is not None:
            known.add(fd)
            os.close(fd)
    return known


def where_left(path: str, reached: Reached) -> int | None:
    """A descriptor of the file that was read as far as `reached`, by whatever name it goes now, or of a copy of it.

    None if there is none any more. Raises OSError.
    """
    copy: int | None = None
    for place in (path, *(sibling.path for sibling in _list(path))):
        fd = _open_regular(place)
        if fd is None:
            continue
        found = os.fstat(fd)
        itself = (found.st_dev, found.st_ino) == (reached.device, reached.inode)
        if not reaches(fd, reached) or not (itself or reached.offset):
            os.close(fd)
        elif itself:
            if copy is not None:
                os.close(copy)
            return fd
        elif copy is None:
            copy = fd
        else:
            os.close(fd)
    return copy


class Unread(NamedTuple):
    """A rotated file that was not read yet, open, and whether it is newer than the file being read."""

    fd: int
    newer: bool


def unread(path: str, reading: FileReader, known: Known) -> list[Unread] | None:
    """The rotated files of `path` that are neither being read nor known, oldest first; the caller closes them.

    None while the folder changes too fast to be sure. Raises OSError.
    """
    survey = _survey(path, reading, known)
    if survey is None:
        return None
    found, current = survey
    if current is not None:
        os.close(current)
    return found


def successors(path: str, reading: FileReader | None, known: Known) -> list[int] | None:
    """Descriptors of the files that came after the one being read, oldest first; the caller closes them.

    The last is that of `path` itself, if it has any content: an empty one means that its writer has not moved on yet
    and may still write to the file before. A copy that is being made of it, to truncate it then, is left out: it is
    looked for when the truncation shows. None while the folder changes too fast to be sure, or when the file being
    read was truncated before it was rotated. Raises OSError.
    """
    survey = _survey(path, reading, known)
    if survey is None:
        return None
    found, current = survey
    if reading is not None and _was_truncated(reading, found):
        _close(current, found)
        return None
    if current is None:
        return [file.fd for file in found]
    after: list[int] = []
    for fd, _ in found:
        if starts_alike(fd, current):
            os.close(fd)
        else:
            after.append(fd)
    if os.fstat(current).st_size:
        return [*after, current]
    os.close(current)
    return after


def _was_truncated(reading: FileReader, found: list[Unread]) -> bool:
    """Whether what was read is gone, or was copied away before anything of it was read."""
    return not reading.is_intact() or (reading.offset == 0 and not all(file.newer for file in found))


class _Sibling(NamedTuple):
    path: str
    place: Place
    inode: int


def _list(path: str) -> list[_Sibling]:
    folder, base = os.path.split(os.path.realpath(path))
    siblings = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                place = rotated_place(base, entry.name)
                if place is not None:
                    siblings.append(_Sibling(os.path.join(folder, entry.name), place, entry.inode()))
    except OSError:
        return []
    return sorted(siblings)


def _open_regular(path: str) -> int | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    return None


def _open(sibling: _Sibling) -> int | None:
    fd = _open_regular(sibling.path)
    if fd is not None and os.fstat(fd).st_ino != sibling.inode:
        os.close(fd)
        return None
    return fd


def _survey(path: str, reading: FileReader | None, known: Known) -> tuple[list[Unread], int | None] | None:
    """The unread rotated files and the file at `path`, open, if it is another than the one being read."""
    for _ in range(_ATTEMPTS):
        current = _open_regular(path)
        listed = _list(path)
        found = _unread(listed, reading, current, known)
        if listed == _list(path) and _is_at(path, current):
            if current is not None and reading is not None and _is_same(current, reading.fd):
                os.close(current)
                current = None
            return found, current
        _close(current, found)
    return None


def _unread(listed: list[_Sibling], reading: FileReader | None, current: int | None, known: Known) -> list[Unread]:
    passed = set() if reading is None else {reading.inode}
    if current is not None:
        passed.add(os.fstat(current).st_ino)
    found: list[tuple[int, Place, int]] = []
    for sibling in listed:
        fd = None if sibling.inode in passed else _open(sibling)
        passed.add(sibling.inode)
        if fd is None:
            continue
        status = os.fstat(fd)
        if status.st_size == 0 or known.holds(fd):
            os.close(fd)
        else:
            found.append((status.st_mtime_ns, sibling.place, fd))
    age = None if reading is None else _age(listed, reading, current)
    return [Unread(fd, age is None or (modified, place) > age) for modified, place, fd in sorted(found)]


def _age(listed: list[_Sibling], reading: FileReader, current: int | None) -> tuple[int, Place]:
    """Where the file being read stands among the others: by its last change, then by its name."""
    status = os.fstat(reading.fd)
    if current is not None and _is_same(current, reading.fd):
        return status.st_mtime_ns, _NEWEST
    places = (sibling.place for sibling in listed if sibling.inode == reading.inode)
    return status.st_mtime_ns, next(places, _OLDEST)


def _close(current: int | None, found: list[Unread]) -> None:
    for file in found:
        os.close(file.fd)
    if current is not None:
        os.close(current)


def _is_same(fd: int, other: int) -> bool:
    return os.path.samestat(os.fstat(fd), os.fstat(other))


def _is_at(path: str, fd: int | None) -> bool:
    try:
        found = os.stat(path)
    except OSError:
        return fd is None
    return fd is not None and os.path.samestat(found, os.fstat(fd))
