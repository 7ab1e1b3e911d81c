"""Finds a text wherever it stands in memory: in objects, containers and arrays that are reached from some roots."""

import gc
import sys
from collections import deque
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import msgspec
import numpy as np

OURS = ("engine", "models")


def found(text: str, *roots: object) -> list[str]:
    """Where `text` stands: the class and field of whatever holds it."""
    sought = text.encode()
    return [where for where, thing in _reached(*roots) if sought in _bytes(thing)]


def module_values() -> list[object]:
    """What the modules of the engine and of its models hold themselves: memos, tables, constants."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] in OURS]
    return [value for module in modules for name, value in vars(module).items() if not name.startswith("__")]


def _bytes(thing: object) -> bytes:
    if isinstance(thing, str):
        return thing.encode("utf-8", "surrogatepass")
    if isinstance(thing, bytes | bytearray):
        return bytes(thing)
    return thing.tobytes() if isinstance(thing, np.ndarray) and thing.dtype != object else b""


def _reached(*roots: object) -> Iterator[tuple[str, Any]]:
    seen: set[int] = set()
    waiting: deque[tuple[str, Any]] = deque((type(root).__name__, root) for root in roots)
    while waiting:
        where, thing = waiting.popleft()
        if id(thing) in seen or isinstance(thing, ModuleType | FunctionType | CodeType | type):
            continue
        seen.add(id(thing))
        yield where, thing
        waiting += _held(where, thing)


def _held(where: str, thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, np.ndarray):  # the garbage collector does not look into these
        return ((where, each) for each in thing.flat) if thing.dtype == object else iter(())
    if isinstance(thing, msgspec.Struct):  # nor into all of these
        names = thing.__struct_fields__
        return ((f"{type(thing).__name__}.{name}", getattr(thing, name)) for name in names)
    named = {id(value): name for name, value in getattr(thing, "__dict__", {}).items()}
    inside = [*getattr(thing, "__dict__", {}).values(), *gc.get_referents(thing)]
    return ((f"{type(thing).__name__}.{named[id(each)]}" if id(each) in named else where, each) for each in inside)
