"""Runs that are kept in a folder, read to the end of their feed and looked into."""

import hmac
from pathlib import Path

import zstandard

from engine.config import EngineConfig, SourceConfig
from engine.corrections import Corrections
from engine.export import json_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.runner import Runner
from engine.state import sealed
from engine.state.run import Run, open_run
from engine.userkey import make_key
from tests.feeds import ALL, PRESENT


def append(path: Path, *lines: str | bytes) -> None:
    with path.open("ab") as file:
        file.writelines((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)


def opened(feed: Path | str, state: Path, engine: EngineConfig = ALL, **source: object) -> Run:
    config = SourceConfig(paths=(str(feed),), **source)  # type: ignore[arg-type]
    return open_run(engine, config, str(state), "", Decoder(), Corrections())


def read(run: Run, leave: bool = True) -> Engine:
    """All that is there now, saved; with `leave` the folder is free after."""
    assert run.keeper is not None
    runner = Runner(run.engine, run.sources, clock=lambda: 0.0, present=lambda: PRESENT, carried=run.carried)
    while runner.step():
        pass
    run.keeper.save(run.engine, runner)
    if leave:
        run.keeper.leave()
    return run.engine


def as_json(engine: Engine) -> str:
    engine.finish()
    return "".join(json_parts(snapshot(engine)))


def content(path: Path) -> bytes:
    """All that a checkpoint holds, unpacked."""
    head, body = sealed.read_sealed(path, hmac.digest(make_key(), b"state", "sha256"))
    with zstandard.ZstdDecompressor().stream_reader(body) as unpacked:
        return head + unpacked.read()
