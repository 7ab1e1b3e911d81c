"""Hostile text made safe, once, on entry: no control, escape, bidi or invisible formatting character gets past here."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from engine.events import Delete, Edit, Event, Observation, Post, Reaction

MAX_TEXT = 10_000  # characters kept of a post: the longest platforms allow (Mastodon forks, note_tweet) is under this
MAX_READ = 100_000  # characters taken in, for sentiment: a post waits with all of them for its turn
MAX_NAME = 200
MAX_ID = 1_000  # no platform has an id near this
MAX_TAGS = 1_000  # tags taken in of a post, each of as many characters as an id; fewer are counted
MAX_LANG = 35  # characters of a language tag (RFC 5646)
_USUAL_LANG = 2

_KEEP = {"\n", "\u200d"}  # line breaks, and the joiner that emoji families are made with
_IDS = ("uid", "author", "alias", "target", "reply_to", "quote_of")
_NAMED = (Observation, Delete)  # of which the id is all there is to clean

AnyEvent = TypeVar("AnyEvent", bound=Event)


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """`text` with printable characters and line breaks only, cut to `limit` characters.

    Other white space becomes a space. Control characters (C0, C1, DEL), bidi overrides and isolates, surrogates and
    unassigned or private code points are dropped: none may reach a terminal or a file.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c in _KEEP else " " if c.isspace() else "" for c in text)


def clean_line(text: str, limit: int = MAX_NAME) -> str:
    """`clean` on one line: names, tags and whatever stands in a table cell."""
    return " ".join(clean(text, limit).split())


def clean_id(text: str) -> str:
    """An id that is safe to show. A harmless one stays as it is; another keeps what tells it from all others."""
    if len(text) <= MAX_ID and text.isprintable():
        return text
    from hashlib import blake2b  # noqa: PLC0415 - hardly ever needed, and OpenSSL would be loaded with it

    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{clean_line(text)}~{digest}"


def clean_ids(event: AnyEvent) -> AnyEvent:
    """`event` with its ids, and those of a post inside it, made safe, and no field longer than any platform has.

    The very same object if all is well already.
    """
    if _is_fine_post(event) if isinstance(event, Post) else _is_fine(event):
        return event
    changes: dict[str, object] = {}
    for name in _IDS:
        value = getattr(event, name, "")
        if value and (safe := clean_id(value)) is not value:
            changes[name] = safe
    if isinstance(event, Post):
        if event.tags or len(event.text) > MAX_READ or event.name or event.version or not _is_tag(event.lang):
            changes |= _cut(event)
    elif isinstance(event, Edit):
        if (post := clean_ids(event.post)) is not event.post:
            changes["post"] = post
    elif isinstance(event, Reaction) and event.original is not None:
        original = clean_ids(event.original)
        if original is not event.original:
            changes["original"] = original
    return msgspec.structs.replace(event, **changes) if changes else event


def all_fine(ids: Sequence[Sequence[str]], names: Sequence[str], texts: Sequence[str], langs: Iterable[str]) -> bool:
    """Whether all is well for certain with posts without tags: said of each of their fields, of all posts together."""
    return (
        sum(max(map(len, column)) for column in (*ids, names)) <= MAX_ID
        and all("".join(column).isprintable() for column in ids)
        and max(map(len, texts)) <= MAX_READ
        and all(map(_is_tag, langs))
    )


def _is_fine(event: Event) -> bool:
    """Whether all is well for certain, as it nearly always is: said of all fields together."""
    if isinstance(event, Reaction):
        ids = event.uid + event.author + event.target
        return len(ids) <= MAX_ID and ids.isprintable() and (event.original is None or _is_fine_post(event.original))
    return isinstance(event, _NAMED) and len(event.uid) <= MAX_ID and event.uid.isprintable()


def _is_fine_post(post: Post) -> bool:
    lang, tags = post.lang, post.tags
    ids = f"{post.uid}{post.author}{post.alias}{post.reply_to}{post.quote_of}{post.version}"
    return (
        len(ids) + len(post.name) <= MAX_ID
        and ids.isprintable()
        and len(post.text) <= MAX_READ
        and (not lang or (len(lang) == _USUAL_LANG and lang.isalpha() and lang.isascii()) or _is_tag(lang))
        and (not tags or (len(tags) <= MAX_TAGS and len("".join(tags)) <= MAX_ID))
    )


def _is_tag(lang: str) -> bool:
    """Whether this may be a language tag (RFC 5646, or with `_`), or is none at all."""
    if not lang.isascii() or len(lang) > MAX_LANG:
        return False
    return not lang or lang.replace("-", "").replace("_", "").isalnum()


def _cut(post: Post) -> dict[str, object]:
    """The fields of a post that are longer than what is taken in."""
    changes: dict[str, object] = {}
    if len(post.version) > MAX_ID:
        changes["version"] = clean_id(post.version)
    if len(post.text) > MAX_READ:
        changes["text"] = post.text[:MAX_READ]
    if len(post.name) > MAX_ID:
        changes["name"] = post.name[:MAX_ID]
    if not _is_tag(post.lang):
        changes["lang"] = ""
    if post.tags and (len(post.tags) > MAX_TAGS or max(map(len, post.tags)) > MAX_ID):
        changes["tags"] = tuple(tag[:MAX_ID] for tag in post.tags[:MAX_TAGS])
    return changes
