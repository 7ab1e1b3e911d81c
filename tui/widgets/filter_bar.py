"""Where a filter is typed: the text, and under it what can follow or what is wrong, and where."""

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from engine.filters.completion import Completion, Option, Values, complete
from engine.filters.parse import parse
from engine.filters.tokens import FilterError
from tui.lines import Line, cut, fit, width_of
from tui.widgets.line_input import LineInput
from tui.widgets.paint import Panel

NOTE = 24  # cells of a word about an option
HELP = "tab: take it   up, down: another   enter: apply   esc: leave"


class FilterWanted(Message):
    """Only posts that match an expression are to be shown; "" for all."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class FilterInput(LineInput):
    """The line that a filter is typed in; to the right of its end lies what completes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "on", "Complete", show=False),
        Binding("tab", "take", "Complete", show=False),
        Binding("down", "choose(1)", "Other", show=False),
        Binding("up", "choose(-1)", "Other", show=False),
        Binding("escape", "leave", "Leave", show=False),
    ]

    def action_on(self) -> None:
        """Take the completion at the end of the text, else go right."""
        if self.cursor_position < len(self.value) or not self._bar.take():
            self.action_cursor_right()

    def action_take(self) -> None:
        """Take the completion, if there is one; the focus stays."""
        self._bar.take()

    def action_choose(self, step: int) -> None:
        """Another completion."""
        self._bar.choose(step)

    def action_leave(self) -> None:
        """Close the bar."""
        self._bar.close()

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """The text moves under its hint."""
        super().watch_scroll_x(old_value, new_value)
        self._bar.tell()

    @property
    def _bar(self) -> "FilterBar":
        return next(node for node in self.ancestors if isinstance(node, FilterBar))


class Wrong(NamedTuple):
    """What is wrong with a text, and from which column on."""

    what: str
    column: int


class Prompt(Panel):
    """The word before the text."""

    def __init__(self, name: str, word: str) -> None:
        super().__init__(name)
        self._word = word

    def lines(self, width: int, height: int) -> list[Line]:
        """The one line."""
        return [((self._word, "key"),)]


class Hint(Panel):
    """What can follow, or what is wrong and where."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._error: Wrong | None = None
        self._column = 0  # cells from the left where the error is
        self._options: tuple[Option, ...] = ()
        self._chosen = 0

    def show(self, error: Wrong | None, column: int, options: tuple[Option, ...], chosen: int) -> None:
        """Draw an error at a column, or options of which one is chosen."""
        self._error, self._column, self._options, self._chosen = error, column, options, chosen
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """The one line."""
        if self._error is not None:
            return [error_line(self._error.what, self._column, width)]
        if self._options:
            return [options_line(self._options, self._chosen, width)]
        return [((f" {cut(HELP, width - 1)}", "muted"),)]


def error_line(text: str, column: int, width: int) -> Line:
    """What is wrong, beside a mark in the column where it is: right of it if there is room, else left."""
    column = min(max(column, 0), width - 1)
    told = cut(text, max(width - 4, 1))
    if column + 2 + width_of(((told, ""),)) <= width:
        return ((" " * column, ""), ("^", "error"), (f" {told}", "error"))
    if width_of(((told, ""),)) + 1 <= column:
        told = told.rjust(column - 1)
        return ((f"{told} ", "error"), ("^", "error"))
    return (("^ ", "error"), (told, "error"))


def options_line(options: tuple[Option, ...], chosen: int, width: int) -> Line:
    """The option chosen, with a word about it, and those after it as long as there is room."""
    parts: list[tuple[int, Line]] = []
    for rank, option in enumerate(options[chosen:] + options[:chosen]):
        note = f" {cut(option.note, NOTE)}" if option.note else ""
        text = cut(option.text, width - 2)
        parts.append((rank, ((text, "plain" if rank else "accent"), (note if rank < 3 else "", "muted"))))
    return ((" ", ""), *fit(parts, width - 1, "   "))


class FilterBar(Vertical):
    """A line to type in over its hint; it takes the place of the event line and the keys."""

    NAME = "filter"  # the id of the line; those of its parts begin with it
    EXAMPLE = "lang:en tag:ai -is:reply likes>10   empty: show all"
    GOES_ON = False  # whether what can follow is offered also where a word has not been begun

    def __init__(self) -> None:
        super().__init__(id=f"{self.NAME}-bar")
        self.prompt = f" {self.NAME} "
        self.input = FilterInput(placeholder=self.EXAMPLE, name=self.NAME)
        self.hint = Hint(f"{self.NAME}-hint")
        self._values: Values = {}
        self._completion = Completion(0)
        self._chosen = 0
        self._error: Wrong | None = None

    class Closed(Message):
        """The bar is to go."""

    def compose(self) -> ComposeResult:
        """The line, then what is said of it."""
        with Horizontal(id=f"{self.NAME}-line"):
            yield Prompt(f"{self.NAME}-prompt", self.prompt)
            yield self.input
        yield self.hint

    # -- what is typed here, which others than a filter say anew ---------------------------------------------------

    def read(self, text: str) -> Wrong | None:
        """What is wrong with a text; None if it can be applied."""
        try:
            parse(text)
        except FilterError as error:
            return Wrong(str(error), error.column)
        return None

    def complete(self, text: str, cursor: int) -> Completion:
        """What can stand at the cursor."""
        return complete(text, cursor, self._values)

    def apply(self, text: str) -> None:
        """Do what was typed, which can be read."""
        self.post_message(FilterWanted(text.strip()))

    # -- typing ----------------------------------------------------------------------------------------------------

    def open(self, text: str, values: Values) -> None:
        """Begin with a text."""
        self._values = values
        self.input.value = text
        self.input.cursor_position = len(text)
        self._look()

    def know(self, values: Values) -> None:
        """Complete by the values that the feed has by now."""
        self._values = values

    def close(self) -> None:
        """Have the bar taken away."""
        self.post_message(self.Closed())

    def take(self) -> bool:
        """Write the option chosen; False if there is none."""
        options = self._completion.options
        if not options:
            return False
        text, cursor = self.input.value, self.input.cursor_position
        option = options[self._chosen].text
        rest = text[cursor:]
        space = "" if option[-1] in ":<>" or rest.startswith(" ") else " "
        start = text[: self._completion.start]
        self.input.value = f"{start}{option}{space}{rest}"
        self.input.cursor_position = len(start) + len(option) + len(space)
        self._look()
        return True

    def choose(self, step: int) -> None:
        """Another option."""
        if options := self._completion.options:
            self._chosen = (self._chosen + step) % len(options)
            self.tell()

    @on(LineInput.Changed)
    def changed(self, event: LineInput.Changed) -> None:
        """Say what is made of what is typed."""
        event.stop()
        self._look()

    @on(LineInput.Submitted)
    def submitted(self, event: LineInput.Submitted) -> None:
        """Apply what is typed, if it can be read; else go where it cannot."""
        event.stop()
        self._error = self.read(event.value)
        if self._error is None:
            self.apply(event.value)
            self.close()
            return
        self._completion = Completion(0)
        self.input.cursor_position = min(self._error.column, len(event.value))
        self.tell()

    def _look(self) -> None:
        text, cursor = self.input.value, self.input.cursor_position
        self._error, self._chosen = self.read(text), 0
        self._completion = self.complete(text, cursor)
        begun = self.GOES_ON or self._completion.start < cursor
        if self._error is not None:
            # What is still being typed is no error as long as it can become right.
            if not (begun and self._completion.options and self._error.column >= self._completion.start):
                self._completion = Completion(0)
        elif text.strip() and not begun:
            self._completion = Completion(cursor)
        self.tell()

    def tell(self) -> None:
        """Draw the hint as it is now."""
        options = self._completion.options
        error = None if options else self._error
        column = 0
        if error is not None:
            before = ((self.input.value[: error.column], ""),)
            column = len(self.prompt) + width_of(before) - round(self.input.scroll_offset.x)
        self.hint.show(error, column, options, self._chosen)
