"""Feeds to be read ahead, whole or spoilt, and what came of reading them."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.ahead import AheadSources, Sizes
from engine.config import EngineConfig
from engine.pipeline import Engine
from engine.runner import FixedSources, Runner
from engine.simulate import simulate
from engine.sources.base import MAX_LINE
from engine.sources.tail import Tail
from tests.feeds import ALL, PRESENT, SECOND, START, post

AT_ONCE = Sizes(backlog=0, lines=0, chunk=1)
ODD: tuple[Any, ...] = (None, -1, 10**30, 1.5, "", [], {}, True, "\ud800", "\x1b[2J\u202e", "9999-12-31T23:59:59Z")


def spoilt(lines: list[bytes], seed: int) -> Iterator[bytes]:
    """Every seventh line is made hostile in one way or another."""
    draw = random.Random(seed)
    for number, line in enumerate(lines):
        if number % 7:
            yield line
            continue
        kind = draw.randrange(8)
        if kind == 0:
            yield line[: draw.randrange(len(line))]
        elif kind == 1:
            yield b"[" + line + b"," + draw.choice(lines) + b",7]"
        elif kind == 2:
            yield draw.choice([b"", b"\r", b"[", b":heartbeat", b"event: x", b"\xff\xfe", b"null", b"{}", b"[" * 300])
        elif kind == 3:
            yield line.replace(b"a", b"\\ud800", 3)
        else:
            framing, brace, body = line.partition(b"{")
            yield framing + json.dumps(changed(json.loads(brace + body), draw)).encode() if brace else line


def changed(value: Any, draw: random.Random) -> Any:
    """One of the values inside is another, of another kind."""
    if isinstance(value, dict) and value:
        name = draw.choice(sorted(value))
        return {**value, name: changed(value[name], draw)}
    if isinstance(value, list) and value:
        return [changed(value[0], draw), *value[1:]]
    return draw.choice(ODD)


def shape_lines(shape: str) -> list[bytes]:
    lines = list(spoilt(simulate(shape, seed=3, hours=0.3, rate=12.0)[0], 5))
    lines.insert(len(lines) // 2, b'{"text": "' + b"x" * MAX_LINE + b'"}')
    return lines


def written(path: Path, lines: Sequence[bytes]) -> Path:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def read(
    path: Path, jobs: int, chunk: int = 100, config: EngineConfig = ALL, sizes: Sizes = AT_ONCE
) -> tuple[Engine, AheadSources]:
    """An engine that has read a file, and the sources that it read."""
    engine = Engine(config)
    sources = AheadSources(FixedSources([Tail(str(path), follow=False)]), engine, jobs, sizes)
    runner = Runner(engine, sources, present=lambda: PRESENT)
    while not runner.finished:
        runner.step(chunk)
    engine.finish()
    sources.close()
    return engine, sources


def books(engine: Engine) -> object:
    """What the intake knows, in its order."""
    intake = engine.intake
    tables = [list(table.items()) for table in (intake.decoder.formats, intake.rejections, intake.ignored)]
    return intake.lines, intake.read, tables


def lines_of(count: int, begin: int = 0) -> list[bytes]:
    return [post(f"p{n}", START + n * SECOND, f"a good day {n}").encode() for n in range(begin, begin + count)]
