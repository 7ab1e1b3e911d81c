"""Posts of X as snscrape wrote them, one object a line. When their counts were true is not in the line."""

from collections.abc import Sequence

from engine.events import Counts, Event, Media, Observation, Post, Reaction
from engine.platforms import fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.readers import counts, first_time, tag_names, unescape_markup
from engine.platforms.x_common import PLATFORM, media_kind, snowflake_time

_MODULE = "snscrape.modules.twitter."
_OLD_KEYS = ("conversationId", "retweetCount", "user")  # before May 2021 lines had no _type


class _Snscrape:
    name = "x-snscrape"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()
    marks = frozenset({"_type", "rawContent", "content"})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict):
            return False
        kind = line.get("_type")
        if isinstance(kind, str):
            return kind.startswith(_MODULE)
        return ("rawContent" in line or "content" in line) and all(key in line for key in _OLD_KEYS)

    def read(self, line: Json) -> Sequence[Outcome]:
        return [_read(line)]


ADAPTER: Adapter = _Snscrape()


def _read(line: Object) -> Outcome:
    uid = fields.text(line.get("id"))
    text = _text(line)
    if text is None:
        return Ignored("not a post") if "_type" in line else Rejected("no text")
    if not uid:
        return Rejected("no id")
    inner = line.get("retweetedTweet")
    if isinstance(inner, dict) and fields.text(inner.get("id")):
        return Mapped((_reaction(line, uid, inner),))
    return Mapped((_post(line, uid, text), *_quoted_counts(line)))


def _reaction(line: Object, uid: str, inner: Object) -> Reaction:
    target = fields.text(inner.get("id"))
    text = _text(inner)
    author, name, _ = _user(line)
    return Reaction(
        platform=PLATFORM,
        uid=uid,
        target=target,
        kind="repost",
        author=author,
        name=name,
        created=_created(line),
        original=None if text is None else _post(inner, target, text),
    )


def _quoted_counts(line: Object) -> tuple[Event, ...]:
    quoted = fields.mapping(line.get("quotedTweet"))
    uid, total = fields.text(quoted.get("id")), _counts(quoted)
    return (Observation(platform=PLATFORM, uid=uid, counts=total),) if uid and total else ()


def _post(line: Object, uid: str, text: str) -> Post:
    author, name, user = _user(line)
    hashtags = line.get("hashtags", False)  # null says that there are none
    return Post(
        platform=PLATFORM,
        uid=uid,
        author=author,
        name=name,
        text=text,
        created=_created(line),
        tags=None if hashtags is False else tag_names(fields.items(hashtags)),
        lang=fields.text(line.get("lang")),
        reply_to=fields.text(line.get("inReplyToTweetId")),
        quote_of=fields.text(fields.dig(line, "quotedTweet", "id")),
        media=_media(line),
        followers=fields.count(user.get("followersCount")),
        author_created=first_time(user.get("created")),
        counts=_counts(line),
        withheld=user.get("protected") is True,
    )


def _user(line: Object) -> tuple[str, str, Object]:
    user = fields.mapping(line.get("user"))
    name = fields.text(user.get("username"))
    return fields.text(user.get("id")) or name, name, user


def _text(line: Object) -> str | None:
    for value in (line.get("rawContent"), line.get("content")):
        if isinstance(value, str):
            return unescape_markup(value)
    return None


def _created(line: Object) -> int | None:
    return first_time(line.get("date")) or snowflake_time(fields.text(line.get("id")))


def _counts(line: Object) -> Counts | None:
    return counts(
        like=line.get("likeCount"),
        repost=line.get("retweetCount"),
        reply=line.get("replyCount"),
        quote=line.get("quoteCount"),
        view=line.get("viewCount"),
    )


def _media(line: Object) -> Media:
    kinds = [
        fields.text(fields.mapping(item).get("_type")).rpartition(".")[2].lower()
        for item in fields.items(line.get("media"))
    ]
    addresses = [
        {"expanded_url": fields.mapping(link).get("url", link)}
        for link in (fields.items(line.get("links")) or fields.items(line.get("outlinks")))
    ]
    return media_kind(kinds, addresses)
