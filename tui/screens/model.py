"""The page of the models: predictions that grade themselves, in public."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from engine.snapshot import Frame
from tui.actions import bindings
from tui.screens.tables import TablesScreen
from tui.widgets.horizons import Horizons
from tui.widgets.legend import Legend
from tui.widgets.scoreboard import Scoreboard
from tui.widgets.table import Moved


class ModelScreen(TablesScreen):
    """All horizons, the scoreboard of the one chosen, and what the names on it mean."""

    SCOPES = ("horizons",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*SCOPES)
    AUTO_FOCUS = "#scoreboard"

    def __init__(self, horizon: int | None) -> None:
        super().__init__("model-page")
        self._horizons, self._board, self._legend = Horizons(horizon), Scoreboard(), Legend()

    def body(self) -> ComposeResult:
        """Two tables, and a panel of words."""
        yield Horizontal(self._horizons, id="page-horizons", classes="row")
        yield Horizontal(self._board, id="page-scoreboard", classes="row")
        yield Horizontal(self._legend, id="page-legend", classes="row")

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._horizons.show(frame.snapshot)
        self._show_chosen()

    @on(Moved)
    def chosen(self, event: Moved) -> None:
        """Another horizon or another model is under the cursor."""
        event.stop()
        self._show_chosen()

    def action_horizon(self) -> None:
        """Show the models at the next horizon."""
        if not self._horizons.next_horizon():
            self.say("there is no other horizon")

    def _show_chosen(self) -> None:
        if self.snapshot is not None:
            self._board.show(self.snapshot, self._horizons.horizon)
            self._legend.show(self._board.items, self._board.selected)
