"""Sentiment of English text: the numbers of vaderSentiment 3.3.2, in linear time, with the reason for each.

vaderSentiment's time grows with the square of a text's length and worse with its emoji, so that one hostile
post stalls it for minutes. Here a token is classified once (one bounded memo), and the valence of a word is a
function of the six tokens around it (another).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.memo import LONGEST, Memo
from models.moods import THRESHOLD, Label
from models.vader_batch import score, score_codes
from models.vader_codes import EDGES, book, marks, read_window, read_word
from models.vader_lexicon import EDGE, Token, classify, emoji_names, without_emoji
from models.vader_rules import Polarity, Window, contrast, mark_emphasis, scores, totals, word_valence
from models.vader_words import read_wide

__all__ = ["Explanation", "Label", "Polarity", "Word", "explain", "label", "polarities", "polarity"]


Codes = NDArray[np.uint8]
Counts = NDArray[np.int64]

EMPTY = Polarity(0.0, 0.0, 0.0, 0.0)
NEUTRAL = Polarity(0.0, 0.0, 1.0, 0.0)


FEW = 96  # texts that are read faster one by one
BATCH = 4096  # texts that are read at once
BATCH_CHARACTERS = 1 << 20


class Word(NamedTuple):
    """A piece of the text as its reader sees it, what it adds to the total, and what changed that."""

    word: str
    valence: float
    note: str


class Explanation(NamedTuple):
    """Why a text has its polarity.

    The valences of the words and `emphasis` (of '!' and '?', with the sign of the mood they strengthen)
    add up to `total`, but for rounding (1e-9). The compound is round(normalize(total), 4), exactly.
    """

    polarity: Polarity
    words: list[Word]
    emphasis: float
    total: float


_codes = Memo(read_word, 100_000)
_wide = Memo(read_wide, 50_000, LONGEST * 4)  # bytes, not characters
_windows = Memo(read_window, 50_000)
_MARGIN = (EDGE, EDGE, EDGE)
_MARGIN_CODES = EDGES.encode("latin-1")
_JOINER = "\u200d"
_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


class _Scan(NamedTuple):
    """What is looked for in the codes of a text."""

    quiet: bytes  # codes of words that change nothing of how the others are read
    upper: bytes
    anchors: bytes
    seen: tuple[bytes, ...]
    scored: re.Pattern[bytes]
    but: re.Pattern[bytes]
    short: re.Pattern[bytes]  # all windows, overlapping, of words before a scored one
    whole: re.Pattern[bytes]  # and of those after it


@cache
def _scan() -> _Scan:
    kinds = book()
    scored, but = (b"[" + re.escape(codes) + b"]" for codes in (kinds.scored, kinds.but))
    # To find a word first and then look back is twice as fast as to look ahead from everywhere.
    sources = scored, but, scored + b"(?<=(....))", scored + b"(?<=(?=(......))....)"
    quiet = bytes(sorted({*range(256)} - {*kinds.upper, *kinds.anchors, *kinds.but}))
    patterns = [re.compile(source, re.DOTALL) for source in sources]
    return _Scan(quiet, kinds.upper, kinds.anchors, kinds.seen, *patterns)


def polarity(text: str) -> Polarity:
    """The four scores of `text`, equal to vaderSentiment 3.3.2's to the last bit. Takes any str."""
    codes = "".join(map(_codes.__getitem__, text.split())).encode("latin-1")
    quiet, upper, anchors, seen, scored, but, windows, whole = _scan()
    if not scored.search(codes):
        return NEUTRAL if codes else EMPTY
    loud = codes.translate(None, quiet)
    table, turn = 0, None
    if loud:
        table = 0 < len(loud) - len(loud.translate(None, upper)) < len(codes)
        if len(loud.translate(None, anchors)) < len(loud):
            table, windows = table + 2, whole
        turn = but.search(loud)
    around = _MARGIN_CODES + codes.translate(seen[table]) + _MARGIN_CODES
    valences = [_windows[window] for window in windows.findall(around)]
    if turn is not None:
        valences = contrast(valences, [place.start() for place in scored.finditer(codes)], codes.index(turn[0]))
    emphasis = mark_emphasis(*marks(text)) if "!" in text or "?" in text or not text.isascii() else 0.0
    return scores(valences, len(codes), emphasis)


def polarities(texts: Sequence[str]) -> list[Polarity]:
    """`polarity` of each text, in half the time or less if they are many."""
    found: list[Polarity] = []
    for span in parts_of(map(len, texts), BATCH, BATCH_CHARACTERS):
        part = texts[span]
        found += score(part, _wide, _windows) if len(part) >= FEW else map(polarity, part)
    return found


def polarities_of(codes: Codes, words: Counts, exclamations: Counts, questions: Counts) -> list[Polarity]:
    """`polarities` of texts of so many words and marks each, of which the codes are known (models/vader_codes.py)."""
    return score_codes(codes, words, exclamations, questions, _windows) if len(words) else []


def parts_of(lengths: Iterable[int], most: int, characters: int) -> Iterator[slice]:
    """Parts of texts of these lengths: `most` of them each, and over `characters` by one text at most."""
    ends = [0, *accumulate(lengths)]
    start, texts = 0, len(ends) - 1
    while start < texts:
        end = min(bisect_right(ends, ends[start] + characters), start + most, texts)
        yield slice(start, end)
        start = end


def label(compound: float) -> Label:
    """The mood that a compound stands for: positive from +0.05, negative from -0.05."""
    if compound >= THRESHOLD:
        return "positive"
    return "negative" if compound <= -THRESHOLD else "neutral"


def explain(text: str) -> Explanation:
    """Why `text` has its polarity, piece by piece.

    The pieces are the white-space separated words of the text, cut before each emoji: joined, they are the
    text without its white space. VADER reads an emoji as its English name, so a piece may be several words.
    """
    pieces = [piece for raw in text.split() for piece in _pieces(raw)]
    named = [without_emoji(piece) for piece in pieces]
    notes = [[f"read as {name.strip()}"] if name != piece else [] for name, piece in zip(named, pieces, strict=True)]
    owners = []  # of each of VADER's words, the piece it comes from
    tokens = []
    for piece, name in enumerate(named):
        for raw in name.split():
            owners.append(piece)
            tokens.append(classify(raw))
    places = _places(tokens)
    plain = [word_valence(*key, notes[owners[i]]) for i, key in zip(places, _keys(tokens, places), strict=True)]
    weighed = _weighed(tokens, places, plain)
    valences = [0.0] * len(pieces)
    but = _first_but(tokens)
    for i, before, after in zip(places, plain, weighed, strict=True):
        valences[owners[i]] += after
        if before != after and but is not None:
            notes[owners[i]].append(f"{'before' if i < but else 'after'} but: times {after / before:g}")
    polarity, emphasis, total = totals(weighed, len(tokens), mark_emphasis(*marks(text)))
    words = [
        Word(piece, valence, ", ".join(dict.fromkeys(note)))
        for piece, valence, note in zip(pieces, valences, notes, strict=True)
    ]
    return Explanation(polarity, words, emphasis, total)


def _places(tokens: list[Token]) -> list[int]:
    """Where the lexicon words stand."""
    return [i for i, token in enumerate(tokens) if token.valence is not None]


def _keys(tokens: list[Token], places: list[int]) -> list[tuple[Window, bool]]:
    """What the valences of the words at `places` depend on."""
    capitals = sum([token.upper for token in tokens])
    cap_diff = 0 < capitals < len(tokens)
    padded = (*_MARGIN, *tokens, *_MARGIN)
    return [(padded[i : i + 6], cap_diff) for i in places]


def _weighed(tokens: list[Token], places: list[int], valences: list[float]) -> list[float]:
    """Valences after the first 'but', if there is one."""
    but = _first_but(tokens)
    return valences if but is None else contrast(valences, places, but)


def _first_but(tokens: list[Token]) -> int | None:
    for i, token in enumerate(tokens):
        if token.lower == "but":
            return i
    return None


def _pieces(raw: str) -> list[str]:
    """A white-space separated word cut before each emoji that is not part of a sequence drawn as one."""
    if raw.isascii():
        return [raw]
    names = emoji_names()
    cuts = [
        i for i, char in enumerate(raw) if i and char in names and raw[i - 1] != _JOINER and char not in _SKIN_TONES
    ]
    return [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
