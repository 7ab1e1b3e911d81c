"""Mastodon and servers that speak its dialect: statuses, pages of them, and the events of its streams.

A status is named by its ActivityPub `uri`; its `id` means something on one server only, and is the alias that deletes
use. Counts are those known to the server that was asked. Shapes: mastodon/documentation, entities and streaming.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET

from engine.events import Counts, Delete, Edit, Event, Media, Observation, Post, Reaction
from engine.platforms import fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.fetched import bounded, fetched, fetched_of
from engine.platforms.html import html_to_text
from engine.platforms.jsontext import JsonError, may_be_deep, parse
from engine.platforms.mastodon_shapes import Account, Attachment, Some, Status, StreamEvent
from engine.platforms.readers import account_time, counts
from engine.platforms.typed import Used

PLATFORM = "mastodon"

_PAGES = ("data", "statuses", "ancestors", "descendants")
_DELETED = frozenset(("uri", "account", "text", "spoiler_text", "reblogs_count"))  # and no content
# Other entities that a stream or a page may hold -> the keys that only they have together.
_OTHERS = {
    "notification": frozenset(("type", "account", "created_at", "group_key")),
    "conversation": frozenset(("unread", "accounts", "last_status")),
    "account": frozenset(("acct", "statuses_count")),
    "announcement": frozenset(("all_day", "reactions", "read")),
}
_EDITED = "status.update"
_POSTS = frozenset({"update", _EDITED})
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
MAX_URL = 200  # characters; bounds what a cache can hold
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
            return (_streamed(line["event"], line.get("payload")),)
        if _is_deleted(line):
            return (Mapped((Delete(PLATFORM, _named(line)),)),)
        page = None if _is_status(line) else _page(line)
        if page is None:
            other = _other(line)
            return (Ignored(other) if other else _any(line, at),)
        return [_any(item, at) for item in page] if page else (Ignored("empty page"),)


def _read_event(line: StreamEvent) -> Outcome | None:
    event, payload = line.event, line.payload
    if not (isinstance(event, str) and isinstance(line.stream, list) and isinstance(payload, str)):
        return None
    if event not in _POSTS:
        return _streamed(event, payload)
    body = payload.encode()
    return None if may_be_deep(body) else _outcome(_decode(body), None, edited=event == _EDITED)


def _read_status(status: Status) -> Outcome | None:
    uri = status.uri
    if not (isinstance(uri, str) and _is_whole(status)) or uri.startswith("at://"):
        return None
    return _outcome(status, None, edited=False)


USED = (
    Used(StreamEvent, _read_event),
    Used(Status, _read_status, without=("event", "status", "group_key", *sorted(_OTHER_MARKS - {"account"}))),
)
_decode = msgspec.json.Decoder(Status).decode


def _is_status(value: Any) -> bool:
    return isinstance(value, dict) and "content" in value and _is_whole(msgspec.convert(value, Status))


def _is_deleted(line: Object) -> bool:
    """The answer to a status's deletion: the status with its source as `text` in place of its `content`."""
    return line.keys() >= _DELETED and "content" not in line and _named(line) != ""


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
    pages = [page for key in _PAGES if key in line and isinstance(page := line[key], list)]
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


def _streamed(event: str, payload: Any) -> Outcome:
    if event == "delete":
        uid = fields.text(payload)
        return Mapped((Delete(PLATFORM, uid),)) if uid else Rejected("delete without id")
    if event not in _POSTS:
        return Ignored(event if event in _OTHER_EVENTS else "other event")
    if isinstance(payload, str):
        try:
            payload = parse(payload.encode())
        except JsonError as bad:
            return Rejected(f"payload: {bad.reason}")
    return _any(payload, None, event == _EDITED)


def _any(value: Any, at: int | None, edited: bool = False) -> Outcome:
    """The outcome of what may be a status."""
    if not isinstance(value, dict):
        return Rejected("not a status")
    return _outcome(msgspec.convert(value, Status), at, edited)


def _outcome(status: Status, at: int | None, edited: bool) -> Outcome:
    if not _is_whole(status):
        return Rejected("not a status")
    at = fetched_of(status) if at is None else at
    inner = status.reblog
    if isinstance(inner, Status):
        return _boost(status, inner, at)
    post = _post(status, at)
    if not post.uid:
        return Ignored("revision")  # as the history of edits lists them: without a name of what they are revisions of
    first = Edit(post, fields.time(post.version)) if edited else post
    return Mapped((first, *_quoted(status, at)))


def _is_whole(status: Status) -> bool:
    """Whether an object of which this is used is a status."""
    if status.content is UNSET or not (status.account is None or isinstance(status.account, Account)):
        return False
    marks = (status.reblogs_count, status.spoiler_text, status.favourites_count, status.visibility, status.pleroma)
    return status.uri is not UNSET or any(mark is not UNSET for mark in marks)


def _boost(status: Status, inner: Status, at: int | None) -> Outcome:
    target = _uid(inner) or fields.text(inner.id)
    if not target:
        return Rejected("boost of a status without id")
    author, name = _account(status)
    reaction = Reaction(
        PLATFORM,
        _uid(status) or f"repost:{author}:{target}",
        target,
        "repost",
        author,
        name,
        bounded(fields.time(status.created_at), at),
        None,
        _post(inner, at) if _is_whole(inner) else None,
    )
    return Mapped((reaction, *_quoted(inner, at)))


def _post(status: Status, at: int | None) -> Post:
    """The post. Its id on this server stands in for a `uri` that some dialects leave out."""
    author, name = _account(status)
    followers = made = None
    hidden = status.visibility not in (UNSET, None, "public")
    if isinstance(account := status.account, Account):
        followers, made = fields.count(account.followers_count), account_time(account.created_at)
        hidden = hidden or account.noindex is True or account.indexable is False
    local_id = fields.text(status.id)
    return Post(  # in their order, as that is much faster
        PLATFORM,
        _uid(status) or local_id,
        author,
        name,
        _text(status),
        bounded(fields.time(status.created_at), at),
        None,
        local_id,
        fields.text(status.edited_at),
        _tags(status.tags),
        fields.text(status.language),
        (status.in_reply_to is not None and _named(status.in_reply_to)) or fields.text(status.in_reply_to_id),
        _quote_of(status),
        _media(status),
        followers,
        made,
        _counts(status),
        at,
        status.sensitive is True,
        hidden,
        isinstance(status.tombstone, Some),
    )


def _uid(status: Status) -> str:
    return fields.text(status.uri) or fields.text(status.url)


def _named(status: Any) -> str:
    """`_uid`, of what may be a status."""
    return fields.text(status.get("uri")) or fields.text(status.get("url")) if isinstance(status, dict) else ""


def _account(status: Status) -> tuple[str, str]:
    """Id and name of the account. Its address is the same seen from every server; a bare `acct` is not."""
    account = status.account
    if not isinstance(account, Account):
        return "", ""
    author = fields.text(account.url) or fields.text(account.uri) or fields.text(account.acct)
    return author, _name(account)


def _name(account: Account) -> str:
    """user@host, also for accounts of the server that was asked, which it gives without their host."""
    acct = fields.text(account.acct) or fields.text(account.username)
    if not acct or "@" in acct:
        return acct
    url = fields.text(account.url)
    host = _host(url) if len(url) <= MAX_URL else _host.__wrapped__(url)
    return f"{acct}@{host}" if host else acct


@lru_cache(maxsize=1024)  # accounts come back
def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _text(status: Status) -> str:
    """The content under its warning, if it has one."""
    warning = fields.text(status.spoiler_text)
    content = html_to_text(fields.text(status.content))
    return f"{warning}\n\n{content}".strip() if warning else content


def _tags(tags: Any) -> tuple[str, ...] | None:
    """Tags as the server found them: an empty list says that there are none."""
    if not tags:
        return () if isinstance(tags, list) else None
    if not isinstance(tags, list):
        return None
    names = (fields.text(fields.mapping(tag).get("name")) for tag in tags)
    return tuple(dict.fromkeys(name.removeprefix("#") for name in names if name))


def _quote(status: Status) -> tuple[Object, str]:
    """The quoted status and its local id, as far as given: Mastodon has it under a state, its dialects directly."""
    quote = fields.mapping(status.quote)
    nested = fields.mapping(quote.get("quoted_status", quote))
    local_id = nested.get("id") or quote.get("quoted_status_id") or status.quote_id
    return nested, fields.text(local_id)


def _quote_of(status: Status) -> str:
    if status.quote is None and status.quote_id is None:
        return ""
    quoted, local_id = _quote(status)
    return _named(quoted) or local_id


def _quoted(status: Status, at: int | None) -> tuple[Event, ...]:
    """The quoted status's counts, if they are there."""
    if status.quote is None and status.quote_id is None:
        return ()
    quoted, local_id = _quote(status)
    uid, counts = _named(quoted) or local_id, _counts(msgspec.convert(quoted, Status))
    if not uid or counts is None:
        return ()
    return (Observation(PLATFORM, uid, counts, at),)


def _counts(status: Status) -> Counts | None:
    quotes = status.quotes_count
    if quotes is UNSET:
        quotes = None if status.pleroma is UNSET else fields.dig(status.pleroma, "quotes_count")
    return counts(status.favourites_count, status.reblogs_count, status.replies_count, quotes)


def _media(status: Status) -> Media:
    if isinstance(status.poll, Some):
        return "poll"
    attachments = status.media_attachments
    for attachment in attachments if isinstance(attachments, list) else ():
        if isinstance(attachment, Attachment) and (media := _MEDIA.get(fields.text(attachment.type))):
            return media
    return "link" if isinstance(status.card, Some) else ""


ADAPTER: Adapter = _Mastodon()
