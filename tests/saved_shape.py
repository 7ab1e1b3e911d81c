"""Our classes among what is saved, with the names of their fields: what an older file must not differ in.

A shape that has changed is written anew by running its test with TRENDTOP_WRITE_SHAPE=1, after its schema was raised.
"""

import json
import os
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np


def shape_of(thing: object) -> dict[str, list[str]]:
    """Our classes among what an object holds, with the names of their fields."""
    found: dict[str, set[str]] = {}
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, str | bytes | int | float | np.ndarray | None):
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset | deque):
            waiting += one
        kind = type(one)
        if kind.__module__.startswith(("engine.", "models.")):
            state = one.__getstate__() if hasattr(one, "__dict__") else None
            slots = [name for each in kind.__mro__ for name in getattr(each, "__slots__", ())]
            names = state if isinstance(state, dict) else getattr(one, "__struct_fields__", slots)
            names = [name for name in names if not name.startswith("__")] or list(getattr(one, "_fields", ()))
            found.setdefault(f"{kind.__module__}.{kind.__qualname__}", set()).update(names)
            waiting += [state[name] if isinstance(state, dict) else getattr(one, name, None) for name in names]
    return {name: sorted(fields) for name, fields in sorted(found.items())}


def pinned(name: str, schema: int, saved: object) -> dict[str, Any]:
    """The schema and shape that were last written down."""
    path = Path(__file__).with_name(f"{name}_shape.json")
    if os.environ.get("TRENDTOP_WRITE_SHAPE"):
        path.write_text(json.dumps({"schema": schema, "shape": shape_of(saved)}, indent=1) + "\n")
    told: dict[str, Any] = json.loads(path.read_text())
    return told
