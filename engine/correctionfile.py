"""corrections.jsonl in the state folder: what its reader says of posts, without a word of them.

A change is made under a lock and on the disk before it counts: appended, or the whole file put anew in the place of the
old one. So two monitors may share it. A line that cannot be read is left as it is.
"""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.replacing import replace_file
from models.moods import Mood
from models.personal_features import NUMBERS, SIZE, Features

FILE = "corrections.jsonl"


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A post that was marked, and what can be learnt of it.

    Who wrote it is there only as a salted digest: enough to find it when the account is purged.
    """

    platform: str
    id: str
    alias: str = ""  # by which deletes may name it
    time: int  # event time of the post, microseconds
    mood: Mood
    vader: Mood  # what VADER said; not-scorable where it said nothing
    numbers: tuple[float, ...]  # as models.personal_features.NUMBERS
    terms: tuple[tuple[int, float], ...]  # hashed, with their weighted counts
    salt: str = ""
    author: str = ""

    @property
    def key(self) -> str:
        """Platform and id."""
        return f"{self.platform}:{self.id}"

    @property
    def features(self) -> Features:
        """What the personal layer learns from."""
        return Features(self.vader, self.numbers, self.terms)


Version = tuple[int, int, int] | None  # changes whenever the file does; None while there is none


class Content(NamedTuple):
    """What the file held at a version: corrections in their order, a post once, and the lines that cannot be read."""

    corrections: dict[str, Correction]
    bad: tuple[bytes, ...] = ()
    version: Version = None


Gone = Callable[[Correction], bool]

_decoder = msgspec.json.Decoder(Correction)


class CorrectionFile:
    """The file in `folder`, which need not be there yet. Everything here may raise OSError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def version(self) -> Version:
        """What tells whether somebody has changed the file."""
        try:
            about = self.path.stat()
        except FileNotFoundError:
            return None
        return about.st_ino, about.st_size, about.st_mtime_ns

    def read(self) -> Content:
        """All of it; nothing if there is none."""
        version = self.version()
        return _content(_lines(self._bytes()), version)

    def add(self, new: Correction) -> Content:
        """Append a correction, in place of any other of that post."""
        line = msgspec.json.encode(new)
        with self._locked():
            lines = _lines(self._bytes())
            kept = [one for one in lines if not _is_of(one, new.key)]
            if len(kept) == len(lines):
                self._append(line)
            else:
                self._replace([*kept, line])
            return _content([*kept, line], self.version())

    def remove(self, gone: Gone, ids: list[bytes]) -> Content:
        """Take out the corrections that are `gone`, and lines that cannot be read and hold one of `ids`."""
        with self._locked():
            lines = _lines(self._bytes())
            kept = [line for line in lines if not _is_gone(line, gone, ids)]
            if len(kept) < len(lines):
                self._replace(kept)
            return _content(kept, self.version())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self.path.with_suffix(".lock"), flags, 0o600)  # of its own: the file itself is replaced
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _bytes(self) -> bytes:
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return b""
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "not a file")
        with os.fdopen(handle, "rb") as file:
            return file.read()

    def _append(self, line: bytes) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        is_new = not self.path.exists()
        handle = os.open(self.path, flags, 0o600)
        try:
            os.fchmod(handle, 0o600)
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"  # by a crash: what follows is a line of its own
            data = (b"\n" if torn else b"") + line + b"\n"
            if os.write(handle, data) < len(data):
                os.ftruncate(handle, size)
                raise OSError(errno.ENOSPC, "no room left on the disk")
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _sync_folder(self.path.parent)

    def _replace(self, lines: list[bytes]) -> None:
        replace_file(self.path, [line + b"\n" for line in lines])
        _sync_folder(self.path.parent)


def _lines(data: bytes) -> list[bytes]:
    return [line for line in data.split(b"\n") if line.strip()]


def _parsed(line: bytes) -> Correction | None:
    try:
        found = _decoder.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    fits = len(found.numbers) == len(NUMBERS) and all(map(isfinite, found.numbers))
    columns = [column for column, _ in found.terms]
    in_order = columns == sorted(set(columns)) and all(0 <= column < SIZE for column in columns)
    return found if fits and in_order and all(0 < times < 1e6 for _, times in found.terms) else None


def _content(lines: list[bytes], version: Version) -> Content:
    corrections: dict[str, Correction] = {}
    bad = []
    for line in lines:
        found = _parsed(line)
        if found is None:
            bad.append(line)
        else:
            corrections.pop(found.key, None)  # the newest stands, in its own place
            corrections[found.key] = found
    return Content(corrections, tuple(bad), version)


def _is_of(line: bytes, key: str) -> bool:
    found = _parsed(line)
    return found is not None and found.key == key


def _is_gone(line: bytes, gone: Gone, ids: list[bytes]) -> bool:
    found = _parsed(line)
    return gone(found) if found is not None else any(name in line for name in ids)


def _sync_folder(folder: Path) -> None:
    """What a file is called is on the disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
