"""Plain JSON lines: any object with a text under a usual name, and any object at all with `--map`.

Ids: a line without one gets a digest (BLAKE2b, 128 bits) as uid. Of author, time and text where it has an
author or a time, so that the same post seen with newer counts is the same post. Else of the whole object: two
lines that are alike to the last field cannot be told apart and count as a duplicate.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from engine.events import Counts, Post
from engine.platforms import fields, paths
from engine.platforms.base import Adapter, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.names import COUNT_HOLDERS, MAX_NAME, ROLES, USUAL, by_plain_name, plain
from engine.platforms.readers import moment, tag_names
from engine.platforms.x_common import snowflake_time

PLATFORM = "generic"

# What --map takes: every field a line can have under a usual name, and the label (engine/platforms/labels.py).
MAPPABLE = (*(field for field in USUAL if field != "title"), "label")

_COUNTED = ("likes", "reposts", "replies", "quotes", "views")
_COUNTS = frozenset(_COUNTED)
_YES = (True, 1, "true", "True", "yes")

_TEXTS = frozenset((*USUAL["text"], *USUAL["title"]))
_X_TEXTS = frozenset(("tweet", "tweettext"))
_X_IDS = frozenset(("tweetid", "statusid"))
_USER_IDS = ("idstr", "id", "did", "pk", "userid", "uid", "username", "screenname", "handle", "name")
_USER_NAMES = ("username", "screenname", "handle", "acct", "uniqueid", "displayname", "nickname", "name")
_USER_FOLLOWERS = USUAL["followers"]
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*", re.ASCII)
MAX_PLANS = 1_024  # kinds of lines, by their keys, of which it is known where the fields stand
MAX_KEYS = 64
_TAG_CUTS = re.compile(r"[\s,;|]+")


# A field of a line: the plain name of where it stands, what stands there, and what that says.
Field: TypeAlias = tuple[str, Json, Json]
Fields: TypeAlias = dict[str, Field]

NAME: Final = 0
RAW: Final = 1
VALUE: Final = 2
_NOTHING: Field = ("", None, None)


class _Generic:
    name = "generic"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()

    def recognises(self, line: Json) -> bool:
        """Any object with a text: the last resort, to be asked after all other shapes."""
        return isinstance(line, dict) and any(_is_text(line[key]) for key in _plan(line).texts)

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
        return isinstance(line, dict) and _text(self._fields(line)) is not None

    def read(self, line: Json) -> Sequence[Outcome]:
        if not isinstance(line, dict):
            return [Rejected("not an object")]
        return [_read(line, PLATFORM, self._fields(line))]

    def _fields(self, line: Object) -> Fields:
        found = _usual_fields(line)
        if "text" in self.places:
            found.pop("title", None)
        for field, path in self.places.items():
            raw = paths.at(line, path)
            found[field] = (plain(path[-1]), raw, _READERS.get(field, _as_it_is)(raw))
        return found


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
    return _read(line, platform, _usual_fields(line))


Place: TypeAlias = tuple[str, Callable[[Json], Json], tuple[tuple[str, str], ...]]


class _Plan(NamedTuple):
    """Where the fields of lines with the same keys may stand."""

    texts: tuple[str, ...]  # keys of texts and titles
    # By field how it is read, and the plain names and keys, the most usual first; None if what the keys hold decides.
    places: tuple[Place, ...] | None


_plans: dict[tuple[str, ...], _Plan] = {}


def _plan(line: Object) -> _Plan:
    """The plan for the keys of a line. Those of most feeds are the same on every line, or nearly."""
    keys = tuple(line)
    found = _plans.get(keys)
    if found is None:
        found = _make_plan(keys)
        if len(keys) <= MAX_KEYS and max(map(len, keys), default=0) <= MAX_NAME:
            if len(_plans) >= MAX_PLANS:
                _plans.clear()
            _plans[keys] = found
    return found


def _make_plan(keys: tuple[str, ...]) -> _Plan:
    names = {key: plain(key) for key in keys if len(key) <= MAX_NAME}
    texts = tuple([key for key, name in names.items() if name in _TEXTS])
    keys_of = {name: key for key, name in names.items()}
    if len(keys_of) < len(names) or not COUNT_HOLDERS.isdisjoint(keys_of):
        return _Plan(texts, None)
    candidates = _candidates(tuple([name for name in keys_of if name in ROLES]))
    return _Plan(texts, _places(candidates, keys_of))


def _places(candidates: dict[str, list[str]], keys_of: dict[str, str]) -> tuple[Place, ...]:
    return tuple(
        [
            (field, _READERS.get(field, _as_it_is), tuple([(name, keys_of[name]) for name in names]))
            for field, names in candidates.items()
        ]
    )


def _usual_fields(line: Object) -> Fields:
    """Each field there is: the best candidate that fits; an empty one only where there is no other."""
    places, values = _plan(line).places, line
    if places is None:
        values = by_plain_name(line)
        candidates = _candidates(tuple([name for name in values if name in ROLES]))
        places = _places(candidates, {name: name for name in values})
    found: Fields = {}
    for field, read, names in places:
        for name, key in names:
            raw = values[key]
            if raw is None or (value := read(raw)) is None:
                continue
            found[field] = (name, raw, value)
            if raw != "":
                break
    return found


@lru_cache(maxsize=1024)
def _candidates(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Which of these plain names each field may stand under, the most usual first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        for field, rank in ROLES[name]:
            found.setdefault(field, []).append((rank, name))
    return {field: [name for _, name in sorted(ranked, key=itemgetter(0))] for field, ranked in found.items()}


def _is_text(value: Json) -> bool:
    return _string(value) is not None


def _as_it_is(value: Json) -> Json:
    return value


def _id(value: Json) -> str | None:
    return fields.text(value) if isinstance(value, str | int) else None


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
    **dict.fromkeys(("id", "reply_to", "quote_of"), _id),
}


def _read(line: Object, platform: str, found: Fields) -> Outcome:
    text = _text(found)
    if text is None:
        return Rejected("no text")
    return Mapped((_post(line, platform, text, found),))


def _text(found: Fields) -> str | None:
    """The text, under its title if it has one that it does not repeat."""
    body: str | None = found.get("text", _NOTHING)[VALUE]
    title: str | None = found.get("title", _NOTHING)[VALUE]
    if title is None or body is None:
        return title if body is None else body
    if not title or body.startswith(title):
        return body
    if not body:
        return title
    return f"{title}\n\n{body}"


def _post(line: Object, platform: str, text: str, found: Fields) -> Post:
    get = found.get
    author, name, user = _author(found)
    uid = fields.text(get("id", _NOTHING)[RAW]).strip("'\" ")
    written = get("time", _NOTHING)
    created = written[VALUE]
    if created is None and (get("id", _NOTHING)[NAME] in _X_IDS or get("text", _NOTHING)[NAME] in _X_TEXTS):
        created = snowflake_time(uid)
    told_apart = bool(author) or written[RAW] is not None
    nameless = not uid and not told_apart
    uid = uid or _digest([author, written[RAW], text] if told_apart else line)
    followers = get("followers", _NOTHING)
    total = _counts(found)
    reply_to = fields.text(get("reply_to", _NOTHING)[RAW])
    counted_at = get("counts_at", _NOTHING)[VALUE] if total else None
    return Post(
        platform=platform,
        uid=uid,
        nameless=nameless,
        author=author,
        name=name,
        text=text,
        created=created,
        seen=get("seen", _NOTHING)[VALUE],
        tags=_tags(found["tags"][RAW]) if "tags" in found else None,
        lang=_language(found["lang"][RAW]) if "lang" in found else "",
        reply_to="" if reply_to == uid else reply_to,
        quote_of=fields.text(get("quote_of", _NOTHING)[RAW]),
        followers=followers[VALUE] if followers[NAME] else _first_number(user, _USER_FOLLOWERS) if user else None,
        author_created=get("author_created", _NOTHING)[VALUE] or (moment(user.get("createdat")) if user else None),
        counts=total,
        counts_at=counted_at,
        sensitive=get("sensitive", _NOTHING)[RAW] in _YES,
    )


def _counts(found: Fields) -> Counts | None:
    if _COUNTS.isdisjoint(found):
        return None
    like, repost, reply, quote, view = (found.get(field, _NOTHING)[VALUE] for field in _COUNTED)
    total = Counts(like=like, repost=repost, reply=reply, quote=quote, view=view)
    return total if total.known() else None


def _author(found: Fields) -> tuple[str, str, dict[str, Json]]:
    """(id, name, the fields of the account if it is an object)."""
    value, name = found.get("author", _NOTHING)[RAW], found.get("name", _NOTHING)[RAW]
    holder = value if isinstance(value, dict) else name if isinstance(name, dict) else None
    user = by_plain_name(holder) if holder else {}
    uid = _first_text(user, _USER_IDS) if isinstance(value, dict) else fields.text(value)
    shown = _first_text(user, _USER_NAMES) if isinstance(name, dict) else fields.text(name)
    return uid or shown, shown or (_first_text(user, _USER_NAMES) if user else "") or uid, user


def _first_text(user: dict[str, Json], names: Sequence[str]) -> str:
    return next((found for name in names if (found := fields.text(user.get(name)))), "")


def _first_number(user: dict[str, Json], names: Sequence[str]) -> int | None:
    return next((found for name in names if name in user and (found := _number(user[name])) is not None), None)


def _tags(value: Json) -> tuple[str, ...] | None:
    """Hashtags of a list, or of a string such as "a,b", "#a #b" or "['a', 'b']"; None for anything else."""
    if isinstance(value, str):
        return tag_names(piece.strip("[]'\"") for piece in _TAG_CUTS.split(value))
    if isinstance(value, list):
        return tag_names(value, "tag", "text", "name", "hashtag", "title")
    return None


def _language(value: Json) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else ""


def _digest(identity: Json) -> str:
    data = json.dumps(identity, sort_keys=True, ensure_ascii=True, default=str)
    return blake2b(data.encode(), digest_size=16).hexdigest()
