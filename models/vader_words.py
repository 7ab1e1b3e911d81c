"""The words of many texts as VADER's codes (models/vader_codes.py): numpy over the bytes of all.

A word is stripped, brought to lower case and looked for in a table of those that VADER knows. That never grows, so a
word that comes for the first time costs no more than any other; only one that is not ASCII is read by itself.
"""

import string
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.memo import Memo
from models.vader_codes import book, loud_emoji, read_word
from models.word_rows import CHUNK, FITS, Numbers, Places, mixed, number_at, numbers_at, padded, spans

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

# White space becomes a space; other control characters, that are alike to every rule, one of them.
_PLAIN = bytes(32 if chr(byte).isspace() and byte < 128 else 127 if byte < 32 else byte for byte in range(256))
_PUNCTUATION = string.punctuation.encode()
_ROUNDS = 6  # characters of punctuation that are taken from all words at once
_AROUND, _SMALL = 1, 2  # of bytes: punctuation, small letters
_KINDS = bytes(
    _AROUND if chr(byte) in string.punctuation else _SMALL if chr(byte) in string.ascii_lowercase else 0
    for byte in range(256)
)
_WIDE = 0xC0  # the first byte of a character that is not ASCII is no less
_ONES = 0x0101010101010101
_OTHER, _NEGATION = 0, 1  # numbers of words that the table does not hold, and of those with "n't"
_BITS = 16
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Coded(NamedTuple):
    """Of some texts, one after the other: the codes of their words, and of each how many words and marks it has."""

    codes: Bytes
    counts: Places
    exclamations: Places
    questions: Places


class _Known(NamedTuple):
    """The words that VADER knows, by a hash of their bytes: which one it is stands there, or a little further on."""

    places: NDArray[np.uint16]  # numbers of words, 0 where there is none
    reach: int
    hashes: Numbers  # of each word
    keys: tuple[Numbers, Numbers, Numbers]
    codes: Bytes  # in lower case and in capitals


@cache
def _known() -> _Known:
    kinds = book()
    words = {word.encode(): pair for word, pair in kinds.words.items() if word.isascii() and " " not in word}
    if max(map(len, words)) > FITS:
        raise ValueError("this vaderSentiment has words longer than the table can hold")
    text = padded(b"- - " + b" ".join(words))  # the first two are no words of the table
    starts, ends = spans(text)
    keys = numbers_at(text, starts, ends - starts)
    hashes = _hashes(text, starts, ends - starts, keys[0])
    places = np.zeros(2 << _BITS, dtype=np.uint16)
    reach = 0
    for number, first in enumerate(_slots(hashes).tolist()[2:], 2):
        slot = first
        while places[slot]:
            slot += 1
        places[slot] = number
        reach = max(reach, slot - first)
    codes = "".join(map("".join, (kinds.plain, kinds.negation, *words.values())))
    return _Known(places, reach, hashes, keys, np.frombuffer(codes.encode("latin-1"), dtype=np.uint8))


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
    codes = _codes(plain, text, starts, ends)
    exclamations, questions = (_marks(text, ord(mark), ends_of) for mark in "!?")
    wide = _owners(starts, text >= _WIDE)
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


def _codes(plain: bytes, text: Bytes, starts: Places, ends: Places) -> Bytes:
    """The code of each word: right if it is ASCII."""
    kinds = np.frombuffer(text.tobytes().translate(_KINDS), dtype=np.uint8)
    small = padded(plain.lower())
    starts, ends, outer = _bare(plain, kinds, starts, ends)
    sizes = ends - starts
    first = number_at(small, starts, sizes)
    index = _look_up(small, starts, sizes, first)
    quotes = np.flatnonzero(text == ord("'"))
    quotes = quotes[(small[quotes - 1] == ord("n")) & (small[quotes + 1] == ord("t"))]
    if len(quotes):
        owners = np.searchsorted(starts, quotes, side="right") - 1
        index[owners[index[owners] == _OTHER]] = _NEGATION
    index *= 2
    which = np.flatnonzero(outer & _SMALL == 0)
    which = which[kinds.take(starts[which] + 1) != _SMALL]
    index[which[_upper(plain, text, starts[which], sizes[which], first[which])]] += 1
    codes: Bytes = _known().codes.take(index)
    return codes


def _bare(plain: bytes, kinds: Bytes, starts: Places, ends: Places) -> tuple[Places, Places, Bytes]:
    """Where words start and end without punctuation, and the kinds of the bytes there.

    Where two characters or none would be left, with it.
    """
    outer = kinds.take(starts) | kinds.take(ends - 1)
    which = np.flatnonzero(outer & _AROUND)
    first, last = starts[which], ends[which]
    left = np.arange(len(which))
    for _ in range(_ROUNDS):
        left = left[kinds.take(last[left] - 1) == _AROUND]
        last[left] -= 1
    for word in left.tolist():
        last[word] = first[word] + len(plain[first[word] - 1 : last[word] - 1].rstrip(_PUNCTUATION))
    left = np.flatnonzero(last > first)
    for _ in range(_ROUNDS):
        left = left[kinds.take(first[left]) == _AROUND]
        first[left] += 1
    for word in left.tolist():
        first[word] = last[word] - len(plain[first[word] - 1 : last[word] - 1].lstrip(_PUNCTUATION))
    much = last - first > 2
    which, first, last = which[much], first[much], last[much]
    starts, ends = starts.copy(), ends.copy()
    starts[which], ends[which] = first, last
    outer[which] = kinds.take(first) | kinds.take(last - 1)
    return starts, ends, outer


def _look_up(small: Bytes, starts: Places, sizes: Places, first: Numbers) -> Places:
    """Which of the known words each word is; `first`: their first numbers."""
    known = _known()
    hashes = _hashes(small, starts, sizes, first)
    slots = _slots(hashes)
    result = np.zeros(len(sizes), dtype=np.intp)
    sought = np.flatnonzero(known.places.take(slots))
    at = slots.take(sought)
    for _ in range(known.reach + 1):
        words = known.places.take(at)
        same = known.hashes.take(words) == hashes.take(sought)
        found = np.flatnonzero(same)
        result[sought.take(found)] = words.take(found)
        left = np.flatnonzero(~same & (words != 0))
        sought, at = sought.take(left), at.take(left) + 1
    found = np.flatnonzero(result)
    which, starts, sizes = result.take(found), starts.take(found), sizes.take(found)
    right = sizes <= FITS
    for key, column in zip(numbers_at(small, starts, sizes), known.keys, strict=True):
        right &= key == column.take(which)
    result[found[~right]] = _OTHER
    return result


def _slots(hashes: Numbers) -> Places:
    """Where a word of each hash stands, or a little further on."""
    slots: Places = (hashes >> np.uint64(64 - _BITS)).astype(np.intp)
    return slots


def _hashes(small: Bytes, starts: Places, sizes: Places, first: Numbers) -> Numbers:
    """A hash of each word: few have more than one number."""
    hashes: Numbers = first * _FACTOR
    long = np.flatnonzero(sizes > CHUNK)
    hashes[long] = mixed(numbers_at(small, starts[long], sizes[long]))
    return hashes


def _upper(plain: bytes, text: Bytes, starts: Places, sizes: Places, first: Numbers) -> Flags:
    """Whether words are in capitals; `first`: their first numbers in lower case."""
    numbers = number_at(text, starts, sizes)
    # The highest bit of each byte: whether it is "a" or more, and not more than "z".
    small = (numbers + np.uint64(_ONES * (0x80 - ord("a")))) & ~(numbers + np.uint64(_ONES * (0x7F - ord("z"))))
    upper: Flags = (numbers != first) & (small & np.uint64(_ONES * 0x80) == 0)
    for long in np.flatnonzero(sizes > CHUNK).tolist():
        upper[long] = plain[starts[long] - 1 : starts[long] - 1 + sizes[long]].isupper()
    return upper


def _owners(starts: Places, holds: Flags) -> Places:
    """The words that hold some of the bytes."""
    owners = np.searchsorted(starts, np.flatnonzero(holds), side="right") - 1
    words: Places = owners[np.diff(owners, prepend=-1) > 0]
    return words


def _marks(text: Bytes, mark: int, ends_of: Places) -> Places:
    """How many there are of a mark in each text."""
    owners = np.searchsorted(ends_of, np.flatnonzero(text == mark), side="right")
    counts: Places = np.bincount(owners, minlength=len(ends_of))
    return counts
