"""Where a followed file went: which of the rotated files came after the one being read, and in what order."""

import os
from contextlib import ExitStack
from typing import NamedTuple

from engine.sources.bookmark import Reached
from engine.sources.files import File, open_file
from engine.sources.known import Known
from engine.sources.naming import DATED, NEWEST, OLDEST, Place, rotated_place, unpacked_name
from engine.sources.reader import FileReader, is_packed_from, reaches, starts_alike

_ATTEMPTS = 5  # a directory that is being rotated is listed again until two lists agree
_MOST = 100  # files opened at one look; those after them are found at the next
_TICK = 1_000_000_000  # nanoseconds: a file this much older than another was not changed in the same tick of its clock


def known_now(path: str, reading: FileReader | None) -> Known:
    """The rotated files of `path` there are, but for the one being read and those after it. Raises OSError."""
    known = Known()
    listed = _list(path)
    here = NEWEST if reading is None or reading.is_at(path) else _place_of(listed, reading.inode)
    for sibling in listed:
        file = _open(sibling) if sibling.place < here else None
        if file is not None:
            if reading is None or sibling.inode != reading.inode:
                known.add(file)
            file.close()
    return known


def where_left(path: str, reached: Reached) -> File | None:
    """The file that was read as far as `reached`, by whatever name it goes now, or a copy of it, compressed or not.

    None if there is none any more, or if nothing was read of it and it is not at `path`: an inode alone, which may be
    that of another file by now, tells nothing. Raises OSError.
    """
    copy: File | None = None
    siblings = _list(path) if reached.offset else []
    for place in (path, *(sibling.path for sibling in siblings)):
        file = open_file(place)
        if file is None:
            continue
        found = file.status()
        itself = (found.st_dev, found.st_ino) == (reached.device, reached.inode)
        if not reaches(file, reached) or not (itself or reached.offset):
            file.close()
        elif itself:
            if copy is not None:
                copy.close()
            return file
        elif copy is None or copy.size() < file.size():  # a backup may have been made before the end
            if copy is not None:
                copy.close()
            copy = file
        else:
            file.close()
    return copy


def path_of(path: str, reached: Reached) -> str | None:
    """What the rotated file of `path` with the inode of `reached` is called now; None if there is none."""
    return next((sibling.path for sibling in _list(path) if sibling.inode == reached.inode), None)


class Unread(NamedTuple):
    """A rotated file that was not read yet, open, and whether it is newer than the file being read."""

    file: File
    newer: bool


def unread(path: str, reading: FileReader, known: Known) -> list[Unread] | None:
    """The rotated files of `path` that are neither being read nor known, oldest first; the caller closes them.

    Of very many only the oldest: those after them are found once these are known. None while the folder changes too
    fast to be sure. Raises OSError.
    """
    survey = _survey(path, reading, known)
    if survey is None:
        return None
    if survey.current is not None:
        survey.current.close()
    return survey.found


def successors(path: str, reading: FileReader | None, known: Known) -> list[File] | None:
    """The files that came after the one being read, oldest first; the caller closes them.

    The last is that at `path` itself, if it has any content: an empty one means that its writer has not moved on yet
    and may still write to the file before. Of very many only the oldest are given. A copy that is being made of it, to
    truncate it then, is left out: it is looked for when the truncation shows. None while the folder changes too fast to
    be sure, or when the file being read was truncated before it was rotated. Raises OSError.
    """
    survey = _survey(path, reading, known)
    if survey is None:
        return None
    found, current, complete = survey
    if reading is not None and _was_truncated(reading, found):
        _close(current, found)
        return None
    if current is None:
        return [unread.file for unread in found]
    after: list[File] = []
    for file, _ in found:
        if starts_alike(file, current):
            file.close()
        else:
            after.append(file)
    if complete and current.size():
        return [*after, current]
    current.close()
    return after


def _was_truncated(reading: FileReader, found: list[Unread]) -> bool:
    """Whether what was read is gone, or was copied away before anything of it was read."""
    if reading.file.packed:
        return False
    return not reading.is_intact() or (reading.offset == 0 and not all(unread.newer for unread in found))


class _Sibling(NamedTuple):
    path: str
    place: Place
    inode: int
    packed: bool  # by its name


def _list(path: str) -> list[_Sibling]:
    """The rotated files. One that is being compressed is the plain file until that is gone."""
    folder, base = os.path.split(os.path.realpath(path))
    siblings: dict[str, _Sibling] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                place = rotated_place(base, entry.name)
                if place is not None:
                    packed = unpacked_name(entry.name) != entry.name
                    siblings[entry.name] = _Sibling(entry.path, place, entry.inode(), packed)
    except OSError:
        return []
    return sorted(
        sibling for name, sibling in siblings.items() if not (sibling.packed and unpacked_name(name) in siblings)
    )


def _open(sibling: _Sibling) -> File | None:
    file = open_file(sibling.path)
    if file is not None and file.status().st_ino != sibling.inode:
        file.close()
        return None
    return file


class _Survey(NamedTuple):
    """The unread rotated files, the file at the path if it is another than the one being read, both open; whether the
    former are all there are."""

    found: list[Unread]
    current: File | None
    complete: bool


def _survey(path: str, reading: FileReader | None, known: Known) -> _Survey | None:
    for _ in range(_ATTEMPTS):
        with ExitStack() as opened:
            at_path = _identity(path)
            current = open_file(path)  # none, too, if it may not be opened
            if current is not None:
                opened.callback(current.close)
            listed = _list(path)
            found, complete = _unread(listed, reading, current, known, opened)
            here = at_path if current is None else _identity_of(current.status())
            if listed != _list(path) or not here == at_path == _identity(path):
                continue
            opened.pop_all()
            if current is not None and reading is not None and current.is_same(reading.file):
                current.close()
                current = None
            return _Survey(found, current, complete)
    return None


class _Aged(NamedTuple):
    """A rotated file by its age, and what was found at its path."""

    modified: int
    sibling: _Sibling
    status: os.stat_result

    @property
    def age(self) -> tuple[int, Place]:
        return self.modified, self.sibling.place


def _unread(
    listed: list[_Sibling], reading: FileReader | None, current: File | None, known: Known, opened: ExitStack
) -> tuple[list[Unread], bool]:
    passed = set() if reading is None else {reading.inode}
    if current is not None:
        passed.add(current.status().st_ino)
    aged = _by_age(listed)
    statuses = [file.status for file in aged] + ([] if current is None else [current.status()])
    settled = max((status.st_mtime_ns for status in statuses), default=0) - _TICK
    found: list[tuple[_Aged, File]] = []
    in_place = reading is None or (current is not None and current.is_same(reading.file))
    here = NEWEST if reading is None or in_place else _place_of(listed, reading.inode)
    complete = True
    for candidate in aged:
        status = candidate.status
        if status.st_ino in passed or status.st_size == 0 or known.is_settled(status):
            continue
        passed.add(status.st_ino)
        file = _open(candidate.sibling)
        if file is None:
            continue
        if reading is not None and is_packed_from(file, reading.file):
            here = candidate.sibling.place if here == OLDEST else here
            file.close()
        elif known.holds(file) or _is_void(file):
            if status.st_mtime_ns < settled:
                known.settle(status)
            file.close()
        elif len(found) == _MOST:
            complete = False
            file.close()
            break
        else:
            found.append((candidate, file))
            opened.callback(file.close)
    if reading is None:
        return [Unread(file, True) for _, file in found], complete
    age = reading.file.status().st_mtime_ns, here
    return [Unread(file, _is_newer(candidate, age)) for candidate, file in found], complete


def _by_age(listed: list[_Sibling]) -> list[_Aged]:
    """The rotated files, oldest first: by their last change, then by their names.

    The time of a compressed file may be that of its compression. It is no newer than a plain file, or than any dated
    one, whose name says that it came later.
    """
    aged: list[_Aged] = []
    limits: dict[int, int] = {}
    for sibling in sorted(listed, key=lambda sibling: sibling.place, reverse=True):
        try:
            status = os.stat(sibling.path)
        except OSError:
            continue
        if status.st_ino != sibling.inode:
            continue
        kind, modified = sibling.place[0], status.st_mtime_ns
        if sibling.packed:
            modified = min(modified, limits.get(kind, modified))
        if kind == DATED or not sibling.packed:
            limits[kind] = min(modified, limits.get(kind, modified))
        aged.append(_Aged(modified, sibling, status))
    return sorted(aged, key=lambda file: file.age)


def _place_of(listed: list[_Sibling], inode: int) -> Place:
    """Where the file of this inode stands among the others by its name."""
    return next((sibling.place for sibling in listed if sibling.inode == inode), OLDEST)


def _is_newer(candidate: _Aged, age: tuple[int, Place]) -> bool:
    """Whether a rotated file is newer than the one being read, of this age."""
    place, here = candidate.sibling.place, age[1]
    if candidate.sibling.packed and here == NEWEST:
        return False
    if candidate.sibling.packed and here[0] == place[0]:
        return place > here
    return candidate.age > age


def _is_void(file: File) -> bool:
    """Whether it is an empty file compressed."""
    return file.packed and not file.pread(1, 0) and not file.damage


def _close(current: File | None, found: list[Unread]) -> None:
    for unread in found:
        unread.file.close()
    if current is not None:
        current.close()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        return _identity_of(os.stat(path))
    except OSError:
        return None


def _identity_of(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
