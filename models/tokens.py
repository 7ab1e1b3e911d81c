"""What a white-space separated token tells all who read texts, found out once.

A token of clean text is three whole numbers and what it says: for the mood its code (models/vader_codes.py), for the
language its sums (models/clues.py), for topics its words and tags (models/terms.py), for forecasts its mentions and
links, and its marks. What depends on the rest of a text is not told: that text is to be read by itself.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from models.clues import LATIN_WORD, ODD, PICTURE, Clue, clue_of, emoticons, pack, read_clue, sums_of
from models.function_words import ENGLISH, OTHERS, SHARED
from models.hashtags import bodies, normalise_body
from models.sharing import share
from models.stopwords import STOPWORDS
from models.terms import AROUND, MAX_WORD, NOTHING, read_piece, spell_out, words_in
from models.vader_codes import book, marks, read_word

CODE = 0xFF  # bits of the first number: the code of a token that VADER reads as one word, else 0
WORD = 1 << 8  # what it says is a word
MORE = 1 << 9  # what it says is a Token
WHOLE = 1 << 10  # it can only be read with the rest of its text
MARKED = 1 << 11  # its clue tells more than the sums do
SKIPPED = 1 << 12  # the detector is not to see it
KNOWN = 1 << 13  # always

# What the third number counts, sixteen bits each: more than a text of clean.MAX_TEXT characters can have.
MENTIONS, LINKS, EXCLAMATIONS, QUESTIONS = 1, 1 << 16, 1 << 32, 1 << 48
COUNTS = (1 << 16) - 1

_MENTION = re.compile(r"(?<!\w)@\w")
_SIGN = re.compile("[#@/<&]")  # that there is more in a token than words and punctuation
_ODD = frozenset(("www", "rt", "rt:"))  # that are no words
_SCHEMES = ("http://", "https://")


class Token(NamedTuple):
    """What a token says, where it is not a word or nothing."""

    words: tuple[str, ...]
    bodies: tuple[str, ...]  # of its hashtags, folded
    tags: tuple[str, ...]
    unspaced: bool = False  # as in a Piece
    pairs: tuple[str, ...] = ()
    codes: bytes = b""  # one for each word that VADER reads it as, if they are several


# The three numbers of a token, what it says, and its clue if that is marked.
Read = tuple[int, int, int, str | Token | None, Clue | None]


class Told(NamedTuple):
    """`Read` of some tokens, by column."""

    info: list[int]
    sums: list[int]
    form: list[int]
    says: list[str | Token | None]
    clues: dict[int, Clue]  # of those that have one, by their places


class _Known(NamedTuple):
    """Of a word of letters alone, three at least: both codes and what else its info holds, its sums but for letters."""

    low: int
    high: int
    sums: int
    counts: bool
    clue: Clue | None = None


@cache
def _lexicon() -> tuple[dict[str, _Known], _Known]:
    """What is known of words; and of all others."""
    words, plain = book().words, book().plain
    known: dict[str, _Known] = {}
    for word in {*words, *ENGLISH, *SHARED, *OTHERS, *STOPWORDS}:
        if word.isascii() and word.isalpha() and len(word) > 2:
            known[word] = _known(words.get(word, plain), clue_of([word]), word not in STOPWORDS)
    return known, _known(plain, Clue(words=1), True)


def _known(codes: tuple[str, str], clue: Clue, counts: bool) -> _Known:
    low, high = map(ord, codes)
    more = KNOWN | (MARKED if clue.marked else 0) | (WORD if counts else 0)
    return _Known(low | more, high | more, pack(clue) - clue.letters, counts, clue if clue.marked else None)


def read_tokens(raws: Iterable[str]) -> Told:
    """What each token tells. Takes tokens of clean text: no control characters, no lone surrogates."""
    known, (low, high, alone, _, _) = _lexicon()
    told = Told([], [], [], [], {})
    info, sums, form, says = told.info.append, told.sums.append, told.form.append, told.says.append
    for raw in raws:
        core = raw.strip(AROUND)
        if core.isalpha() and raw.isascii() and 2 < len(core) <= MAX_WORD:  # as most are
            word = core.lower()
            if word not in _ODD:
                at = known.get(word)
                if at is None:
                    info(high if core.isupper() else low)
                    sums(alone + len(core))
                    says(share(word))
                else:
                    if at.clue:
                        told.clues[len(told.says)] = at.clue
                    info(at.high if core.isupper() else at.low)
                    sums(at.sums + len(core))
                    says(share(word) if at.counts else None)
                form(_marks(raw) if len(raw) > len(core) else 0)
                continue
        found = _read_ascii(raw, core) if raw.isascii() else read_any(raw)
        info(found[0])
        sums(found[1])
        form(found[2])
        if found[4]:
            told.clues[len(told.says)] = found[4]
        says(found[3])
    return told


def read_any(raw: str) -> Read:
    """What a token tells, in the long way that is right for all."""
    codes, clue, piece, tagged = read_word(raw), read_clue(raw), read_piece(raw), bodies(raw)
    info = KNOWN
    if len(codes) == 1:
        info |= ord(codes)
    if piece is None:
        info |= WHOLE
        piece = NOTHING
    if clue.skipped:
        info |= SKIPPED
    if clue.marked:
        info |= MARKED
    exclamations, questions = marks(raw)
    form = exclamations * EXCLAMATIONS + questions * QUESTIONS + ties(raw)
    says: str | Token | None = None
    if len(codes) > 1 or len(piece.words) > 1 or piece.unspaced or tagged:
        info |= MORE
        says = Token(
            piece.words,
            piece.bodies,
            tuple(map(normalise_body, tagged)),
            piece.unspaced,
            piece.pairs,
            codes.encode("latin-1") if len(codes) > 1 else b"",
        )
    elif piece.words:
        info |= WORD
        (says,) = piece.words
    return info, pack(clue), form, says, clue if clue.marked else None


def ties(text: str) -> int:
    """How many mentions and links there are in a text, as in the third number of a token."""
    mentions = len(_MENTION.findall(text)) if "@" in text else 0
    links = text.count("http://") + text.count("https://") if "://" in text else 0
    return mentions * MENTIONS + links * LINKS


def _marks(raw: str) -> int:
    return raw.count("!") * EXCLAMATIONS + raw.count("?") * QUESTIONS


def _read_ascii(raw: str, core: str) -> Read:
    """`read_any` of ASCII, of which `core` is without what may stand around a word, in a third of the time."""
    form = _marks(raw)
    if raw.startswith(_SCHEMES):
        kind = read_word(raw) if "'" in raw else book().plain[0]  # no word of the lexicon begins so
        return KNOWN | SKIPPED | ord(kind), 0, ties(raw) + form, None, None
    sign, body = core[:1], core[1:]
    if sign == "@" and body.replace("_", "").isalnum():
        return KNOWN | SKIPPED | ord(read_word(raw)), 0, MENTIONS + form, None, None
    if sign == "#" and body.isalpha() and 3 < len(core) <= MAX_WORD:
        return _read_tag(body, form)
    lower = raw.lower()
    if _SIGN.search(raw) or "www" in lower or lower in _ODD:
        return read_any(raw)
    return _read_plain(raw, lower, form)


def _read_plain(raw: str, lower: str, form: int) -> Read:
    """A token without a sign that anything is in it but words."""
    code = KNOWN | ord(read_word(raw))
    sums, clue = 0, None
    if lower in emoticons():
        code, clue = code | MARKED, PICTURE
    else:
        sums = sums_of(LATIN_WORD.findall(lower))
        if sums >= ODD:
            code, clue = code | MARKED, read_clue(raw)
    words = words_in(lower)
    if len(words) > 1:
        return code | MORE, sums, form, Token(tuple(words), (), ()), clue
    return (code | WORD, sums, form, words[0], clue) if words else (code, sums, form, None, clue)


def _read_tag(body: str, form: int) -> Read:
    """A hashtag of three letters or more."""
    known, other = _lexicon()
    word = share(body.lower())
    at = known.get(word, other)
    one = body[1:].islower() or body.isupper()
    words = (word,) * at.counts if one else tuple(words_in(spell_out(body).lower()))
    info = (at.high if body.isupper() else at.low) & ~WORD | MORE
    return info, at.sums + len(body), form, Token(words, (word,), (word,)), at.clue
