"""The commands without a screen: score, export, simulate. Data goes to stdout or a file, words about it to stderr."""

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from engine.config import SECOND, EngineConfig
from engine.draft import score_draft
from engine.export import ExportError, check_target, write
from engine.modelcard import span
from engine.modelfile import ModelFileError, check_model, trained_model
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.snapshot import DraftScore, Snapshot
from engine.sources.base import SourceError
from tui.configure import engine_config
from tui.reading import read_feed

if TYPE_CHECKING:
    from engine.snapshot import Range, WordScore

Fail = Callable[[str], int]


def score(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop score`: one text, by itself."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if arguments.text == "-" else arguments.text
    if not text.strip():
        return fail("there is no text to score: give it as an argument, or on standard input with -")
    try:
        engine = _scoring(arguments.model)
    except ModelFileError as error:
        return fail(str(error))
    result = score_draft(engine, text, arguments.author, arguments.at or time.time_ns() // 1000)
    if arguments.json:
        print(msgspec.json.encode(result).decode())
    else:
        print(_readable(result))
    return 0


def _scoring(model: str | None) -> Engine:
    """An engine with no feed, which starts from a trained model if there is one. Raises ModelFileError."""
    if not model:
        return Engine(engine_config())
    card = check_model(model)
    horizons = tuple(one.horizon * SECOND for one in card.horizons)
    config = EngineConfig(horizons=horizons)
    return Engine(config, trained=trained_model(model, config))


def _readable(result: DraftScore) -> str:
    lines = []
    if result.compound is None:
        lines.append(f"sentiment   not scored: {result.not_scored}")
    else:
        lines.append(
            f"sentiment   {result.compound:+.4f} {result.sentiment}"
            f"   (pos {result.positive:.3f}  neu {result.neutral:.3f}  neg {result.negative:.3f})"
        )
    lines.append(f"language    {result.lang or 'undecided'}")
    moving = [word for word in result.words if word.valence]
    if moving:
        lines.append("words       " + "  ".join(_word(word) for word in moving))
    if result.tags:
        lines.append("tags        " + " ".join(f"#{tag}" for tag in result.tags))
    lines.append("cluster     needs a feed: trendtop watch FEED, then t")
    told = [f"{span(one.horizon)} {_range(one)}" for one in result.ranges if one.predicted is not None]
    if told:
        lines.append("prediction  " + "   ".join(told))
    else:
        lines.append("prediction  needs a feed: trendtop watch FEED, then t; or a trained model: --model")
    return "\n".join(lines)


def _range(one: "Range") -> str:
    within = "" if one.low is None or one.high is None else f" ({one.low:.3g} to {one.high:.3g})"
    return f"{one.predicted:.3g}{within}, {one.model}"


def _word(word: "WordScore") -> str:
    note = f" ({word.note})" if word.note else ""
    return f"{word.word} {word.valence:+.2f}{note}"


def export(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop export`: read the feed to its end, or to `--at`, and write the picture."""
    try:
        check_target(arguments.output)
        engine, failed = read_feed(arguments, lambda lateness: _engine(arguments, lateness), _late)
        picture = snapshot(engine)
        paths = write(picture, arguments.output, arguments.table)
    except (ExportError, ModelFileError, SourceError, ValueError) as error:
        return fail(str(error))
    print(_summary(picture, paths), file=sys.stderr)
    return fail("; ".join(failed)) if failed else 0


def _engine(arguments: argparse.Namespace, lateness: int | None) -> Engine:
    config = engine_config(arguments, lateness)
    trained = trained_model(arguments.model, config)
    return Engine(config, Decoder(arguments.format, arguments.map), until=arguments.at, trained=trained)


def _late(engine: Engine) -> tuple[int, int]:
    return engine.meters.get("late", 0), engine.intake.read - engine.sequence.held


def _summary(picture: Snapshot, paths: list[str]) -> str:
    """What a person wants to know of an export at once: how much was understood, and where it is."""
    meters = picture.meters
    formats = ", ".join(f"{f.name} {f.mapped}/{f.lines}" for f in picture.formats) or "no known shape"
    lines = [
        f"read {meters.read:,} records ({formats}): {meters.posts:,} posts, {meters.reactions:,} reactions, "
        f"{meters.observations:,} observations, {meters.edits:,} edits, {meters.deletes:,} deletes, "
        f"{meters.duplicates:,} duplicates, {meters.late:,} late, {meters.rejected:,} rejected, "
        f"{meters.ignored:,} ignored"
    ]
    lines += [f"rejected {reason.count:,}: {reason.reason}" for reason in picture.rejections]
    lines += picture.notices
    lines.append("wrote " + (paths[0] if len(paths) == 1 else f"{len(paths)} files to {paths[0].rpartition('/')[0]}/"))
    return "\n".join(lines)


def simulate(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop simulate`: a feed in a native shape, and what was planted in it."""
    from engine.simulate import Asked, PlantedBurst  # noqa: PLC0415
    from engine.simulate import write as write_feed  # noqa: PLC0415

    try:
        write_feed(
            arguments.output,
            arguments.truth,
            shape=arguments.shape,
            seed=arguments.seed,
            hours=arguments.hours,
            rate=arguments.rate,
            asked=Asked(arguments.bursts == "usual", tuple(PlantedBurst(*burst) for burst in arguments.burst)),
        )
    except OSError as error:
        return fail(f"cannot write {error.filename}: {error.strerror}")
    return 0
