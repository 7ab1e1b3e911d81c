"""What an engine holds: how many things are in each of its containers, added up by the class and field they are in."""

import sys
from collections import Counter, deque
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from inspect import signature
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

OURS = ("engine.", "models.")
_PLAIN = (str, bytes, int, float, bool, type(None))


def holdings(*roots: object) -> Counter[str]:
    """Of all that is reached from `roots`, and of what the modules of engine and models hold themselves."""
    counts: Counter[str] = Counter()
    for label, thing in reached(*roots):
        if (size := _size(thing)) is not None:
            counts[label] += size
    return counts


def reached(*roots: object) -> Iterator[tuple[str, Any]]:
    """Every thing that is reached, once, with the class and field that it is in: of several the nearest to a root."""
    seen: set[int] = set()
    waiting: deque[tuple[str, Any]] = deque((type(root).__name__, root) for root in roots)
    waiting += _globals()
    while waiting:
        label, thing = waiting.popleft()
        if isinstance(thing, _PLAIN) or id(thing) in seen:
            continue
        seen.add(id(thing))
        yield label, thing
        waiting += ((name or label, held) for name, held in _inside(thing))


def endless_caches() -> list[str]:
    """Memos without a bound of functions that take something; those that have one are not counted."""
    return [
        label
        for label, thing in reached()
        if isinstance(thing, _lru_cache_wrapper)
        and thing.cache_parameters()["maxsize"] is None
        and signature(thing).parameters
    ]


def _size(thing: Any) -> int | None:
    if isinstance(thing, np.ndarray):
        return int(thing.size)
    if isinstance(thing, dict | list | set | frozenset | deque | bytearray) or type(thing).__name__ == "array":
        return len(thing)
    return None


def _inside(thing: Any) -> Iterator[tuple[str, Any]]:
    """What a thing holds; a name for each field of an object of ours, "" for what is in a container."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield "", key
            yield "", value
    if isinstance(thing, list | tuple | set | frozenset | deque):
        for value in thing:
            yield "", value
    if type(thing).__module__.startswith(OURS) or type(thing).__module__.startswith("scipy."):
        owner = type(thing).__name__
        for name in sorted(_fields(thing)):
            yield f"{owner}.{name}", getattr(thing, name, None)


def _fields(thing: Any) -> set[str]:
    if isinstance(thing, msgspec.Struct):
        return set(thing.__struct_fields__)
    slots = {name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()) if isinstance(name, str)}
    return {*getattr(thing, "__dict__", {}), *slots}


def _globals() -> list[tuple[str, Any]]:
    modules = [(name, module) for name, module in sorted(sys.modules.items()) if name.startswith(OURS)]
    return [
        (f"{name}.{field}", value)
        for name, module in modules
        if isinstance(module, ModuleType)
        for field, value in vars(module).items()
        if not field.startswith("__") and (_size(value) is not None or isinstance(value, _lru_cache_wrapper))
    ]
