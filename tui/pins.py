"""Which posts are pinned, as the screen wishes it; the engine shows those that it still holds."""

from collections.abc import Sequence

from engine.protocol import MAX_PINS
from engine.snapshot import PostRow
from tui.keymap import key as key_for
from tui.post_actions import key_of


class Pins:
    """Keys in the order in which posts were pinned, also across a restart of the engine."""

    def __init__(self) -> None:
        self.keys: tuple[str, ...] = ()

    def toggle(self, key: str, shown: Sequence[PostRow]) -> tuple[str, str]:
        """Pin a post or unpin it; what to say of it, and in what role. `shown` are those that the engine still has."""
        if key in self.keys:
            self.keys = tuple(kept for kept in self.keys if kept != key)
            return "unpinned", ""
        if len(self.keys) >= MAX_PINS:
            there = {key_of(post) for post in shown}
            self.keys = tuple(kept for kept in self.keys if kept in there)
        if len(self.keys) >= MAX_PINS:
            return f"{MAX_PINS} posts are pinned already: {key_for('pin')} on one of them unpins it", "warning"
        self.keys = (*self.keys, key)
        return f"pinned: it stands on the posts page ({key_for('posts')})", "good"
