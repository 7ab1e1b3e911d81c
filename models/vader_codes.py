"""Words as bytes: all that VADER's rules ask of a word is one of some 220 kinds, and a text is a string of those.

So a word is looked up once, whatever its spelling, and a word with a valence depends on a few bytes around it.
"""

import string
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from models.memo import Memo
from models.vader_lexicon import (
    BOOSTERS,
    EDGE,
    NEGATIONS,
    PHRASE_WORDS,
    PHRASES,
    RULE_WORDS,
    Token,
    classify,
    emoji_names,
    lexicon,
    without_emoji,
)
from models.vader_rules import word_valence

EDGE_CODE = 1  # 0 stands for what is not looked at, at the end of a window
BEFORE, AFTER = 3, 2  # words that the valence of a word depends on
EDGES = chr(EDGE_CODE) * BEFORE

_SPELT = RULE_WORDS | PHRASE_WORDS  # that the rules know by name
# Of each phrase the longest word. Where none of these is near, the other words of phrases are like any other.
_ANCHORS = frozenset(max(phrase, key=len) for phrase in PHRASES) | {"no", "least", "without", "never"}
_UNANCHORED = frozenset({"so", "this"})  # words that rules know by name, whatever stands beside them


class Book(NamedTuple):
    """The kinds of words, by code, and the tables between them. A table maps a byte to a byte."""

    tokens: tuple[Token, ...]  # by code, one of each kind
    words: dict[str, tuple[str, str]]  # a word that rules look for -> code in lower case, in capitals
    plain: tuple[str, str]  # codes of all others
    negation: tuple[str, str]  # of those others that hold "n't"
    scored: bytes  # codes of lexicon words
    upper: bytes
    anchors: bytes
    but: bytes
    seen: tuple[bytes, ...]  # tables of what a window need tell of a word, by `anchored * 2 + cap_diff`
    beside: bytes  # table of what is to be told of a word beside the one in question


@cache
def book() -> Book:
    """The kinds of words that there are, from the lexica."""
    tokens = [EDGE, EDGE]
    codes: dict[tuple[object, ...], int] = {}

    def code(token: Token) -> int:
        key = (token.lower, token.upper, token.valence, token.boost, token.negates, token.in_phrase)
        if key not in codes:
            codes[key] = len(tokens)
            tokens.append(token)
        return codes[key]

    def pair(token: Token) -> tuple[str, str]:
        return chr(code(token)), chr(code(replace(token, upper=True)))

    words = {
        word: pair(_kind(classify(word))) for word in sorted(_SPELT | NEGATIONS | BOOSTERS.keys() | lexicon().keys())
    }
    plain, negation = pair(Token("")), pair(Token("", negates=True))
    every = range(len(tokens))
    tables = []
    for anchored in (False, True):  # whether an anchor is in the window
        for cap_diff in (False, True):  # whether some words of the text are in capitals, not all
            seen = [code(_seen(tokens[each], anchored, cap_diff)) if each > EDGE_CODE else each for each in every]
            tables.append(bytes(seen).ljust(256, b"\0"))
    alike = [each for each in every if tokens[each].valence is not None and not tokens[each].lower]
    if len(tokens) > 256:
        raise ValueError("this vaderSentiment has more kinds of words than fit into a byte")
    return Book(
        tuple(tokens),
        words,
        plain,
        negation,
        bytes(each for each in every if tokens[each].valence is not None),
        bytes(each for each in every if tokens[each].upper),
        bytes(each for each in every if tokens[each].lower in _ANCHORS),
        bytes(each for each in every if tokens[each].lower == "but"),
        tuple(tables),
        bytes(alike[0] if each in alike else each for each in range(256)),
    )


def _kind(token: Token) -> Token:
    """A word without its name, unless a rule calls it by that."""
    return token if token.lower in _SPELT else replace(token, lower="")


def _seen(token: Token, anchored: bool, cap_diff: bool) -> Token:
    """What a window need tell of a word: the less it does, the sooner it is known."""
    if not anchored and token.lower not in _UNANCHORED:
        token = replace(token, lower="", in_phrase=False)
    if not cap_diff or (token.valence is None and token.boost == 0.0):
        token = replace(token, upper=False)
    return token


def read_word(raw: str) -> str:
    """The code of a white-space separated word; the codes of their names, if there are emoji in it."""
    if raw.isascii():
        return _code(raw)
    return "".join(map(_codes_of_names.__getitem__, without_emoji(raw).split()))


def _code(raw: str) -> str:
    kinds = book()
    word = raw.strip(string.punctuation)  # as strip_punctuation
    if len(word) <= 2:
        word = raw
    lower = word.lower()
    found = kinds.words.get(lower)
    if found is None:
        found = kinds.negation if "n't" in lower else kinds.plain
    return found[word.isupper()]


_codes_of_names = Memo(_code, 10_000)  # and what is stuck to them


def read_window(window: bytes) -> float:
    """The valence of a lexicon word, from the words before and after it.

    A window has gone through the table that is for it, and need not say what is after the word if it is not anchored.
    """
    tokens = book().tokens
    return word_valence(tuple([tokens[code] for code in window.ljust(BEFORE + 1 + AFTER, b"\1")]), True)


@cache
def loud_emoji() -> dict[str, str]:
    """Emoji whose names have marks in them ("UP! button")."""
    return {emoji: name for emoji, name in emoji_names().items() if "!" in name or "?" in name}


def marks(text: str) -> tuple[int, int]:
    """How many '!' and '?' VADER finds in `text`, in the names of emoji too."""
    exclamations, questions = text.count("!"), text.count("?")
    if not text.isascii():
        for emoji, name in loud_emoji().items():
            if emoji in text:
                times = text.count(emoji)
                exclamations += times * name.count("!")
                questions += times * name.count("?")
    return exclamations, questions
