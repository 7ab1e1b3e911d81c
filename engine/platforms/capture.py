"""What a browser extension says of an item it captured, and how such items become posts."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from engine.events import Counts, Post
from engine.platforms import fields
from engine.platforms.base import Json, Object, Outcome
from engine.platforms.names import by_plain_name


class Capture(NamedTuple):
    """The envelope of an item: its id there, and when its counts were last read.

    When it was captured says nothing of when it was posted, which may be years before: it is no `seen`.
    """

    platform: str
    item_id: str
    counted: int | None


Reader: TypeAlias = Callable[[Object, Capture], Outcome]


def post(capture: Capture, uid: Json, counts: Counts | None, **rest: Any) -> Post:
    """A post with what the capture says of it. The envelope's id stands in where the item has none."""
    return Post(
        platform=capture.platform,
        uid=fields.text(uid) or capture.item_id,
        counts=counts,
        counts_at=capture.counted if counts else None,
        **rest,
    )


def inner(holder: Json, *names: str) -> dict[str, Json]:
    """The first object under one of the plain `names`, its own fields by plain name too; else empty."""
    for name in names:
        value = fields.mapping(holder).get(name)
        if isinstance(value, dict) and value:
            return by_plain_name(value)
    return {}


def first(holder: dict[str, Json], *names: str) -> Json:
    """The first value under one of the plain `names`, None where there is none."""
    return next((holder[name] for name in names if name in holder), None)


def joined(*parts: Json) -> str:
    """Title and text as one: the parts that are there, a blank line between them."""
    found = [part.strip() for part in parts if isinstance(part, str)]
    return "\n\n".join(part for part in found if part)
