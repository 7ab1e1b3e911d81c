"""What can be done with a row besides opening it: copy its text, open its page in a browser."""

import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping

from engine.platforms.links import web_address
from engine.snapshot import Author, Burst, Cluster, Hashtag, Overperformer, PostRow, Prediction, Story
from tui.leads import Lead, PostKey
from tui.lines import plain
from tui.subject import Group

Post = PostRow | Prediction | Overperformer


def key_of(item: object) -> str:
    """The key of the post that a row is of; "" if it is of none."""
    if isinstance(item, PostKey):
        return item.key
    return f"{item.platform}:{item.uid}" if isinstance(item, Post) else ""


def address_of(item: object) -> str:
    """The public address of the post that a row is of; "" if it has none."""
    platform, _, uid = key_of(item).partition(":")
    return web_address(platform, uid)


def text_of_row(item: object) -> str:
    """A row as text to paste: always one line, so that nothing pasted into a shell runs."""
    match item:
        case PostRow() | Prediction() | Overperformer():
            parts = [f"{item.name or item.author}:", item.text, address_of(item)]
        case Cluster() | Story():
            parts = [item.label, *(f"#{tag}" for tag in item.tags if f"#{tag}" not in item.label)]
        case Burst():
            parts = [item.name]
        case Hashtag():
            parts = [f"#{item.tag}"]
        case Author():
            parts = [item.name, item.author]
        case Group() | Lead():
            parts = [item.name]
        case _:
            parts = []
    return " ".join(plain(" ".join(parts)).split())


def can_browse(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a browser would open where the reader sits: not over ssh, and not without a display."""
    if any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
        return False
    if platform in ("darwin", "win32"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def browse(address: str, failed: Callable[[], None]) -> None:
    """Open an address in the browser, which may take seconds; `failed` is called from that thread if none will."""

    def opening() -> None:
        try:
            opened = webbrowser.open(address)
        except (webbrowser.Error, OSError):
            opened = False
        if not opened:
            failed()

    threading.Thread(target=opening, daemon=True).start()
