"""The commands without a screen: score, export, simulate. Data goes to stdout or a file, words about it to stderr."""

import argparse
import os
import sys
import time
from collections.abc import Callable

import msgspec

from engine.accounts import account_name, find_accounts
from engine.alerts.telling import Teller
from engine.clean import clean_line
from engine.corrections import Corrections
from engine.draft import score_draft
from engine.export import ExportError, check_target, write
from engine.memory import ease
from engine.modelfile import trained_model
from engine.picture import snapshot
from engine.picture_alerts import alert_rows
from engine.pipeline import Engine
from engine.platforms.decode import Decoder
from engine.snapshot import Snapshot
from engine.sources.base import SourceError
from engine.state.folder import StateError
from engine.state.run import open_run
from tui.configure import engine_config, source_config, state_folder
from tui.format import TOPICS_OFF
from tui.reading import read_feed, read_on
from tui.score_text import score_lines

PLATFORMS = ("bluesky", "mastodon", "x", "reddit", "generic")

Fail = Callable[[str], int]

OF_TOPICS = ("clusters", "stories")  # tables that are of nothing else
MOST_NAMED = 4  # accounts told of where several are meant


def score(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop score`: one text, by itself or as if it were posted now, at the end of a feed."""
    if arguments.text == "-" and "-" in arguments.feed:
        return fail("text and feed cannot both come on standard input: give one of them as an argument")
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if arguments.text == "-" else arguments.text
    if not text.strip():
        return fail("there is no text to score: give it as an argument, or on standard input with -")
    try:
        engine, failed = _scoring_engine(arguments)
    except (SourceError, ValueError) as error:
        return fail(str(error))
    accounts = find_accounts(engine, arguments.author) if arguments.author else []
    if len(accounts) > 1:
        named = ", ".join(map(clean_line, accounts[:MOST_NAMED])) + (", ..." if len(accounts) > MOST_NAMED else "")
        return fail(f"--author {arguments.author} may be {len(accounts)} accounts: write one of {named}")
    account = accounts[0] if accounts else _trained_account(engine, arguments.author)
    result = score_draft(engine, text, account, time.time_ns() // 1000 if engine.now is None else None)
    whose = _whose(engine, arguments.author, account)
    if arguments.json:
        print(msgspec.json.encode(result).decode())
    else:
        print("\n".join(score_lines(result, whose if arguments.feed or arguments.model else "")))
    if arguments.author and not account:
        print(f"trendtop: {whose}", file=sys.stderr)
    return fail("; ".join(failed)) if failed else 0


def _scoring_engine(arguments: argparse.Namespace) -> tuple[Engine, list[str]]:
    """The engine that scores, having read the feeds given, and the sources that failed.

    Raises SourceError, and ValueError for options that do not go together.
    """
    corrections = Corrections(state_folder(arguments))
    if not arguments.feed:
        return _engine(arguments, None, corrections), []
    return read_feed(arguments, lambda lateness: _engine(arguments, lateness, corrections), _late)


def _trained_account(engine: Engine, who: str) -> str:
    """The account that a trained model knows by an id, with or without the platform before it; "" for none.

    It knows no names: they are in no model file.
    """
    asked = (who, *(f"{platform}:{who}" for platform in PLATFORMS)) if who else ()
    return next((account for account in asked if engine.model.knows(account)), "")


def _whose(engine: Engine, asked: str, account: str) -> str:
    """Who is taken to post the text, in words."""
    if account:
        return f"{account_name(engine, account)}  {clean_line(account)}".strip()
    if asked and engine.now is None:
        return "an author is known by a feed, or by the id to a trained model: add --feed FEED or --model MODEL"
    if not asked:
        return "nobody in particular (--author A): the feed's usual is used"
    return f"no post of {clean_line(asked)} is in the feed: the feed's usual is used"


def export(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop export`: read the feed to its end, or to `--at`, and write the picture."""
    if arguments.state and arguments.at is not None:
        return fail("--state goes on at the end of the feed and --at stops before: give one of them")
    if arguments.no_topics and arguments.table in OF_TOPICS and arguments.output.endswith(".csv"):
        return fail(f"{TOPICS_OFF}: there is no table of {arguments.table}")
    try:
        check_target(arguments.output)
        teller = Teller(arguments.alert_log)
        ease()
        engine, failed = _read_on(arguments) if arguments.state else _read(arguments)
        engine.show(expression=arguments.filter)
        picture = snapshot(engine)
        paths = write(picture, arguments.output, arguments.table)
    except (ExportError, SourceError, StateError, ValueError) as error:
        return fail(str(error))
    if trouble := teller.tell(alert_rows(engine, engine.alerts.take_news())):
        failed.append(trouble)
    print(_summary(picture, paths), file=sys.stderr)
    return fail("; ".join(failed)) if failed else 0


def _read(arguments: argparse.Namespace) -> tuple[Engine, list[str]]:
    return read_feed(arguments, lambda lateness: _engine(arguments, lateness), _late, arguments.jobs)


def _read_on(arguments: argparse.Namespace) -> tuple[Engine, list[str]]:
    """Begin a run that is kept, or go on with it. Raises StateError, SourceError, ValueError."""
    config, decoder = engine_config(arguments, watched=False), Decoder(arguments.format, arguments.map)
    folder, model = os.path.abspath(arguments.state), arguments.model or ""
    run = open_run(config, source_config(arguments), folder, model, decoder, Corrections(folder))
    if run.notice:
        print(run.notice, file=sys.stderr)
    return read_on(run, arguments.jobs)


def _engine(arguments: argparse.Namespace, lateness: int | None, corrections: Corrections | None = None) -> Engine:
    config = engine_config(arguments, lateness, watched=False)
    decoder = Decoder(arguments.format, arguments.map)
    trained = trained_model(arguments.model, config)
    return Engine(config, decoder, getattr(arguments, "at", None), trained, corrections)


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
    if picture.filter:
        of = f"{picture.posts_in_window:,} of {picture.posts_unfiltered:,} posts of the window"
        lines.append(f"filter {picture.filter}: {of}")
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
