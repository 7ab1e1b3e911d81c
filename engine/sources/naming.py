"""The names that rotation gives to the files before.

Understood are counters (feed.jsonl.1, feed.1.jsonl), dates and epochs (feed.jsonl-20240131,
feed.jsonl.2024-01-31_10-00, feed-2024-01-31.jsonl) and feed.jsonl.old, each with .gz or .zst behind it or not.
"""

import os
import re
from functools import lru_cache
from typing import TypeAlias

from engine.sources.codecs import SUFFIXES

_COUNTER = re.compile(r"\d{1,3}", re.ASCII)
_DATE = re.compile(r"((?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d[-_.:T\d]*Z?|\d{10,13})", re.ASCII)

Place: TypeAlias = tuple[int, int, str]  # the kind of the name, and where it stands among its kind

DATED = 0
COUNTED = 1
OLDEST: Place = (-1, 0, "")
NEWEST: Place = (2, 0, "")


@lru_cache(1 << 12)  # a folder of many rotated files is listed again and again
def rotated_place(base: str, name: str) -> Place | None:
    """Where `name` stands among the rotated files of `base`, larger being newer; None if it is none of them."""
    place = _place(base, name)
    unpacked = unpacked_name(name)
    return _place(base, unpacked) if place is None and unpacked != name else place


def unpacked_name(name: str) -> str:
    """What a compressed file was called before it was compressed; any other name as it is."""
    return next((name[: -len(suffix)] for suffix in SUFFIXES if name.endswith(suffix)), name)


def _place(base: str, name: str) -> Place | None:
    stamp = _stamp(base, name)
    if stamp is None:
        return None
    if stamp == "old":
        return (COUNTED, -1, "")
    if _COUNTER.fullmatch(stamp):
        return (COUNTED, -int(stamp), "")
    if _DATE.fullmatch(stamp):
        return (DATED, 0, stamp)
    return None


def _stamp(base: str, name: str) -> str | None:
    """What rotation put into the name, behind the extension or before it."""
    if name.startswith(base) and name[len(base) : len(base) + 1] in {".", "-", "_"}:
        return name[len(base) + 1 :]
    stem, extension = os.path.splitext(base)
    within = name[len(stem) : len(name) - len(extension)]
    if extension and name.startswith(stem) and name.endswith(extension) and within[:1] in {".", "-", "_"}:
        return within[1:]
    return None
