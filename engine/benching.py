"""How long the engine takes for a feed on this machine: the whole, then each stage, and what it holds in memory.

Times are CPU seconds, which other programs disturb less than they do the clock on the wall.
"""

import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from statistics import median
from typing import NamedTuple

from engine import __version__
from engine.config import EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.runner import CHUNK, SourceSet
from engine.simulate.plain import plain_lines
from engine.snapshot import Frozen
from engine.sources.base import Item
from engine.stages import NAMES, OF_TOPICS, clocked

PRESENT = 4_102_444_800_000_000  # the year 2100: no line is from its future
ROWS = 60  # of each table of a picture, as the screen asks for them
FRAMES = 5
WARMING = 1_500  # lines that a first engine reads, so that models and lexicons are loaded
OTHER, REFITS = "other", "refits"
PACKAGES = ("numpy", "scipy", "scikit-learn", "msgspec", "vaderSentiment", "py3langid")

Start = Callable[[], Engine]


class Chunk(NamedTuple):
    """Lines of a source, as they are fed at once."""

    source: int
    items: Sequence[Item]


class Machine(Frozen, frozen=True, kw_only=True):
    """What was measured on, and how busy that was."""

    trendtop: str
    python: str
    packages: dict[str, str]
    system: str
    cores: int | None
    load_before: float | None  # processes that wanted a core, over a minute; None where nobody counts them
    load_after: float | None
    got: float | None  # share of a core that the engine got of the time on the wall; None if too short to tell


class Measured(Frozen, frozen=True, kw_only=True):
    """Figures of one feed. Microseconds and rates are by CPU time of this process, medians over the rounds."""

    feed: str
    topics: bool
    rounds: int
    lines: int
    bytes: int
    records: int
    posts: int
    late: int  # of the records
    posts_per_s: int | None  # None without posts
    lines_per_s: int
    us_per_post: float | None
    stages: dict[str, float]  # microseconds a post (a line where there are no posts), adding up to about the whole
    snapshot_ms: float  # a picture of 60 rows a table, at the end
    posts_in_window: int
    peak_mb: int  # resident memory of the process at its highest, with one engine
    machine: Machine


def read_chunks(sources: SourceSet, most: int) -> list[Chunk]:
    """The first lines of a feed, at most so many, of several sources in turn."""
    chunks: list[Chunk] = []
    left = most
    while left > 0 and not sources.ended:
        before = left
        for number, source in enumerate(sources):
            if left > 0 and (items := source.read(min(CHUNK, left))):
                chunks.append(Chunk(number, items))
                left -= len(items)
        if left == before:
            time.sleep(0.01)
    return chunks


def simulated_chunks(lines: int, hours: float = 1.0) -> list[Chunk]:
    """Plain posts of about 300 bytes, over so much event time."""
    return chunks_of(plain_lines(lines, seed=1, hours=hours))


def chunks_of(lines: Sequence[bytes]) -> list[Chunk]:
    """The lines of one source as they are fed."""
    return [Chunk(0, lines[begin : begin + CHUNK]) for begin in range(0, len(lines), CHUNK)]


def warm_up(config: EngineConfig) -> None:
    """Have everything loaded that is loaded when it is first used. What is in the feed to come stays unseen."""
    from models import online, regression, trees  # noqa: F401, PLC0415 - what the first fit loads, which may come later

    feed(Engine(config), chunks_of(plain_lines(WARMING, seed=2)))


def feed(engine: Engine, chunks: Sequence[Chunk]) -> Engine:
    """Feed an engine to the end."""
    for source in sorted({chunk.source for chunk in chunks}):
        engine.open(source)
    for source, items in chunks:
        engine.feed(source, items, PRESENT)
    engine.finish()
    return engine


def measure(name: str, chunks: Sequence[Chunk], start: Start, rounds: int = 1) -> Measured:
    """Feed engines that `start` makes: in each round one as it is, and one with clocks around the stages.

    With one round the whole is that of a feed whose words were never seen; from the second on they are known.
    """
    load = _load()
    whole: list[float] = []
    stages: list[dict[str, float]] = []
    on_the_wall = in_all = 0.0
    peak = 0
    for _ in range(rounds):
        at, began = time.process_time(), time.monotonic()
        engine = feed(start(), chunks)
        taken = time.process_time() - at
        on_the_wall, in_all = on_the_wall + time.monotonic() - began, in_all + taken
        whole.append(taken)
        peak = peak or peak_mb()  # of one engine: more are made for the clocks and for other rounds
        stages.append(_by_stage(chunks, start))
    lines = sum(len(chunk.items) for chunk in chunks)
    posts = engine.meters.get("posts", 0) + engine.meters.get("late", 0)
    seconds = median(whole)
    each = 1e6 / max(posts or lines, 1)
    told = [name for name in NAMES if engine.config.topics or name not in OF_TOPICS]
    return Measured(
        feed=name,
        topics=engine.config.topics,
        rounds=rounds,
        lines=lines,
        bytes=sum(len(item) if isinstance(item, bytes) else item.length for chunk in chunks for item in chunk.items),
        records=engine.intake.read,
        posts=posts,
        late=engine.meters.get("late", 0),
        posts_per_s=round(posts / seconds) if posts else None,
        lines_per_s=round(lines / seconds),
        us_per_post=round(seconds * each, 1) if posts else None,
        stages={stage: round(median(one[stage] for one in stages) * each, 2) for stage in (*told, REFITS, OTHER)},
        snapshot_ms=round(_picture(engine) * 1e3, 1),
        posts_in_window=engine.window.total.posts,
        peak_mb=peak,
        machine=machine(load, in_all / on_the_wall if on_the_wall > 1 else None),
    )


def _by_stage(chunks: Sequence[Chunk], start: Start) -> dict[str, float]:
    """CPU seconds of one run by stage; refits are those of other threads."""
    with clocked() as clocks:
        engine = start()
        process, thread = time.process_time(), time.thread_time()
        feed(engine, chunks)
        thread = time.thread_time() - thread
        process = time.process_time() - process
    spent = clocks.spent()
    other = thread - spent.outside - sum(clocks.seconds.values())
    return {**spent.seconds, REFITS: max(process - thread, 0.0), OTHER: max(other, 0.0)}


def _picture(engine: Engine) -> float:
    """CPU seconds of a picture, the median of some."""
    taken = []
    for _ in range(FRAMES):
        start = time.process_time()
        snapshot(engine, ROWS)
        taken.append(time.process_time() - start)
    return median(taken)


def peak_mb() -> int:
    """Resident memory of this process at its highest, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))


def machine(load_before: float | None = None, got: float | None = None) -> Machine:
    """The machine as it is now."""
    return Machine(
        trendtop=__version__,
        python=platform.python_version(),
        packages={name: version(name) for name in PACKAGES},
        system=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count(),
        load_before=load_before,
        load_after=_load(),
        got=None if got is None else round(min(got, 1.0), 2),
    )


def _load() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return None
