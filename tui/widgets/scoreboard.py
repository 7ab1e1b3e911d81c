"""The models in competition at one horizon, each with its errors on the posts that matured: all of them, in public."""

from collections.abc import Hashable, Sequence

from engine.snapshot import Score, Snapshot
from tui.contenders import meaning, name_of
from tui.format import UNKNOWN, duration, engagement, number, ratio, short, skill, whole_percent
from tui.lines import Line, Span
from tui.widgets.columns import Column, fitting, heading, layout, ordered
from tui.widgets.table import Table

FEW = 30  # graded posts under which figures are grey: they may be chance
REST = 24


class Scoreboard(Table[Score]):
    """Models by any of their figures, the best first. A model keeps its row under the cursor at every horizon."""

    EMPTY = "no model is at work at this horizon"
    REST = REST

    def __init__(self) -> None:
        super().__init__("scoreboard", COLUMNS)
        self._sort = SKILL
        self._horizon: int | None = None

    def show(self, snapshot: Snapshot, horizon: int | None) -> None:
        """Draw the models at a horizon."""
        self._horizon = horizon
        rows = len(self.items)
        self.fill([score for score in snapshot.scoreboard if score.horizon == horizon])
        if len(self.items) != rows:
            self.refresh(layout=True)

    def key_of(self, item: Score) -> Hashable:
        """Its name."""
        return item.model

    def get_content_height(self, *_: object) -> int:
        """As high as it has rows."""
        return 1 + max(len(self.items), 1)

    def title_parts(self) -> list[tuple[int, str]]:
        """The horizon, and the order."""
        after = "" if self._horizon is None else f"Scoreboard after {duration(self._horizon)}"
        return [(0, after), (2, f"{len(self.items)} models"), (1, self.sorting()), (3, "★ champion")]


def model_cell(score: Score) -> Span:
    """The name with its version, and a star for the champion."""
    return (f"{'★' if score.champion else ' '}{name_of(score)}", "strong" if score.champion else "")


def figure(score: Score, text: str) -> Span:
    """A figure; grey where it rests on few posts."""
    return (text, "muted" if score.n < FEW or text == UNKNOWN else "strong" if score.champion else "")


def decimals(value: float | None) -> str:
    """An error or a width in log units."""
    if value is None:
        return UNKNOWN
    return f"{value:.2f}" if abs(value) < 99.995 else short(value)


def error(value: float | None) -> str:
    """An error in engagements, with a decimal while it is small."""
    return f"{value:.1f}" if value is not None and 0.095 <= value < 9.95 else engagement(value)


def _least(value: float | None) -> float | None:
    """To put the smallest first."""
    return None if value is None else -value


def _off(value: float | None) -> float | None:
    """To put what is nearest to 80 % first."""
    return None if value is None else -abs(value - 0.8)


MODEL = Column[Score]("model", model_cell, 13, False)
AFTER = Column[Score]("after", lambda s: (duration(s.horizon), "strong" if s.champion else ""), 6)
# Models need not have been graded on the same posts, and their errors are not to be compared; skill is made for that.
SKILL = Column[Score]("skill", lambda s: figure(s, skill(s.skill)), 6, order=lambda s: s.skill)
FIGURES = (
    Column[Score]("n", lambda s: figure(s, number(s.n, 5)), 5),
    Column[Score]("MAE(log)", lambda s: figure(s, decimals(s.mae_log)), 8, order=lambda s: _least(s.mae_log)),
    Column[Score]("MSE(log)", lambda s: figure(s, decimals(s.mse_log)), 8, rank=7, order=lambda s: _least(s.mse_log)),
    Column[Score]("MAE", lambda s: figure(s, error(s.mae)), 5, rank=4, order=lambda s: _least(s.mae)),
    Column[Score]("MSE", lambda s: figure(s, error(s.mse)), 5, rank=6, order=lambda s: _least(s.mse)),
    SKILL,
    Column[Score]("Spearman", lambda s: figure(s, ratio(s.spearman)), 8, rank=3, order=lambda s: s.spearman),
    Column[Score]("covers", lambda s: figure(s, whole_percent(s.coverage80)), 6, order=lambda s: _off(s.coverage80)),
    Column[Score]("width", lambda s: figure(s, decimals(s.width80)), 5, rank=5, order=lambda s: _least(s.width80)),
)
COLUMNS = (MODEL, *FIGURES, Column[Score]("what it is", lambda s: (meaning(s.model).short, "muted"), rank=9))


def score_table(scores: Sequence[Score], width: int, first: Column[Score] = MODEL) -> list[Line]:
    """Scores as the lines of a page: of one horizon by model, the best first, or of one model by horizon."""
    columns = fitting((first, *FIGURES), width, REST)
    scores = ordered(scores, SKILL, reverse=False) if first is MODEL else scores
    rows = (layout(columns, (column.cell(score) for column in columns), width) for score in scores)
    return [heading(columns, width, None), *((("  ", ""), *row) for row in rows)]
