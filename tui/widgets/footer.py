"""The last line: keys and what they do, from the table of actions; a click does it too."""

from dataclasses import dataclass

from textual import events
from textual.dom import DOMNode
from textual.screen import Screen

from tui.actions import ACTIONS
from tui.keymap import NO_KEY
from tui.lines import Line, width_of
from tui.widgets.paint import Panel


@dataclass(frozen=True)
class Key:
    """A key as the footer shows it, and what it does where."""

    rank: int
    node: DOMNode
    run: str
    line: Line


class KeyLine(Panel):
    """As many keys as fit, those that matter most first; they follow the user's own keymap."""

    def __init__(self) -> None:
        super().__init__("keys")
        self._ends: list[tuple[int, Key]] = []

    def on_mount(self) -> None:
        """Follow the bindings as they change."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """The one line; remembers where each key ends, for clicks."""
        keys = self._keys()
        for rank in sorted({key.rank for key in keys if key.rank}, reverse=True):
            if sum(width_of(key.line) for key in keys) < width:
                break
            keys = [key for key in keys if key.rank != rank]
        spans: Line = ((" ", ""),)
        self._ends = []
        for key in keys:
            spans = (*spans, *key.line)
            self._ends.append((width_of(spans), key))
        return [spans]

    def _keys(self) -> list[Key]:
        """The keys that work now, in the order of the table."""
        active = {item.binding.id: item for item in reversed(self.screen.active_bindings.values()) if item.enabled}
        return [
            Key(
                action.rank,
                active[action.id].node,
                active[action.id].binding.action,
                ((self.app.get_key_display(active[action.id].binding), "key"), (f" {action.footer}  ", "muted")),
            )
            for action in ACTIONS
            if action.footer and action.id in active and active[action.id].binding.key != NO_KEY
        ]

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        for end, key in self._ends:
            if event.x < end:
                await self.app.run_action(key.run, key.node)
                return
