"""Words as numbers, the same in every process: nothing that is kept of them can be read."""

from collections.abc import Sequence
from zlib import crc32

from models.memo import Memo

LAST = 4_096  # posts
_GAP = "\0"
_TAG = -1
_last: dict[int, list[int]] = {}


def checksums(texts: Sequence[str]) -> list[int]:
    """CRC-32 of each text, broken surrogates too."""
    found = _sums(_GAP.join(texts))
    if len(found) == len(texts):
        return found
    return [crc32(text.encode("utf-8", "surrogatepass")) for text in texts]  # one holds the gap


def of_words(terms: Sequence[str]) -> list[int]:
    """Checksums of the words among terms (models/terms.py), in order and each once. Tags are passed over.

    Those of the last posts are remembered, by the hash of their terms in this process.
    """
    found = _last.get(digest := hash(tuple(terms)))
    if found is None:
        if len(_last) >= LAST:
            _last.clear()
        sums = dict.fromkeys(map(_words.__getitem__, terms))
        sums.pop(_TAG, None)
        found = _last[digest] = [*sums]
    return found


def _of_term(term: str) -> int:
    return _TAG if term.startswith("#") else crc32(term.encode("utf-8", "surrogatepass"))


_words = Memo(_of_term, 50_000)


def _sums(together: str) -> list[int]:
    """Encoded as one text: many times as fast as one by one."""
    return [*map(crc32, together.encode("utf-8", "surrogatepass").split(b"\0"))]
