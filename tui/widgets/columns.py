"""Columns of a table: which fit, and how a row is laid out in them. Pure, without a widget."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tui.lines import Line, Span, pad

Item = TypeVar("Item")


@dataclass(frozen=True)
class Column(Generic[Item]):
    """A column of a table.

    `width` 0 is the one that takes the room left over; it comes last, for it holds what emoji may be in. Columns of a
    higher `rank` are left out first when the room is short; rank 0 stays.
    """

    title: str
    cell: Callable[[Item], Span]
    width: int = 0
    right: bool = True
    rank: int = 0
    order: Callable[[Item], Any] | None = None


MARK = 2  # cells before the first column, where the cursor stands
GAP: Span = (" ", "")  # between two columns


def fitting(columns: Sequence[Column[Item]], width: int, rest: int) -> list[Column[Item]]:
    """The columns there is room for, with `rest` cells for the last one before others are let in."""
    kept = list(columns)

    def needed() -> int:
        return MARK + sum((column.width or rest) + 1 for column in kept) - 1

    while needed() > width and any(column.rank for column in kept):
        kept.remove(max(reversed(kept), key=lambda column: column.rank))
    return kept


def layout(columns: Sequence[Column[Item]], cells: Iterable[Span], width: int) -> Line:
    """A row of `cells`, each in its column."""
    rest = max(width - MARK - sum([column.width + 1 for column in columns if column.width]), 0)
    spans: list[Span] = []
    for column, (text, role) in zip(columns, cells, strict=True):
        wide = column.width
        spans.append((pad(text, wide, column.right) if wide else pad(text, rest), role))
        spans.append(GAP)
    return tuple(spans[:-1])


def heading(columns: Sequence[Column[Item]], width: int, sorted_by: Column[Item] | None) -> Line:
    """The titles over the columns."""
    titles = ((column.title, "accent" if column is sorted_by else "head") for column in columns)
    return (("  ", "head"), *layout(columns, titles, width))


def ordered(items: Sequence[Item], column: Column[Item], reverse: bool) -> list[Item]:
    """`items` by a column, largest first unless `reverse`; what is not known stands last either way."""
    order = column.order
    assert order is not None
    known = [item for item in items if order(item) is not None]
    unknown = [item for item in items if order(item) is None]
    return sorted(known, key=order, reverse=not reverse) + unknown
