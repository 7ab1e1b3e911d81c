"""A page of tables that turns into plots, one after the other, of figures that the engine is asked for."""

import time
from collections.abc import Callable, Hashable
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from engine.gradesheet import GradeSheet
from engine.protocol import OpenGrades, OpenTopics
from engine.topicsheet import TopicSheet
from tui.actions import Scope, bindings
from tui.keymap import key
from tui.screens.tables import TablesScreen
from tui.widgets.plots import Plots

Sheet = TypeVar("Sheet", GradeSheet, TopicSheet)
Part = tuple[int, str]  # of a title, with its rank


class Question(NamedTuple):
    """What to ask the engine."""

    about: Hashable  # changes where another answer can be expected
    command: Callable[[int], OpenGrades | OpenTopics]  # takes the id


class SheetWanted(Message):
    """A plot is looked at, and wants figures."""

    def __init__(self, question: Question, answer: Callable[[GradeSheet | TopicSheet | None], None]) -> None:
        super().__init__()
        self._question, self.answer = question, answer

    def question(self, number: int) -> OpenGrades | OpenTopics:
        """What to ask the engine."""
        return self._question.command(number)


class PlotsScreen(TablesScreen, Generic[Sheet]):
    """Tables, or one of the plots in their place: keys turn to the next and back, by way of the tables."""

    SCOPES: ClassVar[tuple[Scope, ...]] = ("plots",)
    BINDINGS: ClassVar[list[BindingType]] = bindings("plots")
    PLOTS: ClassVar[int]  # how many there are
    PACE: ClassVar[float] = 1.0  # seconds between two questions about the same thing

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.plots = Plots()
        self.shown = 0  # the plot in sight, from 1 on; 0 for the tables
        self.sheet: Sheet | None = None
        self._asked: Hashable = None
        self._next = 0.0  # when the engine may be asked again
        self._waits = False

    # -- what subclasses say --------------------------------------------------------------------------------------

    @property
    def table(self) -> Widget:
        """What has the focus while no plot is in sight."""
        raise NotImplementedError

    def question(self) -> Question | None:
        """What the plot in sight needs."""
        raise NotImplementedError

    def plot(self, anew: bool = False) -> None:
        """Draw the plot in sight; `anew` from its first line."""
        raise NotImplementedError

    # -- what they have in common ---------------------------------------------------------------------------------

    def action_plots(self, step: int) -> None:
        """Turn to the next plot or to the one before; after the last and before the first are the tables."""
        self.shown = (self.shown + step) % (self.PLOTS + 1)
        self.set_class(bool(self.shown), "-plots")
        (self.plots if self.shown else self.table).focus()
        if self.shown:
            self.ask()
            self.plot(anew=True)

    def ask(self, at_once: bool = False) -> None:
        """Ask for the figures of the plot in sight, if there can be others by now, but not too often."""
        question = self.question() if self.shown else None
        if question is None or question.about == self._asked:
            return
        now = time.monotonic()
        if at_once or now >= self._next:
            self._asked, self._next = question.about, now + self.PACE
            self.post_message(SheetWanted(question, self._answered))
        elif not self._waits:
            self._waits = True
            self.set_timer(self._next - now, self._ask_later)

    def titled(self, name: str) -> list[Part]:
        """The title of the plot in sight, as far as it is the same everywhere."""
        return [(0, name), (2, f"{self.shown} of {self.PLOTS} ({key('plots')} {key('plots_back')})")]

    def _ask_later(self) -> None:
        self._waits = False
        self.ask()

    def _answered(self, sheet: GradeSheet | TopicSheet | None) -> None:
        self.sheet = sheet  # type: ignore[assignment]
        if self.shown:
            self.plot()
