"""Compliance notices of X API v2, of streams and of batch jobs: what must go, and what may be ignored."""

from engine.events import Delete, Purge
from engine.platforms import fields
from engine.platforms.base import Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.readers import first_time
from engine.platforms.x_common import FIRST_SNOWFLAKE, PLATFORM, SNOWFLAKE_EPOCH_MS, id_number

_TAKEN_BACK = ("delete", "drop")
_PURGES = ("user_delete", "user_protect", "user_suspend")
_HARMLESS = {
    "tweet_edit": "edit notice",  # names the new id only; the text comes as a post of its own
    "withheld": "withheld notice",
    "user_withheld": "withheld notice",
    "undrop": "undrop notice",
    "user_undelete": "account restored",
    "user_unprotect": "account restored",
    "user_unsuspend": "account restored",
    "scrub_geo": "scrub_geo notice",
    "user_profile_modification": "profile change",
}
_KINDS = frozenset((*_TAKEN_BACK, *_PURGES, *_HARMLESS))
_BATCH_KEYS = frozenset(("id", "action", "created_at", "redacted_at", "reason"))


def recognises(line: Object) -> bool:
    """Whether `line` is a notice of a compliance stream or of a batch job."""
    if "action" in line:
        return "id" in line and line.keys() <= _BATCH_KEYS
    return any(isinstance(body, dict) for kind, body in _notices(line))


def read(line: Object) -> Outcome:
    """The outcome of a line that `recognises` claims."""
    if "action" in line:
        return _read_batch(line)
    kind, body = next((kind, body) for kind, body in _notices(line) if isinstance(body, dict))
    if kind in _HARMLESS:
        return Ignored(_HARMLESS[kind])
    at = first_time(body.get("event_at"))
    uid = fields.text(fields.dig(body, "user" if kind in _PURGES else "tweet", "id"))
    if not uid:
        return Rejected("notice without id")
    if kind in _PURGES:
        return Mapped((Purge(platform=PLATFORM, author=uid, at=at),))
    return Mapped((Delete(platform=PLATFORM, uid=uid, at=at),))


def _notices(line: Object) -> list[tuple[str, Json]]:
    data = line.get("data")
    if not isinstance(data, dict) or len(data) > 2:
        return []
    return [(kind, body) for kind, body in data.items() if kind in _KINDS]


def _read_batch(line: Object) -> Outcome:
    """A batch line holds an id and no word of whether it is a post's or an account's.

    `created_at` tells where it can: a post made since snowflakes began has an id past all old account ids.
    """
    if line.get("action") != "delete":
        return Ignored("compliance notice")
    uid = fields.text(line.get("id"))
    if not uid:
        return Rejected("notice without id")
    at = first_time(line.get("redacted_at"))
    made = first_time(line.get("created_at"))
    day_after = (SNOWFLAKE_EPOCH_MS + 86_400_000) * 1_000
    if made is not None and made > day_after and (id_number(uid) or FIRST_SNOWFLAKE) < FIRST_SNOWFLAKE:
        return Mapped((Purge(platform=PLATFORM, author=uid, at=at),))
    return Mapped((Delete(platform=PLATFORM, uid=uid, at=at),))
