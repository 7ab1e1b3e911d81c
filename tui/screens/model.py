"""The page of the models: predictions that grade themselves, in public."""

import time
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message

from engine.gradesheet import GradeSheet
from engine.protocol import OpenGrades
from engine.snapshot import Frame
from tui.actions import bindings
from tui.format import clock, duration
from tui.grade_plots import VIEWS
from tui.lines import Line
from tui.screens.tables import TablesScreen
from tui.widgets.horizons import Horizons
from tui.widgets.legend import Legend
from tui.widgets.plots import Plots
from tui.widgets.scoreboard import Scoreboard
from tui.widgets.table import Moved

ASKING_PACE = 1.0  # seconds between two questions to the engine, while a plot is looked at


class GradesWanted(Message):
    """The plots of a horizon are looked at, and want figures."""

    def __init__(self, screen: "ModelScreen", horizon: int) -> None:
        super().__init__()
        self._screen, self._horizon = screen, horizon

    def question(self, number: int) -> OpenGrades:
        """What to ask the engine."""
        return OpenGrades(number, self._horizon)

    def answer(self, sheet: GradeSheet | None) -> None:
        """Draw it."""
        self._screen.grades(sheet)


class ModelScreen(TablesScreen):
    """All horizons, the scoreboard of the one chosen, and what the names on it mean; or a plot in their place."""

    SCOPES = ("horizons", "plots")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*SCOPES)
    AUTO_FOCUS = "#scoreboard"

    def __init__(self, horizon: int | None) -> None:
        super().__init__("model-page")
        self._horizons, self._board, self._legend = Horizons(horizon), Scoreboard(), Legend()
        self._plots = Plots()
        self._shown = 0  # the plot in sight, from 1 on; 0 for the tables
        self._sheet: GradeSheet | None = None
        self._asked: tuple[int, int] | None = None  # horizon, and how many posts had matured
        self._next = 0.0  # when the engine may be asked again
        self._waits = False

    def body(self) -> ComposeResult:
        """Two tables and a panel of words, or a plot."""
        yield Horizontal(self._horizons, id="page-horizons", classes="row")
        yield Horizontal(self._board, id="page-scoreboard", classes="row")
        yield Horizontal(self._legend, id="page-legend", classes="row")
        yield Horizontal(self._plots, id="page-plots", classes="row")

    def draw(self, frame: Frame) -> None:
        """Draw another frame."""
        self._horizons.show(frame.snapshot)
        self._show_chosen()
        self._ask()

    @on(Moved)
    def chosen(self, event: Moved) -> None:
        """Another horizon or another model is under the cursor."""
        event.stop()
        self._show_chosen()
        self._next = 0.0
        self._ask()

    def action_horizon(self) -> None:
        """Show the models at the next horizon."""
        if not self._horizons.next_horizon():
            self.say("there is no other horizon")
        elif self._shown:
            self._plot()

    def action_plots(self) -> None:
        """Turn to the next plot, after the last to the tables."""
        self._shown = (self._shown + 1) % (len(VIEWS) + 1)
        self.set_class(bool(self._shown), "-plots")
        (self._plots if self._shown else self._board).focus()
        self._ask()
        self._plot(anew=True)

    def grades(self, sheet: GradeSheet | None) -> None:
        """The engine says how right predictions were."""
        self._sheet = sheet
        self._plot()

    def _show_chosen(self) -> None:
        if self.snapshot is not None:
            self._board.show(self.snapshot, self._horizons.horizon)
            self._legend.show(self._board.items, self._board.selected)

    def _ask(self) -> None:
        """Ask for the figures of the plot in sight, if others have matured since, but not too often."""
        chosen = self._horizons.selected
        if not self._shown or chosen is None or self._asked == (chosen.horizon, chosen.matured):
            return
        now = time.monotonic()
        if now >= self._next:
            self._asked, self._next = (chosen.horizon, chosen.matured), now + ASKING_PACE
            self.post_message(GradesWanted(self, chosen.horizon))
        elif not self._waits:
            self._waits = True
            self.set_timer(self._next - now, self._ask_later)

    def _ask_later(self) -> None:
        self._waits = False
        self._ask()

    def _plot(self, anew: bool = False) -> None:
        """Draw the plot in sight."""
        if not self._shown:
            return
        name, view = VIEWS[self._shown - 1]
        horizon, sheet = self._horizons.horizon, self._sheet
        parts = [
            (0, name),
            (2, f"{self._shown} of {len(VIEWS)} (v)"),
            (1, "" if horizon is None else f"after {duration(horizon)}"),
            (3, "h: next horizon"),
        ]
        if sheet is None or sheet.horizon != horizon:
            waiting: Line = ((" asking the engine" if horizon is not None else " nothing is predicted", "muted"),)
            self._plots.show(parts, lambda width, height: [waiting], anew)
            return
        parts += [(4, sheet.champion), (5, f"as of {clock(sheet.as_of)}")]
        self._plots.show(parts, partial(view, sheet), anew)
