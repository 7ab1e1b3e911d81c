"""VADER's scores of many texts at once: one look-up a word, and numpy for all the rest.

Every floating point operation on a text is that of vaderSentiment, in its order: numpy's are done element by element,
`bincount` adds in order, and the sum of the valences is left to sum(), which each Python does in its own way.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.memo import Memo
from models.vader_codes import AFTER, BEFORE, EDGE_CODE, book
from models.vader_rules import ALPHA, TIE, Polarity, contrast
from models.vader_words import read

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Stream = NDArray[np.uint8]

_AROUND = np.arange(-BEFORE, AFTER + 1)
_BESIDE = 1024 * (_AROUND != 0)


class _Tables(NamedTuple):
    """The book's, as arrays by code."""

    scored: Flags
    upper: Flags
    anchors: Flags
    but: Flags
    seen: NDArray[np.uint8]  # the four one after the other, and then once more for words beside the one in question


@cache
def _tables() -> _Tables:
    def flags(codes: bytes) -> Flags:
        found = np.zeros(256, dtype=bool)
        found[list(codes)] = True
        return found

    kinds = book()
    beside = [each.translate(kinds.beside) for each in kinds.seen]
    seen = np.frombuffer(b"".join((*kinds.seen, *beside)), dtype=np.uint8)
    return _Tables(flags(kinds.scored), flags(kinds.upper), flags(kinds.anchors), flags(kinds.but), seen)


def score(texts: Sequence[str], others: Memo[bytes, bytes], windows: Memo[bytes, float]) -> list[Polarity]:
    """The scores of each text. `others` remembers words that are not ASCII."""
    return score_codes(*read(texts, others), windows)


def score_codes(
    codes: Stream, words: Ints, exclamations: Ints, questions: Ints, windows: Memo[bytes, float]
) -> list[Polarity]:
    """The scores of texts of so many words and marks each, from the codes of all words, one text after the other."""
    return _score(_with_edges(codes, words), _emphasis(exclamations, questions), windows)


def _with_edges(found: Stream, counts: Ints) -> Stream:
    """The codes of the words of texts, of which each has so many, with EDGES before and after each text."""
    texts = len(counts)
    stream = np.full(len(found) + BEFORE * (texts + 1), EDGE_CODE, dtype=np.uint8)
    stream[np.arange(len(found)) + BEFORE * np.repeat(np.arange(1, texts + 1), counts)] = found
    return stream


def _score(stream: Stream, emphasis: Floats, windows: Memo[bytes, float]) -> list[Polarity]:
    tables = _tables()
    edges = np.flatnonzero(stream == EDGE_CODE)[::BEFORE]
    begins, ends = edges[:-1] + BEFORE, edges[1:]
    words = ends - begins
    places = np.flatnonzero(tables.scored.take(stream))
    owners = np.searchsorted(edges, places) - 1
    upper = np.cumsum(tables.upper.take(stream), dtype=np.int32)
    capitals = upper[ends - 1] - upper[begins - 1]
    cap_diff = (capitals > 0) & (capitals < words)

    around = stream.take(places[:, None] + _AROUND)
    anchored = tables.anchors.take(around).any(axis=1)
    seen = tables.seen.take((anchored * 512 + cap_diff[owners] * 256)[:, None] + around + _BESIDE)
    seen[~anchored, BEFORE + 1 :] = 0
    keys = seen.view(f"S{BEFORE + 1 + AFTER}").ravel().tolist()
    valences = list(map(windows.__getitem__, keys))

    counts = np.bincount(owners, minlength=len(words))
    bounds = np.concatenate(([0], np.cumsum(counts)))
    _weigh(valences, places, np.flatnonzero(tables.but.take(stream)), edges, bounds)
    weighed = np.array(valences, dtype=np.float64)
    totals = np.zeros(len(words))
    single, many = counts == 1, counts > 1
    totals[single] = weighed[bounds[:-1][single]] + 0.0  # as sum() of it, which knows no -0.0
    spans = zip(bounds[:-1][many].tolist(), bounds[1:][many].tolist(), strict=True)
    totals[many] = [sum(valences[start:end]) for start, end in spans]
    return _shares(weighed, owners, words, totals, emphasis)


def _weigh(valences: list[float], places: Ints, buts: Ints, edges: Ints, bounds: Ints) -> None:
    """Change the valences of texts with a 'but'."""
    owners, first = np.unique(np.searchsorted(edges, buts) - 1, return_index=True)
    for owner, but in zip(owners.tolist(), buts[first].tolist(), strict=True):
        start, end = int(bounds[owner]), int(bounds[owner + 1])
        if start < end:
            valences[start:end] = contrast(valences[start:end], places[start:end].tolist(), but)


def _emphasis(exclamations: Ints, questions: Ints) -> Floats:
    asked = np.where(questions > 3, 0.96, np.where(questions > 1, questions * 0.18, 0.0))
    return np.minimum(exclamations, 4) * 0.292 + asked


def _shares(valences: Floats, owners: Ints, words: Ints, totals: Floats, emphasis: Floats) -> list[Polarity]:
    """As `vader_rules.totals`."""
    totals = np.where(totals > 0, totals + emphasis, np.where(totals < 0, totals - emphasis, totals))
    many = len(words)
    positive = np.bincount(owners, np.where(valences > 0, valences + 1, 0.0), many)
    negative = np.bincount(owners, np.where(valences < 0, valences - 1, 0.0), many)
    neutral = words - np.bincount(owners, valences != 0, many)
    louder, quieter = positive > -negative, positive < -negative
    positive = np.where(louder, positive + emphasis, positive)
    negative = np.where(quieter, negative - emphasis, negative)
    whole = np.where(words > 0, positive - negative + neutral, 1.0)
    compound = np.clip(totals / np.sqrt(totals * totals + ALPHA), -1.0, 1.0)
    shares = np.concatenate((positive, neutral, np.abs(negative))) / np.concatenate((whole, whole, whole))
    told = rounded_all(shares, 3)
    return list(map(Polarity, rounded_all(compound, 4), told[:many], told[many : 2 * many], told[2 * many :]))


def rounded_all(numbers: Floats, digits: int) -> list[float]:
    """`vader_rules.rounded` of each number: rint keeps the sign of zero."""
    scale = 10.0**digits
    scaled = numbers * scale
    whole = np.rint(scaled)
    result: list[float] = (whole / scale).tolist()
    for tie in np.flatnonzero(np.abs(scaled - whole) >= TIE).tolist():
        result[tie] = round(float(numbers[tie]), digits)
    return result
