"""One pass over the tokens of many texts: each is looked up once for all that read texts (models/tokens.py)."""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.clues import Clue
from models.hashtags import distinct
from models.terms import MAX_TERMS, hangs_together, put_together, terms
from models.tokens import CODE, COUNTS, MARKED, MORE, WHOLE, WORD, Token, read_tokens
from models.vader_words import spread
from models.word_bytes import Numbers, Places

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Objects = NDArray[np.object_]
Strings = tuple[str, ...]

_TELLING, _MARKED = np.uint64(WORD | MORE), np.uint64(MARKED)
WORDS = 1 << 32  # beside MENTIONS and LINKS
LONGEST = 24  # characters of a token that is kept


class Tokens(NamedTuple):
    """The tokens of texts, one text after the other; those of text `i` are from `bounds[i]` to `bounds[i + 1]`."""

    texts: Sequence[str]
    bounds: Ints
    info: Numbers
    sums: Numbers  # of each text: its tokens' added up
    form: Numbers
    telling: Places  # tokens that say something,
    says: Objects  # and what
    marked: Places  # tokens with a marked clue,
    clues: list[Clue]  # and that


class TokenTable(dict[str, int]):
    """What each token tells: its row. Holds at most `cap`; when it is full it starts anew with the next texts."""

    def __init__(self, cap: int) -> None:
        super().__init__()
        self.cap = cap
        self._numbers = np.zeros((cap, 3), dtype=np.uint64)
        self._says = np.full(cap, None, dtype=np.object_)
        self._clues: dict[int, Clue] = {}  # of rows that have a marked one
        self._new: list[str] = []  # tokens of these texts, the rows of which are yet to be made
        self._passing: list[str] = []  # those that are not kept: their rows are after all others

    def __missing__(self, token: str) -> int:
        row = len(self)
        if row < self.cap and len(token) <= LONGEST and not token.startswith("http"):  # what may come again
            self[token] = row
            self._new.append(token)
        else:
            row = self.cap + len(self._passing)
            self._passing.append(token)
        return row

    def read(self, texts: Sequence[str]) -> Tokens:
        """The tokens of clean texts: no white space but spaces and line ends, no controls, no lone surrogates."""
        if len(self) >= self.cap:
            self.clear()
            self._clues.clear()
            self._says[:] = None
        row_of = self.__getitem__
        found: list[int] = []
        ends = [0]
        for text in texts:
            found += map(row_of, text.split())
            ends.append(len(found))
        rows, bounds = np.array(found, dtype=np.intp), np.array(ends)
        if self._new or self._passing:
            self._learn()
        numbers = self._numbers.take(rows, axis=0)
        info = numbers[:, 0]
        telling, marked = np.flatnonzero(info & _TELLING), np.flatnonzero(info & _MARKED)
        sums, form = (_added(numbers[:, column], bounds) for column in (1, 2))
        says, clues = self._says.take(rows[telling]), [*map(self._clues.__getitem__, rows[marked].tolist())]
        self._says[self.cap :] = None
        return Tokens(texts, bounds, info, sums, form, telling, says, marked, clues)

    def _learn(self) -> None:
        """Make the rows of tokens that were not there."""
        new, passing = self._new, self._passing
        if (room := self.cap + len(passing)) > len(self._says):
            self._numbers = np.resize(self._numbers, (room, 3))
            self._says = np.resize(self._says, room)
        *columns, says, clues = read_tokens(chain(new, passing))
        read = np.stack([np.array(column, dtype=np.uint64) for column in columns], axis=1)
        said = np.fromiter(says, dtype=np.object_, count=len(says))
        kept, after = slice(len(self) - len(new), len(self)), slice(self.cap, room)
        for table, rows in ((self._numbers, read), (self._says, said)):
            table[kept], table[after] = rows[: len(new)], rows[len(new) :]
        for place, clue in clues.items():
            self._clues[(kept.start if place < len(new) else self.cap - len(new)) + place] = clue
        self._new, self._passing = [], []


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
