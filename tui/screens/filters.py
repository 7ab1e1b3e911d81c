"""The page of saved filters: share of voice between them; choose, save, delete."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from engine.snapshot import Frame, Snapshot, Voice
from tui.actions import bindings
from tui.keymap import key
from tui.lines import plain
from tui.saved_filters import MOST, NAME, SavedFiltersError, read_filters, write_filters
from tui.screens.tables import TablesScreen
from tui.widgets.filter_bar import FilterWanted
from tui.widgets.line_input import LineInput
from tui.widgets.saved import Saved, SavedFilters

PACE = 1.0  # seconds between two counts, and more where they take long:
REST = 4  # times as long as the last took
PATIENCE = 30.0  # seconds until an answer is given up


class VoicesWanted(Message):
    """What filters match is to be counted, for a page."""

    def __init__(self, page: "FiltersScreen", expressions: list[str]) -> None:
        super().__init__()
        self.page, self.expressions = page, expressions


class NameScreen(ModalScreen[str | None]):
    """A name for a filter; one that is taken is only given to another when asked twice."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, expression: str, taken: Sequence[str]) -> None:
        super().__init__()
        self._expression, self._taken = expression, taken
        self._warned = ""

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="naming") as box:
            box.border_title = Content("Save the filter under a name")
            yield LineInput(name="filter-name")
            yield Static(Content(f"{plain(self._expression)}\nenter: save   esc: leave it"), id="hint")

    @on(LineInput.Submitted)
    def answered(self, event: LineInput.Submitted) -> None:
        """Take the name, unless another filter would be lost that was not spoken of."""
        name = " ".join(event.value.split())[:NAME]
        if not name:
            self._say("no name given")
        elif name in self._taken and self._warned != name:
            self._warned = name
            self._say("that name is taken: enter again gives it to this filter")
        else:
            self.dismiss(name)

    def _say(self, text: str) -> None:
        hint = self.query_one("#hint", Static)
        hint.update(Content(text))
        hint.add_class("-warning")


class FiltersScreen(TablesScreen):
    """Saved filters with what each matches of the window now, counted anew at most once a second."""

    SCOPES = ("saved",)
    BINDINGS: ClassVar[list[BindingType]] = bindings(*SCOPES)
    AUTO_FOCUS = "#saved"

    def __init__(self, path: Path) -> None:
        super().__init__("filters-page")
        self._path = path
        self._table = SavedFilters()
        self._filters: dict[str, str] = {}
        self._voices: dict[str, Voice] = {}
        self._window = 0
        self._stale = False  # whether there is more to count than was asked for
        self._asked = self._next = self._awaited = 0.0  # when it was, when it may be again, until when to wait
        self._timer: Timer | None = None
        self._doomed = ""  # the filter that another press deletes

    def body(self) -> ComposeResult:
        """One table."""
        yield Horizontal(self._table, classes="row")

    def on_mount(self) -> None:
        """Read what is saved."""
        try:
            self._filters = read_filters(self._path)
        except SavedFiltersError as error:
            self.say(str(error), "error", lasting=True)
        self._show()
        self._ask_soon()

    def draw(self, frame: Frame) -> None:
        """There is more to count."""
        self._window = frame.snapshot.posts_unfiltered
        self._show()
        self._ask_soon()

    def hear(self, voices: list[Voice]) -> None:
        """Draw what has been counted."""
        self._voices = {voice.expression: voice for voice in voices}
        self._next = self._asked + max(PACE, REST * (time.monotonic() - self._asked))
        self._awaited = 0.0
        self._show()
        if self._stale:
            self._ask_soon()

    def open_item(self, item: object, snapshot: Snapshot) -> None:
        """A filter is chosen: apply it and go."""
        if isinstance(item, Saved):
            self.app.post_message(FilterWanted(item.expression))
            self.dismiss()

    # -- what the keys do ------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Save the filter that is on."""
        expression = self.snapshot.filter if self.snapshot else ""
        if not expression:
            self.say(f"no filter is on: set one with {key('filter')}")
            return
        if len(self._filters) >= MOST:
            self.say(f"{MOST} filters are saved, which is the most there can be", "warning")
            return

        def named(name: str | None) -> None:
            if name:
                self._write({**self._filters, name: expression}, f"saved as {name}")

        self.app.push_screen(NameScreen(expression, [*self._filters]), named)

    def action_delete(self) -> None:
        """Delete the filter under the cursor, when asked twice."""
        row = self._table.selected
        if row is None:
            self.say("there is nothing to delete")
        elif self._doomed != row.name:
            self._doomed = row.name
            self.say(f"{key('delete_filter')} again deletes {row.name}", "warning")
        else:
            self._doomed = ""
            left = {name: text for name, text in self._filters.items() if name != row.name}
            self._write(left, f"{row.name} is deleted")

    # -- the rest --------------------------------------------------------------------------------------------------

    def _write(self, filters: dict[str, str], done: str) -> None:
        try:
            write_filters(self._path, filters)
        except SavedFiltersError as error:
            self.say(str(error), "error")
            return
        self._filters = filters
        self.say(done, "good")
        self._show()
        self._ask_soon()

    def _show(self) -> None:
        self._table.show(self._filters, self._voices, self._window)

    def _ask_soon(self) -> None:
        """Have the filters counted as soon as the last count is there and some time has passed since."""
        self._stale = True
        now = time.monotonic()
        if self._timer is not None or not self._filters or now < self._awaited:
            return
        if now >= self._next:
            self._ask()
        else:
            self._timer = self.set_timer(self._next - now, self._ask)

    def _ask(self) -> None:
        self._timer, self._stale, self._asked = None, False, time.monotonic()
        self._awaited = self._asked + PATIENCE
        self.app.post_message(VoicesWanted(self, [*dict.fromkeys(self._filters.values())]))
