"""What a label says of a post's mood: by word, by a number whose meaning the set of labels tells, or as the user says.

Numbers are read only where one convention alone fits all of them: -1, 0, 1 (one of them is -1), or 0, 1, 2 (all three
there, as in TweetEval). 0 and 1 alone may be two classes of either; 0, 2, 4 and stars from 1 to 5 are neither.
"""

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from engine.clean import clean_line
from models.moods import THRESHOLD, Label

MOODS: tuple[Label, ...] = ("negative", "neutral", "positive")
SHOWN = 5  # labels that a message names
_LENGTH = 30  # characters of a label in a message

_WORDS: dict[str, Label] = {**{mood: mood for mood in MOODS}, "neg": "negative", "neu": "neutral", "pos": "positive"}
_SIGNED = ("-1", "0", "1")
_COUNTED = ("0", "1", "2")
_HOW = "say it with --labels negative=A,neutral=B,positive=C, or --labels rating for ratings around 0"


class Rule(NamedTuple):
    """What the user says of the labels: which label is which mood, or from which rating on a mood begins."""

    named: Mapping[str, Label]  # lower case label -> mood
    rating: float | None = None


class UnclearLabelsError(ValueError):
    """The labels do not tell which is which; says so in one line."""


class LabelReader:
    """Reads labels one by one; what numbers stand for is told at the end, by `meaning`."""

    def __init__(self, rule: Rule | None = None) -> None:
        self._rule = rule
        self.not_understood = 0
        self.strange: list[str] = []  # the first few labels not understood, safe to show
        self._number_beyond = ""  # the first number that is in neither convention

    def read(self, label: str) -> str:
        """A mood, a number that `meaning` has the mood of, or "" for what is no mood, which is counted."""
        label = label.strip().lower()
        if self._rule is None:
            read = _WORDS.get(label) or _whole(label)
        elif self._rule.rating is None:
            read = self._rule.named.get(label, "")
        else:
            read = _rated(label, self._rule.rating)
        if not read:
            self._note(label)
        return read

    def meaning(self, read: Collection[str]) -> dict[str, Label]:
        """The mood of each of what `read` has given. Raises UnclearLabelsError for numbers that do not tell it."""
        numbers = sorted(set(read) - set(MOODS), key=int)
        convention = () if self._number_beyond else _convention(numbers)
        if numbers and not convention:
            shown = ", ".join(filter(None, [*numbers, self._number_beyond]))
            raise UnclearLabelsError(f"the labels {shown} do not tell which is negative, neutral and positive: {_HOW}")
        return {mood: mood for mood in MOODS} | dict(zip(convention, MOODS, strict=False))

    def told(self, read: Collection[str]) -> str:
        """How the labels were read, for people."""
        if self._rule is None:
            numbers = [f"{label} {mood}" for label, mood in self.meaning(read).items() if label not in MOODS]
            return ", ".join(numbers) or "words"
        if self._rule.rating is None:
            return ", ".join(f"{clean_line(label, _LENGTH)} {mood}" for label, mood in self._rule.named.items())
        return f"rating: positive from {self._rule.rating:g}, negative from {-self._rule.rating:g}"

    def why_none(self) -> str:
        """Why nothing could be read at all, in one line."""
        return f"no label is a sentiment (found {', '.join(self.strange)}): {_HOW}"

    def _note(self, label: str) -> None:
        self.not_understood += 1
        shown = clean_line(label, _LENGTH)
        if len(self.strange) < SHOWN and shown not in self.strange:
            self.strange.append(shown)
        if not self._number_beyond and _number(label) is not None:
            self._number_beyond = shown


def parse_rule(text: str) -> Rule:
    """A rule as --labels says it: `negative=0,neutral=1,positive=2`, `rating`, or `rating=0.5`.

    A mood may have several labels. Raises ValueError, in one line.
    """
    named: dict[str, Label] = {}
    for part in text.split(","):
        name, equals, label = (piece.strip().lower() for piece in part.partition("="))
        if name == "rating" and "," not in text:
            threshold = _number(label) if equals else THRESHOLD
            if threshold is None or threshold <= 0:
                raise ValueError(f"{part.strip()[:40]!r} has no number above 0: write it like rating=0.5")
            return Rule({}, threshold)
        mood = next((mood for mood in MOODS if mood == name), None)
        if mood is None or not label:
            raise ValueError(f"{part.strip()[:40]!r} tells no label: write it like negative=0,neutral=1,positive=2")
        if named.setdefault(label, mood) != mood:
            raise ValueError(f"label {label[:40]!r} is given two moods")
    return Rule(named)


def _convention(numbers: Sequence[str]) -> tuple[str, ...]:
    """How the only convention that fits writes negative, neutral and positive; () if none or more than one does."""
    if "-1" in numbers and set(numbers) <= set(_SIGNED):
        return _SIGNED
    return _COUNTED if set(numbers) == set(_COUNTED) else ()


def _whole(label: str) -> str:
    """The number that `label` is, of those in either convention, else ""."""
    number = _number(label)
    return str(int(number)) if number in (-1.0, 0.0, 1.0, 2.0) else ""


def _rated(label: str, threshold: float) -> str:
    rating = _number(label)
    if rating is None:
        return ""
    return "positive" if rating >= threshold else "negative" if rating <= -threshold else "neutral"


def _number(label: str) -> float | None:
    try:
        number = float(label)
    except ValueError:
        return None
    return number if isfinite(number) else None
