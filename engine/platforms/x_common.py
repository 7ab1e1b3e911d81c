"""What all shapes of X share: ids that hold a time, kinds of media, edits that come as new ids."""

from collections.abc import Iterable, Sequence

import msgspec

from engine.events import Edit, Media, Post
from engine.platforms import fields
from engine.platforms.base import Json

PLATFORM = "x"

# An id since November 2010 is (milliseconds since this moment) << 22; before that ids were a plain sequence
# that ended near 3e10 (X's snowflake announcement and twitter-archive/snowflake).
SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
FIRST_SNOWFLAKE = 10**14

_MEDIA: dict[str, Media] = {
    "photo": "image",
    "video": "video",
    "animated_gif": "video",
    "gif": "video",
    "3": "image",  # the number before the "_" of a media key says the type
    "7": "video",
    "13": "video",
    "16": "video",
}
_OWN_HOSTS = ("://twitter.com/", "://x.com/", "://mobile.twitter.com/", "://pic.twitter.com/", "://t.co/")


def snowflake_time(uid: str) -> int | None:
    """When the post with this id was made, in microseconds; None for ids that hold no time."""
    number = id_number(uid)
    if number is None or number < FIRST_SNOWFLAKE:
        return None
    return fields.time(((number >> 22) + SNOWFLAKE_EPOCH_MS) * 1_000)


def id_number(uid: str) -> int | None:
    """The number that an id is, None if it is none."""
    return int(uid) if uid.isascii() and uid.isdigit() and len(uid) <= 19 else None


def id_order(uid: str) -> tuple[int, str]:
    """Sorts ids as numbers where they are numbers."""
    return (len(uid), uid)


def media_kind(types: Iterable[Json], urls: Iterable[Json] = (), poll: bool = False) -> Media:
    """The kind of media of a post: video before image before poll before link. Links to X itself are none."""
    kinds = {_MEDIA.get(kind, "") for kind in types if isinstance(kind, str)}
    if "video" in kinds:
        return "video"
    if "image" in kinds:
        return "image"
    if poll:
        return "poll"
    return "link" if any(_leads_away(url) for url in urls) else ""


def _leads_away(url: Json) -> bool:
    address = fields.mapping(url).get("expanded_url")
    return isinstance(address, str) and address != "" and not any(host in address for host in _OWN_HOSTS)


def versioned(post: Post, history: Sequence[str]) -> Post | Edit:
    """A post as it was first written, or the edit that it is.

    X gives each edit a new id and lists all ids, oldest first, in `history`. The first stays the post's uid,
    so that its counts and its prediction stay its own; the id of the edit becomes its version, and an alias
    for deletes.
    """
    if len(history) < 2 or post.uid == history[0]:
        return post
    return Edit(post=as_first(post, history), at=post.created)


def as_first(post: Post, history: Sequence[str]) -> Post:
    """`post` under the id it had before it was edited."""
    if len(history) < 2 or post.uid == history[0]:
        return post
    return msgspec.structs.replace(
        post, uid=history[0], alias=post.uid, version=post.uid, created=_second(history[0]) or post.created
    )


def _second(uid: str) -> int | None:
    """The time in an id, cut to the whole seconds that X writes as `created_at`."""
    micros = snowflake_time(uid)
    return None if micros is None else micros - micros % fields.SECOND
