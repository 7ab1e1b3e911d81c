"""Which panels of the overview are there: a list in which each can be hidden and shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.actions import ACTIONS, bindings
from tui.keymap import key
from tui.lines import Span
from tui.widgets.columns import Column
from tui.widgets.table import Opened, Table


@dataclass(frozen=True)
class Place:
    """A panel of the overview and whether it is on screen."""

    number: int
    name: str
    shown: bool


def _shown(place: Place) -> Span:
    return ("yes", "good") if place.shown else ("no", "warning")


class Places(Table[Place]):
    """The panels, in the order of their keys."""

    def __init__(self) -> None:
        super().__init__(
            "places",
            [
                Column("key", lambda place: (key(f"panel_{place.number}"), "key"), 3),
                Column("on screen", _shown, 9, right=False),
                Column("panel", lambda place: (place.name, "")),
            ],
        )

    def key_of(self, item: Place) -> int:
        """Its number."""
        return item.number

    def title_parts(self) -> list[tuple[int, str]]:
        """What is done here, and how."""
        return [(0, "Panels"), (1, f"{key('open')} or its key: hide, show"), (2, f"{key('close')} closes")]


class PanelsScreen(ModalScreen[None]):
    """The list. What opens a row, or a panel's own key, hides or shows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("page"),
        *(
            Binding(action.keys, "close" if action.id == "panels" else action.run, show=False, id=action.id)
            for action in ACTIONS
            if action.group == "Panels"
        ),
        Binding("space", "turn", "Hide or show", show=False),
    ]
    AUTO_FOCUS = "#places"

    def __init__(self, places: Callable[[], Sequence[Place]], toggle: Callable[[int], None]) -> None:
        super().__init__()
        self._look, self._toggle = places, toggle
        self._table = Places()

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._table

    def on_mount(self) -> None:
        """Fill it."""
        self._table.fill(self._look())

    def action_close(self) -> None:
        """Back to the panels."""
        self.dismiss()

    def on_opened(self, event: Opened) -> None:
        """A row was chosen."""
        assert isinstance(event.item, Place)
        self.action_panel(event.item.number)

    def action_turn(self) -> None:
        """Hide or show the one under the cursor."""
        self._table.action_open()

    def action_panel(self, number: int) -> None:
        """Hide or show a panel."""
        if number <= len(self._look()):
            self._toggle(number)
            self.call_after_refresh(lambda: self._table.fill(self._look()))
