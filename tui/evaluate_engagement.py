"""`trendtop evaluate engagement`: how right the predictions were, each frozen before its label was there."""

import argparse
import sys
from collections.abc import Callable

import msgspec

from engine.config import HOUR, SECOND, EngineConfig
from engine.engagement_figures import EngagementFigures, Queue, figures
from engine.grading import Grades
from engine.labels import LATE
from engine.modelcard import span
from engine.modelfile import ModelFileError, trained_model
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.sources.base import SourceError
from engine.units import moment
from models.race import LEARNING
from tui.configure import engine_config
from tui.reading import read_feed

Fail = Callable[[str], int]

UNNOTED = 0.01  # share of posts that may come late without a word
_COLUMNS = ("n", "mae_log", "mse_log", "mae", "mse", "spearman", "skill")


def engagement(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop evaluate engagement`: replay a feed as `watch` reads it, and grade what was said on the way."""
    asked = sorted(set(arguments.horizon or (HOUR,)))
    # As on screen: what is said at a horizon also rests on the shorter ones.
    shorter = [horizon for horizon in EngineConfig().horizons if horizon < asked[-1]]
    arguments.horizons = tuple(sorted({*asked, *shorter}))
    books: list[Grades] = []

    def start(lateness: int | None) -> Engine:
        decoder = Decoder(arguments.format, arguments.map)
        config = engine_config(arguments, lateness, watched=False)
        engine = Engine(config, decoder, trained=trained_model(arguments.model, config))
        books.append(Grades(engine))
        return engine

    try:
        engine, failed = read_feed(arguments, start, late)
    except (ModelFileError, SourceError, ValueError) as error:
        return fail(str(error))
    if not engine.meters.get("posts"):
        return fail("; ".join([*failed, why_nothing(engine, arguments)]))
    places = [arguments.horizons.index(horizon) for horizon in asked]
    found = [_figures(engine, books[-1], place) for place in places]
    _warn(engine, arguments)
    if until := engine.foreknown():
        why = f"{arguments.model} has learnt from posts up to {moment(until):%Y-%m-%d}"
        found = [_doubted(one, why) for one in found]
    if arguments.json:
        print(_json(found))
    else:
        print("\n\n".join(map(_readable, found)))
    if arguments.plot and any(one.n_scored for one in found):
        print(f"\n{_plotted(books[-1], places, found)}")
    return fail("; ".join(failed)) if failed else 0


def _figures(engine: Engine, books: Grades, index: int) -> EngagementFigures:
    labels = engine.labels
    queue = Queue(
        matured=labels.matured[index],
        waiting=labels.waiting[index],
        censored=labels.censored[index],
        champion=engine.model.champion(index),
    )
    return figures(labels.horizons[index] // SECOND, books.graded(index), queue, books.refits(index))


def _doubted(found: EngagementFigures, why: str) -> EngagementFigures:
    """The same, with a note that the trained model knew of the feed before."""
    note = f"{why}, and this feed begins before that: a feed that it has not seen would be predicted less well"
    return msgspec.structs.replace(found, note=f"{found.note}; {note}" if found.note else note)


def _json(found: list[EngagementFigures]) -> str:
    """One horizon is the object itself; of several, the object holds a list."""
    return msgspec.json.encode(found[0] if len(found) == 1 else {"horizons": found}).decode()


def late(engine: Engine) -> tuple[int, int]:
    return engine.meters.get("late", 0), engine.intake.read - engine.sequence.held


def _warn(engine: Engine, arguments: argparse.Namespace) -> None:
    late = engine.labels.censored[0][LATE]
    if late > UNNOTED * engine.meters["posts"] and arguments.lateness is None:
        print(
            f"{late:,} posts came late, out of order, and were not predicted: --lateness all sorts the feed first",
            file=sys.stderr,
        )
    if engine.ledger.evicted:
        print(
            f"{engine.ledger.evicted:,} posts were dropped, with the labels that they waited for: no more than "
            f"{engine.config.max_posts:,} are kept",
            file=sys.stderr,
        )


def why_nothing(engine: Engine, arguments: argparse.Namespace) -> str:
    reasons = ", ".join(f"{tallied.times:,} {reason}" for reason, tallied in engine.intake.rejections.items())
    feed = " ".join(arguments.feed)
    return f"no post in {feed}{f' ({reasons})' if reasons else ''}: name its text with --map text=FIELD"


# -- what a person reads -------------------------------------------------------------------------------------


def _readable(found: EngagementFigures) -> str:
    censored = ", ".join(f"{count:,} {reason}" for reason, count in found.censored.items())
    left_out = sum(found.censored.values())
    lines = [
        f"{span(found.horizon)}: {found.matured:,} matured, {found.waiting:,} waiting, {left_out:,} censored"
        + (f" ({censored})" if censored else ""),
        f"scored: {found.n_scored:,}, forecast after the first {LEARNING} labels",
    ]
    if found.note:
        lines.append(found.note)
    if not found.n_scored:
        return "\n".join(lines)
    rows = [("", *_COLUMNS), ("shown", *map(_cell, _values(found)))]
    rows += [(name, *map(_cell, _values(one))) for name, one in found.models.items()]
    lines += ["", *(f"{row[0]:<12}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in rows), ""]
    lines.append("shown by: " + ", ".join(f"{name} {count:,}" for name, count in found.shown_by.items()))
    lines.append(f"leads at the end: {found.champion}")
    if found.n_covered:
        lines.append(
            f"80 % interval: holds {found.coverage80:.1%} of {found.n_covered:,}, {found.width80:.2f} wide in logs"
        )
    for name, refits in found.refits.items():
        taken = refits.seconds
        lines.append(f"{name}: {refits.n:,} refits, {taken.mean:.3f} s each, {taken.max:.3f} s at most")
    return "\n".join(lines)


def _values(figures: object) -> list[float | None]:
    return [getattr(figures, name) for name in _COLUMNS]


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"


def _plotted(books: Grades, places: list[int], found: list[EngagementFigures]) -> str:
    from tui.engagement_plots import draw  # noqa: PLC0415 - heavy
    from tui.plots import canvas  # noqa: PLC0415

    on = canvas()
    drawn = [
        draw(span(one.horizon), books.graded(place).scored(), one, on)
        for place, one in zip(places, found, strict=True)
        if one.n_scored
    ]
    return "\n\n".join(drawn)
