"""X API v2: pages, single posts of a filtered stream, flattened lines, and compliance notices.

Time: `created_at` is given by X's server and to be believed, so `seen` stays empty. Counts are true when they
were fetched: `__twarc.retrieved_at`; a row kept by a repeated count says `metrics_frozen_at` or
`_commit_time`; a filtered stream delivers at birth. Else that time is unknown.
"""

from collections.abc import Sequence

from engine.events import Counts, Event, Media, Observation, Post, Reaction
from engine.platforms import fields, x_compliance, x_v2_shapes
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.readers import counts, first_time, moment, tag_names, unescape_markup
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
        if "data" in line:
            return _read_page(line)
        if x_v2_shapes.is_errors(line):
            return [Ignored("errors only")]
        if x_v2_shapes.is_empty(line):
            return [Ignored("empty page")]
        return [_read_item(line, _Page(line, flat=True))]


ADAPTER: Adapter = _XV2()


class _Page:
    """What the posts of one line refer to, and when their counts were true."""

    def __init__(self, line: Object, flat: bool = False) -> None:
        includes = fields.mapping(line.get("includes"))
        self.users = _by_id(includes.get("users"))
        self.posts = _by_id(includes.get("tweets"))
        self.retrieved = first_time(
            fields.dig(line, "__twarc", "retrieved_at") if "__twarc" in line else None,
            line.get("metrics_frozen_at"),
            line.get("_commit_time"),
        )
        self.live = not flat and "matching_rules" in line
        self._line, self._items = line, line if flat else line.get("data")
        self._has_entities: bool | None = None

    @property
    def has_entities(self) -> bool:
        """Whether posts have entities here: X leaves them out of a post that has none, even if they were asked for."""
        if self._has_entities is None:
            found = self._items if isinstance(self._items, list) else [self._items]
            self._has_entities = "__twarc" in self._line or any(
                "entities" in item for item in (*found, *self.posts.values()) if isinstance(item, dict)
            )
        return self._has_entities

    def counted_at(self, item: Object) -> int | None:
        """When the counts of `item` and of what it refers to were true."""
        return self.retrieved or (_created(item) if self.live else None)

    def referred(self, item: Object) -> list[tuple[str, str, Object]]:
        """(type, id, post) of what `item` refers to; the post is empty where the line does not hold it."""
        found: list[tuple[str, str, Object]] = []
        references = item.get("referenced_tweets")
        for reference in references if isinstance(references, list) else ():
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
    if all(map(_is_rule, found)):
        return [Ignored("stream rules")]
    page = _Page(line)
    items = [item for item in found if isinstance(item, dict)]
    if len(items) > 1:
        items.sort(key=lambda item: (_created(item) or 0, id_order(fields.text(item.get("id")))))
    outcomes: list[Outcome] = [_read_item(item, page) for item in items]
    outcomes += [Rejected("not an object")] * (len(found) - len(items))
    return outcomes


def _is_rule(item: Json) -> bool:
    return isinstance(item, dict) and "value" in item and "text" not in item


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
    author, name = _author(item, _user(item, page))
    target = target if original is None else original.uid
    return Reaction(PLATFORM, uid, target, "repost", author, name, _created(item), None, original)


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
    get, user = item.get, _user(item, page)
    author, name = _author(item, user)
    total = _counts(item)
    references = {}
    if get("referenced_tweets"):
        references = {kind: (_history(post) or [uid])[0] for kind, uid, post in page.referred(item)}
    return Post(  # in their order, as that is much faster
        PLATFORM,
        fields.text(get("id")),
        author,
        name,
        _text(item) or "",
        _created(item),
        None,
        "",
        "",
        _tags(item, page),
        fields.text(get("lang")),
        references.get("replied_to", ""),
        references.get("quoted", ""),
        _media(item),
        fields.count(fields.mapping(user.get("public_metrics")).get("followers_count")),
        moment(user.get("created_at")),
        total,
        None if total is None else at,
        get("possibly_sensitive") is True,
        user.get("protected") is True,
    )


def _user(item: Object, page: _Page) -> Object:
    author: Json = item.get("author")
    return author if isinstance(author, dict) else page.users.get(fields.text(item.get("author_id")), {})


def _author(item: Object, user: Object) -> tuple[str, str]:
    """(id, handle). A row without author ids names its account instead."""
    account = fields.text(item.get("account"))
    uid = fields.text(item.get("author_id")) or fields.text(user.get("id")) or account
    return uid, fields.text(user.get("username")) or account


def _text(item: Object) -> str | None:
    """The whole text: of a long post, `text` holds the first 280 characters only."""
    note = item.get("note_tweet")
    whole = None if note is None else fields.dig(note, "text")
    for value in (whole, item.get("text")):
        if isinstance(value, str):
            return unescape_markup(value)
    return None


def _tags(item: Object, page: _Page) -> tuple[str, ...] | None:
    note = item.get("note_tweet")
    entities = (None if note is None else fields.dig(note, "entities")) or item.get("entities")
    if not isinstance(entities, dict):
        return () if page.has_entities else None
    return tag_names(fields.items(entities.get("hashtags")), "tag", "text")


def _media(item: Object) -> Media:
    attached, entities = item.get("attachments"), item.get("entities")
    if attached is None and entities is None:
        return ""
    attached = fields.mapping(attached)
    links = fields.items(fields.mapping(entities).get("urls"))
    if not (attached or links):
        return ""
    kinds = [key.partition("_")[0] for key in fields.items(attached.get("media_keys")) if isinstance(key, str)]
    kinds += [fields.text(fields.mapping(media).get("type")) for media in fields.items(attached.get("media"))]
    return media_kind(kinds, links, poll=bool(attached.get("poll_ids") or attached.get("poll")))


def _counts(item: Object) -> Counts | None:
    metrics = item.get("public_metrics")
    if not isinstance(metrics, dict):
        return None
    get = metrics.get
    return counts(
        get("like_count"), get("retweet_count"), get("reply_count"), get("quote_count"), get("impression_count")
    )


def _created(item: Object) -> int | None:
    return moment(item.get("created_at")) or snowflake_time(fields.text(item.get("id")))


def _history(item: Object) -> list[str]:
    ids = item.get("edit_history_tweet_ids")
    return [uid for uid in map(fields.text, ids) if uid] if isinstance(ids, list) else []
