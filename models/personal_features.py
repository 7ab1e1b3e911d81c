"""What the personal layer knows of a text, and all of it that is kept: numbers and hashed terms, never a word."""

from collections.abc import Sequence
from math import log1p
from typing import NamedTuple

from models.moods import Mood
from models.sentiment import Polarity, label
from models.vader_lexicon import classify, without_emoji
from models.vectors import count

SIZE = 1 << 15  # columns that terms share, hashtags the odd ones
NUMBERS = (
    "pos",
    "neu",
    "neg",
    "compound",
    "positive",
    "negative",
    "exclamations",
    "questions",
    "capitals",
    "negations",
)


class Features(NamedTuple):
    """`vader` is what VADER says, "not-scorable" where it may say nothing; `numbers` are NUMBERS, in their order.

    `terms` are columns with their weighted counts, the columns in order.
    """

    vader: Mood
    numbers: tuple[float, ...]
    terms: tuple[tuple[int, float], ...]


def features(text: str, terms: Sequence[str], polarity: Polarity, scored: bool) -> Features:
    """Features of a text with its terms; `polarity` is VADER's whether it may score the text or not."""
    named = without_emoji(text).split()
    tokens = [classify(word) for word in named]
    valences = [token.valence for token in tokens if token.valence is not None]
    capitals = sum(token.upper for token in tokens)
    numbers = (
        polarity.pos,
        polarity.neu,
        polarity.neg,
        polarity.compound,
        log1p(sum(valence > 0 for valence in valences)),
        log1p(sum(valence < 0 for valence in valences)),
        log1p(text.count("!")),
        log1p(text.count("?")),
        log1p(capitals if capitals < len(tokens) else 0),
        log1p(sum(token.negates for token in tokens)),
    )
    return Features(
        vader=label(polarity.compound) if scored else "not-scorable",
        numbers=tuple(round(number, 4) for number in numbers),
        terms=_hashed(terms),
    )


def _hashed(terms: Sequence[str]) -> tuple[tuple[int, float], ...]:
    counts = count([terms])
    columns: dict[int, float] = {}
    for column, value in zip(counts.columns.tolist(), counts.values.tolist(), strict=True):
        columns[column % SIZE] = columns.get(column % SIZE, 0.0) + value
    return tuple(sorted(columns.items()))
