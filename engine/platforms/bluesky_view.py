"""Bluesky's API views of posts: single posts, feeds with reposts, threads, pages of a search, and rows cut from them.

Counts in a view are those of the moment of the request, which only the line's own fetch time tells. `indexedAt` is
when the server saw the post and not when it counted, so it bounds the claimed time and is not handed on as `seen`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from engine.events import Counts, Event, Observation, Post, Reaction
from engine.platforms import bluesky, fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.fetched import bounded, fetched

_PAGES = ("posts", "feed", "thread", "records")
_PAGE_FRAME = frozenset({*_PAGES, "cursor", "hitsTotal"})
_REACTORS = ("likes", "repostedBy", "reposted_by")  # who reacted to a post: pages that name it and hold no view
_STUBS = ("#threadItemNotFound", "#threadItemBlocked", "#threadItemNoUnauthenticated")
_EMBEDDED = ("embed", "embeds", "record", "root", "parent")  # where a view can hold further views


class _View:
    name = "bluesky-view"
    platform = bluesky.PLATFORM
    carries: frozenset[str] = frozenset()
    marks = frozenset({"post", "value", "uri", *_PAGES})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict):
            return False
        if _is_view(line):
            return True
        for key in _PAGES:
            page = line.get(key)
            if isinstance(page, list):
                return any(map(_is_item, page)) if page else _PAGE_FRAME.issuperset(line)
            if isinstance(page, dict) and key == "thread":
                return _is_view(page)
        return False

    def read(self, line: Json) -> Sequence[Outcome]:
        line = fields.mapping(line)
        at = fetched(line)
        items = _items(line)
        return [_outcome(item, at) for item in items] if items else (Ignored("empty page"),)


def _is_view(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    inner = value.get("post", value.get("value"))
    uri = inner.get("uri") if isinstance(inner, dict) and "uri" in inner else value.get("uri")
    return bool(bluesky.post_uri(uri))


def _is_item(value: Any) -> bool:
    """Whether `value` may stand on a page: a view, or any record of a repository."""
    return _is_view(value) or (isinstance(value, dict) and _is_record(value))


def _is_record(item: Object) -> bool:
    return isinstance(item.get("value"), dict) and fields.text(item.get("uri")).startswith("at://")


def _items(line: Object) -> list[Any]:
    """The views that a line holds, in the order given; a thread from its oldest ancestor down."""
    for key in ("posts", "feed", "records"):
        if isinstance(line.get(key), list):
            return fields.items(line[key])
    thread = line.get("thread")
    if isinstance(thread, list):  # flat, each with its depth
        return [fields.mapping(entry).get("value") for entry in thread]
    root = thread if isinstance(thread, dict) else line
    return _thread(root) if "replies" in root or "parent" in root else [root]


def _thread(root: Object) -> list[Any]:
    ancestors: list[Any] = []
    above = root.get("parent")
    while isinstance(above, dict):
        ancestors.append(above)
        above = above.get("parent")
    found: list[Any] = ancestors[::-1]
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(fields.items(fields.mapping(node).get("replies"))))
    return found


def _outcome(item: Any, at: int | None) -> Outcome:
    if not isinstance(item, dict):
        return Rejected("not an object")
    if _is_withheld(item):
        return Ignored("post not to be had")
    view = item["post"] if isinstance(item.get("post"), dict) else item
    uri = bluesky.post_uri(view.get("uri"))
    if not uri:
        return Ignored("other collection") if _is_record(item) else Rejected("view of no post")
    at = fetched(item) if at is None else at
    counts = _counts(view)
    further = tuple(_further(item, uri, at))
    record = _record(view)
    if record is None:
        if not counts.known():
            listed = any(isinstance(item.get(key), list) for key in _REACTORS)
            return Ignored("list of accounts") if listed else Rejected("view without record or counts")
        return Mapped((Observation(platform=bluesky.PLATFORM, uid=uri, counts=counts, at=at), *further))
    post = _post(uri, view, record, counts, at)
    reason = fields.mapping(item.get("reason"))
    reposted = bluesky.type_of(reason).endswith("#reasonRepost")
    return Mapped((_repost(reason, post) if reposted else post, *further))


def _is_withheld(item: Object) -> bool:
    """Whether a stub stands for a post that is deleted, blocked, or shown to nobody who is not signed in."""
    if item.get("notFound") or item.get("not_found") or item.get("blocked"):
        return True
    return bluesky.type_of(item).endswith(_STUBS)


def _record(view: Object) -> Object | None:
    """The post's record; rows cut from a view have its fields beside the counts."""
    for value in (view.get("record"), view.get("value")):
        if isinstance(value, dict):
            return value
    return view if "text" in view else None


def _post(uri: str, view: Object, record: Object, counts: Counts, at: int | None) -> Post:
    text, created, tags, lang, reply_to, quote_of, media, sensitive = bluesky.content(
        msgspec.convert(record, bluesky.Record)
    )
    shown, quoted = bluesky.embedded(bluesky.part_of(view.get("embed")))
    author = fields.mapping(view.get("author"))
    return Post(
        platform=bluesky.PLATFORM,
        uid=uri,
        author=fields.text(author.get("did")) or bluesky.authority(uri),
        name=fields.text(author.get("handle")) or fields.text(view.get("author")),
        text=text,
        created=bounded(created, fields.time(bluesky.get(view, "indexedAt", "indexed_at"))),
        tags=tags,
        lang=lang,
        reply_to=reply_to,
        quote_of=quote_of or quoted,
        media=media or shown,
        followers=fields.count(bluesky.get(author, "followersCount", "followers_count")),
        author_created=fields.time(bluesky.get(author, "createdAt", "created_at")),
        counts=counts if counts.known() else None,
        counts_at=at,
        sensitive=sensitive or bluesky.labelled(view.get("labels")),
    )


def _repost(reason: Object, post: Post) -> Reaction:
    """A repost in somebody's feed. Older servers do not give the repost's own URI."""
    by = fields.mapping(reason.get("by"))
    did = fields.text(by.get("did"))
    return Reaction(
        platform=bluesky.PLATFORM,
        uid=fields.text(reason.get("uri")) or f"repost:{did}:{post.uid}",
        target=post.uid,
        kind="repost",
        author=did,
        name=fields.text(by.get("handle")),
        seen=fields.time(bluesky.get(reason, "indexedAt", "indexed_at")),
        original=post,
    )


def _counts(view: Object) -> Counts:
    return Counts(
        like=fields.count(bluesky.get(view, "likeCount", "like_count")),
        repost=fields.count(bluesky.get(view, "repostCount", "repost_count")),
        reply=fields.count(bluesky.get(view, "replyCount", "reply_count")),
        quote=fields.count(bluesky.get(view, "quoteCount", "quote_count")),
    )


def _further(item: Object, uri: str, at: int | None) -> Iterator[Event]:
    """Counts of the posts shown inside `item`: the quoted ones, and those it answers."""
    done = {uri}
    waiting: list[Any] = [item.get("reply"), item.get("post"), item.get("embed")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            waiting.extend(value[key] for key in reversed(_EMBEDDED) if key in value)
            found = bluesky.post_uri(value.get("uri"))
            if found and found not in done and (counts := _counts(value)).known():
                done.add(found)
                yield Observation(platform=bluesky.PLATFORM, uid=found, counts=counts, at=at)


ADAPTER: Adapter = _View()
