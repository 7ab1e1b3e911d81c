"""The last line: keys and what they do, from the table of actions; a click does it too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from textual import events
from textual.binding import ActiveBinding
from textual.dom import DOMNode
from textual.screen import Screen

from tui.actions import ACTIONS, Action
from tui.keymap import NO_KEY, shown
from tui.lines import Line, width_of
from tui.widgets.paint import Panel


class Layout(NamedTuple):
    """How close the keys stand, and whether they are called by their short names."""

    gap: int
    short: bool


LAYOUTS = (Layout(2, False), Layout(1, False), Layout(1, True))


@dataclass(frozen=True)
class Key:
    """A key as the footer shows it, what it is called there, at length and in short, and what it does where."""

    rank: int
    node: DOMNode
    run: str
    keys: str
    names: tuple[str, str]

    def line(self, layout: Layout) -> Line:
        """How it is shown."""
        return ((self.keys, "key"), (f" {self.names[layout.short]}{' ' * layout.gap}", "muted"))


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
        keys, layout = fitting(self._keys(), width)
        spans: Line = ((" ", ""),)
        self._ends = []
        for key in keys:
            spans = (*spans, *key.line(layout))
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
                self._written(active, action),
                (action.footer, action.short or action.footer),
            )
            for action in ACTIONS
            if action.footer and action.id in active and active[action.id].binding.key != NO_KEY
        ]

    def _written(self, active: Mapping[str | None, ActiveBinding], action: Action) -> str:
        """The key of an action, and with it that of the one beside it."""
        both = [active[name].binding for name in (action.id, action.beside) if name in active]
        keys = [binding.key_display or shown(binding.key) for binding in both if binding.key != NO_KEY]
        return ("" if all(len(key) == 1 for key in keys) else " ").join(keys)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        for end, key in self._ends:
            if event.x < end:
                await self.app.run_action(key.run, key.node)
                return


def fitting(keys: list[Key], width: int) -> tuple[list[Key], Layout]:
    """The keys that there is room for, and how: as many as can be, then with as much room as can be."""
    for most in sorted({key.rank for key in keys}, reverse=True):
        left = [key for key in keys if key.rank <= most]
        for layout in LAYOUTS:
            if 1 + sum(width_of(key.line(layout)) for key in left) - layout.gap <= width:
                return left, layout
    return [key for key in keys if not key.rank], LAYOUTS[-1]
