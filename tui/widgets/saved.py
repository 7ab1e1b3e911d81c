"""The saved filters side by side: how much of the window each matches, and in which mood."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from engine.snapshot import Voice
from tui.format import UNKNOWN, count, percent, short, whole_percent
from tui.keymap import key
from tui.lines import Span
from tui.widgets.cells import sentiment_cell, text_cell
from tui.widgets.columns import Column
from tui.widgets.table import Table


@dataclass(frozen=True)
class Saved:
    """A saved filter, and what it matches once that has been counted."""

    name: str
    expression: str
    voice: Voice | None = None


class SavedFilters(Table[Saved]):
    """Saved filters by posts, mood or authors."""

    REST = 18

    def __init__(self) -> None:
        super().__init__("saved", COLUMNS)
        self._window = 0

    def show(self, filters: Mapping[str, str], voices: Mapping[str, Voice], window: int) -> None:
        """Draw filters with what is known of each by its expression, and how many posts the window has."""
        self._window = window
        self.fill([Saved(name, text, voices.get(text)) for name, text in filters.items()])

    def key_of(self, item: Saved) -> Hashable:
        """Its name."""
        return item.name

    def nothing(self) -> str:
        """How to begin."""
        return f"no filter is saved yet: set one with {key('filter')} and press {key('save_filter')} here"

    def title_parts(self) -> list[tuple[int, str]]:
        """How many there are, and of how many posts they are shares."""
        return [
            (0, "Saved filters"),
            (1, f"{len(self.items)}"),
            (2, f"shares of {count(self._window)} posts"),
            (3, self.sorting()),
        ]


def _posts(row: Saved) -> int | None:
    return None if row.voice is None or row.voice.error else row.voice.posts


def _band(row: Saved) -> Span:
    band = row.voice.band if row.voice else None
    return (UNKNOWN if band is None else f"±{band:.2f}", "muted")


def _mood(row: Saved) -> Span:
    return (UNKNOWN, "muted") if row.voice is None else sentiment_cell(row.voice.mean, row.voice.scored)


def _expression(row: Saved) -> Span:
    """What it is, or why it cannot be read."""
    return (row.voice.error, "error") if row.voice is not None and row.voice.error else text_cell(row.expression)


def _authors(row: Saved) -> int | None:
    return None if row.voice is None or row.voice.error else row.voice.authors


COLUMNS = (
    Column[Saved]("name", lambda row: (row.name, "accent"), 14, False),
    Column[Saved]("posts", lambda row: (count(_posts(row)), "strong"), 7, order=_posts),
    Column[Saved]("share", lambda row: (percent(row.voice.share if row.voice else None), ""), 6),
    Column[Saved]("mean", _mood, 6, order=lambda row: row.voice.mean if row.voice else None),
    Column[Saved]("band", _band, 5, rank=2),
    Column[Saved]("scored", lambda row: (whole_percent(row.voice.coverage if row.voice else None), ""), 6, rank=3),
    Column[Saved]("authors", lambda row: (short(_authors(row)), ""), 7, rank=1, order=_authors),
    Column[Saved]("filter", _expression),
)
