"""Lines of a known shape decoded straight into what is used of them: all else in them is passed over, unmade.

What is tried first is told by how a line begins, and decides nothing: a line that does not prove to be of the shape
that it was taken for is read as any other line, and to the same end.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from engine.platforms import labels
from engine.platforms.base import Adapter, Outcome, Rejected
from engine.platforms.jsontext import may_be_deep
from engine.platforms.reading import Reading, reading_of

# Any JSON value but an object or an array, or but an object, for fields in which those have a type of their own.
Scalar: TypeAlias = bool | int | float | str | None
Odd: TypeAlias = Scalar | list[Any]

T = TypeVar("T", bound=msgspec.Struct)


class Used(NamedTuple, Generic[T]):
    """What a shape uses of its lines, and how that is read.

    `kind` must take whatever stands in a line, as each field's own reader is careful with it. `read` gives None where
    it does not follow from what was used that the line is of this shape, as far as that turns on the keys of `kind`.
    """

    kind: type[T]
    read: Callable[[T], Outcome | None]
    without: tuple[str, ...] = ()  # further keys with which a line is to be read as any other


class Typed:
    """Reads lines of one shape. `others` are keys by which a line could be of a shape that is asked before it."""

    def __init__(self, adapter: Adapter, used: Used[Any], others: Iterable[str] = ()) -> None:
        self.adapter = adapter
        self._used = used
        self._read = used.read
        self._others = others

    @cached_property
    def _decode(self) -> Callable[[bytes], Any]:
        """Made when the first line wants it: it takes some milliseconds."""
        used = self._used
        keys = sorted({*self._others, *used.without, labels.FIELD}.difference(used.kind.__struct_encode_fields__))
        refused = {f"other_{number}": key for number, key in enumerate(keys)}
        kind = msgspec.defstruct(
            used.kind.__name__,
            [(name, _Refused, None) for name in refused],
            bases=(used.kind,),
            rename=refused,
            gc=False,
        )
        return msgspec.json.Decoder(kind, dec_hook=_refuse).decode

    def read(self, line: bytes) -> Outcome | None:
        """The outcome of a line; None if it is to be read as any other. Never raises."""
        try:
            if not line.isascii():
                line.decode()  # what is passed over is not looked at
            if may_be_deep(line):
                return None
            return self._read(self._decode(line))
        except Exception:  # whatever is the matter, it is known how to say it of any line
            return None

    def readings(self, lines: Iterable[bytes]) -> Iterator[Reading | None]:
        """What each line holds; None if it is to be read as any other. Never raises."""
        wrong, fine = {self.adapter.name: False}, {self.adapter.name: True}
        for line in lines:
            outcome = self.read(line)
            if outcome is None:
                yield None
            else:
                yield reading_of((outcome,), wrong if type(outcome) is Rejected else fine)


class _Refused:
    """Stands for what must not be there."""


def _refuse(_kind: type, _value: object) -> None:
    raise ValueError
