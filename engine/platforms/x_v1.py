"""X API v1.1: statuses of streams, lookups and searches, and the control lines of streams.

When counts were true: a stream delivers a status at birth, so its counts, and those of the statuses inside
it, are of its own time (a stream marks its lines with `timestamp_ms`). A lookup or a search does not say when
it was made: unknown.
"""

from collections.abc import Sequence

from engine.events import Counts, Delete, Event, Media, Observation, Post, Purge, Reaction
from engine.platforms import fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.readers import counts, first_time, moment, tag_names, unescape_markup
from engine.platforms.x_common import PLATFORM, as_first, id_order, media_kind, snowflake_time, versioned

_STATUS_MARKS = (
    "id_str",
    "retweet_count",
    "favorite_count",
    "truncated",
    "in_reply_to_status_id",
    "entities",
)
_OWN_MARKS = ("id_str", "created_at", "favorite_count", "retweet_count", "entities")
_ENVELOPES = ("tweet", "message")  # around a status: in the archive of an account, and in streams for several accounts
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
    marks = frozenset({"event", "statuses", *_STATUS_MARKS, *_ENVELOPES, *_CONTROL_KEYS})

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
            return [_read_line(line)]
        return [_read_control(inner) if _is_control(inner) else _read_line(inner)]


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
    for key in _ENVELOPES:
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
    found = [status for status in statuses if isinstance(status, dict)]
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
        author = _id(body) or _id(fields.mapping(body.get("user")))
        return Mapped((Purge(platform=PLATFORM, author=author, at=at),)) if author else Rejected("notice without id")
    if "favorite" in body:
        return Ignored("like taken back")  # the like itself is never in a stream
    uid = _id(fields.mapping(body.get("status")))
    return Mapped((Delete(platform=PLATFORM, uid=uid, at=at),)) if uid else Rejected("notice without id")


def _read_line(status: Object) -> Outcome:
    live = "timestamp_ms" in status or "filter_level" in status
    return read_status(status, at=_created(status) if live else None)


def read_status(status: Object, at: int | None) -> Outcome:
    """The outcome of one status. `at` is when all counts in it were true, None if that is not known."""
    uid = _id(status)
    if not uid:
        return Rejected("no id")
    inner = status.get("retweeted_status")
    if isinstance(inner, dict) and _id(inner):
        return Mapped((_reaction(status, uid, inner, at), *_quoted_counts(inner, status, at)))
    if _text(status) is None:
        return Rejected("no text")
    post = _post(status, uid, at)
    return Mapped((versioned(post, _history(status)), *_quoted_counts(status, status, at)))


def _reaction(status: Object, uid: str, inner: Object, at: int | None) -> Reaction:
    history = _history(inner)
    original = None
    if _text(inner) is not None:
        original = as_first(_post(inner, _id(inner), at), history)
    user = fields.mapping(status.get("user"))
    return Reaction(
        platform=PLATFORM,
        uid=uid,
        target=original.uid if original else _id(inner),
        kind="repost",
        author=_id(user),
        name=fields.text(user.get("screen_name")),
        created=_created(status),
        original=original,
    )


def _quoted_counts(quoting: Object, line: Object, at: int | None) -> tuple[Event, ...]:
    """What the line tells of the counts of the status that `quoting` quotes."""
    quoted = fields.mapping(quoting.get("quoted_status") or line.get("quoted_status"))
    uid = _id(quoted)
    total = _counts(quoted)
    if not uid or total is None:
        return ()
    first = (_history(quoted) or [uid])[0]
    return (Observation(platform=PLATFORM, uid=first, counts=total, at=at),)


def _post(status: Object, uid: str, at: int | None) -> Post:
    user = fields.mapping(status.get("user"))
    whole = fields.mapping(status.get("extended_tweet"))
    entities = whole.get("entities") or status.get("entities")
    extended = whole.get("extended_entities") or status.get("extended_entities")
    total = _counts(status)
    return Post(
        platform=PLATFORM,
        uid=uid,
        author=_id(user),
        name=fields.text(user.get("screen_name")),
        text=_text(status) or "",
        created=_created(status),
        tags=_tags(entities),
        lang=fields.text(status.get("lang")),
        reply_to=_reference(status, "in_reply_to_status_id"),
        quote_of=_reference(status, "quoted_status_id") or _id(fields.mapping(status.get("quoted_status"))),
        media=_media(entities, extended),
        followers=fields.count(user.get("followers_count")),
        author_created=moment(user.get("created_at")),
        counts=total,
        counts_at=at if total else None,
        sensitive=status.get("possibly_sensitive") is True,
        withheld=user.get("protected") is True,
    )


def _id(thing: Object) -> str:
    return fields.text(thing.get("id_str")) or fields.text(thing.get("id"))


def _reference(status: Object, key: str) -> str:
    return fields.text(status.get(f"{key}_str")) or fields.text(status.get(key))


def _text(status: Object) -> str | None:
    """The whole text: a compatible stream keeps it in `extended_tweet` and cuts `text` to 140 characters."""
    for value in (
        fields.dig(status, "extended_tweet", "full_text"),
        status.get("full_text"),
        status.get("text"),
    ):
        if isinstance(value, str):
            return unescape_markup(value)
    return None


def _created(status: Object) -> int | None:
    return first_time(status.get("created_at"), status.get("timestamp_ms")) or snowflake_time(_id(status))


def _counts(status: Object) -> Counts | None:
    return counts(
        like=status.get("favorite_count"),
        repost=status.get("retweet_count"),
        reply=status.get("reply_count"),
        quote=status.get("quote_count"),
        view=status.get("view_count"),  # not of v1.1: x_web puts it there
    )


def _tags(entities: Json) -> tuple[str, ...] | None:
    if not isinstance(entities, dict):
        return None
    return tag_names(fields.items(entities.get("hashtags")), "text", "tag")


def _media(entities: Json, extended: Json) -> Media:
    shown = fields.items(fields.dig(extended, "media")) or fields.items(fields.dig(entities, "media"))
    return media_kind((fields.mapping(item).get("type") for item in shown), fields.items(fields.dig(entities, "urls")))


def _history(status: Object) -> list[str]:
    ids = fields.items(fields.dig(status, "edit_history", "edit_tweet_ids"))
    return [uid for uid in map(fields.text, ids) if uid]
