"""Opens the monitor: checks the terminal, frees the keyboard from a piped feed, and starts engine and screen."""

import argparse
import os
import sys
from collections.abc import Callable

from engine.config import SourceConfig
from engine.protocol import Start
from tui.configure import engine_config, source_config, state_folder

Fail = Callable[[str], int]


def watch(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop watch`."""
    if problem := _no_terminal():
        return fail(problem)
    if problem := _unusable(arguments):
        return fail(problem)
    feed_fd = None
    if "-" in arguments.feed:
        if sys.stdin.isatty():
            return fail("standard input is the keyboard: pipe a feed into it (command | trendtop -), or name a file")
        try:
            feed_fd = _free_keyboard()
        except OSError:
            return fail("there is no terminal to take the keys from: use trendtop export - -o out.csv")
    start = Start(
        engine=engine_config(arguments),
        source=source_config(arguments, feed_fd),
        model=arguments.model or "",
        state=state_folder(arguments),
    )
    return _run(start, feed_fd, arguments)


def demo(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop demo`."""
    if problem := _no_terminal():
        return fail(problem)
    start = Start(
        engine=engine_config(arguments), source=SourceConfig(paths=("demo",)), demo=True, state=arguments.state or ""
    )
    return _run(start, None, arguments)


def _unusable(arguments: argparse.Namespace) -> str:
    """Why the model to start from cannot be; "" if it can, or if there is none. Opens nothing in it."""
    if not arguments.model:
        return ""
    from engine.modelfile import ModelFileError, check_model  # noqa: PLC0415 - without a model there is no need to wait

    try:
        check_model(arguments.model, engine_config(arguments))
    except ModelFileError as error:
        return str(error)
    return ""


def _run(start: Start, feed_fd: int | None, arguments: argparse.Namespace) -> int:
    from tui.monitor import run_monitor  # noqa: PLC0415

    return run_monitor(start, feed_fd, ascii_only=arguments.ascii, log=arguments.log)


def _no_terminal() -> str:
    """Why there can be no screen here; "" if there can."""
    if sys.__stderr__ is None or not sys.__stderr__.isatty() or not sys.stdout.isatty():
        return "the monitor needs a terminal: for a file or a pipe use trendtop export FEED -o out.csv"
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "this terminal (TERM=dumb) cannot show a screen: use trendtop export FEED -o out.csv"
    return ""


def _free_keyboard() -> int:
    """Move the piped feed to a descriptor of its own and give descriptor 0 back to the terminal."""
    feed_fd = os.dup(0)
    terminal = os.open("/dev/tty", os.O_RDWR)
    os.dup2(terminal, 0)
    os.close(terminal)
    return feed_fd
