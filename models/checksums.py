"""Words as numbers, the same in every process: nothing that is kept of them can be read."""

from collections.abc import Sequence
from zlib import crc32

LAST = 4_096  # posts
_GAP = "\0"
_last: dict[int, list[int]] = {}


def checksums(texts: Sequence[str]) -> list[int]:
    """CRC-32 of each text, broken surrogates too."""
    found = _sums(_GAP.join(texts))
    if len(found) == len(texts):
        return found
    return [crc32(text.encode("utf-8", "surrogatepass")) for text in texts]  # one holds the gap


def of_words(terms: Sequence[str]) -> list[int]:
    """Checksums of the words among terms (models/terms.py), in order and each once. Tags are passed over.

    Those of the last posts are remembered, by the hash of their terms in this process: no word is.
    """
    found = _last.get(digest := hash(tuple(terms)))
    if found is None:
        if len(_last) >= LAST:
            _last.clear()
        found = _last[digest] = _of_words(terms)
    return found


def _of_words(terms: Sequence[str]) -> list[int]:
    together = _GAP.join(terms)
    if "#" in together:
        together = _GAP.join([term for term in terms if term[:1] != "#"])
    return [*dict.fromkeys(_sums(together))] if together else []


def _sums(together: str) -> list[int]:
    """Encoded as one text: many times as fast as one by one."""
    return [*map(crc32, together.encode("utf-8", "surrogatepass").split(b"\0"))]
