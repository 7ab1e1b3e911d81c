"""Writers that rotate, copy, truncate, compress and replace their file, and how a test reads after them."""

import gzip
import os
from pathlib import Path

import zstandard

from engine.sources.base import Item, Source
from engine.sources.tail import Tail


def drain(tail: Source, at_once: int = 1000) -> list[Item]:
    """All that is there now."""
    items: list[Item] = []
    while more := tail.read(at_once):
        items += more
    return items


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def rename_up(feed: Path, keep: int = 200) -> None:
    """What logrotate does: feed.1 to feed.2, feed to feed.1; compressed ones as well."""
    make_room(feed, keep)
    os.rename(feed, f"{feed}.1")


def make_room(feed: Path, keep: int = 200) -> None:
    """Count the rotated files up by one."""
    for suffix in ("", ".gz", ".zst"):
        for number in range(keep, 0, -1):
            if os.path.exists(f"{feed}.{number}{suffix}"):
                os.rename(f"{feed}.{number}{suffix}", f"{feed}.{number + 1}{suffix}")
        Path(f"{feed}.{keep + 1}{suffix}").unlink(missing_ok=True)


def squeeze(path: Path, suffix: str = ".gz", *, keep_time: bool = True) -> Path:
    """What gzip and zstd do to a rotated file: compress it, keep its time, take the plain one away."""
    packed = Path(f"{path}{suffix}")
    data = path.read_bytes()
    packed.write_bytes(gzip.compress(data, 1) if suffix == ".gz" else zstandard.compress(data, 1))
    if keep_time:
        found = path.stat()
        os.utime(packed, ns=(found.st_atime_ns, found.st_mtime_ns))
    path.unlink()
    return packed


class Writer:
    """Writes numbered lines and mistreats its file; `written` is what a reader must see."""

    def __init__(self, path: Path, *, dated: bool = False, keeps_time: bool = True) -> None:
        self.path = path
        self._keeps_time = keeps_time
        self._day = 1_700_000_000 if dated else 0  # in the name that it is rotated to, if it is dated
        self.written: list[bytes] = []
        self.torn = b""
        self.path.touch()

    def line(self) -> bytes:
        return f'{{"n": {len(self.written)}, "t": "ünï \N{GRINNING FACE}"}}'.encode()

    def whole(self, count: int) -> None:
        self.finish()
        lines = []
        for _ in range(count):
            lines.append(self.line())
            self.written.append(lines[-1])
        append(self.path, b"".join(line + b"\n" for line in lines))

    def tear(self, at: int) -> None:
        """Write a part of a line, cut anywhere behind its number, also within a character.

        A file truncated and written anew with the very bytes that were read is the same file to any reader.
        """
        self.finish()
        line = self.line()
        self.written.append(line)
        at += line.index(b",")
        self.torn = line[at:] + b"\n"
        append(self.path, line[:at])

    def finish(self) -> None:
        append(self.path, self.torn)
        self.torn = b""

    def rotate(self) -> None:
        self.rotate_lazily()
        self.path.touch()

    def rotate_lazily(self) -> None:
        self.finish()
        self._make_room()
        os.rename(self.path, self._rotated)

    def replace(self, read: int) -> None:
        """Put another file in its place, if this inode is being read; nobody can save what was never looked at."""
        self.finish()
        if not self.path.exists() or self.path.stat().st_ino != read:
            return
        fresh = self.path.with_name("feed.jsonl.tmp")
        fresh.write_bytes(self.line() + b"\n")
        self.written.append(self.line())
        fresh.replace(self.path)

    def copy_and_truncate(self) -> None:
        self.finish()
        if not self.path.exists():
            return
        self._make_room()
        self._rotated.write_bytes(self.path.read_bytes())
        os.truncate(self.path, 0)

    def squeeze(self, back: int, suffix: str) -> None:
        """Compress one of the rotated files, by its age; the oldest where nothing else would tell their order."""
        plain = [path for path in self._all_rotated() if path.suffix not in (".gz", ".zst")]
        if plain and not self._keeps_time and not self._day:
            back = len(plain) - 1
        if back < len(plain):
            squeeze(plain[back], suffix, keep_time=self._keeps_time)

    def _all_rotated(self) -> list[Path]:
        """The newest first."""
        return sorted(self.path.parent.glob(f"{self.path.name}[.-]*"), key=_number)

    @property
    def _rotated(self) -> Path:
        return Path(f"{self.path}-{self._day}" if self._day else f"{self.path}.1")

    def _make_room(self) -> None:
        if self._day:
            self._day += 1
        else:
            make_room(self.path)


def _number(rotated: Path) -> int:
    """How far back a rotated file is, or minus its date."""
    stamp = rotated.name.removeprefix("feed.jsonl").removesuffix(".gz").removesuffix(".zst")
    return int(stamp[1:]) if stamp[0] == "." else -int(stamp[1:])


def offset(tail: Tail) -> int:
    reached = tail.bookmark().reached
    assert reached is not None
    return reached.offset


def inode(tail: Tail) -> int:
    reached = tail.bookmark().reached
    assert reached is not None
    return reached.inode
