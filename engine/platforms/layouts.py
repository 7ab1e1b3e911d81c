"""Where the fields of plain lines stand, by their keys."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from engine.platforms.base import Json
from engine.platforms.bykeys import ByKeys
from engine.platforms.names import COUNT_HOLDERS, MAX_NAME, USUAL, plain

_TEXTS = frozenset((*USUAL["text"], *USUAL["title"]))

# What stands under each field, in the order of USUAL; None for nothing.
Row: TypeAlias = Sequence[Json]
SLOTS = {field: slot for slot, field in enumerate(USUAL)}

# Plain names that only posts of X have: by field the bit that says so.
TEXT_OF_X: Final = 2
OF_X = {"id": (1, ("tweetid", "statusid")), "text": (TEXT_OF_X, ("tweet", "tweettext"))}


class Contest(NamedTuple):
    """A field that may stand under several keys: what they hold decides."""

    field: str
    names: tuple[tuple[str, str], ...]  # plain names and keys, the most usual first


class Layout(NamedTuple):
    """Where the fields of objects with the same keys stand."""

    pick: Callable[[Row], Row]  # of the values, and a last None
    contests: tuple[Contest, ...]
    of_x: int
    places: dict[str, tuple[int, ...]]  # by field where it may stand, the most usual first


class Plan(NamedTuple):
    """How lines with the same keys are read."""

    texts: tuple[str, ...]  # keys of texts and titles
    layout: Layout | None  # None if what the keys hold decides


def _make_plan(keys: tuple[str, ...]) -> Plan:
    names = {key: plain(key) for key in keys if len(key) <= MAX_NAME}
    texts = tuple([key for key, name in names.items() if name in _TEXTS])
    keys_of = {name: key for key, name in names.items()}
    if len(keys_of) < len(names) or not COUNT_HOLDERS.isdisjoint(keys_of):
        return Plan(texts, None)
    return Plan(texts, _lay_out(keys, keys_of))


def _lay_out(keys: tuple[str, ...], keys_of: dict[str, str]) -> Layout:
    places: dict[str, tuple[int, ...]] = {}
    contests, of_x = [], 0
    for field, usual in USUAL.items():
        names = tuple([(name, keys_of[name]) for name in usual if name in keys_of])
        if names:
            places[field] = tuple([keys.index(key) for _, key in names])
        if len(names) > 1:
            contests.append(Contest(field, names))
        elif names:
            of_x |= of_x_alone(field, names[0][0])
    pick = itemgetter(*[places[field][0] if field in places else -1 for field in USUAL])
    return Layout(pick, tuple(contests), of_x, places)


def of_x_alone(field: str, name: str) -> int:
    """Whether only posts of X have this field under that name: the field's own bit, or 0."""
    return OF_X[field][0] if field in OF_X and name in OF_X[field][1] else 0


PLANS = ByKeys(_make_plan)
LAYOUTS = ByKeys(lambda names: _lay_out(names, dict(zip(names, names, strict=True))))  # of plain names
