"""Lines to read, and ways to read all of a source."""

import threading
from pathlib import Path

from engine.config import SourceConfig
from engine.sources.base import Item, Source
from engine.sources.opening import Sources, open_sources
from engine.sources.waiting import Waiter

LINES = [b'{"id": %d, "text": "caf\xc3\xa9 %d"}' % (i, i * 7919) for i in range(20_000)]
RAW = b"".join(line + b"\n" for line in LINES)


def drain(source: Source, at_once: int = 700) -> list[Item]:
    items: list[Item] = []
    while more := source.read(at_once):
        items += more
    return items


def read_to_end(source: Source) -> list[Item]:
    """All lines of a source that ends, however long its writer takes."""
    items: list[Item] = []
    with Waiter([source]) as waiter:
        while not source.ended:
            more = source.read(500)
            if not more and not source.ended:
                waiter.wait(60)
            items += more
    return items


def opened(*paths: object, follow: bool = False, **options: object) -> Sources:
    return open_sources(SourceConfig(paths=tuple(map(str, paths)), follow=follow, **options))


def write_fifo(path: Path, data: bytes) -> None:
    """Open, write and leave, in another thread; returns when the reader may look."""

    def run() -> None:
        with path.open("wb") as file:
            file.write(data)

    writer = threading.Thread(target=run)
    writer.start()
    writer.join()
