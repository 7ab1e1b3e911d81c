"""Mastodon and servers that speak its dialect: statuses, pages of them, and the events of its streams.

A status is named by its ActivityPub `uri`; its `id` means something on one server only, and is the alias that deletes
use. Counts are those known to the server that was asked. Shapes: mastodon/documentation, entities and streaming.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from engine.events import Counts, Delete, Edit, Event, Media, Observation, Post, Reaction
from engine.platforms import fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.fetched import bounded, fetched
from engine.platforms.html import html_to_text
from engine.platforms.jsontext import JsonError, parse

PLATFORM = "mastodon"

_PAGES = ("data", "statuses", "ancestors", "descendants")
_STATUS_MARKS = ("uri", "reblogs_count", "spoiler_text", "favourites_count", "visibility", "pleroma")
_DELETED = frozenset(("uri", "account", "text", "spoiler_text", "reblogs_count"))  # and no content
# Other entities that a stream or a page may hold -> the keys that only they have together.
_OTHERS = {
    "notification": frozenset(("type", "account", "created_at", "group_key")),
    "conversation": frozenset(("unread", "accounts", "last_status")),
    "account": frozenset(("acct", "statuses_count")),
    "announcement": frozenset(("all_day", "reactions", "read")),
}
_POSTS = frozenset({"update", "status.update"})
_OTHER_EVENTS = frozenset(
    {
        "announcement",
        "announcement.delete",
        "announcement.reaction",
        "conversation",
        "encrypted_message",
        "filters_changed",
        "notification",
        "notifications_merged",
    }
)
_OTHER_MARKS = frozenset(
    ("account", "acct", "unread", "all_day")
)  # one of them stands in each of these and the deleted
_MEDIA: dict[str, Media] = {"image": "image", "video": "video", "gifv": "video"}


class _Mastodon:
    name = "mastodon"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()
    marks = frozenset({"event", *_PAGES, *_OTHER_MARKS})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict):
            return False
        if _is_status(line) or _is_event(line) or _page(line) is not None:
            return True
        return not _OTHER_MARKS.isdisjoint(line) and (_is_deleted(line) or _other(line) != "")

    def read(self, line: Json) -> Sequence[Outcome]:
        line = fields.mapping(line)
        at = fetched(line)
        if _is_event(line):
            return (_streamed(line),)
        if _is_deleted(line):
            return (Mapped((Delete(platform=PLATFORM, uid=_uid(line)),)),)
        page = None if _is_status(line) else _page(line)
        if page is None:
            other = _other(line)
            return (Ignored(other) if other else _status(line, at),)
        return [_status(item, at) for item in page] if page else (Ignored("empty page"),)


def _is_status(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and "account" in value
        and isinstance(value["account"], dict | None)
        and "content" in value
        and any(mark in value for mark in _STATUS_MARKS)
    )


def _is_deleted(line: Object) -> bool:
    """The answer to a status's deletion: the status with its source as `text` in place of its `content`."""
    return line.keys() >= _DELETED and "content" not in line and _uid(line) != ""


def _is_event(line: Object) -> bool:
    event = line.get("event")
    if not isinstance(event, str):
        return False
    if isinstance(line.get("stream"), list):
        return True
    payload = line.get("payload")
    known = event == "delete" or event in _POSTS or event in _OTHER_EVENTS
    return known and (isinstance(payload, str | int) or _is_status(payload))


def _page(line: Object) -> list[Any] | None:
    """The statuses of a page of them; None if the line is none."""
    pages = [line[key] for key in _PAGES if isinstance(line.get(key), list)]
    if not pages:
        return None
    found = [item for page in pages for item in page]
    if any(map(_is_status, found)):
        return found
    return [] if not found and ("pulled_at" in line or "accounts" in line or "ancestors" in line) else None


def _other(line: Object) -> str:
    """What entity other than a status `line` is; "" if none. Notifications were given a `group_key` in 2024."""
    if "status" in line and "account" in line and isinstance(line.get("type"), str) and "id" in line:
        return "notification"
    present = line.keys()
    for name, keys in _OTHERS.items():
        if keys <= present:
            return name
    return ""


def _streamed(line: Object) -> Outcome:
    event, payload = line["event"], line.get("payload")
    if event == "delete":
        uid = fields.text(payload)
        return Mapped((Delete(platform=PLATFORM, uid=uid),)) if uid else Rejected("delete without id")
    if event not in _POSTS:
        return Ignored(event if event in _OTHER_EVENTS else "other event")
    if isinstance(payload, str):
        try:
            payload = parse(payload.encode())
        except JsonError as bad:
            return Rejected(f"payload: {bad.reason}")
    return _status(payload, None, edited=event == "status.update")


def _status(status: Any, at: int | None, edited: bool = False) -> Outcome:
    if not _is_status(status):
        return Rejected("not a status")
    at = fetched(status) if at is None else at
    inner = status.get("reblog")
    if isinstance(inner, dict):
        return _boost(status, inner, at)
    post = _post(status, at)
    if not post.uid:
        return Ignored("revision")  # as the history of edits lists them: without a name of what they are revisions of
    first = Edit(post=post, at=fields.time(post.version)) if edited else post
    return Mapped((first, *_quoted(status, at)))


def _boost(status: Object, inner: Object, at: int | None) -> Outcome:
    target = _uid(inner) or fields.text(inner.get("id"))
    if not target:
        return Rejected("boost of a status without id")
    account = fields.mapping(status.get("account"))
    author = _author(account)
    reaction = Reaction(
        platform=PLATFORM,
        uid=_uid(status) or f"repost:{author}:{target}",
        target=target,
        kind="repost",
        author=author,
        name=_name(account),
        created=bounded(fields.time(status.get("created_at")), at),
        original=_post(inner, at) if _is_status(inner) else None,
    )
    return Mapped((reaction, *_quoted(inner, at)))


def _post(status: Object, at: int | None) -> Post:
    """The post. Its id on this server stands in for a `uri` that some dialects leave out."""
    account = fields.mapping(status.get("account"))
    local_id = fields.text(status.get("id"))
    return Post(
        platform=PLATFORM,
        uid=_uid(status) or local_id,
        alias=local_id,
        author=_author(account),
        name=_name(account),
        text=_text(status),
        created=bounded(fields.time(status.get("created_at")), at),
        version=fields.text(status.get("edited_at")),
        tags=_tags(status.get("tags")),
        lang=fields.text(status.get("language")),
        reply_to=_uid(status.get("in_reply_to")) or fields.text(status.get("in_reply_to_id")),
        quote_of=_quote_of(status),
        media=_media(status),
        followers=fields.count(account.get("followers_count")),
        author_created=fields.time(account.get("created_at")),
        counts=_counts(status),
        counts_at=at,
        sensitive=status.get("sensitive") is True,
        withheld=_withheld(status, account),
        removed=isinstance(status.get("tombstone"), dict),
    )


def _uid(status: Any) -> str:
    status = fields.mapping(status)
    return fields.text(status.get("uri")) or fields.text(status.get("url"))


def _author(account: Object) -> str:
    """An account's address is the same seen from every server; a bare `acct` is not."""
    return fields.text(account.get("url")) or fields.text(account.get("uri")) or fields.text(account.get("acct"))


def _name(account: Object) -> str:
    """user@host, also for accounts of the server that was asked, which it gives without their host."""
    acct = fields.text(account.get("acct")) or fields.text(account.get("username"))
    if not acct or "@" in acct:
        return acct
    try:
        host = urlsplit(fields.text(account.get("url"))).hostname
    except ValueError:
        host = None
    return f"{acct}@{host}" if host else acct


def _text(status: Object) -> str:
    """The content under its warning, if it has one."""
    warning = fields.text(status.get("spoiler_text"))
    content = html_to_text(fields.text(status.get("content")))
    return f"{warning}\n\n{content}".strip() if warning else content


def _tags(tags: Any) -> tuple[str, ...] | None:
    """Tags as the server found them: an empty list says that there are none."""
    if not isinstance(tags, list):
        return None
    names = (fields.text(fields.mapping(tag).get("name")) for tag in tags)
    return tuple(dict.fromkeys(name.removeprefix("#") for name in names if name))


def _quote(status: Object) -> tuple[Object, str]:
    """The quoted status and its local id, as far as given: Mastodon has it under a state, its dialects directly."""
    quote = fields.mapping(status.get("quote"))
    nested = fields.mapping(quote.get("quoted_status", quote))
    local_id = nested.get("id") or quote.get("quoted_status_id") or status.get("quote_id")
    return nested, fields.text(local_id)


def _quote_of(status: Object) -> str:
    quoted, local_id = _quote(status)
    return _uid(quoted) or local_id


def _quoted(status: Object, at: int | None) -> tuple[Event, ...]:
    """The quoted status's counts, if they are there."""
    quoted, local_id = _quote(status)
    uid, counts = _uid(quoted) or local_id, _counts(quoted)
    if not uid or counts is None:
        return ()
    return (Observation(platform=PLATFORM, uid=uid, counts=counts, at=at),)


def _counts(status: Object) -> Counts | None:
    pleroma = fields.mapping(status.get("pleroma"))
    counts = Counts(
        like=fields.count(status.get("favourites_count")),
        repost=fields.count(status.get("reblogs_count")),
        reply=fields.count(status.get("replies_count")),
        quote=fields.count(status.get("quotes_count", pleroma.get("quotes_count"))),
    )
    return counts if counts.known() else None


def _media(status: Object) -> Media:
    if isinstance(status.get("poll"), dict):
        return "poll"
    for attachment in map(fields.mapping, fields.items(status.get("media_attachments"))):
        if media := _MEDIA.get(fields.text(attachment.get("type"))):
            return media
    return "link" if isinstance(status.get("card"), dict) else ""


def _withheld(status: Object, account: Object) -> bool:
    """Whether the author asks not to be indexed, or the status is not for everyone."""
    hidden = status.get("visibility") not in (None, "public")
    return hidden or account.get("noindex") is True or account.get("indexable") is False


ADAPTER: Adapter = _Mastodon()
