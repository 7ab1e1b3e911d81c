"""Plain lines with the keys that others had before them, read many at a time: field by field, and not line by line.

That is for lines of which every field holds what it usually does, as nearly all do. What any other says is told by
`generic`, and what these say is the same (`test_plain`).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Annotated, Any, TypeAlias

import msgspec

from engine.clean import all_fine, clean_ids
from engine.events import Counts, Post
from engine.platforms import labels
from engine.platforms.fields import MAX_COUNT
from engine.platforms.generic import ADAPTER, PLATFORM, language, tags_of, titled
from engine.platforms.jsontext import may_be_deep
from engine.platforms.layouts import OF_X, PLANS, Layout
from engine.platforms.names import USUAL, plain
from engine.platforms.readers import moments
from engine.platforms.reading import Reading
from engine.platforms.x_common import snowflake_time

Column: TypeAlias = Sequence[Any]

FEW = 4  # lines that are read faster one by one
_TIMES = frozenset(("time", "seen", "counts_at", "author_created"))
_COUNTS = ("likes", "reposts", "replies", "quotes", "views")
_NO_COUNTS = Counts()
_SHAPES = {ADAPTER.name: True}
_NAMES_OF_X = frozenset(name for _, names in OF_X.values() for name in names)
# What usually stands under a field, besides null.
_KINDS: dict[str, Any] = {
    **dict.fromkeys(USUAL, str | int),
    **dict.fromkeys(("text", "title", "lang"), str),
    **dict.fromkeys(_TIMES, str | int | float),
    **dict.fromkeys((*_COUNTS, "followers"), Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]),
    "tags": str | list[str],
    "sensitive": bool,
}


class Plain:
    """Reads lines that have none but some keys."""

    adapter = ADAPTER

    def __init__(self, keys: tuple[str, ...], layout: Layout, all_needed: bool) -> None:
        self.keys = keys
        self._of_x = layout.of_x != 0
        self._places = dict(layout.places)
        kinds = {place: _KINDS[field] | None for field, places in layout.places.items() for place in places}
        if labels.FIELD in keys:
            self._places[labels.FIELD] = (keys.index(labels.FIELD),)
            kinds[keys.index(labels.FIELD)] = Any
        names = [f"key_{place}" for place in range(len(keys))]
        default = () if all_needed else (None,)
        line = msgspec.defstruct(
            "Line",
            [(name, kinds.get(place, msgspec.Raw), *default) for place, name in enumerate(names)],
            rename=dict(zip(names, keys, strict=True)),
            forbid_unknown_fields=True,
            gc=False,
        )
        self._decode = msgspec.json.Decoder(line).decode

    def readings(self, lines: Sequence[bytes]) -> Iterator[Reading | None]:
        """What each line holds; None if it is to be read as any other. Never raises."""
        rows = [None if len(lines) < FEW else self._row(line) for line in lines]
        columns = [*zip(*filter(None, rows), strict=True)]
        posts = iter(_posts(self._fields(columns), self._of_x) if columns else ())
        for row in rows:
            post = None if row is None else next(posts)
            yield None if post is None else Reading(((post,),), _SHAPES, ())

    def _row(self, line: bytes) -> tuple[Any, ...] | None:
        try:
            if not line.isascii():
                line.decode()  # what is passed over is not looked at
            return None if may_be_deep(line) else msgspec.structs.astuple(self._decode(line))
        except (ValueError, RecursionError):
            return None

    def _fields(self, columns: Sequence[Column]) -> dict[str, Column]:
        """What stands under each field: where it may have several keys, under the first of them that has anything."""
        found = {}
        for field, places in self._places.items():
            best, *others = [moments(columns[place]) if field in _TIMES else columns[place] for place in places]
            for other in others:
                best = [b if a is None or a == "" else a for a, b in zip(best, other, strict=True)]
            found[field] = best
        return found


def reader(keys: tuple[str, ...], all_needed: bool) -> Plain | None:
    """How to read lines with these keys or, unless all are needed, some of them.

    None if it takes more than the keys to say.
    """
    layout, letters = PLANS[keys].layout, "".join(keys)
    if layout is None or "text" not in layout.places or "id" not in layout.places:
        return None
    if not letters.isprintable() or '"' in letters or "\\" in letters:
        return None
    in_doubt = any(contest.field in OF_X for contest in layout.contests)  # whether it is X's turns on what they hold
    return None if in_doubt and any(plain(key) in _NAMES_OF_X for key in keys) else Plain(keys, layout, all_needed)


def _posts(found: dict[str, Column], of_x: bool) -> list[Post | None]:
    """A post of each row of what was found under the fields; None where it has no id or no text."""
    uids = [uid.strip("'\" ") for uid in _strings(found["id"])]
    none, empty, false = [None] * len(uids), [""] * len(uids), [False] * len(uids)
    times = found.get("time", none)
    if of_x:
        times = [snowflake_time(uid) if time is None else time for time, uid in zip(times, uids, strict=True)]
    said: Column = [*map(titled, found["title"], found["text"])] if "title" in found else found["text"]
    texts = _strings(said)
    authors, names = _accounts(found.get("author", none), found.get("name", none))
    langs = {lang: language(lang) for lang in {*found.get("lang", none)}}
    replies = empty
    if "reply_to" in found:
        replies = ["" if reply == uid else reply for reply, uid in zip(_strings(found["reply_to"]), uids, strict=True)]
    quotes = _strings(found["quote_of"]) if "quote_of" in found else empty
    totals: Sequence[Counts | None] = none
    if not found.keys().isdisjoint(_COUNTS):
        told = map(Counts, *[found.get(field, none) for field in _COUNTS])
        totals = [None if total == _NO_COUNTS else total for total in told]
    counts_at = none
    if "counts_at" in found:
        counts_at = [None if total is None else at for total, at in zip(totals, found["counts_at"], strict=True)]
    posts: Iterable[Post] = map(
        Post,  # its fields in their order
        repeat(PLATFORM),
        uids,
        authors,
        names,
        texts,
        times,
        found.get("seen", none),
        empty,
        empty,
        [None if tags is None else tags_of(tags) for tags in found["tags"]] if "tags" in found else none,
        map(langs.__getitem__, found.get("lang", none)),
        replies,
        quotes,
        empty,
        found.get("followers", none),
        found.get("author_created", none),
        totals,
        counts_at,
        map(bool, found.get("sensitive", false)),
        false,
        false,
        false,
        map(labels.written, found[labels.FIELD]) if labels.FIELD in found else empty,
    )
    if "tags" in found or not all_fine((uids, authors, replies, quotes), names, texts, langs.values()):
        posts = map(clean_ids, posts)
    return [post if uid and text is not None else None for post, uid, text in zip(posts, uids, said, strict=True)]


def _accounts(authors: Column, names: Column) -> tuple[list[str], list[str]]:
    """Ids and names of the accounts: each stands in for the other."""
    ids = _strings(authors)
    if authors is names:
        return ids, ids
    shown = _strings(names)
    return (
        [uid or name for uid, name in zip(ids, shown, strict=True)],
        [name or uid for uid, name in zip(ids, shown, strict=True)],
    )


def _strings(values: Column) -> list[str]:
    """Ids and names as they are, or in digits."""
    return [value if type(value) is str else "" if value is None else str(value) for value in values]
