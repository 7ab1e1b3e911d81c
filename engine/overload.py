"""What a live feed that outruns the engine costs first: topics, of which fewer posts are asked. Nothing is dropped.

Counts, sentiment, tags, authors, labels and alerts are always of every post. If even that is too slow, the lag grows,
and shows.
"""

PATIENCE = 5.0  # seconds behind without a pause before topics are asked of fewer posts, and again between two steps
RELIEF = 30.0  # seconds without being behind before they are asked of more again
MOST = 32  # of so many posts one is asked, at the least


class Overload:
    """How far to go at each moment of the wall clock. A feed is only late once it has been up to date."""

    def __init__(self) -> None:
        self._has_been_live = False
        self._since: float | None = None  # when what is now began: being behind, or not
        self._was_behind = False

    def look(self, now: float, behind: bool, one_in: int) -> int:
        """Of how many posts one is to be asked from now on, that being `one_in` so far; `now` in seconds.

        `behind`: the source had more lines than could be read, or waits to be read.
        """
        self._has_been_live = self._has_been_live or not behind
        if behind != self._was_behind or self._since is None:
            self._was_behind, self._since = behind, now
        if not self._has_been_live:
            return one_in
        if now - self._since < (PATIENCE if behind else RELIEF):
            return one_in
        self._since = now
        return min(2 * one_in, MOST) if behind else max(one_in // 2, 1)
