"""One pass over the tokens of many texts: each is looked up once for all that read texts (models/tokens.py)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.hashtags import distinct
from models.terms import MAX_TERMS, hangs_together, put_together, terms
from models.tokens import CODE, COUNTS, MORE, WHOLE, WORD, Token, read_tokens
from models.vader_words import spread
from models.word_rows import FITS, NOWHERE, Numbers, Places, Rows, Words, cut

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Objects = NDArray[np.object_]
Strings = tuple[str, ...]

_TELLING = np.uint64(WORD | MORE)
WORDS = 1 << 32  # beside MENTIONS and LINKS

_LINK = np.uint64(int.from_bytes(b"http", "little"))
_LINK_MASK = np.uint64((1 << 32) - 1)


class Tokens(NamedTuple):
    """The tokens of texts, one text after the other; those of text `i` are from `bounds[i]` to `bounds[i + 1]`."""

    texts: Sequence[str]
    bounds: Ints
    info: Numbers
    sums: Numbers  # of each text: its tokens' added up
    form: Numbers
    telling: Places  # tokens that say something,
    says: Objects  # and what


class TokenTable:
    """What each token tells, of at most `size` / 2 (a power of two); when it is full it starts anew."""

    def __init__(self, size: int) -> None:
        self.rows = Rows(size, 3)
        self._says = np.empty(size, dtype=np.object_)

    def __len__(self) -> int:
        return self.rows.used

    def read(self, texts: Sequence[str]) -> Tokens:
        """The tokens of clean texts: no white space but spaces and line ends, no controls, no lone surrogates."""
        encoded = [text.encode() for text in texts]
        words = cut(b" ".join(encoded).replace(b"\n", b" "))
        begins = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(text) + 1 for text in encoded], out=begins[1:])
        bounds = np.searchsorted(words.starts, begins)
        places, numbers = self.rows.look_up(words)
        missing = np.flatnonzero(places == NOWHERE)
        if not len(missing):
            telling = np.flatnonzero(numbers[:, 0] & _TELLING)
            says = self._says.take(places[telling])
        else:
            order: dict[bytes, int] = {}
            which = np.array([order.setdefault(word, len(order)) for word in words.raw(missing)])
            told = read_tokens(b" ".join(order).decode().split(" "))
            columns = [np.fromiter(column, np.uint64, len(order)) for column in told[:3]]
            read = np.stack(columns, axis=1)
            said = np.fromiter(told.says, dtype=np.object_, count=len(order))
            numbers[missing] = read[which]
            telling = np.flatnonzero(numbers[:, 0] & _TELLING)
            says = self._says.take(places[telling])
            new = places[telling] == NOWHERE
            says[new] = said[which[np.searchsorted(missing, telling[new])]]
            first = np.flatnonzero(np.diff(np.maximum.accumulate(which), prepend=-1))
            self._keep(words, missing[first], read, said)
        sums, form = (_added(numbers[:, column], bounds) for column in (1, 2))
        return Tokens(texts, bounds, numbers[:, 0], sums, form, telling, says)

    def _keep(self, words: Words, at: Places, read: Numbers, said: Objects) -> None:
        """Remember tokens that may come again: links do not."""
        lasting = np.flatnonzero((words.sizes[at] <= FITS) & (words.numbers[0][at] & _LINK_MASK != _LINK))
        if not self.rows.has_room(len(lasting)):
            self.rows.forget()
            self._says[:] = None
        held, rows = self.rows.keep(words, at[lasting], read[lasting])
        self._says[rows] = said[lasting[held]]


def stream(tokens: Tokens, chosen: Flags) -> tuple[Codes, Ints]:
    """VADER's codes of the words of the chosen texts, one after the other, and how many each text has."""
    which = np.flatnonzero(np.repeat(chosen, np.diff(tokens.bounds)))
    counts = np.diff(tokens.bounds)[chosen]
    codes = (tokens.info[which] & CODE).astype(np.uint8)
    several = np.flatnonzero(codes == 0)
    if len(several):  # emoji, that stand for a word or more each
        spelt = [token.codes for token in tokens.says[np.searchsorted(tokens.telling, which[several])]]
        return spread(codes, counts, several, spelt)
    return codes, counts


def counted(tokens: Tokens, what: int) -> Ints:
    """How many mentions, links or marks each text has (models/tokens.py)."""
    return (tokens.form // np.uint64(what) & np.uint64(COUNTS)).astype(np.int64)


def counts(tokens: Tokens) -> list[int]:
    """How many words, mentions and links each text has: times WORDS, MENTIONS and LINKS, added up."""
    together = np.diff(tokens.bounds) * WORDS + (tokens.form & np.uint64(WORDS - 1)).astype(np.int64)
    found: list[int] = together.tolist()
    return found


def subjects(tokens: Tokens, given: Sequence[Strings | None]) -> tuple[list[Strings], list[Strings]]:
    """The tags of each text and its terms, with the normalised tags that it was given, its own for None."""
    telling, says = tokens.telling, tokens.says.tolist()
    sizes = np.ones(len(says), dtype=np.int64)
    more = np.flatnonzero(tokens.info[telling] & MORE)
    owners = (np.searchsorted(tokens.bounds, telling[more], side="right") - 1).tolist()
    spoken: list[str] = []
    tagged: dict[int, list[Token]] = {}
    paired: dict[int, list[str]] = {}
    start = 0
    for place, owner in zip(more.tolist(), owners, strict=True):
        token = says[place]
        spoken += says[start:place]
        spoken += token.words
        start = place + 1
        sizes[place] = len(token.words)
        if token.unspaced:
            paired.setdefault(owner, []).extend(token.pairs)
        if token.bodies or token.tags:
            tagged.setdefault(owner, []).append(token)
    spoken += says[start:]
    ends = np.concatenate(([0], np.cumsum(sizes)))[np.searchsorted(telling, tokens.bounds)].tolist()
    whole = set((np.searchsorted(tokens.bounds, np.flatnonzero(tokens.info & WHOLE), side="right") - 1).tolist())
    whole.update(number for number in paired if hangs_together(tokens.texts[number]))
    tags = [own or () for own in given]
    found = [tuple(spoken[begin:end]) for begin, end in pairwise(ends)]
    for number in (number for number, words in enumerate(found) if len(words) > MAX_TERMS):
        found[number] = found[number][:MAX_TERMS]
    for number in {*tagged, *paired, *whole, *(number for number, own in enumerate(given) if own)}:
        own, signs = given[number], tagged.get(number, ())
        of_text = () if own else distinct([tag for token in signs for tag in token.tags])
        if own is None:
            tags[number] = of_text
        if number in whole:
            found[number] = terms(tokens.texts[number], own or of_text)
        else:
            words = paired.get(number, []) + spoken[ends[number] : ends[number + 1]]
            folded = [body for token in signs for body in token.bodies]
            found[number] = put_together(words, folded, own or of_text)
    return tags, found


def _added(numbers: Numbers, bounds: Ints) -> Numbers:
    """The sums by text. They are right whatever stands before them, as unsigned numbers go round."""
    added = np.zeros(len(numbers) + 1, dtype=np.uint64)
    np.cumsum(numbers, out=added[1:])
    ends: Numbers = added[bounds]
    return ends[1:] - ends[:-1]
