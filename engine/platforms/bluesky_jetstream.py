"""Bluesky Jetstream, both wires: bare objects with `time_us` (v1), and `payload`s in an envelope (v2).

Shapes: bluesky-social/jetstream, lexicon network.bsky.jetstream.subscribeEvents and the README of the v1 wire.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from engine.events import Delete, Edit, Post, Purge, Reaction, ReactionKind
from engine.platforms import bluesky, fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.bluesky import Record
from engine.platforms.typed import Odd, Used

_V2 = "network.bsky.jetstream.subscribeEvents#"
_V2_FRAMES = frozenset({"message", "error"})
_FIRST_KINDS = {"com": "commit", "id": "identity", "acc": "account"}  # as the servers of 2024 wrote them
_FIRST_OPERATIONS = {"c": "create", "u": "update", "d": "delete"}
_REACTIONS: dict[str, ReactionKind] = {"app.bsky.feed.like": "like", "app.bsky.feed.repost": "repost"}
_OTHER_COLLECTIONS = {
    "app.bsky.graph.follow": "follow",
    "app.bsky.graph.block": "block",
    "app.bsky.actor.profile": "profile",
}
_STILL_THERE = frozenset({"desynchronized", "throttled"})  # inactive, though nobody took anything back


class _Commit(msgspec.Struct, gc=False):
    """What is used of a commit."""

    operation: Any = None
    type: Any = None
    collection: Any = None
    rkey: Any = None
    record: Record | Odd = None
    rev: Any = None
    cid: Any = None


class _Line(msgspec.Struct, gc=False):
    """What is used of a commit's line as the servers have written it since 2024."""

    did: Any = None
    time_us: Any = None
    kind: Any = None
    commit: _Commit | Odd = None
    frame: Any = msgspec.field(default=None, name="$type")


class _Event(NamedTuple):
    """An event of either wire. `body` is what stands under its kind."""

    kind: str
    did: str
    seen: int | None
    body: Object


class _Jetstream:
    name = "bluesky-jetstream"
    platform = bluesky.PLATFORM
    carries = frozenset({"like", "repost", "reply", "quote"})
    marks = frozenset({"$type", "did"})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict):
            return False
        kind = line.get("$type")
        if isinstance(kind, str):
            return kind.startswith(_V2) or (kind in _V2_FRAMES and ("payload" in line or "error" in line))
        return "did" in line and ("time_us" in line or "kind" in line)

    def read(self, line: Json) -> Sequence[Outcome]:
        line = fields.mapping(line)
        if line.get("$type") == "error":
            return (Ignored("stream error"),)
        event = _event(line)
        match event.kind:
            case "commit":
                return (_commit(msgspec.convert(event.body, _Commit), event.did, event.seen),)
            case "account":
                return (_account(event),)
            case "identity" | "sync" | "info":
                return (Ignored(event.kind),)
        return (Rejected("unknown kind of event"),)


def _event(line: Object) -> _Event:
    if line.get("$type") == "message":
        line = fields.mapping(line.get("payload"))
    frame = fields.text(line.get("$type"))
    if "#" in frame:  # whole, or short as within its own lexicon
        kind = frame.rpartition("#")[2]
    else:
        kind = fields.text(line.get("kind")) or _FIRST_KINDS.get(fields.text(line.get("type")), "")
    flat = kind == "commit" and "commit" not in line
    body = line if flat else fields.mapping(line.get(kind))
    time = line.get("time_us", line.get("time", line.get("witnessedAt")))
    return _Event(kind, fields.text(line.get("did")), fields.time(time), body)


def _read_line(line: _Line) -> Outcome | None:
    did, commit, seen = line.did, line.commit, line.time_us
    if line.kind != "commit" or not isinstance(commit, _Commit) or line.frame is not None:
        return None
    if did is None or seen is None:
        return None
    return _commit(commit, fields.text(did), fields.time(seen))


USED = (Used(_Line, _read_line),)


def _commit(commit: _Commit, did: str, seen: int | None) -> Outcome:
    collection, rkey = commit.collection, commit.rkey
    if type(collection) is not str or type(rkey) is not str:
        collection, rkey = fields.text(collection), fields.text(rkey)
    if not (did.startswith("did:") and collection and rkey):
        return Rejected("commit without did, collection or rkey")
    if collection != bluesky.POST and collection not in _REACTIONS:
        return Ignored(_OTHER_COLLECTIONS.get(collection, "other collection"))
    uid = f"at://{did}/{collection}/{rkey}"
    operation = fields.text(commit.operation) or _FIRST_OPERATIONS.get(fields.text(commit.type), "")
    if operation == "delete":
        return Mapped((Delete(bluesky.PLATFORM, uid, None, seen),))
    record = commit.record
    if operation not in {"create", "update"} or not isinstance(record, Record):
        return Rejected("commit without operation or record")
    if collection in _REACTIONS:
        return _reaction(uid, _REACTIONS[collection], did, seen, record)
    edited = operation == "update"
    version = fields.text(commit.rev) or fields.text(commit.cid) if edited else ""
    text, created, tags, lang, reply_to, quote_of, media, sensitive = bluesky.content(record)
    post = Post(  # in their order, as that is much faster
        bluesky.PLATFORM,
        uid,
        did,
        "",
        text,
        created,
        seen,
        "",
        version,
        tags,
        lang,
        reply_to,
        quote_of,
        media,
        None,
        None,
        None,
        None,
        sensitive,
    )
    return Mapped((Edit(post, None, seen) if edited else post,))


def _reaction(uid: str, kind: ReactionKind, did: str, seen: int | None, record: Record) -> Outcome:
    target = fields.text(fields.dig(record.subject, "uri"))
    if not target:
        return Rejected("reaction without subject")
    if not bluesky.post_uri(target):
        return Ignored("reaction to no post")  # feeds and labellers can be liked too
    reaction = Reaction(bluesky.PLATFORM, uid, target, kind, did, "", fields.time(record.created), seen)
    return Mapped((reaction,))


def _account(event: _Event) -> Outcome:
    active = event.body.get("active")
    if not isinstance(active, bool) or not event.did.startswith("did:"):
        return Rejected("account event without did or active")
    if active or fields.text(event.body.get("status")) in _STILL_THERE:
        return Ignored("account")
    at = fields.time(event.body.get("time"))
    return Mapped((Purge(platform=bluesky.PLATFORM, author=event.did, at=at, seen=event.seen),))


ADAPTER: Adapter = _Jetstream()
