"""Instagram and Threads as their web pages load them."""

from engine.events import Counts, Media, Observation
from engine.platforms import fields
from engine.platforms.base import Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.capture import Capture, post
from engine.platforms.readers import counts, first_time

# What Instagram answers as like_count where the author hides it (zeeschuimer issue 45).
_HIDDEN_LIKES = 3

_MEDIA_TYPES: dict[int, Media] = {1: "image", 2: "video", 8: "image"}


def read_instagram(item: Object, capture: Capture) -> Outcome:
    """A post or reel in one of three shapes: item list, graph, and Polaris, which may be without its caption.

    An item without a caption field tells counts only: taken as a post, it would hide the whole one that comes
    later.
    """
    if _is_advert(item):
        return Ignored("advert")
    uid = fields.text(item.get("code")) or fields.text(item.get("shortcode")) or capture.item_id
    if not uid:
        return Rejected("no id")
    total = _instagram_counts(item)
    if "caption" not in item and "edge_media_to_caption" not in item:
        if total is None:
            return Ignored("partial item")
        return Mapped((Observation(platform=capture.platform, uid=uid, counts=total, at=capture.counted),))
    author, name = _owner(item)
    event = post(
        capture,
        uid,
        total,
        author=author,
        name=name,
        text=_caption(item),
        created=first_time(item.get("taken_at"), item.get("taken_at_timestamp")),
        media=_instagram_media(item),
    )
    return Mapped((event,))


def _is_advert(item: Object) -> bool:
    link = item.get("link")
    return item.get("product_type") == "ad" or (
        isinstance(link, str) and link.startswith("https://www.facebook.com/ads/")
    )


def _instagram_counts(item: Object) -> Counts | None:
    likes = item.get("like_count")
    if likes is None:
        likes = _edge_count(item, "edge_media_preview_like", "edge_liked_by")
    disabled = item.get("like_and_view_counts_disabled")
    if disabled is True or (likes == _HIDDEN_LIKES and disabled is not False):
        likes = None
    replies = item.get("comment_count")
    if replies is None:
        replies = _edge_count(
            item, "edge_media_to_comment", "edge_media_preview_comment", "edge_media_to_parent_comment"
        )
    views = (item.get(key) for key in ("play_count", "view_count", "video_view_count"))
    return counts(like=likes, reply=replies, view=next((view for view in views if view is not None), None))


def _edge_count(item: Object, *names: str) -> Json:
    found = (fields.dig(item, name, "count") for name in names)
    return next((count for count in found if count is not None), None)


def _caption(item: Object) -> str:
    caption = item.get("caption")
    if isinstance(caption, dict):
        return fields.text(caption.get("text"))
    for edge in fields.items(fields.dig(item, "edge_media_to_caption", "edges"))[:1]:
        return fields.text(fields.dig(edge, "node", "text"))
    return fields.text(caption)


def _owner(item: Object) -> tuple[str, str]:
    user = fields.mapping(item.get("user")) or fields.mapping(item.get("owner"))
    name = fields.text(user.get("username"))
    return fields.text(user.get("pk")) or fields.text(user.get("id")) or name, name


def _instagram_media(item: Object) -> Media:
    kind = item.get("media_type")
    if isinstance(kind, int):
        return _MEDIA_TYPES.get(kind, "")
    is_video = "Video" in fields.text(item.get("__typename")) or item.get("is_video") is True
    return "video" if is_video else "image"


def read_threads(item: Object, capture: Capture) -> Outcome:
    """A post of Threads; its ids are the codes in its addresses."""
    uid = fields.text(item.get("code")) or fields.text(item.get("pk")) or capture.item_id
    if not uid:
        return Rejected("no id")
    app = fields.mapping(item.get("text_post_app_info"))
    disabled = item.get("like_and_view_counts_disabled") is True
    author, name = _owner(item)
    event = post(
        capture,
        uid,
        counts(
            like=None if disabled else item.get("like_count"),
            repost=app.get("repost_count"),
            reply=app.get("direct_reply_count"),
            quote=app.get("quote_count"),
        ),
        author=author,
        name=name,
        text=_caption(item),
        created=first_time(item.get("taken_at")),
        quote_of=fields.text(fields.dig(app, "share_info", "quoted_post", "code")),
        media=_threads_media(item, app),
    )
    return Mapped((event,))


def _threads_media(item: Object, app: Object) -> Media:
    parts = [item, *fields.items(item.get("carousel_media"))]
    if any(fields.mapping(part).get("video_versions") for part in parts):
        return "video"
    if any(fields.items(fields.dig(part, "image_versions2", "candidates")) for part in parts):
        return "image"
    return "link" if app.get("link_preview_attachment") else ""
