"""Sources of which a large backlog is read ahead: worker processes read the lines, the engine gets them in order.

What a line holds depends on the line alone, so the engine's process only has to keep the books, put records in their
order and apply them: whoever reads the lines, it comes to the same to the last byte. When the next lines are not ready
it reads some of the later ones itself, and where there is no worker it reads all of them.
"""

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from typing import NamedTuple, cast

import msgspec

from engine.crew import LONGEST, Crew, usual_jobs
from engine.intake import Intake, Prepared
from engine.pipeline import Engine
from engine.preparing import Reader
from engine.runner import SourceSet
from engine.sources.base import Hole, Item, Source, State
from engine.sources.bookmark import Bookmark

GIVEN = 2  # chunks for each worker: one at work, one that waits for it
SPARE = 6  # further ones, that the engine's process may read itself: enough for a worker that gets little time
PATIENCE = 0.05  # seconds that a step may wait for a worker: then it is time to look at the commands
MOST = 4  # sources read ahead at a time


class Sizes(NamedTuple):
    """What is worth it. Smaller in tests."""

    backlog: int = 8 << 20  # bytes of a source that are yet to be read
    lines: int = 2048  # read before, and between two looks: the first picture waits for no worker
    chunk: int = 64  # lines asked for, at least


USUAL = Sizes()


class _Chunk(msgspec.Struct):
    """Lines read ahead, and how their source stood after them."""

    items: list[Item]
    lines: list[bytes]  # those that there is something to read in
    holes: list[Hole]
    mark: Bookmark | None
    stored: tuple[int, int] | None
    given: Future[bytes] | None = None  # to a worker
    prepared: Prepared | None = None


class AheadSources:
    """The `sources` of an engine, read ahead with `jobs` processes, this one among them; 0: as many as is usual."""

    def __init__(self, sources: SourceSet, engine: Engine, jobs: int, sizes: Sizes = USUAL) -> None:
        self.since = sources.since
        self._set = sources
        self._shared = _Shared(engine, (jobs or usual_jobs()) - 1, sizes)
        self._known: dict[int, AheadSource] = {}  # by id() of the source, which is held as long
        self.crew = self._shared.crew

    @property
    def ended(self) -> bool:
        """See SourceSet."""
        return self._set.ended and all(source.ended for source in self)

    @property
    def waiting(self) -> bool:
        """Whether lines that were read ahead are yet to come."""
        return any(source.ahead for source in self._known.values())

    def close(self) -> None:
        """Close all sources."""
        for source in self:
            source.close()

    @property
    def trouble(self) -> str:
        """One line, if the workers are gone."""
        return self.crew.trouble

    def __iter__(self) -> "Iterator[AheadSource]":
        return iter([self._of(source) for source in self._set])

    def refresh(self) -> list[Source]:
        """See SourceSet."""
        return [self._of(source) for source in self._set.refresh()]

    def _of(self, source: Source) -> "AheadSource":
        found = self._known.get(id(source))
        if found is None:
            found = self._known[id(source)] = AheadSource(source, self._shared)
        return found


class _Shared:
    """What the sources of one engine have in common."""

    def __init__(self, engine: Engine, workers: int, sizes: Sizes) -> None:
        keep_withheld = not engine.config.respect_noindex
        self.intake: Intake = engine.intake
        if engine.config.no_text or engine.config.hash_authors:
            workers = 0  # whole texts and names are to be seen by as few processes as can be
        self.crew = Crew(workers, engine.intake.decoder, keep_withheld)
        self.reader = Reader(engine.intake.decoder, keep_withheld)
        self.sizes = sizes
        self.reading: set[int] = set()  # sources that the workers read

    def leave(self, source: Source) -> None:
        """A source has no work for the workers any more."""
        self.reading.discard(id(source))
        if not self.reading:
            self.crew.rest()


class AheadSource:
    """A source that is read ahead while it is far behind. What it tells of itself is of the lines handed out."""

    def __init__(self, source: Source, shared: _Shared) -> None:
        self.lines = source.lines
        self.holes: deque[Hole] = deque()
        self._source = source
        self._shared = shared
        self._chunks: deque[_Chunk] = deque()
        self._next_look = shared.sizes.lines
        self._starting = self._going = False
        self._mark: Bookmark | None = None  # of the lines handed out, while others were read ahead
        self._stored: tuple[int, int] | None = None
        self._closed = False
        self._waits_since: float | None = None

    @property
    def ahead(self) -> bool:
        """Whether lines were read that are not handed out yet."""
        return bool(self._chunks) and not self._closed

    @property
    def lost(self) -> int:
        """See Source."""
        return self._source.lost

    @property
    def name(self) -> str:
        """See Source."""
        return self._source.name

    @property
    def state(self) -> State:
        """See Source."""
        return "reading" if self.ahead else self._source.state

    @property
    def detail(self) -> str:
        """See Source."""
        return self._source.detail

    @property
    def ended(self) -> bool:
        """See Source."""
        return self._source.ended and not self.ahead

    def read(self, max_lines: int) -> list[Item]:
        """See Source. Chunks of lines that were read ahead are given as they were cut then."""
        if not self._chunks and not self._is_far_behind(max_lines):
            items = self._source.read(max_lines)
            self.holes.extend(_taken(self._source.holes))
            self.lines += len(items)
            return items
        self._read_ahead(max_lines)
        if not self._chunks:
            self._shared.leave(self._source)
            return []
        if not self._is_ready(self._chunks[0]):
            return []
        chunk = self._chunks.popleft()
        self._mark, self._stored = chunk.mark, chunk.stored
        self.holes.extend(chunk.holes)
        self.lines += len(chunk.items)
        self._shared.intake.prepare(chunk.prepared or Prepared())
        if not self._chunks and not self._going:
            self._shared.leave(self._source)
        return chunk.items

    def backlog(self) -> tuple[int, int] | None:
        """See Source."""
        now = self._source.backlog()
        if not self._chunks or self._stored is None or now is None:
            return now
        return self._stored[0], now[1]

    def bookmark(self) -> Bookmark | None:
        """See Source."""
        return self._mark if self._chunks else self._source.bookmark()

    def fileno(self) -> int | None:
        """See Source."""
        return self._source.fileno()

    def watched(self) -> tuple[str, ...]:
        """See Source."""
        return self._source.watched()

    def close(self) -> None:
        """See Source."""
        self._closed = True
        self._going = False
        self._source.close()
        self._shared.leave(self._source)

    def _is_far_behind(self, max_lines: int) -> bool:
        """Whether to read ahead from now on. Workers that are not there yet are sent for, and not waited for."""
        sizes, shared = self._shared.sizes, self._shared
        if self._starting:
            is_behind = self._source.state == "reading"
            self._going = is_behind and shared.crew.ready
            self._starting = is_behind and not self._going and not shared.crew.trouble
            if self._going:
                self._mark, self._stored = self._source.bookmark(), self._source.backlog()
            elif not self._starting:
                shared.leave(self._source)
            return self._going
        if max_lines < sizes.chunk or self.lines < self._next_look or shared.crew.trouble or not shared.crew.size:
            return False
        self._next_look = self.lines + sizes.lines
        stored = self._source.backlog()
        if stored is None or stored[1] - stored[0] < sizes.backlog or len(shared.reading) >= MOST:
            return False
        shared.reading.add(id(self._source))
        shared.crew.start()
        self._starting = True
        return False

    def _read_ahead(self, max_lines: int) -> None:
        """Take more lines from the source, if it is still behind, and give the workers as many as they can do with."""
        crew, chunks = self._shared.crew, self._chunks
        while self._going and len(chunks) < GIVEN * crew.size + SPARE:
            items = self._source.read(max_lines)
            holes = _taken(self._source.holes)
            if items or holes:
                chunks.append(_Chunk(items, _lines_of(items), holes, self._source.bookmark(), self._source.backlog()))
            self._going = bool(items) and self._source.state == "reading" and not crew.trouble
        given = sum(chunk.given is not None for chunk in chunks)
        for chunk in chunks:
            if given >= GIVEN * crew.size or crew.trouble:
                break
            if chunk.given is None and chunk.prepared is None:
                chunk.given = crew.give(chunk.lines)
                given += 1

    def _is_ready(self, chunk: _Chunk) -> bool:
        """Whether a chunk has been read; while it is not, others are read here, for as long as a step may take."""
        end = time.monotonic() + PATIENCE
        while chunk.prepared is None and (given := chunk.given) is not None:
            spare = next((one for one in self._chunks if one.given is None and one.prepared is None), None)
            if given.done() or spare is None or self._shared.crew.trouble:
                if not self._fetch(chunk, given, max(0.0, end - time.monotonic())):
                    return False
            else:
                spare.prepared = self._shared.reader.read(spare.lines)
                if time.monotonic() >= end and not given.done():
                    return False
        self._waits_since = None
        return True

    def _fetch(self, chunk: _Chunk, given: "Future[bytes]", patience: float) -> bool:
        """Have what a worker read, or nothing if there is nobody who did; False if it is not there yet."""
        crew = self._shared.crew
        try:
            chunk.prepared = crew.outcome(chunk.lines, given, 0.0 if crew.trouble else patience)
        except TimeoutError:
            now = time.monotonic()
            self._waits_since = now if self._waits_since is None else self._waits_since
            if now - self._waits_since < LONGEST and not crew.trouble:
                return False
            crew.fail("a worker process does not answer")
            chunk.prepared = Prepared()
        return True


def _lines_of(items: list[Item]) -> list[bytes]:
    """The lines among items: the very same list if they are all lines, by which the intake knows them the sooner."""
    lines = [item for item in items if isinstance(item, bytes)]
    return lines if len(lines) < len(items) else cast("list[bytes]", items)


def _taken(holes: deque[Hole]) -> list[Hole]:
    taken = list(holes)
    holes.clear()
    return taken
