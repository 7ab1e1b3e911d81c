"""Posts about topics that are known: terms as the models get them, and a way to save what they keep as bytes."""

import io
import random
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from string import ascii_lowercase
from typing import Any

import msgspec
import numpy as np
from scipy.sparse import csr_array

from engine.state import graph

SECOND = 1_000_000
Doc = tuple[str, ...]

# The words of a topic share no beginning: four letters are a stem.
_WORDS = ("alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa", "zeta")
TOPICS = ("flood", "match", "budget", "rocket", "concert", "election")


def post(rng: random.Random, topic: str) -> Doc:
    """A post of a topic: four of its eight words, often its tag, and three words that any post may hold."""
    words = [f"{word[:3]}{topic}" for word in rng.sample(_WORDS, 4)] + [f"{rng.randrange(40)}common" for _ in range(3)]
    return ((f"#{topic}",) if rng.random() < 0.6 else ()) + tuple(words)


def noise(rng: random.Random) -> Doc:
    """A post about nothing that another post is about."""
    return tuple("".join(rng.choices(ascii_lowercase, k=9)) + "z" for _ in range(6))


def stream(count: int, weights: Mapping[str, float], seed: int = 1) -> tuple[list[Doc], list[str]]:
    """Posts and their topics; topic "" is noise."""
    rng = random.Random(seed)
    topics = rng.choices(list(weights), list(weights.values()), k=count)
    return [post(rng, topic) if topic else noise(rng) for topic in topics], topics


def even(*topics: str) -> dict[str, float]:
    return dict.fromkeys(topics or TOPICS, 1.0)


def main_of(found: Sequence[int], topics: Sequence[str]) -> dict[str, int]:
    """Where most posts of each topic are."""
    counts = Counter(zip(topics, found, strict=True))
    return {
        topic: max((n, -where) for (of, where), n in counts.items() if of == topic)[1] * -1 for topic in set(topics)
    }


def purity(found: Sequence[int], topics: Sequence[str], where: int) -> float:
    """Of the posts there, the share of the topic that most are about."""
    inside = Counter(topic for place, topic in zip(found, topics, strict=True) if place == where)
    return max(inside.values()) / inside.total()


def packed(thing: Any) -> bytes:
    """All that an object holds, and those it holds, as bytes."""
    return msgspec.msgpack.encode(_plain(thing), enc_hook=_array)


def saved(thing: Any) -> Any:
    """What an object comes back as from a checkpoint."""
    file = io.BytesIO()
    graph.dump(thing, file)
    return graph.load(file.getvalue())


def _plain(thing: Any) -> Any:
    match thing:
        case None | bool() | int() | float() | str() | np.ndarray():
            return thing
        case np.generic():
            return thing.item()
        case dict():
            return [(_plain(key), _plain(value)) for key, value in thing.items()]
        case list() | tuple() | deque():
            return [_plain(value) for value in thing]
        case csr_array():
            return [thing.data, thing.indices, thing.indptr]
    return _plain(vars(thing))


def _array(value: object) -> msgspec.msgpack.Ext:
    assert isinstance(value, np.ndarray), f"{type(value)} is neither plain data nor an array"
    file = io.BytesIO()
    np.save(file, value, allow_pickle=False)
    return msgspec.msgpack.Ext(1, file.getvalue())
