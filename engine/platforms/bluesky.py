"""What a Bluesky record says, the same on the firehose (bluesky_jetstream) and in the API's views (bluesky_view).

A record is named by its at:// URI everywhere, so that a delete on the firehose finds a post read from the API, and a
like is taken back by the delete of its own record.
"""

from typing import Any, TypeAlias

import msgspec

from engine.events import Media
from engine.platforms import fields
from engine.platforms.base import Object
from engine.platforms.typed import Odd

PLATFORM = "bluesky"
POST = "app.bsky.feed.post"

_MEDIA: dict[str, Media] = {
    "app.bsky.embed.images": "image",
    "app.bsky.embed.gallery": "image",
    "app.bsky.embed.video": "video",
    "app.bsky.embed.external": "link",
}


def get(value: Object, camel: str, snake: str) -> Any:
    """A field by its name in the lexicon, or as the Python SDK dumps it."""
    found = value.get(camel)
    return value.get(snake) if found is None else found


def type_of(value: Object) -> str:
    """The lexicon type of a part, for instance "app.bsky.embed.record#view"; "" if it has none."""
    return fields.text(get(value, "$type", "py_type"))


def post_uri(value: Any) -> str:
    """`value` if it is the at:// URI of a post, else ""."""
    return value if isinstance(value, str) and value.startswith("at://") and f"/{POST}/" in value else ""


def authority(uri: str) -> str:
    """The account that an at:// URI belongs to."""
    return uri[5:].partition("/")[0]


class Part(msgspec.Struct, gc=False):
    """A part of a record that has a type of the lexicon, and as much of it as is used."""

    type: Any = msgspec.field(default=None, name="$type")
    py_type: Any = None
    media: "Part | Odd" = None
    record: Any = None


class Record(msgspec.Struct, gc=False):
    """What is used of a post's record, and of a reaction's."""

    text: Any = None
    created: Any = msgspec.field(default=None, name="createdAt")
    created_at: Any = None
    langs: Any = None
    embed: Part | Odd = None
    reply: Any = None
    facets: Any = None
    tags: Any = None
    labels: Any = None
    subject: Any = None


def part_of(value: Any) -> Part | Odd:
    """An object of the API as a part of a record."""
    return msgspec.convert(value, Part) if isinstance(value, dict) else None


# Of `engine.events.Post`: text, created, tags, lang, reply_to, quote_of, media and sensitive.
Content: TypeAlias = tuple[str, int | None, tuple[str, ...] | None, str, str, str, Media, bool]


def content(record: Record) -> Content:
    """The fields of a post that its record gives."""
    langs, created = record.langs, record.created
    media, quote_of = embedded(record.embed)
    plain = record.facets is None and record.tags is None
    return (
        fields.text(record.text),
        fields.time(record.created_at if created is None else created),
        None if plain else _tags(record),
        fields.text(langs[0]) if langs and isinstance(langs, list) else "",
        "" if record.reply is None else fields.text(fields.dig(record.reply, "parent", "uri")),
        quote_of,
        media,
        record.labels is not None and labelled(fields.dig(record.labels, "values")),
    )


def embedded(embed: Part | Odd) -> tuple[Media, str]:
    """What is attached, and the URI of the post that is quoted ("" if none), by an embed or its view."""
    if not isinstance(embed, Part):
        return "", ""
    kind = _kind(embed)
    if kind == "app.bsky.embed.record":
        return "", post_uri(fields.dig(embed.record, "uri"))
    if kind == "app.bsky.embed.recordWithMedia":
        media = embed.media
        quoted = post_uri(fields.dig(embed.record, "record", "uri"))
        return _MEDIA.get(_kind(media), "") if isinstance(media, Part) else "", quoted
    return _MEDIA.get(kind, ""), ""


def _kind(part: Part) -> str:
    return fields.text(part.py_type if part.type is None else part.type).partition("#")[0]


def labelled(labels: Any) -> bool:
    """Whether a content warning stands on a post. Labels with "!" say who may see it, not what it is."""
    return any(
        not label.get("neg") and (name := fields.text(label.get("val"))) and not name.startswith("!")
        for label in map(fields.mapping, fields.items(labels))
    )


def _tags(record: Record) -> tuple[str, ...] | None:
    """The tags of the text's facets and those beside the text; None if there are neither."""
    tags: dict[str, None] = {}
    for facet in map(fields.mapping, fields.items(record.facets)):
        for feature in map(fields.mapping, fields.items(facet.get("features"))):
            tags[fields.text(feature.get("tag"))] = None
    for tag in fields.items(record.tags):
        tags[fields.text(tag)] = None
    return tuple(name for tag in tags if (name := tag.removeprefix("#"))) or None
