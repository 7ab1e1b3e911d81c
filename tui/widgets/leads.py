"""Where a post leads, as rows that open."""

from collections.abc import Hashable

from tui.keymap import key
from tui.leads import Lead
from tui.widgets.columns import Column
from tui.widgets.table import Table


class Leads(Table[Lead]):
    """Author, topics, and the posts that are answered or quoted."""

    EMPTY = "to nothing else"

    def __init__(self) -> None:
        super().__init__("leads", COLUMNS, header=False)

    def key_of(self, item: Lead) -> Hashable:
        """What it is and how it is called."""
        return (item.what, item.name)

    def get_content_height(self, *_: object) -> int:
        """As high as it has rows."""
        return max(len(self.items), 1)

    def title_parts(self) -> list[tuple[int, str]]:
        """How to get there."""
        return [(0, "Leads to"), (1, key("open") if self.has_focus else "tab")]


COLUMNS = (
    Column[Lead]("", lambda lead: (lead.what, "muted"), 8, False),
    Column[Lead]("", lambda lead: (lead.name, "accent")),
)
