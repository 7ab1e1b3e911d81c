"""What can stand where the cursor is in an expression: fields, then the values that the feed has now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.filters.fields import FIELDS, FLAGS, IDS, MEANS, NUMBERS, UNDECIDED
from engine.snapshot import Snapshot

MOST = 12  # options given

_BREAKS = frozenset(' \t\n()<>="')
_QUOTED = frozenset(' \t\n()<>="')  # a value with one of these goes in quotes


@dataclass(frozen=True)
class Option:
    """One way to go on: what is written, and a word about it."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Completion:
    """The options for what stands from `start` to the cursor."""

    start: int
    options: tuple[Option, ...] = ()


Values = Mapping[str, tuple[Option, ...]]


def values_in(snapshot: Snapshot) -> Values:
    """The values that the rows of a snapshot have, the commonest first."""
    named = [author.name or author.author for author in snapshot.authors]
    return {
        "lang": tuple(Option(lang or UNDECIDED, f"{posts:,} posts") for lang, posts in snapshot.languages.items()),
        "tag": tuple(Option(row.tag, f"{row.posts:,} posts") for row in snapshot.hashtags),
        "author": tuple(Option(name) for name in dict.fromkeys(named)),
        "platform": tuple(Option(name) for name in snapshot.platforms),
        "cluster": tuple(Option(str(row.id), row.label) for row in snapshot.clusters),
        "story": tuple(Option(str(row.id), row.label) for row in snapshot.stories),
    }


def complete(text: str, cursor: int, values: Values) -> Completion:
    """What can stand at `cursor`: values after a field's colon, else fields."""
    if text.count('"', 0, cursor) % 2:
        return Completion(cursor)
    start = cursor
    while start and text[start - 1] not in _BREAKS:
        start -= 1
    if start and text[start - 1] in '<>="':
        return Completion(cursor)
    start += len(text[start:cursor]) - len(text[start:cursor].lstrip("-"))
    typed = text[start:cursor]
    if typed.startswith("#"):
        tags = _matching(typed[1:], values.get("tag", ()))
        return Completion(start, tuple(Option(f"#{option.text}", option.note) for option in tags))
    name, colon, value = typed.partition(":")
    field = name.lower()
    if not colon:
        fields = [Option(_opened(each), MEANS[each]) for each in FIELDS if each.startswith(field)]
        return Completion(start, tuple(fields[:MOST] if typed else fields))
    known = tuple(Option(flag) for flag in FLAGS[field]) if field in FLAGS else values.get(field, ())
    value = value.removeprefix("#") if field in ("tag", *IDS) else value
    found = (Option(f"{field}:{_quoted(option.text)}", option.note) for option in _matching(value, known))
    return Completion(start, tuple(option for option in found if option.text != typed))


def _opened(field: str) -> str:
    return f"{field}>" if field in NUMBERS else f"{field}:"


def _matching(typed: str, known: Iterable[Option]) -> list[Option]:
    """Those that begin as typed, then those that hold it, also in the word about them."""
    wanted, options = typed.casefold().removeprefix("@"), list(known)
    begin = [option for option in options if option.text.casefold().removeprefix("@").startswith(wanted)]
    hold = [option for option in options if wanted in f"{option.text} {option.note}".casefold() and option not in begin]
    return (begin + hold)[:MOST]


def _quoted(value: str) -> str:
    if not _QUOTED.isdisjoint(value):
        return '"' + value.replace('"', "") + '"'
    return value
