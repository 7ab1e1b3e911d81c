"""What is used of the statuses of X API v1.1, in whatever form it comes there."""

from typing import Any

import msgspec

from engine.platforms.base import Object
from engine.platforms.typed import Odd, Scalar


class User(msgspec.Struct, gc=False):
    """What is used of an account."""

    id_str: Any = None
    id: Any = None
    screen_name: Any = None
    followers_count: Any = None
    created_at: Any = None
    protected: Any = None


class Medium(msgspec.Struct, gc=False):
    """What is used of a picture or a video."""

    type: Any = None


class Entities(msgspec.Struct, gc=False):
    """What is used of the entities of a text, and of those that are shown with it."""

    hashtags: Any = None
    urls: Any = None
    media: list[Medium | Odd] | Object | Scalar = None


class Embedded(msgspec.Struct, gc=False):
    """What is used of a status in a status."""

    id_str: Any = None
    id: Any = None
    text: Any = None
    full_text: Any = None
    created_at: Any = None
    timestamp_ms: Any = msgspec.UNSET
    user: User | Odd = None
    lang: Any = None
    favorite_count: Any = None
    retweet_count: Any = None
    reply_count: Any = None
    quote_count: Any = None
    view_count: Any = None  # not of v1.1: x_web puts it there
    in_reply_to_status_id: Any = None
    in_reply_to_status_id_str: Any = None
    quoted_status_id: Any = None
    quoted_status_id_str: Any = None
    quoted_status: Any = None
    entities: Entities | Odd = None
    extended_entities: Entities | Odd = None
    extended_tweet: Any = None
    possibly_sensitive: Any = None
    edit_history: Any = None


class Status(Embedded, gc=False):
    """What is used of a status."""

    filter_level: Any = msgspec.UNSET
    retweeted_status: Embedded | Odd = None
    quoted_status: Embedded | Odd = None
