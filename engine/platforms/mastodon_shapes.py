"""What is used of the statuses of Mastodon and its dialects, in whatever form it comes there."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from engine.platforms.base import Object
from engine.platforms.fetched import Fetched
from engine.platforms.typed import Odd, Scalar


class Some(msgspec.Struct, gc=False):
    """An object of which nothing is used."""


class Attachment(msgspec.Struct, gc=False):
    """What is used of a picture, a video or a sound."""

    type: Any = None


class Account(msgspec.Struct, gc=False):
    """What is used of an account."""

    url: Any = None
    uri: Any = None
    acct: Any = None
    username: Any = None
    followers_count: Any = None
    created_at: Any = None
    noindex: Any = None
    indexable: Any = None


class Status(Fetched, gc=False):
    """What is used of a status."""

    id: Any = None
    uri: Any = UNSET
    url: Any = None
    account: Account | Odd | UnsetType = UNSET
    content: Any = UNSET
    spoiler_text: Any = UNSET
    created_at: Any = None
    edited_at: Any = None
    language: Any = None
    visibility: Any = UNSET
    sensitive: Any = None
    in_reply_to: Any = None
    in_reply_to_id: Any = None
    tags: Any = None
    quote: Any = None
    quote_id: Any = None
    favourites_count: Any = UNSET
    reblogs_count: Any = UNSET
    replies_count: Any = None
    quotes_count: Any = UNSET
    pleroma: Any = UNSET
    poll: Some | Odd = None
    card: Some | Odd = None
    tombstone: Some | Odd = None
    media_attachments: list[Attachment | Odd] | Object | Scalar = None
    reblog: "Status | Odd" = None


class StreamEvent(msgspec.Struct, gc=False):
    """What is used of an event of a stream."""

    stream: Any = None
    event: Any = None
    payload: Any = None
