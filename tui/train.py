"""`trendtop train`: tunes the trees on archives and writes a model file. The table goes to stdout, words to stderr."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.modelcard import Card, HorizonCard, span
from engine.modelfile import ModelFileError, check_target, salt, write_model
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.sources.base import SourceError
from engine.training import LEAST, Lessons, Plan, assemble, fits, plan, train_horizon
from models.trained import TrainedHorizon
from tui.configure import engine_config
from tui.evaluate_engagement import late, why_nothing
from tui.progress import Progress
from tui.reading import read_feed

Fail = Callable[[str], int]


def train(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop train`."""
    try:
        check_target(arguments.output)
        key = salt()
        engine, lessons, failed = _replayed(arguments)
    except (ModelFileError, SourceError, ValueError) as error:
        return fail(str(error))
    if failed or not engine.meters.get("posts"):
        return fail("; ".join(failed or [why_nothing(engine, arguments)]))
    plans, left_out = plan(engine, lessons)
    for horizon, why in left_out.items():
        print(f"{span(int(horizon))} is left out: {why}", file=sys.stderr)
    if not plans:
        return fail(f"nothing to train on: no horizon has {LEAST} labels. Give a longer feed, or shorter --horizons")
    trained, card = assemble(engine, _names(arguments.feed), _train(plans, arguments), left_out, key)
    try:
        paths = write_model(trained, card, arguments.output)
    except ModelFileError as error:
        return fail(str(error))
    print(_readable(card))
    print(f"wrote {' and '.join(paths)}", file=sys.stderr)
    return 0


def _replayed(arguments: argparse.Namespace) -> tuple[Engine, Lessons, list[str]]:
    """The engine at the end of the feed, what it learnt, and the sources that failed. Raises SourceError."""
    lessons: list[Lessons] = []

    def start(lateness: int | None) -> Engine:
        engine = Engine(engine_config(arguments, lateness, watched=False), Decoder(arguments.format, arguments.map))
        lessons.append(Lessons(engine))
        return engine

    engine, failed = read_feed(arguments, start, late)
    return engine, lessons[-1], failed


def _train(plans: list[Plan], arguments: argparse.Namespace) -> list[tuple[TrainedHorizon, HorizonCard]]:
    import joblib  # noqa: PLC0415 - heavy

    with tempfile.TemporaryDirectory(prefix="trendtop-") as folder:
        ticks = Path(folder) / "ticks"
        ticks.touch()
        jobs = arguments.jobs or joblib.cpu_count()
        with Progress("fits", fits(plans, arguments.grid), lambda: ticks.stat().st_size):
            return [train_horizon(one, arguments.grid, str(ticks), jobs) for one in plans]


def _names(feeds: list[str]) -> list[str]:
    return ["stdin" if feed == "-" else os.path.basename(feed) for feed in feeds]


def _readable(card: Card) -> str:
    return "\n\n".join(map(_horizon, card.horizons))


def _horizon(card: HorizonCard) -> str:
    lines = [
        f"{span(card.horizon)}: {card.n:,} labels, {card.folds} folds in the order of time",
        f"{'rank':>4}  {'trees':<8} {'log error':>9} {'+-':>7}  parameters",
    ]
    tried = [(one.mae_log, one.std, name, one.params) for name, grid in card.grid.items() for one in grid.tried]
    for rank, (error, std, name, params) in enumerate(sorted(tried, key=lambda one: one[0]), 1):
        words = " ".join(f"{param}={value}" for param, value in params.items())
        lines.append(f"{rank:>4}  {name:<8} {error:>9.4f} {std:>7.4f}  {words}")
    lines += ["", f"{'':>4}  {'as used':<8} {'log error':>9} {'+-':>7}  skill"]
    for name, model in sorted(card.models.items(), key=lambda one: one[1].mae_log):
        skill = "-" if model.skill is None else f"{model.skill:.3f}"
        lines.append(f"{'':>4}  {name:<8} {model.mae_log:>9.4f} {model.std:>7.4f}  {skill}")
    return "\n".join(lines)
