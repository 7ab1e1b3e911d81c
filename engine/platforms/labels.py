"""Labelled data: the true label that stands on a line, whatever its native shape."""

import msgspec

from engine.events import Edit, Event, Post
from engine.platforms.base import Json, Mapped, Outcome

FIELD = "label"


def written(value: Json) -> str:
    """A label as text: strings trimmed, numbers without an empty fraction, true and false as in JSON; "" for none."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) else ""


def labelled(outcome: Outcome, label: str) -> Outcome:
    """`outcome` with `label` on the post that it is, if it is one."""
    if not isinstance(outcome, Mapped):
        return outcome
    return Mapped((_labelled(outcome.events[0], label), *outcome.events[1:]))


def _labelled(event: Event, label: str) -> Event:
    if isinstance(event, Post):
        return msgspec.structs.replace(event, label=label)
    if isinstance(event, Edit):
        return msgspec.structs.replace(event, post=msgspec.structs.replace(event.post, label=label))
    return event
