"""Reads feeds to their end without a screen. What is plainly an archive in another order is read again, sorted."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from engine.ahead import AheadSources
from engine.pipeline import Engine
from engine.runner import Fed, Runner, SourceSet
from engine.sources.opening import open_sources
from engine.state.run import Run
from tui.configure import source_config
from tui.options import WHOLE_FEED

FEW = 4  # records that may come late in any feed
SORTABLE = 1_000_000  # records

Target = TypeVar("Target", bound=Fed)


def read_feed(
    arguments: argparse.Namespace,
    start: Callable[[int | None], Target],
    late: Callable[[Target], tuple[int, int]],
    jobs: int = 1,
) -> tuple[Target, list[str]]:
    """What was fed to the end of `arguments.feed`, and the sources that failed.

    `start` makes a fresh one to feed, with the lateness to use where none was given; `late` tells how many records came
    late, and of how many. `jobs` processes read for an Engine; 0: as many as is usual. Raises SourceError.
    """
    target, failed = _read(arguments, start(None), jobs)
    came_late, taken = late(target)
    if arguments.lateness is None and is_unordered(came_late, taken) and _can_be_read_again(arguments.feed):
        print(
            f"{came_late / taken:.0%} of the records came late: not in time order, as archives are. Read again and "
            "sorted (--lateness 2s takes them as they come)",
            file=sys.stderr,
        )
        target, failed = _read(arguments, start(WHOLE_FEED), jobs)
    return target, failed


def _read(arguments: argparse.Namespace, target: Target, jobs: int) -> tuple[Target, list[str]]:
    opened = open_sources(source_config(arguments))
    sources = AheadSources(opened, target, jobs) if isinstance(target, Engine) else opened
    Runner(target, sources).run()
    sources.close()
    _tell_trouble(sources)
    return target, [f"{source.name}: {source.detail}" for source in sources if source.state == "failed"]


def _tell_trouble(sources: SourceSet) -> None:
    """That workers were lost is worth a word, and costs nothing but time."""
    if isinstance(sources, AheadSources) and sources.trouble:
        print(sources.trouble, file=sys.stderr)


def read_on(run: Run, jobs: int = 1) -> tuple[Engine, list[str]]:
    """What a run has come to at the end of its feed, kept on the way, and the sources that failed."""
    engine, keeper, sources = run.engine, run.keeper, AheadSources(run.sources, run.engine, jobs)
    assert keeper is not None
    runner = Runner(engine, sources, carried=run.carried)
    runner.read_all(lambda: keeper.look(engine, runner))
    keeper.save(engine, runner)  # before the end is made of it: by the next time the feed may have grown
    keeper.leave()
    failed = [f"{source.name}: {source.detail}" for source in sources if source.state == "failed"]
    failed += [keeper.trouble] if keeper.trouble else []
    sources.close()
    _tell_trouble(sources)
    engine.finish()
    return engine, failed


def is_unordered(late: int, taken: int) -> bool:
    """Whether so much came late that the feed is an archive in another order, and small enough to sort in memory."""
    return max(FEW, taken / 4) < late and taken <= SORTABLE


def _can_be_read_again(paths: Sequence[str]) -> bool:
    return not any(path == "-" or Path(path).is_fifo() for path in paths)
