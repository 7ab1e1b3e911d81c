"""The words of many texts as VADER's codes (models/vader_codes.py): numpy over the bytes of all.

A word is stripped, brought to lower case and looked for among those that VADER knows, so that one that comes for the
first time costs no more than any other. Only one that is not ASCII is read by itself.
"""

import string
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.known_words import KnownWords
from models.memo import Memo
from models.vader_codes import book, loud_emoji, read_word
from models.word_bytes import CHUNK, Bytes, Places, number_at, padded, spans

Flags = NDArray[np.bool_]

# White space becomes a space; other control characters, that are alike to every rule, one of them.
_PLAIN = bytes(32 if chr(byte).isspace() and byte < 128 else 127 if byte < 32 else byte for byte in range(256))
_AROUND, _SMALL = 1, 2  # of bytes: punctuation, small letters
_ROUNDS = 6  # characters of punctuation that are taken from all words at once
_KINDS = bytes(
    _AROUND if chr(byte) in string.punctuation else _SMALL if chr(byte) in string.ascii_lowercase else 0
    for byte in range(256)
)
_PUNCTUATION = string.punctuation.encode()
_WIDE = 0x80  # the bytes of a character that is not ASCII are no less
_ONES = 0x0101010101010101


class Coded(NamedTuple):
    """Of some texts, one after the other: the codes of their words, and of each how many words and marks it has."""

    codes: Bytes
    counts: Places
    exclamations: Places
    questions: Places


@cache
def _known() -> tuple[KnownWords, int, Bytes]:
    """The words that VADER knows, the number of others with "n't", and the codes of each, of those in capitals too."""
    kinds = book()
    words = {word: pair for word, pair in kinds.words.items() if word.isascii() and " " not in word}
    codes = "".join(map("".join, (kinds.plain, *words.values(), kinds.negation)))
    return KnownWords([*words]), len(words) + 1, np.frombuffer(codes.encode("latin-1"), dtype=np.uint8)


def read_wide(word: bytes) -> bytes:
    """The codes of a word that is not ASCII."""
    return read_word(word.decode("utf-8", "surrogatepass")).encode("latin-1")


def read(texts: Sequence[str], others: Memo[bytes, bytes]) -> Coded:
    """The words of each text. `others` remembers what `read_wide` says."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends_of = np.cumsum(np.fromiter(map(len, encoded), dtype=np.intp, count=len(encoded)) + 1)
    plain = b" ".join(encoded).translate(_PLAIN)
    text = padded(plain)
    starts, ends = spans(text)
    counts = np.diff(np.searchsorted(starts, ends_of), prepend=0)
    codes = codes_of(plain, text, starts, ends)
    exclamations, questions = (_marks(text, ord(mark), ends_of) for mark in "!?")
    wide = _wide(text, starts)
    if len(wide):
        places = zip((starts[wide] - 1).tolist(), (ends[wide] - 1).tolist(), strict=True)
        raws = [plain[start:end] for start, end in places]
        codes, counts = spread(codes, counts, wide, list(map(others.__getitem__, raws)))
        joined = b" ".join(raws)
        for emoji, name in loud_emoji().items():
            if emoji.encode() in joined:
                times = np.array([text.count(emoji) for text in texts])
                exclamations += times * name.count("!")
                questions += times * name.count("?")
    return Coded(codes, counts, exclamations, questions)


def spread(codes: Bytes, counts: Places, places: Places, spelt: Sequence[bytes]) -> tuple[Bytes, Places]:
    """Codes of texts, and how many each has: those of words, of which some at `places` are spelt with any number."""
    sizes = np.array(list(map(len, spelt)))
    owners = np.searchsorted(np.cumsum(counts), places, side="right")
    counts = counts + np.bincount(owners, sizes - 1, len(counts)).astype(np.int64)
    repeats = np.ones(len(codes), dtype=np.int64)
    repeats[places] = sizes
    begins = np.cumsum(repeats)[places] - sizes
    codes = np.repeat(codes, repeats)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    codes[np.repeat(begins, sizes) + within] = np.frombuffer(b"".join(spelt), dtype=np.uint8)
    return codes, counts


def codes_of(plain: bytes, text: Bytes, starts: Places, ends: Places) -> Bytes:
    """The code of each word of `plain`, which `text` is padded: right if it is ASCII."""
    known, negation, codes = _known()
    kinds = np.frombuffer(text.tobytes().translate(_KINDS), dtype=np.uint8)
    small = padded(plain.lower())
    starts, ends, outer = _bare(plain, kinds, starts, ends)
    sizes = ends - starts
    index = known.find(small, starts, sizes)
    quotes = np.flatnonzero(text == ord("'"))
    quotes = quotes[(small[quotes - 1] == ord("n")) & (small[quotes + 1] == ord("t"))]
    if len(quotes):
        owners = np.searchsorted(starts, quotes, side="right") - 1
        index[owners[index[owners] == 0]] = negation
    index *= 2
    which = np.flatnonzero(outer & _SMALL == 0)
    which = which[kinds.take(starts[which] + 1) != _SMALL]
    index[which[_upper(plain, text, small, starts[which], sizes[which])]] += 1
    found: Bytes = codes.take(index)
    return found


def _bare(plain: bytes, kinds: Bytes, starts: Places, ends: Places) -> tuple[Places, Places, Bytes]:
    """Where words start and end without punctuation, and the kinds of the bytes there.

    Where two characters or none would be left, with it.
    """
    outer = kinds.take(starts) | kinds.take(ends - 1)
    which = np.flatnonzero(outer & _AROUND)
    first, last = _stripped(plain, kinds, starts[which], ends[which])
    much = last - first > 2
    which, first, last = which[much], first[much], last[much]
    starts, ends = starts.copy(), ends.copy()
    starts[which], ends[which] = first, last
    outer[which] = kinds.take(first) | kinds.take(last - 1)
    return starts, ends, outer


def _stripped(plain: bytes, kinds: Bytes, starts: Places, ends: Places) -> tuple[Places, Places]:
    """Where words start and end without punctuation, of some nothing may be left."""
    starts, ends = starts.copy(), ends.copy()
    left = np.arange(len(starts))
    for _ in range(_ROUNDS):
        left = left[kinds.take(ends[left] - 1) == _AROUND]
        if not len(left):
            break
        ends[left] -= 1
    for word in left.tolist():
        ends[word] = starts[word] + len(plain[starts[word] - 1 : ends[word] - 1].rstrip(_PUNCTUATION))
    left = np.flatnonzero(ends > starts)
    for _ in range(_ROUNDS):
        left = left[kinds.take(starts[left]) == _AROUND]
        if not len(left):
            break
        starts[left] += 1
    for word in left.tolist():
        starts[word] = ends[word] - len(plain[starts[word] - 1 : ends[word] - 1].lstrip(_PUNCTUATION))
    return starts, ends


def _upper(plain: bytes, text: Bytes, small: Bytes, starts: Places, sizes: Places) -> Flags:
    """Whether words are in capitals; `small`: the text in lower case."""
    numbers = number_at(text, starts, sizes)
    # The highest bit of each byte: whether it is "a" or more, and not more than "z".
    letters = (numbers + np.uint64(_ONES * (0x80 - ord("a")))) & ~(numbers + np.uint64(_ONES * (0x7F - ord("z"))))
    upper: Flags = (numbers != number_at(small, starts, sizes)) & (letters & np.uint64(_ONES * 0x80) == 0)
    for long in np.flatnonzero(sizes > CHUNK).tolist():
        upper[long] = plain[starts[long] - 1 : starts[long] - 1 + sizes[long]].isupper()
    return upper


def _wide(text: Bytes, starts: Places) -> Places:
    """The words that are not ASCII."""
    wide = text >= _WIDE
    owners = np.searchsorted(starts, np.flatnonzero(wide[1:] > wide[:-1]) + 1, side="right") - 1
    words: Places = owners[np.diff(owners, prepend=-1) > 0]
    return words


def _marks(text: Bytes, mark: int, ends_of: Places) -> Places:
    """How many there are of a mark in each text."""
    owners = np.searchsorted(ends_of, np.flatnonzero(text == mark), side="right")
    counts: Places = np.bincount(owners, minlength=len(ends_of))
    return counts
