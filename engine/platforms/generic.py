"""Plain JSON lines: any object with a text under a usual name, and any object at all with `--map`.

Ids: a line without one gets a digest (BLAKE2b, 128 bits) as uid. Of author, time and text where it has an
author or a time, so that the same post seen with newer counts is the same post. Else of the whole object: two
lines that are alike to the last field cannot be told apart and count as a duplicate.
"""

import json
import re
from collections.abc import Callable, Collection, Sequence
from hashlib import blake2b

from engine.events import Post
from engine.platforms import fields, paths
from engine.platforms.base import Adapter, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.layouts import LAYOUTS, OF_X, PLANS, SLOTS, TEXT_OF_X, Row, of_x_alone
from engine.platforms.names import ROLES, USUAL, by_plain_name, plain
from engine.platforms.readers import counts, moment, tag_names
from engine.platforms.x_common import snowflake_time

PLATFORM = "generic"

# What --map takes: every field a line can have under a usual name, and the label (engine/platforms/labels.py).
MAPPABLE = (*(field for field in USUAL if field != "title"), "label")

_YES = (True, 1, "true", "True", "yes")

_IDS = frozenset(("id", "reply_to", "quote_of"))
_USER_IDS = ("idstr", "id", "did", "pk", "userid", "uid", "username", "screenname", "handle", "name")
_USER_NAMES = ("username", "screenname", "handle", "acct", "uniqueid", "displayname", "nickname", "name")
_USER_FOLLOWERS = USUAL["followers"]
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*", re.ASCII)
_TAG_CUTS = re.compile(r"[\s,;|]+")


class _Generic:
    name = "generic"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()

    def recognises(self, line: Json) -> bool:
        """Any object with a text: the last resort, to be asked after all other shapes."""
        return isinstance(line, dict) and any(_string(line[key]) is not None for key in PLANS[tuple(line)].texts)

    def read(self, line: Json) -> Sequence[Outcome]:
        return [read_object(line, PLATFORM)]


class _Mapped:
    """Fields that stand where the user says; what is not mapped is looked for by its usual names."""

    name = "map"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()

    def __init__(self, places: dict[str, paths.Path]) -> None:
        self.places = places

    def recognises(self, line: Json) -> bool:
        return isinstance(line, dict) and isinstance(self._read(line), Mapped)

    def read(self, line: Json) -> Sequence[Outcome]:
        return [self._read(line)] if isinstance(line, dict) else [Rejected("not an object")]

    def _read(self, line: Object) -> Outcome:
        found, of_x = _find(line)
        row = [*found]
        if "text" in self.places:
            row[SLOTS["title"]] = None
        for field, path in self.places.items():
            if field in SLOTS:
                raw = paths.at(line, path)
                row[SLOTS[field]] = fields.text(raw) if field in _IDS else raw
                of_x = of_x & ~OF_X.get(field, (0,))[0] | of_x_alone(field, plain(path[-1]))
        return _read(line, PLATFORM, row, of_x, self.places.keys())


ADAPTER: Adapter = _Generic()


def parse_map(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of `field=path,field=path`. Raises ValueError, one line, for what cannot be meant."""
    pairs = []
    for part in text.split(","):
        field, equals, path = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise ValueError(f"--map: expected field=path, found {part.strip()[:40]!r}")
        pairs.append((field, path))
    mapped(tuple(pairs))
    return tuple(pairs)


def mapped(pairs: tuple[tuple[str, str], ...]) -> Adapter:
    """An adapter for lines whose fields stand at the given paths, such as `user.name` or `media.0.url`.

    Raises ValueError, one line, for an unknown field, one that comes twice, or a path that is none.
    """
    places: dict[str, paths.Path] = {}
    for field, path in pairs:
        if field not in MAPPABLE:
            raise ValueError(f"--map: unknown field {field[:40]!r}; one of: {', '.join(MAPPABLE)}")
        if field in places:
            raise ValueError(f"--map: {field} comes twice")
        try:
            places[field] = paths.parse(path)
        except ValueError as wrong:
            raise ValueError(f"--map: {field}: {wrong}") from None
    return _Mapped(places)


def read_object(line: Json, platform: str) -> Outcome:
    """The post in `line` by the usual names of its fields."""
    if not isinstance(line, dict):
        return Rejected("not an object")
    row, of_x = _find(line)
    return _read(line, platform, row, of_x)


def _find(line: Object) -> tuple[Row, int]:
    """What stands under each field there is: the best candidate that fits; an empty one only where there is no other.

    Where there is one candidate alone, it is yet to be seen whether it fits. With it, the bits of the fields that stand
    under names of X's alone.
    """
    layout = PLANS[tuple(line)].layout
    if layout is None:
        line = {name: value for name, value in by_plain_name(line).items() if name in ROLES}
        layout = LAYOUTS[tuple(line)]
    row, of_x = layout.pick((*line.values(), None)), layout.of_x
    if not layout.contests:
        return row, of_x
    settled = [*row]
    for field, names in layout.contests:
        name, settled[SLOTS[field]] = _best(line, names, _READERS.get(field, _as_it_is))
        of_x |= of_x_alone(field, name)
    return settled, of_x


def _best(line: Object, names: Sequence[tuple[str, str]], read: Callable[[Json], Json]) -> tuple[str, Json]:
    best: tuple[str, Json] = ("", None)
    for name, key in names:
        raw = line[key]
        if raw is not None and read(raw) is not None:
            best = (name, raw)
            if raw != "":
                break
    return best


def _as_it_is(value: Json) -> Json:
    return value


def _id(value: Json) -> str | None:
    return value if type(value) is str else fields.text(value) if isinstance(value, int) else None


def _string(value: Json) -> str | None:
    if isinstance(value, dict):
        value = value.get("text")
    return value if isinstance(value, str) else None


def _number(value: Json) -> int | None:
    """A count; also of an object that holds one, as `{"count": 3}`."""
    return fields.count(value.get("count") if isinstance(value, dict) else value)


# What a value says as this field; None if it cannot be that at all: a name may stand for other things, as `likes` for
# a list.
_READERS: dict[str, Callable[[Json], Json]] = {
    **dict.fromkeys(("time", "seen", "counts_at", "author_created"), moment),
    **dict.fromkeys(("text", "title"), _string),
    **dict.fromkeys(("likes", "reposts", "replies", "quotes", "views", "followers"), _number),
    **dict.fromkeys(_IDS, _id),
}


def _read(line: Object, platform: str, row: Row, of_x: int, mapped: Collection[str] = ()) -> Outcome:
    """The post of a line, from what stands under its fields, of which those that are `mapped` stand where they must."""
    text, title, uid, author, name, time, seen, counts_at, lang, tags, like, repost, reply, quote, view, *rest = row
    reply_to, quote_of, followers, author_created, sensitive = rest
    if type(text) is not str:
        text = _string(text)
        of_x &= of_x if text is not None else ~TEXT_OF_X
    if title is not None:
        text = titled(_string(title), text)
    if text is None:
        return Rejected("no text")
    user: dict[str, Json] = {}
    if type(author) is dict or type(name) is dict:
        author, name, user = _account(author, name)
    else:
        author, name = fields.text(author), fields.text(name)
        author, name = author or name, name or author
    uid = (uid if type(uid) is str else _id(uid) or "").strip("'\" ")
    created = None if time is None else moment(time)
    if created is None:
        time = time if "time" in mapped else None
        created = snowflake_time(uid) if of_x else None
    nameless = not (uid or author) and time is None
    if not uid:
        uid = _digest(line if nameless else [author, time, text])
    if reply_to is not None:
        reply_to = _id(reply_to)
    total = None
    if not (like is None and repost is None and reply is None and quote is None and view is None):
        raw = (like, repost, reply, quote, view)
        total = counts(*map(_number, raw)) if dict in map(type, raw) else counts(*raw)
    count = None if followers is None else _number(followers)
    made = None if author_created is None else moment(author_created)
    if user:
        made = made or moment(user.get("createdat"))
        if count is None and "followers" not in mapped:
            count = _first_number(user, _USER_FOLLOWERS)
    post = Post(  # in their order: by name it takes ten times as long
        platform,
        uid,
        author,
        name,
        text,
        created,
        None if seen is None else moment(seen),
        "",
        "",
        None if tags is None else tags_of(tags),
        "" if lang is None else language(lang),
        "" if reply_to is None or reply_to == uid else reply_to,
        "" if quote_of is None else _id(quote_of) or "",
        "",
        count,
        made,
        total,
        None if total is None or counts_at is None else moment(counts_at),
        sensitive is not None and sensitive in _YES,
        False,
        False,
        nameless,
    )
    return Mapped((post,))


def titled(title: str | None, body: str | None) -> str | None:
    """The text, under its title if it has one that it does not repeat."""
    if title is None or body is None:
        return title if body is None else body
    if not title or body.startswith(title):
        return body
    if not body:
        return title
    return f"{title}\n\n{body}"


def _account(author: Json, name: Json) -> tuple[str, str, dict[str, Json]]:
    """(id, name, the fields of the account), where one of them is an object."""
    user = by_plain_name(author if isinstance(author, dict) else name)
    uid = _first_text(user, _USER_IDS) if isinstance(author, dict) else fields.text(author)
    shown = _first_text(user, _USER_NAMES) if isinstance(name, dict) else fields.text(name)
    return uid or shown, shown or _first_text(user, _USER_NAMES) or uid, user


def _first_text(user: dict[str, Json], names: Sequence[str]) -> str:
    return next((found for name in names if (found := fields.text(user.get(name)))), "")


def _first_number(user: dict[str, Json], names: Sequence[str]) -> int | None:
    return next((found for name in names if name in user and (found := _number(user[name])) is not None), None)


def tags_of(value: Json) -> tuple[str, ...] | None:
    """Hashtags of a list, or of a string such as "a,b", "#a #b" or "['a', 'b']"; None for anything else."""
    if isinstance(value, str):
        return tag_names(piece.strip("[]'\"") for piece in _TAG_CUTS.split(value))
    if isinstance(value, list):
        return tag_names(value, "tag", "text", "name", "hashtag", "title")
    return None


def language(value: Json) -> str:
    """What an author says that a text is in, if it is a language; "" if not."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else ""


def _digest(identity: Json) -> str:
    data = json.dumps(identity, sort_keys=True, ensure_ascii=True, default=str)
    return blake2b(data.encode(), digest_size=16).hexdigest()
