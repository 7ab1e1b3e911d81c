"""X API v1.1: statuses of streams, lookups and searches, and the control lines of streams.

When counts were true: a stream delivers a status at birth, so its counts, and those of the statuses inside
it, are of its own time (a stream marks its lines with `timestamp_ms`). A lookup or a search does not say when
it was made: unknown.
"""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from engine.events import Counts, Delete, Event, Media, Observation, Post, Purge, Reaction
from engine.platforms import fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.readers import counts, first_time, moment, tag_names, unescape_markup
from engine.platforms.typed import Odd, Used
from engine.platforms.x_common import PLATFORM, as_first, id_order, media_kind, snowflake_time, versioned
from engine.platforms.x_v1_shapes import Embedded, Entities, Medium, Status, User

_STATUS_MARKS = (
    "id_str",
    "retweet_count",
    "favorite_count",
    "truncated",
    "in_reply_to_status_id",
    "entities",
)
_OWN_MARKS = ("id_str", "created_at", "favorite_count", "retweet_count", "entities")
ENVELOPES = ("tweet", "message")  # around a status: in the archive of an account, and in streams for several accounts
_CONTROL = {
    "limit": "limit notice",
    "scrub_geo": "scrub_geo notice",
    "status_withheld": "withheld notice",
    "user_withheld": "withheld notice",
    "disconnect": "disconnect notice",
    "warning": "stall warning",
    "friends": "friends list",
    "friends_str": "friends list",
    "control": "control message",
    "direct_message": "direct message",
    "undrop": "undrop notice",
    "user_undelete": "account restored",
    "user_unprotect": "account restored",
    "user_unsuspend": "account restored",
}
_TAKEN_BACK = ("delete", "drop")
_PURGES = ("user_delete", "user_protect", "user_suspend")
_CONTROL_KEYS = frozenset((*_CONTROL, *_TAKEN_BACK, *_PURGES))


class _XV1:
    name = "x-v1"
    platform = PLATFORM
    # A stream that tracks words delivers each retweet of what it delivered: the words are in the retweet too.
    carries: frozenset[str] = frozenset({"repost"})
    marks = frozenset({"event", "statuses", *_STATUS_MARKS, *ENVELOPES, *_CONTROL_KEYS})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict):
            return False
        return _is_status(line) or _is_control(line) or _is_search(line) or _enclosed(line) is not None

    def read(self, line: Json) -> Sequence[Outcome]:
        if _is_search(line):
            return _read_search(line["statuses"])
        if _is_control(line):
            return [_read_control(line)]
        inner = None if _is_status(line) else _enclosed(line)
        if inner is None:
            return [_read_line(msgspec.convert(line, Status))]
        return [_read_control(inner) if _is_control(inner) else _read_line(msgspec.convert(inner, Status))]


ADAPTER: Adapter = _XV1()


def _is_status(line: Object) -> bool:
    """A status. Without its account, as in the archive an account downloads of itself, it needs all other marks."""
    if not ("text" in line or "full_text" in line) or "_type" in line:
        return False
    user = line.get("user")
    if isinstance(user, dict):
        return any(mark in line for mark in _STATUS_MARKS)
    return user is None and all(mark in line for mark in _OWN_MARKS)


def _is_control(line: Object) -> bool:
    if "event" in line:
        return "source" in line and "target" in line
    if len(line) > 2 or "data" in line:
        return False
    return any(isinstance(line.get(key), dict | list) for key in line if key in _CONTROL_KEYS)


def _enclosed(line: Object) -> Object | None:
    """The status or the notice in an envelope that holds little else."""
    if len(line) > 2:
        return None
    for key in ENVELOPES:
        inner = line.get(key)
        if isinstance(inner, dict) and (_is_status(inner) or (key == "message" and _is_control(inner))):
            return inner
    return None


def _is_search(line: Object) -> bool:
    statuses = line.get("statuses")
    if not isinstance(statuses, list):
        return False
    return "search_metadata" in line or any(isinstance(s, dict) and _is_status(s) for s in statuses[:1])


def _read_search(statuses: list[Json]) -> list[Outcome]:
    """A search page runs newest first: oldest first is the order of events."""
    found = [msgspec.convert(status, Status) for status in statuses if isinstance(status, dict)]
    found.sort(key=lambda status: (_created(status) or 0, id_order(_id(status))))
    outcomes: list[Outcome] = [_read_line(status) for status in found]
    outcomes += [Rejected("not an object")] * (len(statuses) - len(found))
    return outcomes or [Ignored("empty page")]


def _read_control(line: Object) -> Outcome:
    if "event" in line:
        return Ignored("user stream event")
    kind = next(key for key in line if key in _CONTROL_KEYS)
    if kind in _CONTROL:
        return Ignored(_CONTROL[kind])
    body = fields.mapping(line[kind])
    at = first_time(body.get("timestamp_ms"), line.get("timestamp_ms"))
    if kind in _PURGES:
        author = _named(body) or _named(fields.mapping(body.get("user")))
        return Mapped((Purge(platform=PLATFORM, author=author, at=at),)) if author else Rejected("notice without id")
    if "favorite" in body:
        return Ignored("like taken back")  # the like itself is never in a stream
    uid = _named(fields.mapping(body.get("status")))
    return Mapped((Delete(platform=PLATFORM, uid=uid, at=at),)) if uid else Rejected("notice without id")


def _read_typed(status: Status) -> Outcome | None:
    if not isinstance(status.user, User) or status.id_str is None or (status.text or status.full_text) is None:
        return None
    return _read_line(status)


USED = (Used(Status, _read_typed, without=("_type",)),)


def _read_line(status: Status) -> Outcome:
    live = status.timestamp_ms is not msgspec.UNSET or status.filter_level is not msgspec.UNSET
    return _read_status(status, _created(status) if live else None)


def read_status(status: Object, at: int | None) -> Outcome:
    """The outcome of one status. `at` is when all counts in it were true, None if that is not known."""
    return _read_status(msgspec.convert(status, Status), at)


def _read_status(status: Status, at: int | None) -> Outcome:
    uid = _id(status)
    if not uid:
        return Rejected("no id")
    inner = status.retweeted_status
    if isinstance(inner, Embedded) and (target := _id(inner)):
        return Mapped((_reaction(status, uid, inner, target, at), *_quoted_counts(inner, status, at)))
    text = _text(status)
    if text is None:
        return Rejected("no text")
    post = _post(status, uid, text, at)
    event = post if status.edit_history is None else versioned(post, _history(status))
    if status.quoted_status is None:
        return Mapped((event,))
    return Mapped((event, *_quoted_counts(status, status, at)))


def _reaction(status: Status, uid: str, inner: Embedded, target: str, at: int | None) -> Reaction:
    text = _text(inner)
    original = None if text is None else as_first(_post(inner, target, text, at), _history(inner))
    user = status.user
    author, name = (_id(user), fields.text(user.screen_name)) if isinstance(user, User) else ("", "")
    target = target if original is None else original.uid
    return Reaction(PLATFORM, uid, target, "repost", author, name, _created(status), None, original)


def _quoted_counts(quoting: Embedded, line: Status, at: int | None) -> tuple[Event, ...]:
    """What the line tells of the counts of the status that `quoting` quotes."""
    quoted = quoting.quoted_status or line.quoted_status
    if isinstance(quoted, dict):
        quoted = msgspec.convert(quoted, Embedded)
    if not isinstance(quoted, Embedded) or not (uid := _id(quoted)) or (total := _counts(quoted)) is None:
        return ()
    first = (_history(quoted) or [uid])[0]
    return (Observation(PLATFORM, first, total, at),)


def _post(status: Embedded, uid: str, text: str, at: int | None) -> Post:
    author = name = ""
    followers = made = None
    withheld = False
    if isinstance(user := status.user, User):
        author, name = _id(user), fields.text(user.screen_name)
        followers, made = fields.count(user.followers_count), moment(user.created_at)
        withheld = user.protected is True
    entities, extended = status.entities, status.extended_entities
    if status.extended_tweet is not None:
        entities, extended = _of_whole(fields.mapping(status.extended_tweet), entities, extended)
    total = _counts(status)
    return Post(  # in their order, as that is much faster
        PLATFORM,
        uid,
        author,
        name,
        text,
        _created(status),
        None,
        "",
        "",
        _tags(entities),
        fields.text(status.lang),
        _either(status.in_reply_to_status_id_str, status.in_reply_to_status_id),
        _either(status.quoted_status_id_str, status.quoted_status_id) or _quoted_id(status.quoted_status),
        _media(entities, extended),
        followers,
        made,
        total,
        None if total is None else at,
        status.possibly_sensitive is True,
        withheld,
    )


_Entity: TypeAlias = Entities | Odd


def _of_whole(whole: Object, entities: _Entity, extended: _Entity) -> tuple[_Entity, _Entity]:
    """The entities of a status's whole text, where there are any."""
    own, shown = whole.get("entities"), whole.get("extended_entities")
    return (
        msgspec.convert(own, Entities) if own and isinstance(own, dict) else own or entities,
        msgspec.convert(shown, Entities) if shown and isinstance(shown, dict) else shown or extended,
    )


def _id(thing: Embedded | User) -> str:
    text = thing.id_str
    return text if type(text) is str and text else _either(text, thing.id)


def _named(thing: Object) -> str:
    return _either(thing.get("id_str"), thing.get("id"))


def _either(text: Json, number: Json) -> str:
    if type(text) is str and text:
        return text
    return "" if text is None and number is None else fields.text(text) or fields.text(number)


def _quoted_id(quoted: Json) -> str:
    if quoted is None:
        return ""
    return _named(quoted) if isinstance(quoted, dict) else _id(quoted) if isinstance(quoted, Embedded) else ""


def _text(status: Embedded) -> str | None:
    """The whole text: a compatible stream keeps it in `extended_tweet` and cuts `text` to 140 characters."""
    text = None if status.extended_tweet is None else fields.dig(status.extended_tweet, "full_text")
    if not isinstance(text, str):
        text = status.full_text if isinstance(status.full_text, str) else status.text
    return unescape_markup(text) if isinstance(text, str) else None


def _created(status: Embedded) -> int | None:
    return moment(status.created_at) or moment(status.timestamp_ms) or snowflake_time(_id(status))


def _counts(status: Embedded) -> Counts | None:
    return counts(
        status.favorite_count, status.retweet_count, status.reply_count, status.quote_count, status.view_count
    )


def _tags(entities: _Entity) -> tuple[str, ...] | None:
    if not isinstance(entities, Entities):
        return None
    tags = entities.hashtags
    return tag_names(tags, "text", "tag") if tags and isinstance(tags, list) else ()


def _media(entities: _Entity, extended: _Entity) -> Media:
    shown = _shown(extended) or _shown(entities)
    urls = fields.items(entities.urls) if isinstance(entities, Entities) else []
    if not shown and not urls:
        return ""
    return media_kind([medium.type for medium in shown if isinstance(medium, Medium)], urls)


def _shown(entities: _Entity) -> list[Medium | Odd]:
    return entities.media if isinstance(entities, Entities) and isinstance(entities.media, list) else []


def _history(status: Embedded) -> list[str]:
    if status.edit_history is None:
        return []
    ids = fields.items(fields.dig(status.edit_history, "edit_tweet_ids"))
    return [uid for uid in map(fields.text, ids) if uid]
