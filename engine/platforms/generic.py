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

from engine.events import Post
from engine.platforms import fields, paths
from engine.platforms.base import Adapter, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.names import MAX_NAME, ROLES, USUAL, by_plain_name, plain
from engine.platforms.readers import counts, moment, tag_names
from engine.platforms.x_common import snowflake_time

PLATFORM = "generic"

# What --map takes: every field a line can have under a usual name, and the label (engine/platforms/labels.py).
MAPPABLE = (*(field for field in USUAL if field != "title"), "label")

_TEXTS = frozenset((*USUAL["text"], *USUAL["title"]))
_X_TEXTS = frozenset(("tweet", "tweettext"))
_X_IDS = frozenset(("tweetid", "statusid"))
_USER_IDS = ("idstr", "id", "did", "pk", "userid", "uid", "username", "screenname", "handle", "name")
_USER_NAMES = ("username", "screenname", "handle", "acct", "uniqueid", "displayname", "nickname", "name")
_USER_FOLLOWERS = USUAL["followers"]
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*", re.ASCII)
_TAG_CUTS = re.compile(r"[\s,;|]+")

# Looks a field up: the plain name of where it was found, and its value.
Finder = Callable[[str], tuple[str, Json]]
_NOTHING: tuple[str, Json] = ("", None)


class _Generic:
    name = "generic"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()

    def recognises(self, line: Json) -> bool:
        """Any object with a text: the last resort, to be asked after all other shapes."""
        return isinstance(line, dict) and any(
            len(key) <= MAX_NAME and plain(key) in _TEXTS and _fits("text", value) for key, value in line.items()
        )

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
        return isinstance(line, dict) and _text(self._finder(line)) is not None

    def read(self, line: Json) -> Sequence[Outcome]:
        if not isinstance(line, dict):
            return [Rejected("not an object")]
        return [_read(line, PLATFORM, self._finder(line))]

    def _finder(self, line: Object) -> Finder:
        usual = _usual_finder(line)

        def find(field: str) -> tuple[str, Json]:
            path = self.places.get(field)
            if path is None:
                return ("", None) if field == "title" and "text" in self.places else usual(field)
            return plain(path[-1]), paths.at(line, path)

        return find


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
    return _read(line, platform, _usual_finder(line))


def _usual_finder(line: Object) -> Finder:
    values = by_plain_name(line)
    candidates = _candidates(tuple([name for name in values if name in ROLES]))

    def find(field: str) -> tuple[str, Json]:
        """The best candidate that fits; an empty one only where there is no other."""
        names = candidates.get(field)
        if names is None:
            return _NOTHING
        blank = _NOTHING
        for name in names:
            value = values[name]
            if not _fits(field, value):
                continue
            if value != "":
                return name, value
            blank = (name, value)
        return blank

    return find


@lru_cache(maxsize=1024)
def _candidates(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Which of these plain names each field may stand under, the most usual first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        for field, rank in ROLES[name]:
            found.setdefault(field, []).append((rank, name))
    return {field: [name for _, name in sorted(ranked, key=itemgetter(0))] for field, ranked in found.items()}


def _fits(field: str, value: Json) -> bool:
    """Whether `value` can be this field at all: a name may stand for other things, as `likes` for a list."""
    test = _TESTS.get(field)
    return test is None or test(value)


def _is_moment(value: Json) -> bool:
    return moment(value) is not None


def _is_text(value: Json) -> bool:
    return isinstance(value, str) or isinstance(fields.dig(value, "text"), str)


def _is_number(value: Json) -> bool:
    return _number(value) is not None


def _is_id(value: Json) -> bool:
    return isinstance(value, str | int)


_TESTS: dict[str, Callable[[Json], bool]] = {
    **dict.fromkeys(("time", "seen", "counts_at", "author_created"), _is_moment),
    **dict.fromkeys(("text", "title"), _is_text),
    **dict.fromkeys(("likes", "reposts", "replies", "quotes", "views", "followers"), _is_number),
    **dict.fromkeys(("id", "reply_to", "quote_of"), _is_id),
}


def _read(line: Object, platform: str, find: Finder) -> Outcome:
    text = _text(find)
    if text is None:
        return Rejected("no text")
    return Mapped((_post(line, platform, text, find),))


def _text(find: Finder) -> str | None:
    """The text, under its title if it has one that it does not repeat."""
    body, title = (_string(find(field)[1]) for field in ("text", "title"))
    if title is None or body is None:
        return title if body is None else body
    if not title or body.startswith(title):
        return body
    if not body:
        return title
    return f"{title}\n\n{body}"


def _string(value: Json) -> str | None:
    if isinstance(value, dict):
        value = value.get("text")
    return value if isinstance(value, str) else None


def _post(line: Object, platform: str, text: str, find: Finder) -> Post:
    author, name, user = _author(find)
    id_name, id_value = find("id")
    uid = fields.text(id_value).strip("'\" ")
    written = find("time")[1]
    created = moment(written)
    if created is None and (id_name in _X_IDS or find("text")[0] in _X_TEXTS):
        created = snowflake_time(uid)
    total = counts(
        like=_number(find("likes")[1]),
        repost=_number(find("reposts")[1]),
        reply=_number(find("replies")[1]),
        quote=_number(find("quotes")[1]),
        view=_number(find("views")[1]),
    )
    reply_to = fields.text(find("reply_to")[1])
    told_apart = bool(author) or written is not None
    nameless = not uid and not told_apart
    uid = uid or _digest([author, written, text] if told_apart else line)
    return Post(
        platform=platform,
        uid=uid,
        nameless=nameless,
        author=author,
        name=name,
        text=text,
        created=created,
        seen=moment(find("seen")[1]),
        tags=_tags(find("tags")[1]),
        lang=_language(find("lang")[1]),
        reply_to="" if reply_to == uid else reply_to,
        quote_of=fields.text(find("quote_of")[1]),
        followers=_number(find("followers")[1]) if find("followers")[0] else _first_number(user, _USER_FOLLOWERS),
        author_created=moment(find("author_created")[1]) or moment(user.get("createdat")),
        counts=total,
        counts_at=moment(find("counts_at")[1]) if total else None,
        sensitive=find("sensitive")[1] in (True, 1, "true", "True", "yes"),
    )


def _author(find: Finder) -> tuple[str, str, dict[str, Json]]:
    """(id, name, the fields of the account if it is an object)."""
    value = find("author")[1]
    name = find("name")[1]
    holder = value if isinstance(value, dict) else name if isinstance(name, dict) else {}
    user = by_plain_name(holder)
    uid = _first_text(user, _USER_IDS) if isinstance(value, dict) else fields.text(value)
    shown = _first_text(user, _USER_NAMES) if isinstance(name, dict) else fields.text(name)
    return uid or shown, shown or _first_text(user, _USER_NAMES) or uid, user


def _first_text(user: dict[str, Json], names: Sequence[str]) -> str:
    return next((found for name in names if (found := fields.text(user.get(name)))), "")


def _first_number(user: dict[str, Json], names: Sequence[str]) -> int | None:
    return next((found for name in names if name in user and (found := _number(user[name])) is not None), None)


def _number(value: Json) -> int | None:
    """A count; also of an object that holds one, as `{"count": 3}`."""
    return fields.count(value.get("count") if isinstance(value, dict) else value)


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
