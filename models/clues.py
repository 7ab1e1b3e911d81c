"""What one white-space separated token tells of the language of its text: letters, function words, pictures."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.function_words import ENGLISH, OTHERS, SHARED
from models.scripts import NOT_LATIN
from models.vader_lexicon import emoji_names, lexicon

_LATIN = "A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿ"
LATIN_WORD = re.compile(f"[{_LATIN}]+(?:['’][{_LATIN}]+)*")
_AROUND = ".,;:!?\"'()#*-"  # may stand around a word, which changes nothing of what it tells
_LINK = re.compile(r"[\w-]+(?:\.[\w-]+)+/")


class Clue(NamedTuple):
    """Evidence from a token."""

    letters: int = 0  # Latin ones, outside links and mentions
    words: int = 0
    english: int = 0  # words that are function words of English, and of no language like it
    shared: int = 0  # words that are function words of English and of some other
    others: tuple[str, ...] = ()  # words that are function words of other languages
    accented: bool = False  # holds a Latin letter that English does not use
    picture: bool = False  # an emoji or emoticon that sentiment can read
    skipped: bool = False  # a link, a mention or a repost mark: no part of what the author says
    foreign: bool = False  # holds a letter of another script
    marked: bool = False  # has any of `others`, `accented`, `picture` and `foreign`


_SKIPPED = Clue(skipped=True)
PICTURE = Clue(picture=True, marked=True)


@cache
def emoticons() -> frozenset[str]:
    """Emoticons of the lexicon, ':d' among them; not words with a sign in them, such as "can't stand"."""
    return frozenset(word for word in lexicon() if not word.isalnum() and sum(char.isalpha() for char in word) <= 1)


def read_clue(raw: str) -> Clue:
    """The clue in `raw`."""
    if raw.startswith("http") and "://" in raw:
        return _SKIPPED
    word = raw.lower()
    if word in emoticons():
        return PICTURE
    if "@" in raw:
        return _SKIPPED
    if raw.isascii() and not word.startswith("www.") and word not in ("rt", "rt:"):
        word = word.strip(_AROUND)
        if word.isalpha():  # as most do, and three times as fast as what follows
            others = (word,) if word in OTHERS else ()
            return Clue(len(word), 1, word in ENGLISH, word in SHARED, others, marked=bool(others))
    return _read(raw)


def _read(raw: str) -> Clue:
    if "@" in raw or "://" in raw or raw.startswith("www.") or raw in ("RT", "RT:") or _LINK.match(raw):
        return _SKIPPED
    words = [word.lower().replace("’", "'") for word in LATIN_WORD.findall(raw)]
    clue = clue_of(words)
    if raw.isascii():
        return clue
    accented = not all(map(str.isascii, words))
    picture = not emoji_names().keys().isdisjoint(raw)
    foreign = NOT_LATIN.search(raw) is not None
    marked = clue.marked or accented or picture or foreign
    return Clue(*clue[:5], accented, picture, clue.skipped, foreign, marked)


def clue_of(words: Sequence[str]) -> Clue:
    """The clue in words, in lower case."""
    letters = english = shared = 0
    others: tuple[str, ...] = ()
    for word in words:
        letters += len(word)
        english += word in ENGLISH
        shared += word in SHARED
        if word in OTHERS:
            others += (word,)
    return Clue(letters, len(words), english, shared, others, marked=bool(others))


# The numbers of a clue in one whole number: those of all tokens of a text add up to that of the text. From the lowest:
# letters, words, English ones, shared ones, and how many tokens have something that a sum does not tell.
BITS = 12
LONGEST = (1 << BITS) - 1  # characters of a text that has no number above what the bits hold
FIELDS = 5
ODD = 1 << 4 * BITS  # of one token


def pack(clue: Clue) -> int:
    """The numbers of a clue in one."""
    if clue is _SKIPPED:
        return 0
    odd = bool(clue.others) or clue.accented or clue.foreign
    known = (clue.english << 2 * BITS) + (clue.shared << 3 * BITS)
    return clue.letters + (clue.words << BITS) + known + odd * ODD


@cache
def _telling() -> dict[str, int]:
    """What a function word adds to the sums, besides a word and its letters."""
    words = ENGLISH | SHARED | OTHERS.keys()
    return {
        word: pack(Clue(0, 0, word in ENGLISH, word in SHARED, (word,) if word in OTHERS else ())) for word in words
    }


def sums_of(words: Sequence[str]) -> int:
    """The sums of a token, packed, from the ASCII words in it, in lower case."""
    telling = _telling()
    packed = sum(map(len, words)) + (len(words) << BITS)
    for word in words:
        packed += telling.get(word, 0)
    return packed if packed < 2 * ODD else packed % ODD + ODD


def unpack(packed: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The numbers, of which each text has one column, from those of its tokens added up."""
    shifts = np.arange(FIELDS, dtype=np.uint64)[:, np.newaxis] * np.uint64(BITS)
    return (packed >> shifts & np.uint64(LONGEST)).astype(np.int64)
