"""Bytes cut into lines, however they come in pieces, in bounded memory."""

from engine.sources.base import BATCH, KEPT, MAX_LINE, PATIENCE, Item, Oversized


class LineSplitter:
    """Takes bytes in any pieces and gives whole lines: the same lines whatever the pieces were.

    `limit` is the longest line in bytes, without its line end. With `skip_partial` everything up to the first newline
    is dropped; with `skip_nulls` so are NUL bytes at the very start, the hole that a writer without O_APPEND leaves
    behind when its file is truncated.
    """

    def __init__(self, limit: int = MAX_LINE, *, skip_partial: bool = False, skip_nulls: bool = False) -> None:
        self._limit = limit
        self._skip_partial = skip_partial
        self._skip_nulls = skip_nulls
        self._ready: list[Item] = []
        self._next = 0
        self._rest = bytearray()  # the unfinished line, or the start of it once it is too long
        self._rest_length = 0
        self._rest_ends_with_return = False
        self._unended = False  # the last line had no newline
        self._returns = False  # whether any carriage return came in: most feeds have none to look for

    @property
    def count(self) -> int:
        """Lines ready to be taken."""
        return len(self._ready) - self._next

    @property
    def pending(self) -> int:
        """Bytes fed that have not been taken yet: lines ready and the unfinished one."""
        waiting = sum(_length(item) + 1 for item in self._ready[self._next :])
        return max(0, waiting - self._unended) + self._rest_length

    @property
    def unfinished(self) -> bytes:
        """The line that has no newline yet, or the start of it if it is too long."""
        return bytes(self._rest)

    def has_enough(self, wanted: int, fed: int) -> bool:
        """Whether to stop reading, with `wanted` lines asked for and `fed` bytes added since."""
        return self.count >= wanted or fed >= (BATCH if self.count else PATIENCE)

    def feed(self, data: bytes) -> None:
        """Add bytes."""
        if self._skip_nulls:
            data = data.lstrip(b"\0")
            self._skip_nulls = not data
        if self._skip_partial:
            _, newline, data = data.partition(b"\n")
            self._skip_partial = not newline
        if b"\r" in data:
            self._returns = True
        first, *others = data.split(b"\n")
        self._extend(first)
        if others:
            self._close()
            *whole, last = others
            self._add(whole, len(data))
            self._extend(last)

    def finish(self) -> None:
        """No more bytes will come: what is unfinished becomes a line, if there is any."""
        if self._rest_length:
            self._close()
            self._unended = True

    def take(self, max_lines: int) -> list[Item]:
        """Up to `max_lines` lines, oldest first."""
        taken = self._ready[self._next : self._next + max(0, max_lines)]
        self._next += len(taken)
        if self._next == len(self._ready):
            self._ready.clear()
            self._next = 0
        if self._returns:
            return [item[:-1] if isinstance(item, bytes) and item.endswith(b"\r") else item for item in taken]
        return taken

    def _extend(self, data: bytes) -> None:
        if not data:
            return
        self._rest_length += len(data)
        self._rest_ends_with_return = data.endswith(b"\r")
        if self._rest_length <= self._limit + 1:  # one more for a carriage return
            self._rest += data
        else:
            self._rest += data[:KEPT]
            del self._rest[KEPT:]

    def _close(self) -> None:
        if self._rest_length - self._rest_ends_with_return > self._limit:
            self._ready.append(Oversized(bytes(self._rest[:KEPT]), self._rest_length))
        else:
            self._ready.append(bytes(self._rest))
        self._rest.clear()
        self._rest_length = 0
        self._rest_ends_with_return = False

    def _add(self, whole: list[bytes], at_most: int) -> None:
        if at_most <= self._limit:
            self._ready += whole
            return
        for line in whole:
            too_long = len(line) - line.endswith(b"\r") > self._limit
            self._ready.append(Oversized(line[:KEPT], len(line)) if too_long else line)


def _length(item: Item) -> int:
    return item.length if isinstance(item, Oversized) else len(item)
