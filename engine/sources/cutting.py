"""What all sources that cut lines from bytes share: how lines are handed out, and how a failure ends them."""

from collections import deque

from engine.sources.base import MAX_HOLES, Hole, Item
from engine.sources.lines import LineSplitter


class CuttingSource:
    """A Source over a LineSplitter that `_fill` feeds. Once it is over, it closes with the last line handed out."""

    _splitter: LineSplitter

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines = 0
        self.lost = 0
        self.holes: deque[Hole] = deque(maxlen=MAX_HOLES)
        self.ended = False
        self._over = False  # whether no more bytes come, whatever happens
        self._failure = ""

    def read(self, max_lines: int) -> list[Item]:
        """See Source."""
        if self.ended or max_lines <= 0:
            return []
        try:
            self._fill(max_lines)
        except OSError as error:
            self._fail((error.strerror or str(error)).lower())
        items = self._splitter.take(max_lines)
        self.lines += len(items)
        if self._spent():
            self.close()
        return items

    def close(self) -> None:
        """See Source."""
        self.ended = True

    def _fill(self, wanted: int) -> None:
        """Feed the splitter until it has `wanted` lines, if they are there now. May raise OSError."""
        raise NotImplementedError

    def _fail(self, reason: str) -> None:
        self._failure = reason
        self._over = True

    def _spent(self) -> bool:
        return self._over and not self._splitter.count
