"""Asking where an export goes."""

import os
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.widgets.line_input import LineInput

HINT = "a .csv or .json file, or a folder/ for every table\nenter: write   esc: leave it"


class ExportScreen(ModalScreen[str | None]):
    """A path with a sensible default; a file that is already there is only written over when asked twice."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, table: str, default: str) -> None:
        super().__init__()
        self._table = table
        self._default = default
        self._warned = ""

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="export") as box:
            box.border_title = Content(f"Export {self._table}")
            yield LineInput(self._default, name="path")
            yield Static(Content(HINT), id="hint")

    @on(LineInput.Submitted)
    def answered(self, event: LineInput.Submitted) -> None:
        """Take the path, unless something would be lost that was not spoken of."""
        path = os.path.expanduser(event.value.strip())
        if not path:
            self._say("no path given")
        elif os.path.isfile(path) and self._warned != path:
            self._warned = path
            self._say("that file is there already: enter again writes over it")
        else:
            self.dismiss(path)

    def _say(self, text: str) -> None:
        hint = self.query_one("#hint", Static)
        hint.update(Content(text))
        hint.add_class("-warning")
