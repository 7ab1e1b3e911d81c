"""`trendtop bench`: how fast the engine is on this machine, as a table or as one JSON object."""

import argparse
import sys
from collections.abc import Callable, Sequence

import msgspec

from engine.benching import Chunk, Machine, Measured, Start, measure, read_chunks, simulated_chunks, warm_up
from engine.clean import clean_line
from engine.memory import ease
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.sources.base import SourceError
from engine.sources.opening import open_sources
from tui.configure import engine_config, source_config
from tui.draw import bar
from tui.options import WHOLE_FEED
from tui.reading import is_unordered

Fail = Callable[[str], int]

BAR = 24  # cells of the longest bar
QUIET = 0.8  # share of a core that the engine is to get, for its figures to be trusted


def bench(arguments: argparse.Namespace, fail: Fail) -> int:
    """Read, measure, tell."""
    try:
        _start(arguments, None)
        chunks = _read(arguments)
    except (SourceError, ValueError) as error:
        return fail(str(error))
    if not chunks:
        return fail(f"nothing to measure: {arguments.feed} has no lines")
    if sys.stderr.isatty():
        print(f"measuring on {sum(len(chunk.items) for chunk in chunks):,} lines", file=sys.stderr)
    warm_up(engine_config(arguments))
    ease()  # as watch and export do
    told = _measured(arguments, chunks)
    if arguments.json:
        print(msgspec.json.encode(told).decode())
    else:
        print("\n".join(bench_lines(told)))
    return 0


def _read(arguments: argparse.Namespace) -> list[Chunk]:
    """The lines to measure with. Raises SourceError."""
    if arguments.feed is None:
        return simulated_chunks(arguments.lines, arguments.hours)
    arguments.feed = [arguments.feed]
    sources = open_sources(source_config(arguments))
    try:
        return read_chunks(sources, arguments.lines)
    finally:
        sources.close()


def _start(arguments: argparse.Namespace, lateness: int | None) -> Start:
    """Makes engines alike. Raises ValueError for options that do not go together."""
    config, shape, places = engine_config(arguments, lateness), arguments.format, arguments.map
    Decoder(shape, places)
    return lambda: Engine(config, Decoder(shape, places))


def _measured(arguments: argparse.Namespace, chunks: Sequence[Chunk]) -> Measured:
    """The figures; of an archive in another order those of reading it sorted, as all commands do."""
    name = "simulated posts" if arguments.feed is None else clean_line(arguments.feed[0])
    told = measure(name, chunks, _start(arguments, None), arguments.rounds)
    if arguments.lateness is not None or not is_unordered(told.late, told.records):
        return told
    share = told.late / told.records
    print(f"{share:.0%} of the records came late: not in time order. Measured again, sorted", file=sys.stderr)
    return measure(name, chunks, _start(arguments, WHOLE_FEED), arguments.rounds)


def bench_lines(told: Measured) -> list[str]:
    """The figures for people."""
    each = "line" if told.us_per_post is None else "post"
    posts = "no posts" if told.posts_per_s is None else f"{told.posts_per_s:,} posts/s"
    size = f", {told.bytes / told.lines:,.0f} bytes each" if told.lines else ""
    head = [
        f"{told.feed}: {told.lines:,} lines{size}, {told.posts:,} posts",
        f"{posts}, {told.lines_per_s:,} lines/s" + ("" if told.topics else ", topics off (--no-topics)"),
        "",
    ]
    most = max(told.stages.values())
    rows = [
        f"{stage:<16}{us:>9.1f}  {bar(us / most, BAR) if most else ''}".rstrip() for stage, us in told.stages.items()
    ]
    whole = 1e6 / told.lines_per_s if told.us_per_post is None else told.us_per_post
    foot = [
        f"{'all stages':<16}{sum(told.stages.values()):>9.1f}",
        f"{'the whole':<16}{whole:>9.1f}  by itself, without a clock around each stage",
        "",
        f"a picture for the screen: {told.snapshot_ms:.1f} ms, of {told.posts_in_window:,} posts in the window",
        f"memory at its highest: {told.peak_mb:,} MB",
        *_machine_lines(told.machine),
    ]
    return [*head, f"{'stage':<16}{f'us/{each}':>9}", *rows, *foot]


def _machine_lines(machine: Machine) -> list[str]:
    packages = ", ".join(f"{name} {number}" for name, number in machine.packages.items())
    cores = "" if machine.cores is None else f", {machine.cores} cores"
    lines = [f"trendtop {machine.trendtop}, Python {machine.python}, {packages}", f"{machine.system}{cores}"]
    if machine.load_before is not None:
        lines[-1] += f", load average {machine.load_before} before and {machine.load_after} after"
    if machine.got is not None and machine.got < QUIET:
        lines.append(f"the machine was busy: the engine got {machine.got:.0%} of a core, so trust ratios, not figures")
    return lines
