"""The figures of a replay: how VADER agrees with the labels, and what the gate leaves out."""

from collections import Counter
from typing import Any

import msgspec

from engine.arrivals import books
from engine.sentiment_evaluation import SentimentReplay
from engine.sentiment_labels import MOODS
from models.classification import Scores, scores

DIGITS = 6


class ClassFigures(msgspec.Struct, frozen=True):
    """Of one mood; None where it is 0 of 0."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


class MoodFigures(msgspec.Struct, frozen=True, kw_only=True):
    """VADER against the labels of `n` posts."""

    n: int
    accuracy: float | None
    macro_f1: float | None
    macro_recall: float | None
    classes: dict[str, ClassFigures]
    confusion: dict[str, dict[str, int]]  # label -> what VADER says -> posts


class SentimentFigures(MoodFigures, frozen=True, kw_only=True):
    """Of the posts that were scored. `posts` = `n` + `not_scored` + `unlabelled` + `not_understood`; with `duplicates`,
    `left_out`, `rejected` and `others` they are all records there were.

    VADER says the same of a post with the gate and without: what the gate changes is which posts count.
    """

    gate: bool
    not_scored: int
    not_scored_share: float | None  # of the posts with a label that is a mood
    not_scored_reasons: dict[str, int]
    unscored: MoodFigures | None  # what VADER says of those: the gate left them out; None without the gate
    ungated: MoodFigures | None  # of both together, as with the gate off; None without the gate
    labels: str  # how they were read
    posts: int
    unlabelled: int
    not_understood: int  # posts whose label is no mood
    not_understood_labels: list[str]  # the first few
    duplicates: int
    late: int
    left_out: int  # by --keep
    rejected: dict[str, int]  # records that could not be read, by reason
    others: int  # records that are no new posts


def figures(replay: SentimentReplay) -> SentimentFigures:
    """What a finished replay has come to. Raises UnclearLabelsError if its labels do not tell which is which."""
    labels = {cell.label for cell in replay.cells}
    meaning = replay.reader.meaning(labels)
    scored: Counter[tuple[str, str]] = Counter()
    unscored: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    for cell, posts in replay.cells.items():
        (unscored if cell.reason else scored)[meaning[cell.label], cell.mood] += posts
        reasons[cell.reason] += posts
    del reasons[""]
    not_scored = reasons.total()
    return SentimentFigures(
        **_rounded(scores(scored, MOODS)),
        gate=replay.gate,
        not_scored=not_scored,
        not_scored_share=round(not_scored / replay.labelled, DIGITS) if replay.labelled else None,
        not_scored_reasons=dict(sorted(reasons.items())),
        unscored=MoodFigures(**_rounded(scores(unscored, MOODS))) if replay.gate else None,
        ungated=MoodFigures(**_rounded(scores(scored + unscored, MOODS))) if replay.gate else None,
        labels=replay.reader.told(labels),
        posts=replay.posts,
        unlabelled=replay.unlabelled,
        not_understood=replay.reader.not_understood,
        not_understood_labels=replay.reader.strange,
        **books(replay)._asdict(),
    )


def _rounded(found: Scores) -> dict[str, Any]:
    """The fields of MoodFigures."""
    return {
        "n": found.n,
        **{name: _round(getattr(found, name)) for name in ("accuracy", "macro_f1", "macro_recall")},
        "classes": {
            mood: ClassFigures(_round(of.precision), _round(of.recall), _round(of.f1), of.support)
            for mood, of in found.classes.items()
        },
        "confusion": found.confusion,
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
