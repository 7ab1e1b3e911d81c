"""VADER's rules: what the words around a word do to its valence, and how valences become the four scores.

C.J. Hutto and E. Gilbert, VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media
Text, ICWSM 2014. The order of every floating point operation is that of vaderSentiment 3.3.2, so that results
are equal to the last bit. Some of its rules are odd (see `contrast`): they are kept as they are.
"""

import math
from collections import defaultdict
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from models.vader_lexicon import EDGE, IDIOMS, PHRASE_BOOSTERS, Token

CAPS = 0.733  # emphasis of a word in capitals, where not all words are
NEGATION = -0.74
NEVER_SO = 1.25
SO = frozenset(("so", "this"))
FADE = (1.0, 0.95, 0.9)  # of a booster one, two and three words ahead
ALPHA = 15  # "approximates the max expected value" of a sum of valences

FEW = 24  # words with a valence
TIE = 0.5 - 1e-7  # what is further from a whole number may be rounded either way
_LOW, _HIGH = 0.5 - TIE, 0.5 + TIE  # the same from a half below it

Window = tuple[Token, ...]  # three words before, the word, two after; EDGE beyond the ends of the text
Notes = list[str] | None  # where to write what changed a valence, if anyone wants to know


class Polarity(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """VADER's scores: compound in [-1, 1]; pos, neu, neg are shares that add up to 1, or 0 without a word."""

    compound: float
    pos: float
    neu: float
    neg: float


class Totals(NamedTuple):
    """`polarity`, and what its compound is made of: sum of valences + `emphasis` = `total`."""

    polarity: Polarity
    emphasis: float
    total: float


def word_valence(window: Window, cap_diff: bool, notes: Notes = None) -> float:
    """Valence of the lexicon word in the middle of `window`, before any 'but' is heeded.

    `cap_diff`: some words of the text are in capitals, not all. Returns an int where an idiom's value is one.
    """
    before3, before2, before1, word, after1, _ = window
    assert word.valence is not None
    if word.lower == "kind" and after1.lower == "of":
        return 0.0
    valence = word.valence
    if word.lower == "no" and after1.valence is not None:
        valence = 0.0
        _note(notes, "negates the next word")
    if before1.lower == "no" or before2.lower == "no" or (before3.lower == "no" and before1.lower in ("or", "nor")):
        valence = word.valence * NEGATION
        _note(notes, "negated by no")
    if word.upper and cap_diff:
        valence += CAPS if valence > 0 else -CAPS
        _note(notes, "ALL CAPS")
    quiet = not (before1.negates or before2.negates or before3.negates or before1.lower in SO)  # as most are
    for distance, before in enumerate((before1, before2, before3)):
        if before.valence is None and before is not EDGE:
            valence += _boost(before, valence, cap_diff, notes) * FADE[distance] if before.boost else 0.0
            if not quiet:
                valence = _negate(valence, window, distance, notes)
    # vaderSentiment looks for idioms only where there is a third word before, and that is not in the lexicon.
    near_phrase = before1.in_phrase or before2.in_phrase or after1.in_phrase
    if near_phrase and before3.valence is None and before3 is not EDGE:
        valence = _idioms(valence, window, notes)
    if before1.lower == "least" and before2.lower not in ("at", "very"):
        valence *= NEGATION
        _note(notes, "negated by least")
    return valence


def _note(notes: Notes, text: str) -> None:
    if notes is not None:
        notes.append(text)


def _boost(before: Token, valence: float, cap_diff: bool, notes: Notes) -> float:
    boost = before.boost
    _note(notes, f"{'boosted' if boost > 0 else 'dampened'} by {before.lower}")
    if valence < 0:
        boost *= -1
    if before.upper and cap_diff:
        boost += CAPS if valence > 0 else -CAPS
    return boost


def _negate(valence: float, window: Window, distance: int, notes: Notes) -> float:
    before3, before2, before1 = window[:3]
    if distance == 1 and before2.lower == "never" and before1.lower in SO:
        _note(notes, f"boosted by never {before1.lower}")
        return valence * NEVER_SO
    if distance == 2:
        if before1.lower in SO:
            _note(notes, f"boosted by {before1.lower}")
            return valence * NEVER_SO
        if before3.lower == "never" and before2.lower in SO:
            _note(notes, f"boosted by never {before2.lower}")
            return valence * NEVER_SO
    before = window[2 - distance]
    if not before.negates:
        return valence
    if before.lower == "without" and "doubt" in [token.lower for token in window[3 - distance : 3]]:
        return valence
    _note(notes, f"negated by {before.lower}")
    return valence * NEGATION


def _idioms(valence: float, window: Window, notes: Notes) -> float:
    w3, w2, w1, w0, n1, n2 = (token.lower for token in window)
    behind: tuple[tuple[str, ...], ...] = ((w1, w0), (w2, w1, w0), (w2, w1), (w3, w2, w1), (w3, w2))
    found = [phrase for phrase in behind if phrase in IDIOMS][:1]
    ahead: tuple[tuple[str, ...], ...] = ((w0, n1), (w0, n1, n2))
    found += [phrase for phrase in ahead if phrase in IDIOMS]
    for phrase in found:
        valence = IDIOMS[phrase]
        _note(notes, f"idiom: {' '.join(phrase)}")
    for phrase in ((w3, w2, w1), (w3, w2), (w2, w1)):
        if phrase in PHRASE_BOOSTERS:
            valence = valence + PHRASE_BOOSTERS[phrase]
            _note(notes, f"dampened by {' '.join(phrase)}")
    return valence


def contrast(valences: list[float], positions: list[int], but: int) -> list[float]:
    """Valences after the first 'but', word number `but`: times 0.5 before it, times 1.5 after it.

    As in vaderSentiment, each step rescales the *first* word whose valence equals that of the word it is at,
    so of equal valences one may be scaled twice and another not at all. `positions` are the words' places in
    the text. That search is quadratic there; here a heap per valence keeps the words that hold it.
    """
    scaled = list(valences)
    if len(scaled) <= FEW:  # nearly always
        for i in range(len(scaled)):
            first = scaled.index(scaled[i])
            scaled[first] *= 0.5 if positions[first] < but else 1.5
        return scaled
    holders: defaultdict[float, list[int]] = defaultdict(list)
    for i, valence in enumerate(valences):
        holders[valence].append(i)  # ascending, so a heap
    for i in range(len(scaled)):
        valence = scaled[i]
        heap = holders[valence]
        while scaled[heap[0]] != valence:
            heappop(heap)
        first = heap[0]
        scaled[first] = valence * (0.5 if positions[first] < but else 1.5)
        heappush(holders[scaled[first]], first)
    return scaled


def mark_emphasis(exclamations: int, questions: int) -> float:
    """What '!' (up to four) and '?' (from two on) add to the strength of a text, never negative."""
    asked = 0.96 if questions > 3 else questions * 0.18 if questions > 1 else 0.0
    return (exclamations if exclamations < 4 else 4) * 0.292 + asked


def normalize(total: float) -> float:
    """A sum of valences as a number in [-1, 1]: x / sqrt(x^2 + 15), which rounding never takes past 1."""
    return total / math.sqrt(total * total + ALPHA)


def totals(valences: list[float], words: int, emphasis: float) -> Totals:
    """The scores of a text of `words` words, from the valences of those in the lexicon, in order."""
    if not words:
        return Totals(Polarity(0.0, 0.0, 0.0, 0.0), 0.0, 0.0)
    total = float(sum(valences))
    signed = emphasis if total > 0 else -emphasis if total < 0 else 0.0
    return Totals(scores(valences, words, emphasis), signed, total + signed)


def scores(valences: list[float], words: int, emphasis: float) -> Polarity:
    """`totals` of at least one word, without what they are made of."""
    total = float(sum(valences))
    positive = negative = 0.0
    neutral = float(words)
    for valence in valences:
        if valence > 0.0:
            positive += valence + 1.0
            neutral -= 1.0
        elif valence < 0.0:
            negative += valence - 1.0
            neutral -= 1.0
    if emphasis:
        if total > 0.0:
            total += emphasis
        elif total < 0.0:
            total -= emphasis
        if positive > -negative:
            positive += emphasis
        elif positive < -negative:
            negative -= emphasis
    whole = positive - negative + neutral
    compound = rounded(abs(total) / math.sqrt(total * total + ALPHA), 10_000.0, 4)
    return Polarity(
        compound if total >= 0.0 else -compound,
        rounded(positive / whole, 1_000.0, 3) if positive else 0.0,
        rounded(neutral / whole, 1_000.0, 3),
        rounded(-negative / whole, 1_000.0, 3) if negative else 0.0,
    )


def rounded(number: float, scale: float, digits: int) -> float:
    """round(number, digits) of a number from 0 to 1, to 3 or 4 digits, at half the price; `scale`: 10**digits.

    A whole number divided by a power of ten is the very float that round() gives. Near a tie, and near zero, round()
    is asked.
    """
    scaled = number * scale + 0.5
    whole = int(scaled)
    return whole / scale if whole and _LOW < scaled - whole < _HIGH else round(number, digits)
