"""The command line: a contract that scripts depend on. Heavy parts are imported only by the command that needs them."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from models.threads import start_with_one_thread
from tui import options

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
COMMANDS = ("watch", "demo", "config", "score", "export", "evaluate", "train", "simulate", "bench")
TABLES = (
    "posts",
    "hashtags",
    "clusters",
    "stories",
    "bursts",
    "alerts",
    "authors",
    "overperformers",
    "predictions",
    "timeline",
    "metrics",
)
SHAPES = ("bluesky", "mastodon", "x", "reddit")
DEFAULT_WINDOW = "15m"
# What the monitor's options are where the command line does not say: tui/settings.py looks elsewhere.
UNSAID = dict.fromkeys(
    (
        "window",
        "retention",
        "horizons",
        "seed",
        "no_text",
        "hash_authors",
        "rate",
        "theme",
        "ascii",
        "no_mouse",
        "bell",
        "alert",
        "alert_log",
        "alert_command",
    )
)


FLAGS = ("no_text", "hash_authors", "ascii", "no_mouse", "bell")


class _Help(argparse.HelpFormatter):
    """As wide as the terminal. argparse makes one for each option and asks shutil, which takes time to load."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class _Parser(argparse.ArgumentParser):
    """argparse with errors on one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, formatter_class=_Help)

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 failed, 2 wrong usage."""
    start_with_one_thread()
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] not in COMMANDS and words[0] not in ("-h", "--help", "--version"):
        words.insert(0, "watch")
    if not words and not sys.stdin.isatty():
        words = ["watch", "-"]
    arguments = _parser(words[0] if words else "").parse_args(words or ["--help"])
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _columns() -> int:
    """As shutil has it: COLUMNS, else what the terminal says, else 80."""
    named = os.environ.get("COLUMNS", "")
    if named.isdecimal() and int(named):
        return int(named)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def _fail(message: str) -> int:
    print(f"trendtop: {' '.join(message.split())}", file=sys.stderr)
    return FAILED


# -- what can be said ----------------------------------------------------------------------------------------


def _parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of a command; of all where none is named, which takes as long as the rest of a start."""
    parser = _Parser(prog="trendtop", description="htop for social feeds. `trendtop FEED` is `trendtop watch FEED`.")
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser, prog="trendtop")
    makers = (
        _watch_parser,
        _demo_parser,
        _config_parser,
        _score_parser,
        _export_parser,
        _evaluate_parser,
        _train_parser,
        _simulate_parser,
        _bench_parser,
    )
    for name, make in zip(COMMANDS, makers, strict=True):
        if name == command or command not in COMMANDS:
            make(commands)
    return parser


def _watch_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    watch = commands.add_parser("watch", help="watch feeds in the terminal", description="Watch feeds as they grow.")
    watch.add_argument("feed", nargs="+", metavar="FEED", help="file, glob, named pipe, .gz, .zst, or - for stdin")
    _source_options(watch)
    watch.add_argument("--from", dest="start", choices=("start", "end"), default="start", help="where to begin")
    watch.add_argument("--since", type=options.duration, metavar="15m", help="begin this long before the newest line")
    watch.add_argument("--replay", type=options.speed, metavar="60x|max", help="replay at a speed in event time")
    watch.add_argument("--no-follow", action="store_true", help="stop reading at the end of the files")
    _jobs_option(watch)
    _model_option(watch)
    _state_option(
        watch,
        "keep the watch there and go on with it the next time; your corrections too (by default only they are kept, "
        "in your state folder)",
    )
    _engine_options(watch, DEFAULT_WINDOW, "48h")
    _topics_option(watch)
    _discretion_options(watch)
    _screen_options(watch)
    watch.set_defaults(run=_watch, **UNSAID)


def _demo_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    demo = commands.add_parser("demo", help="a simulated live feed and the monitor on it")
    _state_option(demo, "where corrections are kept (default: nowhere, for the posts are made up)")
    _engine_options(demo, DEFAULT_WINDOW, "48h")
    _discretion_options(demo)
    _screen_options(demo)
    demo.set_defaults(run=_demo, **UNSAID)


def _evaluate_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    evaluate = commands.add_parser("evaluate", help="figures on feeds that say what is true")
    _measures(evaluate.add_subparsers(required=True, metavar="WHAT", parser_class=_Parser))


def _simulate_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    simulate = commands.add_parser("simulate", help="write a simulated feed in a platform's native shape")
    simulate.add_argument("-o", "--output", required=True, metavar="FEED.jsonl")
    simulate.add_argument("--shape", choices=SHAPES, default="bluesky")
    simulate.add_argument("--hours", type=_positive, default=1.0)
    simulate.add_argument("--rate", type=_positive, default=60.0, metavar="N", help="posts per minute (default 60)")
    simulate.add_argument("--seed", type=int, default=0)
    simulate.add_argument(
        "--bursts", choices=("usual", "none"), default="usual", help="none also keeps the rate steady"
    )
    simulate.add_argument(
        "--burst", type=options.burst, action="append", default=[], metavar="30m+10m@30", help="plant one"
    )
    simulate.add_argument("--truth", metavar="TRUTH.json", help="write what was planted")
    simulate.set_defaults(run=_simulate)


def _bench_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    bench = commands.add_parser(
        "bench",
        help="how fast this machine is: the whole engine, and each stage",
        description="Time the engine on a feed, or on simulated posts of about 300 bytes: CPU time of one core.",
    )
    bench.add_argument("feed", nargs="?", metavar="FEED", help="file, named pipe, .gz, .zst, or - for stdin")
    bench.add_argument("--lines", type=_whole, default=10_000, metavar="N", help="read so many at most (default 10000)")
    bench.add_argument("--rounds", type=_whole, default=1, metavar="N", help="measure so often: medians (default 1)")
    bench.add_argument(
        "--hours", type=_positive, default=1.0, metavar="H", help="event time that simulated posts take (default 1)"
    )
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    _topics_option(bench)
    _source_options(bench)
    _engine_options(bench, DEFAULT_WINDOW, "48h")
    bench.set_defaults(run=_bench)


def _export_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    export = commands.add_parser("export", help="write a snapshot as CSV or JSON, without a screen")
    export.add_argument("feed", nargs="+", metavar="FEED", help="file, glob, named pipe, .gz, .zst, or - for stdin")
    export.add_argument("-o", "--output", required=True, metavar="OUT", help="out.csv, out.json, or folder/ for all")
    export.add_argument("--table", choices=TABLES, default="posts", help="the table of a .csv (default posts)")
    export.add_argument("--at", type=options.moment, metavar="TIME", help="the picture as it was at this event time")
    _model_option(export)
    _source_options(export)
    _engine_options(export, "all", "all")
    _topics_option(export)
    _discretion_options(export)
    _filter_option(export)
    _alert_options(export)
    _state_option(export, "keep the reading there, and go on where it stopped the next time")
    _jobs_option(export)
    export.set_defaults(run=_export)


def _config_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    config = commands.add_parser(
        "config",
        help="settings of the monitor: show them, say where they are kept, begin a file",
        description="Settings of watch and demo. The command line goes before TRENDTOP_* in the environment, that "
        "before the user's file, that before the defaults.",
    )
    what = config.add_subparsers(required=True, metavar="WHAT", parser_class=_Parser)
    show = what.add_parser("show", help="every setting, and where its value comes from")
    for name in UNSAID:
        show.add_argument(f"--{name.replace('_', '-')}", **_flag(name))
    show.set_defaults(run=_config_show)
    what.add_parser("path", help="where the file is, or would be").set_defaults(run=_config_path)
    what.add_parser("init", help="write a file with all settings as they are now").set_defaults(run=_config_init)


def _flag(name: str) -> dict[str, Any]:
    """How argparse takes a setting that is only looked at."""
    if name == "alert":
        return {"action": "append", "metavar": "RULE"}
    return {"action": "store_const", "const": "true"} if name in FLAGS else {"metavar": "VALUE"}


def _score_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    score = commands.add_parser(
        "score",
        help="score one text",
        description="Score one text word by word; with --feed also as if it were posted now, at the end of the feed.",
    )
    score.add_argument("text", metavar="TEXT", help="the text, or - to read it from stdin")
    score.add_argument(
        "--feed", action="append", default=[], metavar="FEED", help="read this to its end first; may be repeated"
    )
    score.add_argument("--author", default="", metavar="A", help="who posts it: id or name as in the feed")
    _model_option(score)
    _state_option(score, "where your corrections are (default: your state folder)")
    score.add_argument("--json", action="store_true", help="print one JSON object")
    _source_options(score)
    _engine_options(score, DEFAULT_WINDOW, "all")
    score.set_defaults(run=_score)


def _train_parser(commands: "argparse._SubParsersAction[_Parser]") -> None:
    train = commands.add_parser(
        "train",
        help="tune the trees on archives, for watch --model",
        description="Tune boosted trees and random forests by grid search on splits in the order of time.",
    )
    train.add_argument("feed", nargs="+", metavar="FEED", help="file, glob, named pipe, .gz, .zst, or - for stdin")
    train.add_argument(
        "-o", "--output", required=True, metavar="OUT.joblib", help="the model; OUT.json says what is in"
    )
    train.add_argument("--grid", choices=("small", "full"), default="small", help="how much is tried (default small)")
    train.add_argument("--jobs", type=_jobs, metavar="N", help="processes (default: one for each processor)")
    _source_options(train)
    _engine_options(train, DEFAULT_WINDOW, "all")
    train.set_defaults(run=_train)


def _measures(measures: "argparse._SubParsersAction[_Parser]") -> None:
    """What `evaluate` can measure."""
    clusters = measures.add_parser("clusters", help="stories and themes against the label of each post")
    _labelled_options(clusters)
    _order_options(clusters)
    clusters.set_defaults(run=_evaluate_clusters)

    sentiment = measures.add_parser(
        "sentiment",
        help="moods against the label of each post",
        description="Compare the mood of each post with its label: accuracy, F1 and recall, in all and by mood, the "
        "confusion matrix, and the share that is not scored.",
    )
    _labelled_options(sentiment)
    _lateness_option(sentiment)
    sentiment.add_argument(
        "--gate",
        choices=("on", "off"),
        default="on",
        help="on (default): as on screen, text that is not English is not scored; off: VADER's own figures",
    )
    sentiment.add_argument(
        "--labels",
        type=options.sentiment_labels,
        metavar="negative=0,neutral=1,positive=2",
        help="what the labels stand for, or rating[=0.05] for ratings around 0 (default: words, -1/0/1, or 0/1/2 if "
        "all three are there)",
    )
    sentiment.set_defaults(run=_evaluate_sentiment)
    _measure_engagement(measures)


def _measure_engagement(measures: "argparse._SubParsersAction[_Parser]") -> None:
    engagement = measures.add_parser("engagement", help="predictions against what came of the posts")
    engagement.add_argument("feed", nargs="+", metavar="FEED", help="file, glob, named pipe, .gz, .zst, or - for stdin")
    engagement.add_argument(
        "--horizon",
        type=options.horizons,
        action="extend",
        metavar="1h",
        help="of predictions (default 1h); given again there is a list of figures",
    )
    _model_option(engagement)
    shown = engagement.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print one JSON object")
    shown.add_argument("--plot", action="store_true", help="draw error over time, calibration and skill too")
    _source_options(engagement)
    _keeping_options(engagement, DEFAULT_WINDOW, "all")
    _order_options(engagement)
    engagement.set_defaults(run=_evaluate_engagement)


def _labelled_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("feed", nargs="+", metavar="FEED", help="file, glob, named pipe, .gz, .zst, or - for stdin")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print one JSON object")
    shown.add_argument("--plot", action="store_true", help="draw the figures too, as wide as the terminal")
    add(
        "--keep",
        type=options.condition,
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="read only lines where FIELD is VALUE; of several, all must hold",
    )
    _source_options(parser)


def _version() -> str:
    from engine import __version__  # noqa: PLC0415

    return f"trendtop {__version__}"


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _whole(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes from 1 to 1024")
    return int(text)


def _jobs_option(parser: argparse.ArgumentParser) -> None:
    jobs = "processes that read a large file (default 2, if there are as many processors)"
    parser.add_argument("--jobs", type=_jobs, default=0, metavar="N", help=jobs)


def _source_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--format", type=options.shape, default="auto", metavar="NAME", help="the native shape (default: find it out)")
    add("--map", type=options.mapping, default=(), metavar="text=a.b,...", help="where the fields of other lines are")
    parser.add_argument("--follow-missing", action="store_true", help="wait for files that are not there yet")


def _engine_options(parser: argparse.ArgumentParser, window: str, retention: str) -> None:
    _keeping_options(parser, window, retention)
    add = parser.add_argument
    add("--horizons", type=options.horizons, default="15m,1h,6h,24h", metavar="15m,1h", help="of predictions")
    _order_options(parser)


def _topics_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-topics", action="store_true", help="look for no stories, clusters and copies: faster")


def _model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="MODEL.joblib", help="start from what trendtop train wrote")


def _state_option(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--state", metavar="DIR", help=what)


def _keeping_options(parser: argparse.ArgumentParser, window: str, retention: str) -> None:
    add = parser.add_argument
    add("--window", type=options.span, default=window, metavar="15m|all", help=f"what is shown (default {window})")
    add("--retention", type=options.span, default=retention, metavar="48h|all", help="how long posts are kept")


def _filter_option(parser: argparse.ArgumentParser) -> None:
    shown = "show only posts that match, as lang:en -is:reply likes>10"
    parser.add_argument("--filter", type=options.expression, default="", metavar="EXPR", help=shown)


def _lateness_option(parser: argparse.ArgumentParser) -> None:
    lateness = "depth of the reorder buffer (default 2s)"
    parser.add_argument("--lateness", type=options.lateness, metavar="2s|all", help=lateness)


def _order_options(parser: argparse.ArgumentParser) -> None:
    _lateness_option(parser)
    add = parser.add_argument
    add("--clusters", type=options.clusters, default="4..16", metavar="4..16", help="number of clusters")
    add("--keep-noindex", action="store_true", help="keep text whose author asks not to be indexed")
    add("--seed", type=int, default=0)


def _discretion_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--no-text", action="store_true", help="keep no text: read it as it comes in, and drop it")
    add("--hash-authors", action="store_true", help="put digests of your key in place of accounts and ids of posts")


def _alert_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--alert",
        type=options.alert,
        action="append",
        metavar="RULE",
        help="like 'tag:x mean<-0.3 for 60s'; repeatable",
    )
    add("--alert-log", default="", metavar="FILE", help="add a JSON line for each alert")


def _screen_options(parser: argparse.ArgumentParser) -> None:
    _filter_option(parser)
    _alert_options(parser)
    add = parser.add_argument
    add("--theme", metavar="NAME", help="dark (default), light, contrast-dark, contrast-light, or one of Textual's")
    add("--ascii", action="store_true", help="draw with ASCII only")
    add("--no-mouse", action="store_true", help="leave the mouse to the terminal, to select text with")
    add("--alert-command", default="", metavar="CMD", help="run for each alert of a live feed")
    add("--bell", action="store_true", help="ring at each alert, and when something begins to rise")
    add("--rate", metavar="N", help="frames per second (default 4)")
    add("--log", metavar="FILE", help="where the engine writes its errors")


# -- what is done --------------------------------------------------------------------------------------------


def _watch(arguments: argparse.Namespace) -> int:
    from tui.launch import watch  # noqa: PLC0415

    return watch(arguments, _fail)


def _demo(arguments: argparse.Namespace) -> int:
    from tui.launch import demo  # noqa: PLC0415

    return demo(arguments, _fail)


def _config_show(arguments: argparse.Namespace) -> int:
    from tui.config_file import show  # noqa: PLC0415

    return show(arguments)


def _config_path(_arguments: argparse.Namespace) -> int:
    from tui.config_file import path  # noqa: PLC0415

    return path()


def _config_init(_arguments: argparse.Namespace) -> int:
    from tui.config_file import init  # noqa: PLC0415

    return init(_fail)


def _without_pandas() -> AbstractContextManager[None]:
    """For imports: scikit-learn loads it just in case, which takes 30 MB. Only CSV needs it, and loads it by itself."""
    from engine.absent import absent  # noqa: PLC0415

    return absent("pandas")


def _score(arguments: argparse.Namespace) -> int:
    with _without_pandas():
        from tui.headless import score  # noqa: PLC0415

    return score(arguments, _fail)


def _export(arguments: argparse.Namespace) -> int:
    with _without_pandas():
        from tui.headless import export  # noqa: PLC0415

    return export(arguments, _fail)


def _evaluate_clusters(arguments: argparse.Namespace) -> int:
    from tui.evaluate import clusters  # noqa: PLC0415

    return clusters(arguments, _fail)


def _evaluate_engagement(arguments: argparse.Namespace) -> int:
    from tui.evaluate_engagement import engagement  # noqa: PLC0415

    return engagement(arguments, _fail)


def _train(arguments: argparse.Namespace) -> int:
    from tui.train import train  # noqa: PLC0415

    return train(arguments, _fail)


def _bench(arguments: argparse.Namespace) -> int:
    with _without_pandas():
        from tui.bench import bench  # noqa: PLC0415

    return bench(arguments, _fail)


def _evaluate_sentiment(arguments: argparse.Namespace) -> int:
    from tui.evaluate_sentiment import evaluate  # noqa: PLC0415

    return evaluate(arguments, _fail)


def _simulate(arguments: argparse.Namespace) -> int:
    from tui.headless import simulate  # noqa: PLC0415

    return simulate(arguments, _fail)


if __name__ == "__main__":
    sys.exit(main())
