"""Where in a plain file the recent lines begin, found without reading all of it.

Lines are taken to be in order of time, roughly: the search goes by several lines at each place, and steps back in the
end. So it gives a little too much, which the caller drops by the exact time.
"""

import os
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeAlias

LineTime: TypeAlias = Callable[[bytes], int | None]  # microseconds since 1970, None for a line that has no time

_SAMPLE = 16  # lines with a time that are looked at in one place
_REACHES = (1 << 16, 1 << 21)  # bytes read in one place to find them, at most two lines of the longest
_CLOSE_ENOUGH = 1 << 16  # bytes; the search stops at a stretch this short
_MARGIN = 1 << 18  # bytes stepped back in the end
_ENDS = (1 << 18, 1 << 20, 1 << 22, 1 << 24)  # bytes looked at from the end for a line with a time


def newest_time(path: str, line_time: LineTime) -> int | None:
    """The latest time among the last lines of a file; None if none of them has one. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        for reach in _ENDS:
            start = max(0, size - reach)
            times = list(_times(_lines(file.fileno(), start, size), line_time))
            if times or start == 0:
                return max(times, default=None)
    return None


def seek_time(path: str, at: int, line_time: LineTime) -> int:
    """The offset of a line such that all lines from `at` on come after it, given their rough order. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        fd = file.fileno()
        older, newer = 0, os.fstat(fd).st_size  # lines before `older` are too old
        while newer - older > _CLOSE_ENOUGH:
            middle = (older + newer) // 2
            times = _sample(fd, middle, newer, line_time)
            if times and max(times) < at:
                older = middle
            else:
                newer = middle
        return _line_start(fd, max(0, older - _MARGIN))


def seek_since(path: str, since: int, line_time: LineTime) -> int:
    """The offset from which lines are within `since` microseconds of the newest; 0 if no line has a time.

    Raises OSError.
    """
    newest = newest_time(path, line_time)
    return 0 if newest is None else seek_time(path, newest - since, line_time)


def _sample(fd: int, start: int, end: int, line_time: LineTime) -> list[int]:
    sample: list[int] = []
    for reach in _REACHES:
        times = _times(_lines(fd, start, min(end, start + reach)), line_time)
        sample = list(islice(times, _SAMPLE))
        if len(sample) == _SAMPLE:
            break
    return sample


def _times(lines: Iterator[bytes], line_time: LineTime) -> Iterator[int]:
    return (time for time in map(line_time, lines) if time is not None)


def _lines(fd: int, start: int, end: int) -> Iterator[bytes]:
    """The lines that begin after `start`, or at 0, and end before `end`."""
    data = os.pread(fd, end - start, start)
    at = 0 if start == 0 else data.find(b"\n") + 1
    if start and not at:
        return
    while (newline := data.find(b"\n", at)) >= 0:
        yield data[at:newline].removesuffix(b"\r")
        at = newline + 1
    if at < len(data) and start + len(data) == os.fstat(fd).st_size:
        yield data[at:]


def _line_start(fd: int, offset: int) -> int:
    """The first start of a line at or after `offset`; `offset` itself if no newline is near."""
    if offset == 0:
        return 0
    found = os.pread(fd, _REACHES[-1], offset - 1).find(b"\n")
    return offset if found < 0 else offset + found
