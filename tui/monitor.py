"""Starting the monitor: the engine first, for its imports take longest, and Textual while it starts."""

import os
import sys
from pathlib import Path

import platformdirs

from engine.protocol import Start
from tui.client import EngineProcess
from tui.lines import plain
from tui.screen_options import Options

SECOND = 1_000_000  # microseconds


def run_monitor(
    start: Start, feed_fd: int | None = None, *, ascii_only: bool = False, log: str | os.PathLike[str] | None = None
) -> int:
    """Watch a feed on the screen until the user leaves it.

    Args:
        start: what to watch and how.
        feed_fd: descriptor of a piped feed, once the keyboard has taken descriptor 0.
        ascii_only: draw with ASCII only.
        log: where the engine's errors go, if not to the user's state folder.

    Returns:
        The exit status: 0, or 1 after one line on stderr if there was nothing to show.
    """
    options = Options(
        title=title_of(start),
        window=start.engine.window // SECOND,
        colourless=bool(os.environ.get("NO_COLOR")),
        ascii=ascii_only,
        again=again(start),
    )
    try:
        client = EngineProcess(start, Path(log) if log else log_path(), feed_fd)
    except OSError as error:
        print(f"trendtop: the engine cannot be started: {error}", file=sys.stderr)
        return 1
    try:
        from tui.app import TrendtopApp  # noqa: PLC0415 - the engine is to start before Textual is imported

        app = TrendtopApp(client, options)
        app.run()
    finally:
        client.close()
    if app.failure:
        print(f"trendtop: {plain(app.failure)}", file=sys.stderr)
    return app.return_code or 0


def again(start: Start) -> str:
    """What an engine that is started after another has died does about the feed."""
    if start.demo:
        return "the simulated feed begins again"
    if "-" in start.source.paths:
        return "what came through the pipe is gone, it reads on from here"
    return "reading the feed again" if start.source.start == "start" else "reading on at the end of the feed"


def log_path() -> Path:
    """Where the engine's own errors go."""
    return platformdirs.user_state_path("trendtop") / "engine.log"


def title_of(start: Start) -> str:
    """What the feed is called in the header."""
    if start.demo:
        return "demo"
    names = [os.path.basename(path.rstrip("/")) or path for path in start.source.paths]
    named = "stdin" if names[:1] == ["-"] else names[0] if names else ""
    return f"{named} +{len(names) - 1}" if len(names) > 1 else named
