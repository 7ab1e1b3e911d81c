"""What the names of the models and their figures mean, as much of it as there is room for."""

from collections.abc import Sequence

from engine.snapshot import Score
from tui.contenders import FIGURES, meaning
from tui.keymap import key
from tui.lines import BLANK, Line, pad, wrap
from tui.widgets.paint import Panel

NAME = 11


class Legend(Panel):
    """The models on the scoreboard, or with less room the one under its cursor, and the figures."""

    def __init__(self) -> None:
        super().__init__("legend")
        self._scores: Sequence[Score] = ()
        self._chosen: Score | None = None

    def show(self, scores: Sequence[Score], chosen: Score | None) -> None:
        """Draw other models."""
        self._scores, self._chosen = scores, chosen
        self.redraw()
        self.retitle("What they are")

    def lines(self, width: int, height: int) -> list[Line]:
        """As much as fits."""
        return legend_lines(self._scores, self._chosen, width, height)


def legend_lines(scores: Sequence[Score], chosen: Score | None, width: int, height: int) -> list[Line]:
    """Everything; or the chosen model and the figures; or the chosen model alone."""
    figures = [line for name, _, means in FIGURES for line in _entry(name, means, width, "")]
    models = [line for score in scores for line in _model(score, width, score is chosen)]
    if models and len(models) + 1 + len(figures) <= height:
        return [*models, BLANK, *figures]
    one = _model(chosen, width, True) if chosen is not None else []
    if len(one) + 1 + len(figures) <= height:
        return [*one, BLANK, *figures]
    hint = f" {key('open')}: all figures of the model · {key('help')}: what they mean"
    return [*one, ((hint, "muted"),)]


def _model(score: Score, width: int, marked: bool) -> list[Line]:
    return _entry(score.model, meaning(score.model).full, width, "accent" if marked else "strong")


def _entry(name: str, means: str, width: int, role: str) -> list[Line]:
    parts = wrap(means or "not described here", width - NAME - 1)
    return [((pad(f" {name}" if at == 0 else "", NAME), role), (f" {part}", "muted")) for at, part in enumerate(parts)]
