"""How good the predictions at one horizon have been, in the words of a title."""

from datetime import datetime

from engine.snapshot import Labels, Score
from tui.format import UNKNOWN, count, day_and_clock

Part = tuple[int, str]  # rank and text, for tui.lines.fit_text


def record(scores: list[Score], labels: Labels, now: datetime | None) -> list[Part]:
    """The champion's record at the horizon of `labels`, or when the first outcomes are due.

    The error is the mean absolute error of log(1 + engagements); the skill is against the author's baseline.
    """
    champion = next((s for s in scores if s.horizon == labels.horizon and s.champion and s.n), None)
    if champion is None:
        return _learning(labels, now)
    parts = [(1, champion.model), (6, _graded(champion, labels))]
    if champion.mae_log is not None:
        parts.append((3, f"MAE(log) {champion.mae_log:.2f}"))
    if champion.skill is not None:
        parts.append((2, f"skill {champion.skill:+.0%}"))
    covered = UNKNOWN if champion.coverage80 is None else f"{champion.coverage80:.0%}"
    return [*parts, (4, f"in range {covered}")]


def _graded(champion: Score, labels: Labels) -> str:
    """How many outcomes there are, and how many of them the numbers rest on."""
    if labels.matured > champion.n:
        return f"graded on {count(champion.n)} of {count(labels.matured)} matured"
    return f"{count(champion.n)} matured"


def _learning(labels: Labels, now: datetime | None) -> list[Part]:
    waiting = (2, f"{count(labels.waiting)} waiting")
    if labels.matured:
        return [(1, f"learning: {count(labels.matured)} matured"), waiting]
    due = labels.first_due
    if due is None:
        return [(1, "learning: no post is waiting for its outcome yet")]
    another_day = now is not None and due.date() != now.date()
    at = day_and_clock(due)[:-3] if another_day else f"{due:%H:%M}"
    return [(1, f"learning: first labels at {at} UTC"), waiting]
