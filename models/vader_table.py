"""The codes of the words of many ASCII texts at once (models/word_rows.py)."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.memo import LONGEST
from models.word_rows import NOWHERE, Rows, Words, cut, first_places

# White space becomes a space; other control characters, that are alike to every rule, one of them.
_PLAIN = bytes(32 if chr(byte).isspace() else 127 if byte < 32 else byte for byte in range(256))
_LINK = b"http"
_LINK_NUMBER = np.uint64(int.from_bytes(_LINK, "little"))
_LINK_MASK = np.uint64((1 << 8 * len(_LINK)) - 1)


class Table:
    """What `read` says of a word, a byte. Holds at most `size` / 2 words, a power of two; when full it starts anew."""

    def __init__(self, read: Callable[[list[bytes]], list[int]], size: int) -> None:
        self.read = read
        self.size = size
        self._rows = Rows(size, 1)

    def __len__(self) -> int:
        return self._rows.used

    def codes(self, texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The codes of the words of all texts, and how many words each has."""
        words = cut(" ".join(texts).encode("ascii").translate(_PLAIN))
        bounds = np.cumsum([len(text) + 1 for text in texts])
        counts = np.diff(np.searchsorted(words.starts, bounds), prepend=0)
        places, values = self._rows.look_up(words)
        codes = values[:, 0].astype(np.uint8)
        unknown = places == NOWHERE
        links = _are_links(words)
        codes[links] = self.read([_LINK])[0]
        missing = np.flatnonzero(unknown & ~links)
        if len(missing):
            raw = words.raw(missing)
            first = first_places(raw, missing)
            read = dict(zip(first, self.read(list(first)), strict=True))
            codes[missing] = [read[word] for word in raw]
            kept = np.array([place for word, place in first.items() if len(word) <= LONGEST], dtype=np.intp)
            self._rows.keep(words, kept, codes[kept].astype(np.uint64)[:, None])
        return codes, counts


def _are_links(words: Words) -> NDArray[np.bool_]:
    """Words that begin with "http": they are in no lexicon, and negate nothing unless there is a quote in them."""
    links: NDArray[np.bool_] = (words.numbers[0] & _LINK_MASK) == _LINK_NUMBER
    if links.any():
        quotes = np.flatnonzero(np.frombuffer(words.plain, dtype=np.uint8) == ord("'"))
        links[np.searchsorted(words.starts, quotes, side="right") - 1] = False
    return links
