"""How far the grading has come, horizon by horizon, and who leads."""

from collections.abc import Callable, Hashable

from engine.snapshot import Labels, Score, Snapshot
from tui.contenders import name_of
from tui.format import UNKNOWN, count, duration, number, skill, whole_percent
from tui.keymap import key
from tui.lines import Span
from tui.widgets.columns import Column
from tui.widgets.gauges import by_count
from tui.widgets.record import champion_of, learning
from tui.widgets.scoreboard import decimals, figure
from tui.widgets.table import Table


class Horizons(Table[Labels]):
    """One row for each horizon; the one under the cursor is shown below."""

    EMPTY = "nothing is predicted: no horizons were given"
    REST = 35

    def __init__(self, horizon: int | None) -> None:
        super().__init__("horizons", columns(self))
        self._pinned = horizon
        self._snapshot: Snapshot | None = None
        self._champions: dict[int, Score] = {}

    def show(self, snapshot: Snapshot) -> None:
        """Draw another snapshot."""
        self._snapshot = snapshot
        found = ((label.horizon, champion_of(snapshot.scoreboard, label.horizon)) for label in snapshot.labels)
        self._champions = {horizon: champion for horizon, champion in found if champion is not None}
        rows = len(self.items)
        self.fill(sorted(snapshot.labels, key=lambda label: label.horizon))
        if len(self.items) != rows:
            self.refresh(layout=True)

    @property
    def horizon(self) -> int | None:
        """The one chosen, in seconds."""
        return None if self.selected is None else self.selected.horizon

    @property
    def is_marked(self) -> bool:
        """One is always chosen."""
        return bool(self.items)

    def next_horizon(self) -> bool:
        """Choose the next longer one, after the longest the shortest; False if there is no other."""
        if len(self.items) < 2:
            return False
        self._go((self._cursor + 1) % len(self.items))
        return True

    def key_of(self, item: Labels) -> Hashable:
        """Its length."""
        return item.horizon

    def besides(self, item: Labels) -> object:
        """The figures are those of its champion, and of the moment shown."""
        return self.champion(item), None if self._snapshot is None else self._snapshot.as_of

    def get_content_height(self, *_: object) -> int:
        """As high as it has rows."""
        return 1 + max(len(self.items), 1)

    def title_parts(self) -> list[tuple[int, str]]:
        """What the rows are."""
        return [
            (0, "Predictions that grade themselves"),
            (1, f"{key('horizon')}: next horizon" if len(self.items) > 1 else ""),
        ]

    def champion(self, item: Labels) -> Score | None:
        """Who leads."""
        return self._champions.get(item.horizon)

    def state_cell(self, item: Labels) -> Span:
        """That it is learning still, and why predictions were never graded."""
        now = None if self._snapshot is None else self._snapshot.as_of
        champion = self.champion(item)
        ungraded = "none graded yet" if item.matured and (champion is None or not champion.n) else ""
        told = learning(item, now).removesuffix(" UTC") or ungraded  # as all times are: the column is narrow
        lost = ", ".join(f"{reason} {count(posts)}" for reason, posts in by_count(item.censored))
        return (" · ".join(part for part in (told, lost) if part), "warning" if told else "muted")


def columns(table: Horizons) -> list[Column[Labels]]:
    """The columns; the figures are those of the champion."""

    def of_champion(text: Callable[[Score], str]) -> Callable[[Labels], Span]:
        def cell(item: Labels) -> Span:
            champion = table.champion(item)
            return (UNKNOWN, "muted") if champion is None else figure(champion, text(champion))

        return cell

    def name(item: Labels) -> Span:
        champion = table.champion(item)
        return (UNKNOWN, "muted") if champion is None else (name_of(champion), "strong")

    return [
        Column("after", lambda item: (duration(item.horizon), "strong"), 5),
        Column("waiting", lambda item: (number(item.waiting, 7), ""), 7),
        Column("matured", lambda item: (number(item.matured, 7), ""), 7),
        Column("censored", lambda item: (number(sum(item.censored.values()), 8), ""), 8),
        Column("champion", name, 11, False),
        Column("MAE(log)", of_champion(lambda score: decimals(score.mae_log)), 8, rank=4),
        Column("skill", of_champion(lambda score: skill(score.skill)), 6, rank=1),
        Column("covers", of_champion(lambda score: whole_percent(score.coverage80)), 6, rank=2),
        Column("width", of_champion(lambda score: decimals(score.width80)), 5, rank=3),
        Column("state, and why censored", table.state_cell),
    ]
