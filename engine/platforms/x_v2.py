"""X API v2: pages, single posts of a filtered stream, flattened lines, and compliance notices.

Time: `created_at` is given by X's server and to be believed, so `seen` stays empty. Counts are true when they
were fetched: `__twarc.retrieved_at`; a row kept by a repeated count says `metrics_frozen_at` or
`_commit_time`; a filtered stream delivers at birth. Else that time is unknown.
"""

from collections.abc import Sequence

from engine.events import Counts, Event, Media, Observation, Post, Reaction
from engine.platforms import fields, x_compliance, x_v2_shapes
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.readers import counts, first_time, tag_names, unescape_markup
from engine.platforms.x_common import PLATFORM, as_first, id_order, media_kind, snowflake_time, versioned


class _XV2:
    name = "x-v2"
    platform = PLATFORM
    carries: frozenset[str] = frozenset()  # pages and lookups hold a choice of posts, not all retweets of them
    marks = frozenset({"action", *x_v2_shapes.MARKS})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict) or "source_platform" in line:
            return False
        return (
            x_v2_shapes.is_page(line)
            or x_v2_shapes.is_flat(line)
            or x_v2_shapes.is_user(line)
            or x_v2_shapes.is_empty(line)
            or x_v2_shapes.is_errors(line)
            or x_compliance.recognises(line)
        )

    def read(self, line: Json) -> Sequence[Outcome]:
        if x_compliance.recognises(line):
            return [x_compliance.read(line)]
        if x_v2_shapes.is_errors(line):
            return [Ignored("errors only")]
        if x_v2_shapes.is_empty(line):
            return [Ignored("empty page")]
        return _read_page(line) if "data" in line else [_read_item(line, _Page(line, flat=True))]


ADAPTER: Adapter = _XV2()


class _Page:
    """What the posts of one line refer to, and when their counts were true."""

    def __init__(self, line: Object, flat: bool = False) -> None:
        includes = fields.mapping(line.get("includes"))
        self.users = _by_id(includes.get("users"))
        self.posts = _by_id(includes.get("tweets"))
        self.retrieved = first_time(
            fields.dig(line, "__twarc", "retrieved_at"),
            line.get("metrics_frozen_at"),
            line.get("_commit_time"),
        )
        self.live = not flat and "matching_rules" in line
        # X leaves `entities` out of a post that has none: only a page that has some shows that they were
        # asked for.
        items = line if flat else line.get("data")
        found = items if isinstance(items, list) else [items]
        self.has_entities = "__twarc" in line or any(
            "entities" in item for item in (*found, *self.posts.values()) if isinstance(item, dict)
        )

    def counted_at(self, item: Object) -> int | None:
        """When the counts of `item` and of what it refers to were true."""
        return self.retrieved or (_created(item) if self.live else None)

    def referred(self, item: Object) -> list[tuple[str, str, Object]]:
        """(type, id, post) of what `item` refers to; the post is empty where the line does not hold it."""
        found = []
        for reference in fields.items(item.get("referenced_tweets")):
            uid = fields.text(fields.mapping(reference).get("id"))
            if uid:
                post = reference if "text" in reference else self.posts.get(uid, {})
                found.append((fields.text(reference.get("type")), uid, post))
        return found


def _by_id(things: Json) -> dict[str, Object]:
    return {fields.text(thing.get("id")): thing for thing in fields.items(things) if isinstance(thing, dict)}


def _read_page(line: Object) -> list[Outcome]:
    data = line["data"]
    found = data if isinstance(data, list) else [data]
    if not found:
        return [Ignored("empty page")]
    if all(isinstance(item, dict) and _is_profile(item) for item in found):
        return [Ignored("user page")]
    if "total_tweet_count" in fields.mapping(line.get("meta")):
        return [Ignored("page of volumes")]
    if all(isinstance(item, dict) and "value" in item and "text" not in item for item in found):
        return [Ignored("stream rules")]
    page = _Page(line)
    items = [item for item in found if isinstance(item, dict)]
    items.sort(key=lambda item: (_created(item) or 0, id_order(fields.text(item.get("id")))))
    outcomes: list[Outcome] = [_read_item(item, page) for item in items]
    outcomes += [Rejected("not an object")] * (len(found) - len(items))
    return outcomes


def _is_profile(item: Object) -> bool:
    return "username" in item and "text" not in item


def _read_item(item: Object, page: _Page) -> Outcome:
    uid = fields.text(item.get("id"))
    if not uid:
        return Rejected("no id")
    if _is_profile(item):
        return Ignored("user page")
    referred = page.referred(item)
    at = page.counted_at(item)
    for kind, target, inner in referred:
        if kind == "retweeted":
            return Mapped((_reaction(item, uid, target, inner, page), *_seen_counts(referred, at)))
    if _text(item) is None:
        return Rejected("no text")
    history = _history(item)
    event = versioned(_post(item, page, at), history)
    return Mapped((event, *_later_edit(item, history, page, at), *_seen_counts(referred, at)))


def _reaction(item: Object, uid: str, target: str, inner: Object, page: _Page) -> Reaction:
    original = None
    if _text(inner) is not None:
        original = as_first(_post(inner, page, page.counted_at(item)), _history(inner))
    author, name = _author(item, page)
    return Reaction(
        platform=PLATFORM,
        uid=uid,
        target=original.uid if original else target,
        kind="repost",
        author=author,
        name=name,
        created=_created(item),
        original=original,
    )


def _later_edit(item: Object, history: list[str], page: _Page, at: int | None) -> tuple[Event, ...]:
    """The newest version of a post that the page holds in an older one."""
    newest = page.posts.get(history[-1], {}) if len(history) > 1 else {}
    if history[-1:] == [item.get("id")] or _text(newest) is None:
        return ()
    return (versioned(_post(newest, page, at), history),)


def _seen_counts(referred: list[tuple[str, str, Object]], at: int | None) -> tuple[Event, ...]:
    """The counts of posts that are quoted or replied to."""
    found: list[Event] = []
    for kind, uid, post in referred:
        total = _counts(post)
        if kind != "retweeted" and total is not None:
            first = (_history(post) or [uid])[0]
            found.append(Observation(platform=PLATFORM, uid=first, counts=total, at=at))
    return tuple(found)


def _post(item: Object, page: _Page, at: int | None) -> Post:
    author, name = _author(item, page)
    user = _user(item, page)
    total = _counts(item)
    references = {kind: (_history(post) or [uid])[0] for kind, uid, post in page.referred(item)}
    return Post(
        platform=PLATFORM,
        uid=fields.text(item.get("id")),
        author=author,
        name=name,
        text=_text(item) or "",
        created=_created(item),
        tags=_tags(item, page),
        lang=fields.text(item.get("lang")),
        reply_to=references.get("replied_to", ""),
        quote_of=references.get("quoted", ""),
        media=_media(item),
        followers=fields.count(fields.dig(user, "public_metrics", "followers_count")),
        author_created=first_time(user.get("created_at")),
        counts=total,
        counts_at=at if total else None,
        sensitive=item.get("possibly_sensitive") is True,
        withheld=user.get("protected") is True,
    )


def _user(item: Object, page: _Page) -> Object:
    if isinstance(item.get("author"), dict):
        author: Object = item["author"]
        return author
    return page.users.get(fields.text(item.get("author_id")), {})


def _author(item: Object, page: _Page) -> tuple[str, str]:
    """(id, handle). A row without author ids names its account instead."""
    account = fields.text(item.get("account"))
    user = _user(item, page)
    uid = fields.text(item.get("author_id")) or fields.text(user.get("id")) or account
    return uid, fields.text(user.get("username")) or account


def _text(item: Object) -> str | None:
    """The whole text: of a long post, `text` holds the first 280 characters only."""
    for value in (fields.dig(item, "note_tweet", "text"), item.get("text")):
        if isinstance(value, str):
            return unescape_markup(value)
    return None


def _tags(item: Object, page: _Page) -> tuple[str, ...] | None:
    entities = fields.dig(item, "note_tweet", "entities") or item.get("entities")
    if not isinstance(entities, dict):
        return () if page.has_entities else None
    return tag_names(fields.items(entities.get("hashtags")), "tag", "text")


def _media(item: Object) -> Media:
    attached = fields.mapping(item.get("attachments"))
    kinds = [key.partition("_")[0] for key in fields.items(attached.get("media_keys")) if isinstance(key, str)]
    kinds += [fields.text(fields.mapping(media).get("type")) for media in fields.items(attached.get("media"))]
    links = fields.items(fields.dig(item, "entities", "urls"))
    return media_kind(kinds, links, poll=bool(attached.get("poll_ids") or attached.get("poll")))


def _counts(item: Object) -> Counts | None:
    metrics = fields.mapping(item.get("public_metrics"))
    return counts(
        like=metrics.get("like_count"),
        repost=metrics.get("retweet_count"),
        reply=metrics.get("reply_count"),
        quote=metrics.get("quote_count"),
        view=metrics.get("impression_count"),
    )


def _created(item: Object) -> int | None:
    return first_time(item.get("created_at")) or snowflake_time(fields.text(item.get("id")))


def _history(item: Object) -> list[str]:
    ids = fields.items(item.get("edit_history_tweet_ids"))
    return [uid for uid in map(fields.text, ids) if uid]
