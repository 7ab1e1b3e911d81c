"""What is rising against its own past: bursts, going on and over."""

from collections.abc import Hashable, Sequence

from engine.clean import clean_line
from engine.snapshot import Burst, Snapshot
from tui.format import count, day_and_hour, expected, hour
from tui.keymap import key
from tui.lines import Span, cut
from tui.widgets.cells import times_cell
from tui.widgets.columns import Column
from tui.widgets.table import Table

NAME = 28  # cells of a burst's name in a line of text


def going_on(bursts: Sequence[Burst]) -> list[Burst]:
    """The bursts that are not over, the least to be expected first."""
    return sorted((burst for burst in bursts if burst.end is None), key=lambda burst: -burst.score)


def name_of(burst: Burst) -> str:
    """What rises; a word stands in quotes, to be told from the label of a story."""
    name = clean_line(burst.name)
    return f'"{name}"' if burst.kind == "word" else name


def people(burst: Burst) -> str:
    """How many spoke of it; where the feed names no authors, each post counts as somebody's own."""
    return f"{count(burst.authors)} {'authors' if burst.by else 'posts'}"


def in_a_line(burst: Burst) -> str:
    """A burst in a few words: #newthing ×7.8, 31 authors since 14:32."""
    name = cut(name_of(burst), NAME)
    return f"{name} ×{times_cell(burst.times)[0]}, {people(burst)} since {hour(burst.start)}"


class Rising(Table[Burst]):
    """What is rising now, on the overview: those least to be expected by their own past first."""

    EMPTY = "nothing rises against its own past"
    UNMATCHED = "nothing that rises matches it"
    REST = 14

    def __init__(self) -> None:
        super().__init__("rising", COLUMNS)
        self._over = 0

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        now = going_on(snapshot.bursts)
        self._over = len(snapshot.bursts) - len(now)
        self.fill(now)

    def key_of(self, item: Burst) -> Hashable:
        """A burst has an id."""
        return item.id

    def title_parts(self) -> list[tuple[int, str]]:
        """How many rise now, and how many have."""
        over = f"{count(self._over)} over ({key('rising')})" if self._over else ""
        return [(0, f"{key('panel_7')} Rising"), (1, f"{len(self.items)} now"), (2, over), (3, self.sorting())]


class Bursts(Table[Burst]):
    """All bursts, on a page of their own: those going on, then the newest."""

    EMPTY = "nothing has risen against its own past"
    UNMATCHED = "nothing that rises or rose matches the filter"
    REST = 20

    def __init__(self) -> None:
        super().__init__("bursts", PAGE_COLUMNS)

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self.fill(snapshot.bursts)

    def key_of(self, item: Burst) -> Hashable:
        """A burst has an id."""
        return item.id

    def title_parts(self) -> list[tuple[int, str]]:
        """How many rise now, and how many have."""
        now = sum(burst.end is None for burst in self.items)
        return [(0, "Rising"), (1, f"{now} now"), (1, f"{len(self.items) - now} over"), (2, self.sorting())]


def _end(burst: Burst) -> Span:
    return ("now", "live") if burst.end is None else (hour(burst.end), "muted")


_SCORE = Column[Burst]("score", lambda b: (f"{b.score:.0f}", ""), 5, rank=1, order=lambda b: b.score)
_TIMES = Column[Burst]("×", lambda b: times_cell(b.times), 5, order=lambda b: b.times)
_AUTHORS = Column[Burst]("authors", lambda b: (count(b.authors), ""), 7, order=lambda b: b.authors)
_EXPECTED = Column[Burst]("expected", lambda b: (expected(b.expected), "muted"), 8)
_NAME = Column[Burst]("what", lambda b: (name_of(b), "accent" if b.end is None else ""))

COLUMNS = (
    _SCORE,
    _TIMES,
    _AUTHORS,
    _EXPECTED,
    Column[Burst]("since", lambda b: (hour(b.start), "muted"), 5, order=lambda b: b.start),
    _NAME,
)

PAGE_COLUMNS = (
    Column[Burst](
        "since", lambda b: (day_and_hour(b.start), "muted"), 11, False, order=lambda b: (b.end is None, b.start)
    ),
    Column[Burst]("until", _end, 5),
    _TIMES,
    _AUTHORS,
    _EXPECTED,
    _SCORE,
    Column[Burst]("posts", lambda b: (count(b.posts), ""), 7, rank=2, order=lambda b: b.posts),
    Column[Burst]("story", lambda b: ("" if b.story is None else str(b.story), "muted"), 7, rank=4),
    Column[Burst]("kind", lambda b: (b.kind, "muted"), 5, False, rank=3),
    _NAME,
)
