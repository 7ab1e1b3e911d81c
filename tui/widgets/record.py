"""How far the grading at one horizon has come, and how good its predictions have been, in the words of a title."""

from datetime import UTC, datetime

from engine.snapshot import Labels, Score
from tui.contenders import name_of
from tui.format import UNKNOWN, count, day_and_hour, hour, skill
from tui.widgets.gauges import by_count

Part = tuple[int, str]  # rank and text, for tui.lines.fit_text


def record(scores: list[Score], labels: Labels, now: datetime | None) -> list[Part]:
    """The champion's record at the horizon of `labels`, or when the first outcomes are due.

    The error is the mean absolute error of log(1 + engagements); the skill is against the author's baseline.
    """
    champion = champion_of(scores, labels.horizon)
    if champion is None or not champion.n:
        told = learning(labels, now) or "none graded yet: the first predictions still wait"
        return [(1, told), (2, f"{count(labels.waiting)} waiting")]
    parts = [(1, learning(labels, now)), (1, name_of(champion)), (7, _graded(champion, labels))]
    if champion.mae_log is not None:
        parts.append((5, f"MAE(log) {champion.mae_log:.2f}"))
    if champion.skill is not None:
        parts.append((2, f"skill {skill(champion.skill)}"))
    covered = UNKNOWN if champion.coverage80 is None else f"{champion.coverage80:.0%}"
    parts.append((3, f"in range {covered}"))
    if champion.width80 is not None:
        parts.append((4, f"width {champion.width80:.2f}"))
    return parts


def champion_of(scores: list[Score], horizon: int) -> Score | None:
    """The model in use at a horizon."""
    return next((score for score in scores if score.horizon == horizon and score.champion), None)


def learning(labels: Labels, now: datetime | None) -> str:
    """That a baseline leads for want of labels, and when the first are due; "" once there are enough."""
    if not labels.learning:
        return ""
    if labels.matured:
        return f"learning: {count(labels.matured)} matured"
    if labels.first_due is None:
        return "learning: no post waits yet"
    due = labels.first_due.astimezone(UTC)
    if now is None or due.date() == now.astimezone(UTC).date():
        return f"learning: first labels at {hour(due)} UTC"
    return f"learning: labels at {day_and_hour(due)} UTC"


def states(labels: Labels) -> list[Part]:
    """How many wait, how many were graded, and how many never will be, by reason."""
    lost = sum(labels.censored.values())
    reasons = ", ".join(f"{reason} {count(posts)}" for reason, posts in by_count(labels.censored))
    return [
        (0, f"{count(labels.waiting)} waiting"),
        (1, f"{count(labels.matured)} matured"),
        (2, f"{count(lost)} censored"),
        (3, reasons),
    ]


def _graded(champion: Score, labels: Labels) -> str:
    """How many outcomes there are, and how many of them the numbers rest on."""
    if labels.matured > champion.n:
        return f"graded on {count(champion.n)} of {count(labels.matured)} matured"
    return f"{count(champion.n)} matured"
