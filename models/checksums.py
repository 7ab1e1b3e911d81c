"""Words as numbers, the same in every process. What the engine keeps of them cannot be read; a memo here can."""

from collections.abc import Sequence
from zlib import crc32

from models.memo import Memo

WORDS = 65_536  # that are remembered in this process
_GAP = "\0"
_TAG = -1


def checksums(texts: Sequence[str]) -> list[int]:
    """CRC-32 of each text, broken surrogates too."""
    # Encoded as one text: many times as fast as one by one.
    found = [*map(crc32, _GAP.join(texts).encode("utf-8", "surrogatepass").split(b"\0"))]
    return found if len(found) == len(texts) else [*map(_checksum, texts)]  # one holds the gap, or there is none


def of_words(terms: Sequence[str]) -> list[int]:
    """Checksums of the words among terms (models/terms.py), in order and each once. Tags are passed over."""
    found = [*map(_of_word, dict.fromkeys(terms))]
    return found if _TAG not in found else [each for each in found if each != _TAG]


def _checksum(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


def _checksum_of_word(term: str) -> int:
    return _TAG if term[:1] == "#" else crc32(term.encode("utf-8", "surrogatepass"))


_words = Memo[str, int](_checksum_of_word, WORDS)
_of_word = _words.__getitem__
