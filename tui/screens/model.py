"""The page of the models: predictions that grade themselves, in public."""

from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from engine.gradesheet import GradeSheet
from engine.protocol import OpenGrades
from engine.snapshot import Frame
from tui.actions import bindings
from tui.format import clock, duration
from tui.grade_plots import VIEWS, WITH_AXES
from tui.keymap import key
from tui.lines import Line
from tui.screens.plots import PlotsScreen, Question
from tui.widgets.horizons import Horizons
from tui.widgets.legend import Legend
from tui.widgets.scoreboard import Scoreboard
from tui.widgets.table import Moved


class ModelScreen(PlotsScreen[GradeSheet]):
    """All horizons, the scoreboard of the one chosen, and what the names on it mean; or a plot in their place."""

    SCOPES = ("horizons", "plots")
    BINDINGS: ClassVar[list[BindingType]] = bindings("horizons")
    AUTO_FOCUS = "#scoreboard"
    PLOTS = len(VIEWS)

    def __init__(self, horizon: int | None) -> None:
        super().__init__("model-page")
        self._horizons, self._board, self._legend = Horizons(horizon), Scoreboard(), Legend()

    def body(self) -> ComposeResult:
        """Two tables and a panel of words, or a plot."""
        yield Horizontal(self._horizons, id="page-horizons", classes="row")
        yield Horizontal(self._board, id="page-scoreboard", classes="row")
        yield Horizontal(self._legend, id="page-legend", classes="row")
        yield Horizontal(self.plots, id="page-plots", classes="row")

    @property
    def table(self) -> Scoreboard:
        """The models."""
        return self._board

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._horizons.show(frame.snapshot)
        self._show_chosen()
        self.ask()

    @on(Moved)
    def chosen(self, event: Moved) -> None:
        """Another horizon or another model is under the cursor."""
        event.stop()
        self._show_chosen()
        if self.shown:
            self.ask(at_once=True)
            self.plot()

    def action_horizon(self) -> None:
        """Show the models at the next horizon."""
        if not self._horizons.next_horizon():
            self.say("there is no other horizon")

    def question(self) -> Question | None:
        """How right predictions were, once more of them have matured."""
        chosen = self._horizons.selected
        if chosen is None:
            return None
        horizon = chosen.horizon
        return Question((horizon, chosen.matured), lambda number: OpenGrades(number, horizon))

    def plot(self, anew: bool = False) -> None:
        """Draw the plot in sight."""
        name, view = VIEWS[self.shown - 1]
        horizon, sheet = self._horizons.horizon, self.sheet
        after = "" if horizon is None else f"after {duration(horizon)}"
        parts = [*self.titled(name), (1, after), (3, f"{key('horizon')}: next horizon")]
        if sheet is None or sheet.horizon != horizon:
            waiting: Line = ((" asking the engine" if horizon is not None else " nothing is predicted", "muted"),)
            self.plots.show(parts, lambda width, height: [waiting], anew=anew)
            return
        parts += [(4, sheet.champion), (5, f"as of {clock(sheet.as_of)}")]
        self.plots.show(parts, partial(view, sheet), anew=anew, axes=view in WITH_AXES)

    def _show_chosen(self) -> None:
        if self.snapshot is not None:
            self._board.show(self.snapshot, self._horizons.horizon)
            self._legend.show(self._board.items, self._board.selected)
