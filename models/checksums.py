"""Words as numbers, the same in every process. What the engine keeps of them cannot be read."""

from collections.abc import Sequence
from itertools import chain
from zlib import crc32

FEW = 32  # documents that are read faster one by one
_GAP = "\0"


def checksums(texts: Sequence[str]) -> list[int]:
    """CRC-32 of each text, broken surrogates too."""
    # Encoded as one text: many times as fast as one by one.
    found = [*map(crc32, _GAP.join(texts).encode("utf-8", "surrogatepass").split(b"\0"))]
    if len(found) == len(texts):
        return found
    return [crc32(text.encode("utf-8", "surrogatepass")) for text in texts]  # one holds the gap, or there is none


def of_words(terms: Sequence[str]) -> list[int]:
    """Checksums of the words among terms (models/terms.py), each once. Tags, which come first, are left out."""
    return checksums([*_words(terms)])


def of_all_words(docs: Sequence[Sequence[str]]) -> list[list[int]]:
    """`of_words` of each: if they are many, a word is encoded once for all that say it."""
    if len(docs) < FEW:
        return [*map(of_words, docs)]
    every = [*dict.fromkeys(chain.from_iterable(docs))]
    sum_of = dict(zip(every, checksums(every), strict=True)).__getitem__
    return [[*map(sum_of, _words(doc))] for doc in docs]


def _words(terms: Sequence[str]) -> dict[str, None]:
    tagged = terms and terms[0][:1] == "#"
    return dict.fromkeys([term for term in terms if term[:1] != "#"] if tagged else terms)
