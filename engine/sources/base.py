"""What every source of lines is: the lines it gives, what it tells of itself, and how it fails."""

from collections import deque
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from engine.sources.bookmark import Bookmark

MAX_LINE = 1 << 20  # bytes; a longer line is no post of any platform
KEPT = 200  # bytes kept of a line that is too long, enough to recognise it by
CHUNK = 1 << 18  # bytes asked for at once
BATCH = 1 << 22  # bytes of lines made ready at once, however many lines are asked for
PATIENCE = 1 << 28  # bytes read at once in search of the end of a line
STDIN = "-"
MAX_HOLES = 100  # holes remembered; `lost` counts them all


class Oversized(NamedTuple):
    """A line over the limit. Its first bytes are kept, the rest was dropped as it came in."""

    prefix: bytes
    length: int  # bytes before the newline


Item: TypeAlias = bytes | Oversized  # a line without its newline; a carriage return before it is taken off too
Kind: TypeAlias = Literal["plain", "gzip", "zstd", "fifo", "pipe"]
State: TypeAlias = Literal["reading", "live", "waiting", "ended", "failed"]


class Hole(NamedTuple):
    """Bytes known to be lost, and where: after `line` lines of this source had been made."""

    line: int
    reason: str
    size: int  # bytes, at least


class SourceError(Exception):
    """A feed cannot be opened. The message is one line: what is wrong and what to do."""


class UnavailableError(SourceError):
    """A feed cannot be opened yet: missing, empty or unreadable. Waiting for it makes sense."""


class Source(Protocol):
    """Lines in order, each once. No method raises or blocks."""

    @property
    def lines(self) -> int:
        """Lines handed out so far."""
        ...

    @property
    def lost(self) -> int:
        """How often data was lost, as far as can be known."""
        ...

    @property
    def holes(self) -> deque[Hole]:
        """The latest of these losses. Whoever tells the engine of them takes them out."""
        ...

    @property
    def name(self) -> str:
        """For people: safe to print, one line."""
        ...

    @property
    def state(self) -> State:
        """reading: behind. live: at the end, following. waiting: for a file or a writer. ended. failed."""
        ...

    @property
    def detail(self) -> str:
        """One line on what happened to this source, "" if nothing did."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it will never give another line."""
        ...

    def read(self, max_lines: int) -> list[Item]:
        """Up to `max_lines` lines; [] when nothing is there now.

        Fewer lines than asked for do not mean that there are no more: see `state`.
        """
        ...

    def backlog(self) -> tuple[int, int] | None:
        """(bytes read, bytes there are) of what is stored; None where that cannot be known."""
        ...

    def bookmark(self) -> "Bookmark | None":
        """Where a later run goes on, after the lines handed out; None where there can be none."""
        ...

    def fileno(self) -> int | None:
        """A descriptor that turns readable when there is more, for streams."""
        ...

    def watched(self) -> tuple[str, ...]:
        """Paths whose change may mean that there is more, for files."""
        ...

    def close(self) -> None:
        """Let go of all descriptors. The source is ended after."""
        ...
