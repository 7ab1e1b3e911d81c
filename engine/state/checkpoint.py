"""What a checkpoint is: the engine, and where each source stood, at one moment; and what it may be gone on from."""

from importlib.metadata import version
from os.path import abspath
from platform import python_version_tuple

import msgspec

from engine import __version__
from engine.config import EngineConfig, SourceConfig
from engine.pipeline import Engine
from engine.runner import Carried
from engine.sources.base import STDIN
from engine.sources.bookmark import Bookmark

# Options that change what is shown, or kept beside the state, and not the state.
_FREE = ("window", "alerts", "alert_filters", "max_raw_lines", "max_raw_bytes")


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The plain part of a checkpoint."""

    trendtop: str
    made_with: dict[str, str]  # versions that fitted models and sums depend on
    engine: EngineConfig
    feed: dict[str, object]  # what was read, and how
    model: str  # digest of the trained model it began from, "" for none
    since: int | None  # event time from which lines were wanted
    bookmarks: tuple[Bookmark, ...]
    as_of: int | None  # newest event time


class Body(msgspec.Struct):
    """The part with the engine's own objects."""

    engine: Engine
    carried: Carried


class Restored(msgspec.Struct, frozen=True):
    """A checkpoint that was read."""

    head: Head
    body: Body
    notice: str = ""  # one line, if it is not the newest


def head_of(
    engine: Engine, source: SourceConfig, model: str, since: int | None, bookmarks: tuple[Bookmark, ...]
) -> Head:
    """The head for an engine as it stands."""
    return Head(
        trendtop=__version__,
        made_with=made_with(),
        engine=engine.config,
        feed=feed_of(source),
        model=model,
        since=since,
        bookmarks=bookmarks,
        as_of=engine.now,
    )


def made_with() -> dict[str, str]:
    """The versions of whatever could make the same lines come to something else."""
    numpy = version("numpy")
    return {
        "Python": ".".join(python_version_tuple()[:2]),
        "numpy": numpy.partition(".")[0],
        "scikit-learn": version("scikit-learn"),
        "vaderSentiment": version("vaderSentiment"),
    }


def feed_of(source: SourceConfig) -> dict[str, object]:
    """What tells one feed, and one way of reading it, from another."""
    paths = sorted(path if path == STDIN else abspath(path) for path in source.paths)
    return {"feed": paths, "--format": source.format, "--map": [list(pair) for pair in source.map]}


def mismatch(head: Head, engine: EngineConfig, source: SourceConfig, model: str) -> str:
    """Why a run with these options cannot go on from a checkpoint; "" if it can."""
    now = made_with()
    changed = [f"{name} {was} (now {now.get(name)})" for name, was in head.made_with.items() if now.get(name) != was]
    if head.trendtop != __version__:
        changed.insert(0, f"trendtop {head.trendtop} (now {__version__})")
    if changed:
        return f"was saved with {', '.join(changed)}"
    feed = feed_of(source)
    other = [name for name, was in head.feed.items() if was != feed.get(name)]
    was, wanted = msgspec.structs.asdict(head.engine), msgspec.structs.asdict(engine)
    other += [name for name in was if name not in _FREE and was[name] != wanted[name]]
    if head.model != model:
        other.append("--model")
    return f"was saved with another {', another '.join(other)}" if other else ""
