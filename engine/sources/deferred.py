"""A feed that is not there yet."""

import os
from collections import deque
from collections.abc import Callable

from engine.clean import clean_line
from engine.sources import rotation
from engine.sources.base import Hole, Item, Kind, Source, SourceError, State
from engine.sources.bookmark import Bookmark
from engine.sources.kinds import kind_of
from engine.sources.known import Known


class Deferred:
    """Waits for `path` to be there, readable and not empty, and then is the source that `opener` makes of it.

    `opener` gets the rotated files there were at the beginning (`known`, if that was in an earlier run), for the file
    may be rotated before it is ever seen. It may raise OSError or SourceError: then the wait goes on. No method raises.
    """

    def __init__(self, path: str, opener: Callable[[str, Kind, Known], Source], known: Known | None = None) -> None:
        self._path = path
        self._opener = opener
        self._source: Source | None = None
        self._closed = False
        self._reason = ""
        self._none: deque[Hole] = deque()
        try:
            self._known = rotation.known_now(path, None) if known is None else known
        except OSError:
            self._known = Known()

    @property
    def name(self) -> str:
        """See Source."""
        return clean_line(self._path)

    @property
    def lines(self) -> int:
        """See Source."""
        return self._source.lines if self._source else 0

    @property
    def lost(self) -> int:
        """See Source."""
        return self._source.lost if self._source else 0

    @property
    def holes(self) -> deque[Hole]:
        """See Source."""
        return self._source.holes if self._source else self._none

    @property
    def state(self) -> State:
        """See Source."""
        return self._source.state if self._source else "ended" if self._closed else "waiting"

    @property
    def detail(self) -> str:
        """See Source."""
        return self._source.detail if self._source else self._reason

    @property
    def ended(self) -> bool:
        """See Source."""
        return self._source.ended if self._source else self._closed

    def read(self, max_lines: int) -> list[Item]:
        """See Source."""
        if self._source is None and not self._closed:
            self._try()
        return self._source.read(max_lines) if self._source else []

    def backlog(self) -> tuple[int, int] | None:
        """See Source."""
        return self._source.backlog() if self._source else None

    def bookmark(self) -> Bookmark | None:
        """See Source."""
        if self._source:
            return self._source.bookmark()
        return Bookmark(path=self._path, kind=None, ended=self._closed, passed=self._known.passed())

    def fileno(self) -> int | None:
        """See Source."""
        return self._source.fileno() if self._source else None

    def watched(self) -> tuple[str, ...]:
        """See Source."""
        return self._source.watched() if self._source else () if self._closed else (self._path,)

    def close(self) -> None:
        """See Source."""
        self._closed = True
        if self._source:
            self._source.close()

    def _try(self) -> None:
        try:
            self._source = self._opener(self._path, kind_of(self._path), self._known)
        except SourceError as error:
            self._reason = _without_name(str(error))
        except OSError as error:
            self._reason = (error.strerror or os.fspath(self._path)).lower()


def _without_name(message: str) -> str:
    """The fact alone: the screen shows the name beside it, and the advice has been taken."""
    return message.rpartition(": ")[2].partition(";")[0]
