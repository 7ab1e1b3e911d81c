"""Which rotated files hold nothing new."""

import os

from engine.sources.bookmark import Content, Passed
from engine.sources.files import File
from engine.sources.reader import content_id, is_whole, same_content


class Known:
    """The rotated files that hold nothing new: read already, or older than where reading began.

    A file is known by its inode and its first bytes, since inodes are used again; one with a kilobyte or more by these
    alone, so that copies are known too. A compressed file is the copy of one that is finished: it is known by what it
    holds, however little that is.
    """

    def __init__(self, passed: Passed | None = None) -> None:
        before = passed or Passed()
        self._by_inode: dict[tuple[int, int], Content] = {
            (device, inode): content for device, inode, content in before.inodes
        }
        self._contents: set[Content] = set(before.contents)
        self._passed: Passed | None = before
        self._settled: dict[tuple[int, int], tuple[int, int]] = {}  # size and time of those that need no other look

    def passed(self) -> Passed:
        """All of them as plain data."""
        if self._passed is None:
            inodes = tuple((device, inode, content) for (device, inode), content in self._by_inode.items())
            self._passed = Passed(inodes, tuple(sorted(self._contents)))
        return self._passed

    def add(self, file: File) -> None:
        """Remember an open file. Raises OSError."""
        found = file.status()
        content = content_id(file)
        if content[0]:
            self._by_inode[found.st_dev, found.st_ino] = content
            self._contents.add(content)
            self._passed = None
        elif file.packed:
            self.settle(found)  # damaged from its first byte: there is nothing else to know it by

    def holds(self, file: File) -> bool:
        """Whether an open file is one of them or a copy of one. Raises OSError."""
        found = file.status()
        content = content_id(file)
        if content in self._contents and (is_whole(content) or file.packed):
            return True
        before = self._by_inode.get((found.st_dev, found.st_ino))
        return before is not None and same_content(file, before)

    def settle(self, found: os.stat_result) -> None:
        """Take a file for known as long as its size and time are these, without opening it.

        Only for a file that was last changed before others were: one made anew in its place would show another time.
        """
        self._settled[found.st_dev, found.st_ino] = found.st_size, found.st_mtime_ns

    def is_settled(self, found: os.stat_result) -> bool:
        """Whether a file need not be opened to be known."""
        return self._settled.get((found.st_dev, found.st_ino)) == (found.st_size, found.st_mtime_ns)
