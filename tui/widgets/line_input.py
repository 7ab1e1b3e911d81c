"""A line to type in."""

from textual.widgets import Input

from tui.lines import plain


class LineInput(Input):
    """An Input that takes nothing a terminal would act on, whatever is pasted, and whose cursor does not blink."""

    def __init__(self, value: str = "", placeholder: str = "", name: str = "") -> None:
        super().__init__(value, placeholder, id=name, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Printable characters only."""
        return plain(value)
