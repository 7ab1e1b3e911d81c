"""Opens the monitor: checks the terminal, frees the keyboard from a piped feed, and starts engine and screen."""

import argparse
import os
import sys
from collections.abc import Callable

from tui.palette import DARK, OURS
from tui.settings import SETTINGS, Settings, SettingsError, read_settings
from tui.skeleton import BLAND, FirstFrame, feed_name

Fail = Callable[[str], int]

USAGE = 2


def watch(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop watch`."""
    settings = _settings(arguments)
    if settings is None:
        return USAGE
    if problem := _unusable(arguments):
        return fail(problem)
    feed_fd = None
    if "-" in arguments.feed:
        if sys.stdin.isatty():
            return fail("standard input is the keyboard: pipe a feed into it (command | trendtop -), or name a file")
        feed_fd = os.dup(0)
    return _run(arguments, settings, feed_fd)


def demo(arguments: argparse.Namespace, _fail: Fail) -> int:
    """`trendtop demo`."""
    settings = _settings(arguments)
    return USAGE if settings is None else _run(arguments, settings, None)


def _settings(arguments: argparse.Namespace) -> Settings | None:
    """The settings, which are put into `arguments` too where they were not given; None after telling what is wrong."""
    try:
        settings = read_settings(vars(arguments))
    except SettingsError as wrong:
        print(f"trendtop: {wrong}", file=sys.stderr)
        return None
    for setting in SETTINGS:
        setattr(arguments, setting.attribute, settings[setting.name])
    return settings


def _unusable(arguments: argparse.Namespace) -> str:
    """Why what was asked for cannot be; "" if it can. Opens nothing in the model to start from."""
    if arguments.state and _keeps_lines(arguments):
        return "a paced replay keeps lines that are not due in --state: leave out --no-text and --hash-authors, or it"
    if not arguments.model:
        return ""
    from engine.modelfile import ModelFileError, check_model  # noqa: PLC0415 - without a model there is no need to wait
    from tui.configure import engine_config  # noqa: PLC0415

    try:
        check_model(arguments.model, engine_config(arguments))
    except ModelFileError as error:
        return str(error)
    return ""


def _keeps_lines(arguments: argparse.Namespace) -> bool:
    """Whether a saved state would hold lines as they came, where no text or account is to be kept."""
    paced = arguments.replay is not None and arguments.replay != float("inf")
    return paced and (arguments.no_text or arguments.hash_authors)


def _run(arguments: argparse.Namespace, settings: Settings, feed_fd: int | None) -> int:
    """Put the first frame on screen, and only then load what the rest takes; without a terminal write lines."""
    if missing := _no_terminal():
        print(f"trendtop: {missing}: plain lines follow (trendtop export writes tables)", file=sys.stderr)
        return _engage(arguments, settings, feed_fd, None)
    demo = not hasattr(arguments, "feed")
    themes = {palette.name: palette for palette in OURS.values()}
    palette = BLAND if os.environ.get("NO_COLOR") else themes.get(arguments.theme, DARK)
    first = FirstFrame()
    try:
        first.draw(feed_name(() if demo else arguments.feed, demo), palette, arguments.ascii)
        return _engage(arguments, settings, feed_fd, first)
    finally:
        first.erase()


def _engage(arguments: argparse.Namespace, settings: Settings, feed_fd: int | None, first: FirstFrame | None) -> int:
    """Start the engine, and the screen over the first frame, or the lines if there is none."""
    from engine.absent import absent  # noqa: PLC0415
    from engine.config import SourceConfig  # noqa: PLC0415
    from engine.protocol import Start  # noqa: PLC0415
    from tui.configure import engine_config, source_config, state_folder  # noqa: PLC0415

    with absent("ssl"):  # asyncio imports it, 5 MB with OpenSSL; nothing here talks to a network
        from tui.monitor import run_monitor, run_plainly  # noqa: PLC0415
    from tui.screen_options import Chosen  # noqa: PLC0415

    demo = not hasattr(arguments, "feed")
    start = Start(
        engine=engine_config(arguments),
        source=SourceConfig(paths=("demo",)) if demo else source_config(arguments, feed_fd),
        demo=demo,
        rate=arguments.rate,
        model="" if demo else arguments.model or "",
        filter=arguments.filter,
        alert_log=arguments.alert_log,
        alert_command=arguments.alert_command,
        state=(arguments.state or "") if demo else state_folder(arguments),
        kept=state_folder(arguments) if arguments.state and not demo else "",
        jobs=1 if demo else arguments.jobs,
    )
    chosen = Chosen(
        ascii=arguments.ascii,
        theme=arguments.theme,
        mouse=not arguments.no_mouse,
        bell=arguments.bell,
        keys=settings.keys,
        keys_from=str(settings.file or ""),
    )
    if first is None:
        return run_plainly(start, feed_fd, chosen=chosen, log=arguments.log)
    return run_monitor(start, feed_fd, chosen=chosen, log=arguments.log, first=first)


def _no_terminal() -> str:
    """Why there can be no screen here, "" if there can; then the keyboard is on descriptor 0, whatever was."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty() or not sys.stdout.isatty():
        return "there is no terminal here"
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "this terminal (TERM=dumb) cannot show a screen"
    if sys.stdin is None or not sys.stdin.isatty():
        try:
            _take_keyboard()
        except OSError:
            return "there is no terminal to take the keys from"
    return ""


def _take_keyboard() -> None:
    """Give descriptor 0 to the terminal."""
    terminal = os.open("/dev/tty", os.O_RDWR)
    os.dup2(terminal, 0)
    os.close(terminal)
