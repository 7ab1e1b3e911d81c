"""Starting the monitor: the engine first, for its imports take longest, and Textual while it starts."""

import gc
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

import msgspec
import platformdirs

from engine.protocol import Start
from tui.client import EngineProcess
from tui.lines import plain
from tui.screen_options import Chosen, Options
from tui.session_state import leave_session_folder, make_session_folder
from tui.settings import place
from tui.skeleton import FirstFrame, feed_name

SECOND = 1_000_000  # microseconds


def run_monitor(
    start: Start,
    feed_fd: int | None = None,
    *,
    chosen: Chosen | None = None,
    log: str | os.PathLike[str] | None = None,
    first: FirstFrame | None = None,
) -> int:
    """Watch a feed on the screen until the user leaves it.

    Args:
        start: what to watch and how.
        feed_fd: descriptor of a piped feed, once the keyboard has taken descriptor 0.
        chosen: what the user has chosen of the screen.
        log: where the engine's errors go, if not to the user's state folder.
        first: the first frame, if it is on screen.

    Returns:
        The exit status: 0, 1 after one line on stderr if there was nothing to show, 2 if the keys are wrong.
    """
    chosen = chosen or Chosen()
    start, kept = _kept_for_the_session(start)
    options = Options(
        title=title_of(start),
        window=start.engine.window // SECOND,
        colourless=bool(os.environ.get("NO_COLOR")),
        ascii=chosen.ascii,
        theme=chosen.theme,
        bell=chosen.bell,
        again=again(start),
    )
    on_screen = first or FirstFrame()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        client = EngineProcess(start, Path(log) if log else log_path(), feed_fd)
    except OSError as error:
        on_screen.erase()
        leave_session_folder(kept)
        print(f"trendtop: the engine cannot be started: {error}", file=sys.stderr)
        return 1
    try:
        from tui.app import TrendtopApp  # noqa: PLC0415 - the engine is to start before Textual is imported
        from tui.keymap import KeymapError, keymap  # noqa: PLC0415

        try:
            app = TrendtopApp(client, replace(options, keymap=keymap(chosen.keys)))
        except KeymapError as wrong:
            on_screen.erase()
            print(f"trendtop: {place(Path(chosen.keys_from), wrong.action)}: {wrong}", file=sys.stderr)
            return 2
        gc.freeze()  # what is loaded by now stays; to search it for garbage again and again held up keys for 50 ms
        on_screen.hand_over()
        app.run(mouse=chosen.mouse)
    finally:
        client.close()
        leave_session_folder(kept)
    if app.failure:
        print(f"trendtop: {plain(app.failure)}", file=sys.stderr)
    return app.return_code or _told_if_unsaved(client, start)


def run_plainly(
    start: Start,
    feed_fd: int | None = None,
    *,
    chosen: Chosen | None = None,
    log: str | os.PathLike[str] | None = None,
) -> int:
    """Watch a feed where there is no terminal, by lines on stdout, until it is over; the exit status."""
    try:
        client = EngineProcess(start, Path(log) if log else log_path(), feed_fd)
    except OSError as error:
        print(f"trendtop: the engine cannot be started: {error}", file=sys.stderr)
        return 1
    try:
        from tui.plainly import watch_plainly  # noqa: PLC0415 - the engine is to start before Textual is imported

        status = watch_plainly(client, title_of(start), bool(chosen and chosen.ascii))
    finally:
        client.close()
    return status or _told_if_unsaved(client, start)


def _kept_for_the_session(start: Start) -> tuple[Start, str]:
    """A Start whose engine can be brought back, and the folder to leave at the end: "" if there is none."""
    discreet = start.engine.no_text or start.engine.hash_authors
    if start.kept or start.demo or (discreet and start.source.replay is not None):  # a replay has lines in hand
        return start, ""
    try:
        folder = make_session_folder()
    except OSError:  # then a dead engine reads the feed again
        return start, ""
    return msgspec.structs.replace(start, kept=folder, lasting=False), folder


def _told_if_unsaved(client: EngineProcess, start: Start) -> int:
    """The exit status, after one line if what came last is not in the state."""
    if client.unsaved:
        told = f"the last state was not saved to {start.kept}: the next run goes on from an earlier one"
        print(f"trendtop: {plain(told)} (the reason is in {plain(str(client.log))})", file=sys.stderr)
    return int(client.unsaved)


def _leave(number: int, _frame: FrameType | None) -> None:
    """Told to go before there is an app to tell."""
    raise SystemExit(128 + number)


def again(start: Start) -> str:
    """What an engine that is started after another has died does about the feed."""
    if start.demo:
        return "the simulation begins again"
    if start.kept:
        return "going on from its last state"
    if "-" in start.source.paths:
        return "a pipe cannot be read again"
    return "reading the feed again" if start.source.start == "start" else "reading on at its end"


def log_path() -> Path:
    """Where the engine's own errors go."""
    return platformdirs.user_state_path("trendtop") / "engine.log"


def title_of(start: Start) -> str:
    """What the feed is called in the header."""
    return feed_name(start.source.paths, start.demo)
