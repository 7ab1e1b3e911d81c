"""Begins a run, or goes on with one that was saved."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.config import EngineConfig, SourceConfig
from engine.corrections import Corrections
from engine.modelfile import trained_model
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.platforms.moment import line_time
from engine.runner import Carried, Runner, SourceSet
from engine.sources.opening import open_sources, resume_sources
from engine.state.checkpoint import Restored
from engine.state.folder import StateFolder
from engine.state.keeper import Keeper


@dataclass(frozen=True)
class Run:
    """An engine, what it reads, and what keeps both."""

    engine: Engine
    sources: SourceSet
    keeper: Keeper | None = None
    carried: Carried | None = None
    notice: str = ""  # one line on what it goes on from, "" for a new one


def open_run(
    config: EngineConfig,
    source: SourceConfig,
    folder: str,
    model: str,
    decoder: Decoder,
    corrections: Corrections,
    lasting: bool = True,
) -> Run:
    """The run that `folder` holds, or else a new one that is kept there; `model` is a file to begin from, or "".

    One that is not to be `lasting` need not be kept from its first moment on.

    Raises StateError, SourceError, ModelFileError.
    """
    kept = StateFolder(folder)
    source = msgspec.structs.replace(source, kept=lasting)
    try:
        trained = trained_model(model, config)
        digest = hashlib.sha256(Path(model).read_bytes()).hexdigest() if model else ""
        restored = kept.read(config, source, digest)
        if restored is None:
            sources = open_sources(source, line_time)
            engine = Engine(config, decoder, trained=trained, corrections=corrections)
            keeper = Keeper(kept, source, sources.since, digest)
            if lasting:
                keeper.save(engine, Runner(engine, sources))  # files rotated from here on are missed by no later run
            return Run(engine, sources, keeper)
        sources = resume_sources(source, restored.head.bookmarks, restored.head.since)
        keeper = Keeper(kept, source, restored.head.since, digest, removed=restored.body.engine.removed)
    except BaseException:
        kept.close()
        raise
    engine = restored.body.engine
    engine.adopt(corrections, config)
    return Run(engine, sources, keeper, restored.body.carried, _told(restored))


def _told(restored: Restored) -> str:
    lines = f"{restored.body.engine.intake.lines:,} lines"
    return "; ".join(filter(None, (f"went on from the state saved after {lines}", restored.notice)))
