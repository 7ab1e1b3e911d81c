"""What a Bluesky record says, the same on the firehose (bluesky_jetstream) and in the API's views (bluesky_view).

A record is named by its at:// URI everywhere, so that a delete on the firehose finds a post read from the API, and a
like is taken back by the delete of its own record.
"""

from typing import Any

from engine.events import Media
from engine.platforms import fields
from engine.platforms.base import Object

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


def content(record: Object) -> dict[str, Any]:
    """The fields of `engine.events.Post` that a post's record gives."""
    media, quote_of = embedded(fields.mapping(record.get("embed")))
    langs = fields.items(record.get("langs"))
    return {
        "text": fields.text(record.get("text")),
        "created": fields.time(get(record, "createdAt", "created_at")),
        "tags": _tags(record),
        "lang": fields.text(langs[0]) if langs else "",
        "reply_to": fields.text(fields.dig(record, "reply", "parent", "uri")),
        "quote_of": quote_of,
        "media": media,
        "sensitive": labelled(fields.dig(record, "labels", "values")),
    }


def embedded(embed: Object) -> tuple[Media, str]:
    """What is attached, and the URI of the post that is quoted ("" if none), by an embed or its view."""
    kind = type_of(embed).partition("#")[0]
    if kind == "app.bsky.embed.record":
        return "", post_uri(fields.dig(embed, "record", "uri"))
    if kind == "app.bsky.embed.recordWithMedia":
        media = type_of(fields.mapping(embed.get("media"))).partition("#")[0]
        return _MEDIA.get(media, ""), post_uri(fields.dig(embed, "record", "record", "uri"))
    return _MEDIA.get(kind, ""), ""


def labelled(labels: Any) -> bool:
    """Whether a content warning stands on a post. Labels with "!" say who may see it, not what it is."""
    return any(
        not label.get("neg") and (name := fields.text(label.get("val"))) and not name.startswith("!")
        for label in map(fields.mapping, fields.items(labels))
    )


def _tags(record: Object) -> tuple[str, ...] | None:
    """The tags of the text's facets and those beside the text; None if there are neither."""
    tags: dict[str, None] = {}
    for facet in map(fields.mapping, fields.items(record.get("facets"))):
        for feature in map(fields.mapping, fields.items(facet.get("features"))):
            tags[fields.text(feature.get("tag"))] = None
    for tag in fields.items(record.get("tags")):
        tags[fields.text(tag)] = None
    return tuple(name for tag in tags if (name := tag.removeprefix("#"))) or None
