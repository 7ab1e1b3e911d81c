"""Streams that cannot be read twice: standard input and named pipes. Reads never block."""

import os
import select
import stat

import msgspec

from engine.clean import clean_line
from engine.sources.base import CHUNK, MAX_LINE, STDIN, State
from engine.sources.bookmark import Bookmark
from engine.sources.cutting import CuttingSource
from engine.sources.lines import LineSplitter


class Pipe(CuttingSource):
    """Whole lines from an open descriptor, which it owns, until its end: a pipe, a redirected file, a terminal.

    Reads only what `poll` says is there, so that the descriptor can stay in blocking mode: others may share it.
    """

    def __init__(self, fd: int, name: str, *, limit: int = MAX_LINE) -> None:
        super().__init__(name)
        self._fd = fd
        self._splitter = LineSplitter(limit)
        self._caught_up = False

    @property
    def state(self) -> State:
        """See Source."""
        if self._failure:
            return "failed"
        if self.ended:
            return "ended"
        return "live" if self._caught_up and not self._splitter.count else "reading"

    @property
    def detail(self) -> str:
        """See Source."""
        return self._failure

    def backlog(self) -> tuple[int, int] | None:
        """See Source: known for a file redirected into standard input."""
        try:
            found = os.fstat(self._fd)
            if self.ended or not stat.S_ISREG(found.st_mode):
                return None
            return os.lseek(self._fd, 0, os.SEEK_CUR) - self._splitter.pending, found.st_size
        except OSError:
            return None

    def bookmark(self) -> Bookmark:
        """See Source: what was read is gone, and reading goes on with what comes."""
        return Bookmark(path=STDIN, kind=None, ended=self.ended)

    def fileno(self) -> int | None:
        """See Source."""
        return None if self.ended or self._over else self._fd

    def watched(self) -> tuple[str, ...]:
        """See Source."""
        return ()

    def close(self) -> None:
        """See Source."""
        if not self.ended:
            self.ended = True
            os.close(self._fd)

    def _fill(self, wanted: int) -> None:
        self._caught_up = False
        fed = 0
        while not self._over and not self._splitter.has_enough(wanted, fed):
            data = self._receive()
            if data is None:
                self._caught_up = True
                return
            if not data:
                self._splitter.finish()
                self._over = self._at_end()
                if not self._over:
                    self._caught_up = True
                    return
            self._splitter.feed(data)
            fed += len(data)

    def _receive(self) -> bytes | None:
        """What is there to read; b"" at the end, None when nothing is there yet. Raises OSError."""
        return os.read(self._fd, CHUNK) if _readable(self._fd) else None

    def _at_end(self) -> bool:
        """Whether the end just met is the end of the source. Raises OSError."""
        return True


class Fifo(Pipe):
    """Whole lines from a named pipe. Followed, it outlives its writers: when the last one goes, it waits for the next.

    What a writer leaves without a newline is a line of its own. Without `follow` it ends when its writers are gone, but
    waits for the first of them. The constructor raises OSError; nothing else does.
    """

    def __init__(self, path: str, *, follow: bool = True, limit: int = MAX_LINE) -> None:
        super().__init__(_open(path), clean_line(path), limit=limit)
        self._path = path
        self._follow = follow
        self._deserted = True
        self._hung_up = False

    @property
    def state(self) -> State:
        """See Source."""
        state = super().state
        return "waiting" if state == "live" and self._deserted else state

    @property
    def detail(self) -> str:
        """See Source."""
        return super().detail or ("no writer yet" if self.state == "waiting" else "")

    def bookmark(self) -> Bookmark:
        """See Source."""
        return msgspec.structs.replace(super().bookmark(), path=self._path, kind="fifo", follow=self._follow)

    def watched(self) -> tuple[str, ...]:
        """See Source: the pipe may be made anew under its name."""
        return (self._path,) if self._follow and not self.ended else ()

    def fileno(self) -> int | None:
        """See Source: none while a pipe that was deleted goes on reporting its end."""
        return None if self._hung_up else super().fileno()

    def _receive(self) -> bytes | None:
        data = self._read_now()
        self._hung_up = data == b"" and _hung_up(self._fd)
        if self._hung_up:
            data = self._read_now()  # of a writer that came and went since
        self._deserted = data == b""
        return data

    def _read_now(self) -> bytes | None:
        try:
            return os.read(self._fd, CHUNK)
        except BlockingIOError:
            return None

    def _at_end(self) -> bool:
        """No writer is left, or none has come yet: only in the first case does `poll` report a hang-up."""
        if self._follow and (self._hung_up or self._replaced()):
            self._reopen()
        return self._hung_up and not self._follow

    def _replaced(self) -> bool:
        try:
            found = os.stat(self._path)
        except OSError:
            return False
        return stat.S_ISFIFO(found.st_mode) and not os.path.samestat(found, os.fstat(self._fd))

    def _reopen(self) -> None:
        """A fresh descriptor reports no hang-up until another writer came and went. The old one stays open until the
        new one is: a pipe without any reader would kill a writer that comes in between."""
        try:
            fresh = _open(self._path)
        except OSError:
            return
        if not stat.S_ISFIFO(os.fstat(fresh).st_mode):
            os.close(fresh)
            return
        os.close(self._fd)
        self._fd = fresh
        self._hung_up = False


def _open(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _poll(fd: int) -> int:
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    return sum(event for _, event in poller.poll(0))


def _readable(fd: int) -> bool:
    return _poll(fd) != 0


def _hung_up(fd: int) -> bool:
    return bool(_poll(fd) & select.POLLHUP)
