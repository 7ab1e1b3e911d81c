"""All native shapes, in the order in which their signatures are tried; the catch-all comes last."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from engine.platforms import (
    bluesky_jetstream,
    bluesky_view,
    generic,
    mastodon,
    plain,
    reddit,
    x_snscrape,
    x_v1,
    x_v2,
    x_v2_shapes,
    x_web,
    zeeschuimer,
)
from engine.platforms.base import Adapter, Object
from engine.platforms.bykeys import ByKeys
from engine.platforms.plain import Plain
from engine.platforms.reading import Reader
from engine.platforms.typed import Typed, Used

_ADAPTERS: tuple[Adapter, ...] = (
    zeeschuimer.ADAPTER,  # an envelope, whose content may look like any other shape
    bluesky_jetstream.ADAPTER,
    bluesky_view.ADAPTER,
    mastodon.ADAPTER,
    x_v2.ADAPTER,
    x_v1.ADAPTER,
    x_web.ADAPTER,
    x_snscrape.ADAPTER,
    reddit.ADAPTER,
    generic.ADAPTER,
)


# Which of a line's keys mark which adapters: a bit for each, so that most need not be asked.
_BITS: dict[str, int] = {}
for _place, _adapter in enumerate(_ADAPTERS):
    for _key in _adapter.marks:
        _BITS[_key] = _BITS.get(_key, 0) | 1 << _place


def marked(item: Object) -> tuple[Adapter, ...]:
    """The adapters whose shape an object may have by its keys, the most specific signature first."""
    return _marked[tuple(item)]


def _marked_by(keys: tuple[str, ...]) -> tuple[Adapter, ...]:
    bits = 0
    for key in keys:
        bits |= _BITS.get(key, 0)
    if not x_v2_shapes.may_have(keys):
        bits &= ~(1 << _ADAPTERS.index(x_v2.ADAPTER))
    return tuple(adapter for place, adapter in enumerate(_ADAPTERS) if not adapter.marks or bits >> place & 1)


_marked = ByKeys(_marked_by)


def likely(line: bytes) -> Reader | None:
    """What read other lines that begin like this one, if there is anything that does so faster than usual."""
    return _likely.get(line[:HEAD])


def remember(line: bytes, body: bytes, item: Object, shapes: Iterable[str]) -> None:
    """Take note of the shape of a line with some JSON text in it, if others that begin alike are to be read by it."""
    head = line[:HEAD]
    known = _likely.get(head)
    for shape in shapes:
        reader = _plain_by(tuple(item), known) if shape == generic.ADAPTER.name else _typed_as(shape, body, known)
        if reader is None:
            _likely.pop(head, None)
        elif reader is not known:
            if len(_likely) >= _MAX_HEADS:
                _likely.clear()
            _likely[head] = reader


def _typed_as(shape: str, body: bytes, known: Reader | None) -> Reader | None:
    if shape not in _typed:
        return None
    return next((typed for typed in _typed[shape] if typed.read(body) is not None), known)


def _plain_by(keys: tuple[str, ...], known: Reader | None) -> Reader | None:
    """What reads lines with these keys, and the known ones as well if it can, once there are enough of them."""
    choices = [keys]
    if isinstance(known, Plain):
        choices = [tuple(dict.fromkeys((*known.keys, *keys))), keys]
    for choice in choices:
        if next(_met[choice]) > _ENOUGH and (found := _plain[choice]) is not None:
            return found
    return known


def _make_plain(keys: tuple[str, ...]) -> Plain | None:
    marking = tuple([key for key in keys if key not in x_v1.ENVELOPES])  # which mark nothing with a text in them
    if _marked_by(marking) != (generic.ADAPTER,):
        return None
    return plain.reader(keys, all_needed=not x_v2_shapes.MARKS.isdisjoint(keys))


_ENOUGH = 8  # lines: it takes a millisecond to get ready for more
_met = ByKeys(lambda _keys: count(1))
_plain = ByKeys(_make_plain)


def typed() -> tuple[Typed, ...]:
    """All shapes that are typed, but for plain lines, which are typed by their keys."""
    return tuple(typed for shapes in _typed.values() for typed in shapes)


def _marks_before(adapter: Adapter) -> set[str]:
    return set[str]().union(*(other.marks for other in _ADAPTERS[: _ADAPTERS.index(adapter)]))


HEAD = 8  # bytes: most of the name of the first key
_MAX_HEADS = 256
_USED: tuple[tuple[Adapter, tuple[Used[Any], ...]], ...] = (
    (bluesky_jetstream.ADAPTER, bluesky_jetstream.USED),
    (mastodon.ADAPTER, mastodon.USED),
    (x_v1.ADAPTER, x_v1.USED),
)
_typed = {
    adapter.name: [Typed(adapter, each, _marks_before(adapter)) for each in used]  # most lines have one of these forms
    for adapter, used in _USED
}
_likely: dict[bytes, Reader] = {}


def adapters() -> tuple[Adapter, ...]:
    """Every adapter, the most specific signature first."""
    return _ADAPTERS


def names() -> tuple[str, ...]:
    """What `--format` takes, besides "auto"."""
    return tuple(adapter.name for adapter in _ADAPTERS)


def find(name: str) -> Adapter:
    """The adapter called `name`. Raises ValueError, with all names, if there is none."""
    for adapter in _ADAPTERS:
        if adapter.name == name:
            return adapter
    raise ValueError(f"unknown format {name!r}: choose auto, {', '.join(names())}")
