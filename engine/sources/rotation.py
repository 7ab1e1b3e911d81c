"""Where a followed file went: the names rotation gives, and which of those files came after the one being read.

Understood are counters (feed.jsonl.1, feed.1.jsonl), dates and epochs (feed.jsonl-20240131,
feed.jsonl.2024-01-31_10-00, feed-2024-01-31.jsonl) and feed.jsonl.old. Files that were compressed or moved elsewhere
before they were read are out of reach.
"""

import os
import re
import stat
from typing import NamedTuple

from engine.sources.reader import FileReader, content_id, is_whole, same_content

_ATTEMPTS = 5  # a directory that is being rotated is listed again until two lists agree
_COUNTER = re.compile(r"\d{1,3}", re.ASCII)
_DATE = re.compile(r"((?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d[-_.:T\d]*Z?|\d{10,13})", re.ASCII)

Place = tuple[int, int, str]


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

    def __init__(self) -> None:
        self._by_inode: dict[tuple[int, int], tuple[int, bytes]] = {}
        self._contents: set[tuple[int, bytes]] = set()

    def add(self, fd: int) -> None:
        """Remember an open file. Raises OSError."""
        found = os.fstat(fd)
        content = content_id(fd)
        if content[0]:
            self._by_inode[found.st_dev, found.st_ino] = content
        if is_whole(content):
            self._contents.add(content)

    def holds(self, fd: int) -> bool:
        """Whether an open file is one of them. Raises OSError."""
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


def successors(path: str, reading: FileReader | None, known: Known) -> list[int]:
    """Descriptors of the files that came after the one being read, oldest first; the caller closes them.

    The last is that of `path` itself, if it has any content: an empty one means that its writer has not moved on yet
    and may still write to the file before. While the folder changes too fast to be sure, none is found.

    Raises OSError.
    """
    for _ in range(_ATTEMPTS):
        current = _open_regular(path)
        listed = _list(path)
        found = _unread(listed, reading, current, known)
        if listed == _list(path) and _is_at(path, current):
            return found + _if_filled(current)
        for fd in found if current is None else [*found, current]:
            os.close(fd)
    return []


def find_copy(path: str, reading: FileReader, known: Known) -> FileReader | None:
    """The copy made of a file before it was truncated, set to read on where `reading` stopped. Raises OSError."""
    best: FileReader | None = None
    for sibling in _list(path):
        fd = None if sibling.inode == reading.inode else _open(sibling)
        if fd is None:
            continue
        size = os.fstat(fd).st_size
        if known.holds(fd) or not reading.continued_by(fd) or (best is not None and best.size >= size):
            os.close(fd)
            continue
        if best is not None:
            best.close()
        best = FileReader(fd, reading.offset)
    return best


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


def _unread(listed: list[_Sibling], reading: FileReader | None, current: int | None, known: Known) -> list[int]:
    """The listed files that are neither being read nor known, oldest first."""
    passed = {reading.inode} if reading is not None else set()
    if current is not None:
        passed.add(os.fstat(current).st_ino)
    found: list[tuple[int, Place, int]] = []
    for sibling in listed:
        if sibling.inode in passed:
            continue
        passed.add(sibling.inode)
        fd = _open(sibling)
        if fd is None:
            continue
        status = os.fstat(fd)
        if status.st_size == 0 or known.holds(fd):
            os.close(fd)
        else:
            found.append((status.st_mtime_ns, sibling.place, fd))
    return [fd for _, _, fd in sorted(found)]


def _is_at(path: str, fd: int | None) -> bool:
    try:
        found = os.stat(path)
    except OSError:
        return fd is None
    return fd is not None and os.path.samestat(found, os.fstat(fd))


def _if_filled(fd: int | None) -> list[int]:
    if fd is None:
        return []
    if os.fstat(fd).st_size:
        return [fd]
    os.close(fd)
    return []
