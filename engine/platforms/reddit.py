"""Reddit: submissions and comments, as the API wraps them, in listings, and bare as archives keep them.

Decisions: the uid is the fullname (t3_..., t1_...). Reddit has no hashtags, and '#' begins a heading: the
subreddit is the one tag, as "r/name". `score` is ups less downs and stands for likes; below zero it counts as
0. A listing is read with all the replies that hang below its comments; where a line is one comment, the replies
in it are left to their own lines. A text that an archive kept after Reddit lost it is not taken.
"""

from collections.abc import Iterator, Sequence

from engine.events import Counts, Media, Post
from engine.platforms import fields
from engine.platforms.base import Adapter, Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.readers import counts, first_time, moment, unescape_entities, unescape_markup

_PLATFORM = "reddit"
_SUBMISSION, _COMMENT = "t3", "t1"
_KINDS = frozenset(("t1", "t2", "t3", "t4", "t5", "t6", "more", "Listing", "LiveUpdate", "modaction"))
_SUBMISSION_MARKS = frozenset(("num_comments", "is_self", "selftext", "permalink"))
_SUBREDDIT_KEYS = frozenset(("subreddit", "subreddit_id", "_subreddit", "subreddit_name_prefixed"))
_STUBS = ("[deleted]", "[removed]", "[deleted by user]", "[removed by reddit]", "[ removed by reddit ]")
_HINTS: dict[str, Media] = {
    "image": "image",
    "hosted:video": "video",
    "rich:video": "video",
    "link": "link",
    "self": "",
}
_IMAGE_DOMAINS = ("i.redd.it", "i.imgur.com", "i.reddituploads.com", "imgur.com")
_VIDEO_DOMAINS = ("v.redd.it", "youtube.com", "youtu.be", "m.youtube.com", "gfycat.com", "streamable.com")


class _Reddit:
    name = "reddit"
    platform = _PLATFORM
    carries: frozenset[str] = frozenset()
    marks = frozenset({"kind", "created_utc", "data", "json"})

    def recognises(self, line: Json) -> bool:
        if not isinstance(line, dict):
            return False
        if "kind" in line:
            kind = line["kind"]
            return isinstance(kind, str) and kind in _KINDS and isinstance(line.get("data"), dict)
        return _is_submission(line) or _is_comment(line) or _is_page(line) or _is_expansion(line)

    def read(self, line: Json) -> Sequence[Outcome]:
        kind = line.get("kind")
        if kind is None:
            if "json" in line:
                return _read_listing(fields.items(fields.dig(line, "json", "data", "things")))
            if "data" in line and _is_page(line):
                return _read_page(line["data"])
        elif kind == "Listing":
            return _read_listing(fields.items(fields.dig(line, "data", "children")))
        elif isinstance(kind, str) and isinstance(line.get("data"), dict):
            return (_read_thing(kind, line["data"]),)
        return (_read_bare(line),)


ADAPTER: Adapter = _Reddit()


def _is_submission(line: Object) -> bool:
    return (
        isinstance(line.get("title"), str)
        and "created_utc" in line
        and not _SUBREDDIT_KEYS.isdisjoint(line)
        and not _SUBMISSION_MARKS.isdisjoint(line)
    )


def _is_comment(line: Object) -> bool:
    return isinstance(line.get("body"), str) and "created_utc" in line and "link_id" in line


def _is_expansion(line: Object) -> bool:
    """The answer that fills a "more" stub in."""
    return isinstance(fields.dig(line, "json", "data", "things"), list)


def _is_page(line: Object) -> bool:
    """An answer of an archive's API: bare things under `data`."""
    page = line.get("data")
    return (
        isinstance(page, list)
        and bool(page)
        and isinstance(page[0], dict)
        and (_is_submission(page[0]) or _is_comment(page[0]))
    )


def _read_page(things: list[Json]) -> list[Outcome]:
    found = [thing for thing in things if isinstance(thing, dict)]
    found.sort(key=lambda thing: first_time(thing.get("created_utc")) or 0)
    outcomes = [_read_bare(thing) for thing in found]
    outcomes += [Rejected("not an object")] * (len(things) - len(found))
    return outcomes


def _read_bare(thing: Object) -> Outcome:
    return _read_thing(_COMMENT if _is_comment(thing) else _SUBMISSION, thing)


def _tree(children: list[Json]) -> Iterator[Json]:
    """The things of a listing, each before the replies below it."""
    waiting = children[::-1]
    while waiting:
        thing = waiting.pop()
        yield thing
        if isinstance(thing, dict):
            waiting.extend(fields.items(fields.dig(thing, "data", "replies", "data", "children"))[::-1])


def _read_listing(things_and_stubs: list[Json]) -> list[Outcome]:
    children = list(_tree(things_and_stubs))
    things = [child for child in children if isinstance(child, dict)]
    things.sort(key=lambda thing: first_time(fields.dig(thing, "data", "created_utc")) or 0)
    outcomes: list[Outcome] = [
        _read_thing(fields.text(thing.get("kind")), fields.mapping(thing.get("data"))) for thing in things
    ]
    outcomes += [
        Ignored("more stub") if isinstance(child, str) else Rejected("not an object")
        for child in children
        if not isinstance(child, dict)
    ]
    return outcomes or [Ignored("empty page")]


def _read_thing(kind: str, thing: Object) -> Outcome:
    if kind == "more":
        return Ignored("more stub")
    if kind not in (_SUBMISSION, _COMMENT):
        return Ignored("not a post or comment")
    uid = _fullname(f"{kind}_", thing)
    if not uid:
        return Rejected("no id")
    body = thing.get("body" if kind == _COMMENT else "selftext")
    title = thing.get("title") if kind == _SUBMISSION else None
    if not isinstance(body, str) and not isinstance(title, str):
        return Rejected("no text")
    return Mapped((_post(kind, uid, thing, fields.text(title), fields.text(body)),))


def _fullname(prefix: str, thing: Object) -> str:
    uid = fields.text(thing.get("name")) or fields.text(thing.get("id"))
    return uid if not uid or uid.startswith(prefix) else prefix + uid


def _post(kind: str, uid: str, thing: Object, title: str, body: str) -> Post:
    get = thing.get
    is_submission, meta = kind == _SUBMISSION, get("_meta")
    removed = _is_removed(meta, body)
    text = "" if removed else f"{title}\n\n{body}" if title and body else title or body
    if "&" in text:
        text = unescape_entities(unescape_markup(text))
    total = _counts(thing, is_submission)
    author = fields.text(get("author"))
    if author == "[deleted]":
        author = ""
    return Post(  # in their order, as that is much faster
        _PLATFORM,
        uid,
        author,
        author,
        text,
        moment(get("created_utc")),
        None,
        "",
        _edited(get("edited")),
        _tags(thing),
        "",
        "" if is_submission else fields.text(get("parent_id")),
        "" if (crossposted := get("crosspost_parent")) is None else fields.text(crossposted),
        _media(thing) if is_submission else "",
        None,
        moment(get("author_created_utc")),
        total,
        None if total is None else _counted_at(thing, meta),
        get("over_18") is True,
        False,
        removed,
    )


def _is_removed(meta: Json, body: str) -> bool:
    """Whether the text is gone from Reddit: now a stub, or kept by an archive that saw it go later."""
    end = body[-1:]
    if (end == "]" or end.isspace()) and body.strip().lower() in _STUBS:
        return True
    return meta is not None and fields.dig(meta, "was_deleted_later") is True


def _edited(value: Json) -> str:
    """The second of the last edit; `edited` is false, or "False", for what was never edited."""
    micros = None if isinstance(value, bool) else moment(value)
    return "" if micros is None else str(micros // fields.SECOND)


def _tags(thing: Object) -> tuple[str, ...]:
    name = fields.text(thing.get("subreddit")) or fields.text(thing.get("_subreddit"))
    prefixed = f"r/{name}" if name else fields.text(thing.get("subreddit_name_prefixed"))
    return (prefixed,) if prefixed else ()


def _counts(thing: Object, is_submission: bool) -> Counts | None:
    score = thing.get("score")
    if thing.get("score_hidden") is True or thing.get("hide_score") is True:
        score = None
    elif isinstance(score, int | float) and score < 0:
        score = 0
    replies = thing.get("num_comments") if is_submission else None
    return counts(score, thing.get("num_crossposts"), replies, None, thing.get("view_count"))


def _counted_at(thing: Object, meta: Json) -> int | None:
    """When an archive read the counts; those of a second reading replace the first."""
    again = None if meta is None else fields.dig(meta, "retrieved_2nd_on")
    return first_time(again, thing.get("retrieved_on"), thing.get("retrieved_utc"), thing.get("retrieved_at"))


def _media(thing: Object) -> Media:
    if thing.get("is_video") is True:
        return "video"
    if thing.get("poll_data"):
        return "poll"
    if thing.get("is_gallery") is True:
        return "image"
    hint = thing.get("post_hint")
    if isinstance(hint, str) and hint in _HINTS:
        return _HINTS[hint]
    if thing.get("is_self") is True:
        return ""
    domain = fields.text(thing.get("domain")).lower()
    if domain in _IMAGE_DOMAINS:
        return "image"
    if domain in _VIDEO_DOMAINS:
        return "video"
    return "link" if domain and not domain.startswith("self.") else ""
