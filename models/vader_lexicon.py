"""What VADER knows of words: its lexica and word lists, read from the installed vaderSentiment package."""

import re
import string
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES

from models.memo import LONGEST

BOOSTERS: dict[str, float] = BOOSTER_DICT  # "very" -> 0.293, "kind of" -> -0.293
NEGATIONS: frozenset[str] = frozenset(NEGATE)
# Phrases by their words. Values keep their type: since Python 3.12 sum() adds ints and floats differently.
IDIOMS: dict[tuple[str, ...], float] = {tuple(phrase.split()): value for phrase, value in SPECIAL_CASES.items()}
PHRASE_BOOSTERS = {tuple(phrase.split()): value for phrase, value in BOOSTERS.items() if " " in phrase}
PHRASES = frozenset(phrase for phrase in (*IDIOMS, *PHRASE_BOOSTERS) if len(phrase) > 1)
PHRASE_WORDS = frozenset(word for phrase in PHRASES for word in phrase)

# Words the rules look for around a scored word, besides those of the lists above.
RULE_WORDS = frozenset(
    ("no", "or", "nor", "never", "so", "this", "without", "doubt", "least", "at", "very", "kind", "of", "but")
)


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """A word as the rules see it. `lower` is "" for words no rule looks at, so that they share an object."""

    lower: str
    upper: bool = False  # as str.isupper
    valence: float | None = None  # in the lexicon, -4 to 4
    boost: float = 0.0  # what it adds to the strength of a word that follows
    negates: bool = False
    in_phrase: bool = False  # part of an idiom or a booster of several words


EDGE = Token("")  # stands beyond the ends of a text
_PLAIN = {False: Token(""), True: Token("", upper=True)}


@cache
def lexicon() -> dict[str, float]:
    """Valence of each lexicon word, -4 to 4."""
    return {word: float(valence) for word, valence in _rows("vader_lexicon.txt")}


@cache
def emoji_names() -> dict[str, str]:
    """English names of the emoji of one code point: VADER reads text by those, and never sees the others."""
    return {emoji: name for emoji, name in _rows("emoji_utf8_lexicon.txt") if len(emoji) == 1}


def _rows(name: str) -> list[tuple[str, str]]:
    text = files("vaderSentiment").joinpath(name).read_bytes().decode("utf-8")
    rows = [line.strip().split("\t") for line in text.split("\n") if line]
    return [(row[0], row[1]) for row in rows]


@cache
def _emoji_pattern() -> re.Pattern[str]:
    """Matches every emoji and little else: `re` has a map of the first plane, and goes through ranges of the others."""
    ranges: list[list[int]] = []
    for code in sorted(map(ord, emoji_names())):
        if ranges and code - ranges[-1][1] < (0x400 if code >> 16 else 2):
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return re.compile("[" + "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges) + "]")


def _name_of(match: re.Match[str]) -> str:
    emoji = match[0]
    name = emoji_names().get(emoji)
    return emoji if name is None else " " + name


def without_emoji(text: str) -> str:
    """`text` with a space and a name in place of each emoji. What follows sticks to the name, as in VADER."""
    return text if text.isascii() else _emoji_pattern().sub(_name_of, text)


@cache
def _known_words() -> frozenset[str]:
    return RULE_WORDS | PHRASE_WORDS | NEGATIONS | BOOSTERS.keys() | lexicon().keys()


def strip_punctuation(raw: str) -> str:
    """A word without the ASCII punctuation around it, unless so little is left that it may be an emoticon."""
    stripped = raw.strip(string.punctuation)
    return raw if len(stripped) <= 2 else stripped


def classify(raw: str) -> Token:
    """The token of one white-space separated piece of text (emoji already replaced)."""
    word = strip_punctuation(raw)
    lower = word.lower()
    negates = lower in NEGATIONS or "n't" in lower
    known = lower in _known_words()
    if not known and not negates:
        return _PLAIN[word.isupper()]
    return Token(
        lower=lower if known else lower[:LONGEST],  # any length of text may hold "n't"
        upper=word.isupper(),
        valence=lexicon().get(lower),
        boost=BOOSTERS.get(lower, 0.0),
        negates=negates,
        in_phrase=lower in PHRASE_WORDS,
    )
