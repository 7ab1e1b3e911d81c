"""From what a person named to the sources of lines that stand for it."""

import glob
import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal, TypeAlias

from engine.clean import clean_line
from engine.config import SourceConfig
from engine.sources import since
from engine.sources.base import STDIN, Hole, Kind, Source, SourceError, UnavailableError
from engine.sources.bookmark import Bookmark
from engine.sources.compressed import Compressed
from engine.sources.deferred import Deferred
from engine.sources.kinds import kind_of
from engine.sources.known import Known
from engine.sources.naming import rotated_place
from engine.sources.resuming import resumed_file, resumed_rotated
from engine.sources.since import LineTime
from engine.sources.stream import Fifo, Pipe
from engine.sources.tail import Tail

Reading: TypeAlias = Kind | Literal["stdin", "deferred", "skip"]


class Sources:
    """The open sources, in the order of their names, and the globs that may still bring more.

    `since` is the time from which lines are wanted (microseconds since 1970), None if all are. Plain files are opened
    near it; of what they and the others give, the caller drops what is older.
    """

    def __init__(self, config: SourceConfig, found: list[Source], seen: set[str], at: int | None) -> None:
        self.since = at
        self._config = config
        self._all = found
        self._seen = seen  # real paths
        self._globs = [path for path in config.paths if _is_glob(path)]

    def __iter__(self) -> Iterator[Source]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def ended(self) -> bool:
        """Whether no source will ever give another line, nor a glob another source."""
        if self._globs and (self._config.follow or not self._all):
            return False
        return all(source.ended for source in self._all)

    def refresh(self) -> list[Source]:
        """The files that match a glob since the last look, added as sources read from their start; never raises.

        Worth a call a second. A match that a rotated file of a source has taken on, or a source's file under a new
        name, is none: its lines have been read.
        """
        if not self._globs or not (self._config.follow or not self._all):
            return []
        fresh: list[Source] = []
        for path in sorted({match for pattern in self._globs for match in _matches(pattern)}):
            real = os.path.realpath(path)
            if real in self._seen:
                continue
            is_new = not self._is_read_already(real)
            self._seen.add(real)
            if is_new:
                fresh.append(_deferred(path, self._config))
        self._all = sorted([*self._all, *fresh], key=lambda source: source.name)
        return fresh

    def close(self) -> None:
        """Close all sources."""
        for source in self._all:
            source.close()

    def _is_read_already(self, real: str) -> bool:
        if any(_is_rotated(real, other) for other in self._seen):
            return True
        try:
            found = os.stat(real)
        except OSError:
            return False
        held = (mark.reached for source in self._all if not source.ended and (mark := source.bookmark()))
        return any(
            (reached.device, reached.inode) == (found.st_dev, found.st_ino) for reached in held if reached is not None
        )


def open_sources(config: SourceConfig, line_time: LineTime | None = None) -> Sources:
    """Open every feed that `config.paths` names, each file once, in the order of their names.

    `line_time` tells the time of a line, for `config.since`. A rotated file beside the file it came from is read once
    and not followed; so is a compressed file. `start="end"` skips what plain files hold at this moment, with the rest
    of a line begun before it.

    Raises SourceError with one line for people: a feed that is missing, a folder, unreadable, empty, or no file or pipe
    at all. With `follow_missing` what may yet come is waited for.
    """
    paths = _expand(config)
    readings = {path: _reading(path, config) for path in paths}
    readings = {path: reading for path, reading in readings.items() if reading != "skip"}
    if not readings and not config.follow_missing:
        raise UnavailableError(f"{_named(config)}: every file is empty; use --follow-missing to wait for lines")
    at = _since(config, [path for path, reading in readings.items() if reading == "plain"], line_time)
    real = {path: os.path.realpath(path) for path in paths if path != STDIN}
    opened: list[Source] = []
    try:
        for path, reading in readings.items():
            rotated = path in real and any(_is_rotated(real[path], other) for other in real.values())
            offset = None if config.start == "end" else 0
            if reading == "plain" and at is not None and line_time is not None:
                offset = since.seek_time(path, at, line_time)
            opened.append(_open(path, reading, config, config.follow and not rotated, offset))
    except OSError as error:
        for source in opened:
            source.close()
        reason = (error.strerror or str(error)).lower()
        raise SourceError(f"{clean_line(path)}: {reason}; check that it can be read") from None
    opened.sort(key=lambda source: source.name)
    return Sources(config, opened, set(real.values()), at)


def resume_sources(config: SourceConfig, bookmarks: Sequence[Bookmark], at: int | None) -> Sources:
    """The sources that an earlier run of the same paths read, each where it stopped, in the order of `bookmarks`.

    Files that have come since are further sources, as `refresh` finds them. `at` is the time from which lines are
    wanted. Raises SourceError: a file that is not followed is gone, or cannot be read.
    """
    opened: list[Source] = []
    seen = {os.path.realpath(bookmark.path) for bookmark in bookmarks if bookmark.path != STDIN}
    try:
        for bookmark in bookmarks:
            opened.append(_resumed(bookmark, config, seen))
    except OSError as error:
        for source in opened:
            source.close()
        reason = (error.strerror or str(error)).lower()
        name = clean_line(bookmark.path)
        raise SourceError(f"{name}: {reason}; bring it back, or use another --state to begin anew") from None
    return Sources(config, opened, seen, at)


def _resumed(bookmark: Bookmark, config: SourceConfig, others: set[str]) -> Source:
    if bookmark.path == STDIN or bookmark.kind == "fifo":
        pipe = Fifo(bookmark.path, follow=config.follow) if bookmark.kind else _stdin(config)
        pipe.holes.append(Hole(0, "lines that came between the saved state and now are lost: a pipe is read once", 0))
        return pipe
    real = os.path.realpath(bookmark.path)
    base = next((other for other in sorted(others) if _is_rotated(real, other)), None)
    if base is not None:
        return resumed_rotated(bookmark, base)
    return resumed_file(bookmark, partial(_open_late, config), config.follow, config.kept)


def _expand(config: SourceConfig) -> list[str]:
    """The paths named, globs expanded, each file once."""
    if not config.paths:
        raise SourceError("no feed given; name a file, a glob, a named pipe, or - for standard input")
    found: dict[object, str] = {}
    for path in config.paths:
        matches = _matches(path) if _is_glob(path) else [path]
        if not matches and not config.follow_missing:
            raise UnavailableError(
                f"{clean_line(path)}: no file matches; check the pattern, or use --follow-missing to wait for one"
            )
        for match in matches:
            found.setdefault(_identity(match), match)
    return sorted(found.values())


def _identity(path: str) -> object:
    if path == STDIN:
        return path
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return os.path.abspath(path)
    return found.st_dev, found.st_ino


def _reading(path: str, config: SourceConfig) -> Reading:
    """How to read a path; "deferred" is waited for, "skip" is an empty match of a glob that nothing more comes to."""
    if path == STDIN:
        return "stdin"
    try:
        return kind_of(path)
    except UnavailableError:
        if config.follow_missing:
            return "deferred"
        if path in config.paths:
            raise
        return "deferred" if config.follow else "skip"


def _since(config: SourceConfig, plain: list[str], line_time: LineTime | None) -> int | None:
    if config.since is None or line_time is None:
        return None
    try:
        times = [since.newest_time(path, line_time) for path in plain]
    except OSError as error:
        raise SourceError(f"{_named(config)}: {(error.strerror or str(error)).lower()}") from None
    known = [time for time in times if time is not None]
    return max(known) - config.since if known else None


def _open(path: str, reading: Reading, config: SourceConfig, follow: bool, offset: int | None) -> Source:
    match reading:
        case "stdin":
            return _stdin(config)
        case "deferred" | "skip":
            return _deferred(path, config)
        case kind:
            return _reader(path, kind, follow, offset, config.kept)


def _stdin(config: SourceConfig) -> Pipe:
    return Pipe(os.dup(config.stdin_fd or 0), "standard input")


def _deferred(path: str, config: SourceConfig) -> Source:
    return Deferred(path, partial(_open_late, config))


def _open_late(config: SourceConfig, path: str, kind: Kind, known: Known) -> Source:
    if kind == "plain":
        return Tail(path, follow=config.follow, known=known, kept=config.kept)
    return _reader(path, kind, config.follow, 0, config.kept)


def _reader(path: str, kind: Kind, follow: bool, offset: int | None, kept: bool) -> Source:
    match kind:
        case "gzip" | "zstd":
            return Compressed(path, kind)
        case "fifo":
            return Fifo(path, follow=follow)
        case "pipe":
            return Pipe(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), clean_line(path))
        case _:
            return Tail(path, follow=follow, offset=offset, kept=kept)


def _is_glob(path: str) -> bool:
    return path != STDIN and glob.has_magic(path) and not os.path.lexists(path)


def _matches(pattern: str) -> list[str]:
    try:
        found = glob.glob(pattern, recursive=True)
    except ValueError:  # a NUL in the pattern
        return []
    return [match for match in found if not os.path.isdir(match)]


def _is_rotated(path: str, other: str) -> bool:
    folder, name = os.path.split(path)
    other_folder, base = os.path.split(other)
    return folder == other_folder and rotated_place(base, name) is not None


def _named(config: SourceConfig) -> str:
    return clean_line(" ".join(config.paths))
