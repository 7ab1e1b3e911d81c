"""Words as numbers, the same in every process. What the engine keeps of them cannot be read."""

from collections.abc import Sequence
from itertools import chain
from zlib import crc32

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
    return of_all_words([terms])[0]


def of_all_words(docs: Sequence[Sequence[str]]) -> list[list[int]]:
    """`of_words` of each: a word that many say is encoded once."""
    every = [*dict.fromkeys(chain.from_iterable(docs))]
    sum_of = dict(zip(every, checksums(every), strict=True)).__getitem__
    bare = [[term for term in doc if term[:1] != "#"] if doc and doc[0][:1] == "#" else doc for doc in docs]
    return [[*map(sum_of, dict.fromkeys(doc))] for doc in bare]
