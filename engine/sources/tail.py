"""A plain file: read once, or followed by its name through rotation, truncation and replacement."""

import contextlib
import os
import stat
from collections import deque
from collections.abc import Sequence

import msgspec

from engine.clean import clean_line
from engine.sources import rotation
from engine.sources.base import MAX_LINE, Hole, State
from engine.sources.bookmark import Bookmark
from engine.sources.cutting import CuttingSource
from engine.sources.files import File
from engine.sources.known import Known
from engine.sources.lines import LineSplitter
from engine.sources.reader import FileReader, starts_alike


class Tail(CuttingSource):
    """Whole lines of a plain file, each once.

    Followed, it drains a file that was renamed, then those that took its place since the last look, then what is at
    `path` now. The old file counts as left once the new one has its first byte: until then its writer may still be at
    work on it. A truncated file is read again from its start, after what the copy made of it holds, if there is one.
    An unfinished line waits for its newline, and is given as it is once its file is over. Rotated files may be
    compressed, whether they were read before or not.

    Out of reach are lines written between a copy and the truncation after it, the unread lines of a file that was
    deleted or replaced before it was ever opened, and a truncation after which the very bytes that were read were
    written again.

    `offset` None starts at the end; a line begun before the offset is skipped. With `known` (the rotated files from
    before) the file need not be there yet, and every file that appeared since is read from its start; `found` are the
    files to begin with, oldest first, where reading goes on from a bookmark. With `chase` the files that took the place
    of the one at hand are read to their end, though it is not followed; with `kept` a line at the very end that its
    writer has not finished is left to whoever goes on from the bookmark.

    The constructor raises OSError; nothing else does.
    """

    def __init__(
        self,
        path: str,
        *,
        follow: bool = True,
        offset: int | None = 0,
        limit: int = MAX_LINE,
        known: Known | None = None,
        found: Sequence[FileReader] = (),
        chase: bool = False,
        kept: bool = False,
    ) -> None:
        super().__init__(clean_line(path))
        self._path = path
        self._follow = follow
        self._chases = follow or chase
        self._kept = kept
        self._limit = limit
        self._rotated = self._truncated = 0
        self._missing = False
        self._lost_bytes = 0
        self._caught_up = False
        self._fruitless: tuple[object, ...] = ()
        self._finished: FileReader | None = None  # whose last line was made
        self._last: tuple[int, int] | None = None  # backlog when it was closed
        self._marked: Bookmark | None = None  # and bookmark
        if known is None:
            self._file = FileReader(_open_at_once(path), offset)
            self._queue: deque[FileReader] = deque()
            self._known = rotation.known_now(path, self._file) if follow else Known()
            self._knows = follow
        else:
            self._known = known
            self._knows = True
            self._queue = deque(found or map(FileReader, rotation.successors(path, None, known) or ()))
            self._file = self._queue.popleft() if self._queue else FileReader(_open_at_once(path))
        self._splitter = LineSplitter(limit, skip_partial=self._file.starts_in_middle)

    @property
    def state(self) -> State:
        """See Source."""
        if self._failure:
            return "failed"
        if self.ended:
            return "ended"
        if not self._caught_up or self._splitter.count:
            return "reading"
        return "waiting" if self._missing else "live"

    @property
    def detail(self) -> str:
        """See Source."""
        if self._failure:
            return self._failure
        told = [_times("rotated", self._rotated), _times("truncated", self._truncated)]
        if self._lost_bytes:
            told.append(f"{self._lost_bytes} bytes lost: truncated before they were read")
        if self._missing and not self.ended:
            told.append("gone, waiting for it to come back")
        return ", ".join(filter(None, told))

    def backlog(self) -> tuple[int, int]:
        """See Source."""
        if self._last is not None:
            return self._last
        try:
            size = self._file.file.size()
        except OSError:
            size = self._file.size
        read = self._file.offset - self._splitter.pending
        return read, max(size, read) + sum(file.size for file in self._queue)

    def bookmark(self) -> Bookmark:
        """See Source."""
        if not self._knows:  # of a file that is read once, nobody asks unless a later run may go on with it
            self._knows = True
            with contextlib.suppress(OSError):
                self._known = rotation.known_now(self._path, self._file)
        return msgspec.structs.replace(self._mark(), passed=self._known.passed())

    def fileno(self) -> None:
        """See Source."""

    def watched(self) -> tuple[str, ...]:
        """See Source."""
        return (self._path,) if self._follow and not self.ended else ()

    def close(self) -> None:
        """See Source."""
        if not self.ended:
            self._last = self.backlog()
            self.ended = True
            self._marked = self._mark()
            self._close_queue()
            self._file.close()

    def _mark(self) -> Bookmark:
        if self._marked is not None:
            return self._marked
        reached = self._file.reached(max(0, self._file.offset - self._splitter.pending))
        return Bookmark(path=self._path, kind="plain", follow=self._follow, ended=self.ended, reached=reached)

    def _fill(self, wanted: int) -> None:
        self._caught_up = False
        fed = 0
        while not self._splitter.has_enough(wanted, fed):
            at_start = self._file.offset == 0
            chunk = b"" if self._over else self._file.read()
            if chunk is None:
                if not self._start_over():
                    return
            elif chunk and at_start and self._was_overtaken():
                continue
            elif chunk:
                self._splitter.feed(chunk)
                fed += len(chunk)
            elif not self._at_end():
                return

    def _at_end(self) -> bool:
        """Go on from the end of the file at hand; False if there is nothing to go on to now."""
        if not self._over and not self._queue and self._chases:
            if self._look_around():
                return True  # to the end of the old file once more: it was written to until the new one was there
            if self._follow:
                self._caught_up = True
                return False
        self._over = True
        if self._finished is not self._file:
            self._finished = self._file
            self._finish()
        if self._splitter.count or not self._queue:
            return False
        self._move_on()
        return True

    def _finish(self) -> None:
        damage = self._file.file.damage
        if damage:  # an unfinished line is only a part of one
            self._lose(f"a rotated file: {damage}", 0)
        elif self._queue or not self._kept or _is_whole(self._splitter.unfinished):
            self._splitter.finish()

    def _lose(self, reason: str, size: int) -> None:
        self.lost += 1
        self.holes.append(Hole(self.lines + self._splitter.count, reason, size))

    def _move_on(self) -> None:
        left = self._file
        if all(file.inode != left.inode for file in self._queue):  # else it was truncated, and is not done with
            self._known.add(left.file)
        left.close()
        self._file = self._queue.popleft()
        self._over = False
        self._splitter = LineSplitter(self._limit, skip_nulls=self._file.restarted)

    def _look_around(self) -> bool:
        """Queue what came after the file at hand; False if nothing did."""
        at_path = self._stat_path()
        in_place = at_path is not None and os.path.samestat(at_path, self._file.file.status())
        self._missing = at_path is None
        if in_place and self._file.offset:
            return False
        look = (at_path and at_path.st_ino, _changed(os.path.dirname(self._path)))
        filled = at_path is not None and at_path.st_size > 0
        if look == self._fruitless and not (filled and os.access(self._path, os.R_OK)):
            self._missing = self._missing or (filled and not in_place)  # what is there cannot be opened
            return False
        if self._file.offset == 0 and self._was_overtaken():
            return True
        self._fruitless = look
        if in_place:
            return False
        self._known.add(self._file.file)  # so that no copy of it is taken for a file that came after
        found = rotation.successors(self._path, self._file, self._known)
        if not found:
            self._missing = self._missing or filled
            self._fruitless = look if found is not None else ()
            return False
        after = [FileReader(file) for file in found]
        self._fruitless = ()
        self._rotated += len(after)
        if len(after) == 1 and self._file.outgrown_by(after[0].file):
            self._file.close()
            self._file = FileReader(after[0].file, self._file.offset)
        else:
            self._queue.extend(after)
        return True

    def _was_overtaken(self) -> bool:
        """Whether the file at hand was copied and truncated before anything of it was read.

        If so, its copies come first, and then the file again from its start.
        """
        if self._queue or not self._follow or self._file.file.packed:
            return False
        copies = self._unread_copies()
        older = [copy for copy, newer in copies or () if _keep(copy, not newer and not self._is_copied(copy))]
        if copies is not None and not older:
            return False
        self._truncated += len(older)
        self._queue.extend([*older, FileReader(self._file.file.again(), restarted=self._file.restarted or bool(older))])
        self._over = True
        return True

    def _start_over(self) -> bool:
        """The file at hand was truncated: first what a copy still has of it, then what it holds now.

        False if that cannot be told now.
        """
        old = self._file
        followed = self._follow and not self._queue
        copies = self._unread_copies() if followed else []
        if copies is None:
            return False
        self._truncated += 1
        rest = _continuation(old, [copy for copy, _ in copies])
        missed = old.size - (old.offset if rest is None else old.size if rest.file.packed else rest.size)
        if missed > 0:
            self._lost_bytes += missed
            self._lose("truncated before it was read", missed)
        for copy, newer in copies:
            earlier = old.resembles(copy.file)  # a copy made of what had been read by then
            if earlier:
                self._known.add(copy.file)
            if copy is not rest and _keep(copy, not newer and not earlier and not self._is_copied(copy)):
                self._queue.append(copy)
        if followed:
            self._queue.append(FileReader(old.file.again(), restarted=True))
        if rest is None:
            self._over = True
        else:
            self._file = FileReader(rest.file, old.offset)
            old.close()
        return True

    def _is_copied(self, copy: FileReader) -> bool:
        """Whether this copy is of what is in the file at hand now, which was not truncated yet."""
        return starts_alike(copy.file, self._file.file)

    def _unread_copies(self) -> list[tuple[FileReader, bool]] | None:
        """The rotated files that hold anything new, oldest first, and whether they are newer than the one at hand."""
        found = rotation.unread(self._path, self._file, self._known)
        return None if found is None else [(FileReader(file), newer) for file, newer in found]

    def _stat_path(self) -> os.stat_result | None:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def _fail(self, reason: str) -> None:
        super()._fail(reason)
        self._close_queue()

    def _spent(self) -> bool:
        return super()._spent() and not self._queue

    def _close_queue(self) -> None:
        while self._queue:
            self._queue.pop().close()


def _open_at_once(path: str) -> File:
    return File(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))


def _keep(file: FileReader, wanted: bool) -> bool:
    """Whether it is wanted; if not it is closed."""
    if not wanted:
        file.close()
    return wanted


def _continuation(old: FileReader, copies: list[FileReader]) -> FileReader | None:
    """The copy that holds the most of what was in a truncated file, if any does.

    While not even a line was read, all that begin alike may be copies of different contents, and the first comes next.
    """
    same = [copy for copy in copies if old.continued_by(copy.file)]
    alike = [copy for copy in same if old.resembles(copy.file)]
    return max(alike, key=lambda copy: copy.size, default=same[0] if same else None)


def _changed(folder: str) -> int:
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def _times(what: str, count: int) -> str:
    return "" if not count else f"{what} once" if count == 1 else f"{what} {count} times"


def _is_whole(line: bytes) -> bool:
    """Whether a line without a newline lacks nothing else: JSON, with or without the frame of an event stream."""
    begin = min((at for at in (line.find(b"{"), line.find(b"[")) if at >= 0), default=0)
    try:
        msgspec.json.decode(line[begin:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return line[begin : begin + 1] in (b"{", b"[")
