"""What a white-space separated token tells all who read texts, found out once.

A token of clean text is three whole numbers and what it says: for the mood its code (models/vader_codes.py), for the
language its sums (models/clues.py), for topics its words and tags (models/terms.py), for forecasts its mentions and
links. What depends on the rest of a text is not told: that text is to be read by itself.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from models.clues import Clue, pack, read_clue
from models.function_words import ENGLISH, OTHERS, SHARED
from models.hashtags import bodies, normalise_body
from models.stopwords import STOPWORDS
from models.terms import AROUND, MAX_WORD, read_piece
from models.vader_codes import book, read_word

CODE = 0xFF  # bits of the first number: the code of a token that VADER reads as one word, else 0
WORD = 1 << 8  # what it says is a word
MORE = 1 << 9  # what it says is a Token
WHOLE = 1 << 10  # it can only be read with the rest of its text
MARKED = 1 << 11  # its clue tells more than the sums do
SKIPPED = 1 << 12  # the detector is not to see it
KNOWN = 1 << 13  # always

MENTIONS, LINKS = 1, 1 << 32  # of the third number

_MENTION = re.compile(r"(?<!\w)@\w")
_ODD = frozenset(("www", "rt"))  # letters alone, and no word
_SCHEMES = ("http://", "https://")


class Token(NamedTuple):
    """What a token says, where it is not a word or nothing."""

    words: tuple[str, ...]
    bodies: tuple[str, ...]  # of its hashtags, folded
    tags: tuple[str, ...]
    codes: bytes  # one for each word that VADER reads it as


class Told(NamedTuple):
    """Of each of some tokens, the three numbers, and what it says."""

    info: list[int]
    sums: list[int]
    form: list[int]
    says: list[str | Token | None]


class _Known(NamedTuple):
    """Of a word of letters alone, three at least: both codes and what else its info holds, its sums but for letters."""

    low: int
    high: int
    sums: int
    counts: bool


@cache
def _lexicon() -> tuple[dict[str, _Known], _Known]:
    """What is known of words; and of all others."""
    words, (low, high) = book().words, map(ord, book().plain)
    known: dict[str, _Known] = {}
    for word in {*words, *ENGLISH, *SHARED, *OTHERS, *STOPWORDS}:
        if word.isascii() and word.isalpha() and len(word) > 2:
            small, large = map(ord, words[word]) if word in words else (low, high)
            known[word] = _info(small, large, word in OTHERS, word in ENGLISH, word in SHARED, word not in STOPWORDS)
    return known, _info(low, high, False, False, False, True)


def _info(low: int, high: int, other: bool, english: bool, shared: bool, counts: bool) -> _Known:
    more = KNOWN | (MARKED if other else 0) | (WORD if counts else 0)
    clue = Clue(words=1, english=english, shared=shared, others=("",) if other else ())
    return _Known(low | more, high | more, pack(clue), counts)


def read_tokens(raws: Iterable[str]) -> Told:
    """What each token tells. Takes tokens of clean text: no control characters, no lone surrogates."""
    known, other = _lexicon()
    told = Told([], [], [], [])
    info, sums, form, says = told.info.append, told.sums.append, told.form.append, told.says.append
    for raw in raws:
        core = raw.strip(AROUND)
        if core.isalpha() and raw.isascii() and 2 < len(core) <= MAX_WORD:  # as most are
            word = core.lower()
            if word not in _ODD:
                at = known.get(word, other)
                info(at.high if core.isupper() else at.low)
                sums(at.sums + len(core))
                form(0)
                says(sys.intern(word) if at.counts else None)
                continue
        found = _read(raw, core)
        info(found[0])
        sums(found[1])
        form(found[2])
        says(found[3])
    return told


def _read(raw: str, core: str) -> tuple[int, int, int, str | Token | None]:
    codes = read_word(raw)
    clue = read_clue(raw)
    if raw.isascii():
        if raw.startswith(_SCHEMES):
            links = raw.count("http://") + raw.count("https://")
            mentions = len(_MENTION.findall(raw)) if "@" in raw else 0
            return KNOWN | SKIPPED | ord(codes), 0, links * LINKS + mentions, None
        if core.startswith("@") and core[1:].replace("_", "").isalnum() and clue.skipped:
            return KNOWN | SKIPPED | ord(codes), 0, MENTIONS, None
    info = KNOWN
    says: str | Token | None = None
    piece = read_piece(raw)
    tagged = bodies(raw)
    if len(codes) == 1:
        info |= ord(codes)
    words = () if piece is None else piece.words
    folded = () if piece is None else piece.bodies
    if piece is None:
        info |= WHOLE
    if len(codes) == 1 and len(words) <= 1 and not tagged:
        if words:
            info |= WORD
            says = words[0]
    else:
        info |= MORE
        says = Token(words, folded, tuple(map(normalise_body, tagged)), codes.encode("latin-1"))
    if clue.skipped:
        info |= SKIPPED
    if clue.marked:
        info |= MARKED
    mentions = len(_MENTION.findall(raw)) if "@" in raw else 0
    links = raw.count("http://") + raw.count("https://") if "://" in raw else 0
    return info, pack(clue), mentions + links * LINKS, says
