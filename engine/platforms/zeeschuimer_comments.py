"""Comments on Instagram and RedNote as the extension's own modules for them capture them."""

from engine.platforms import fields
from engine.platforms.base import Json, Mapped, Object, Outcome, Rejected
from engine.platforms.capture import Capture, joined, post
from engine.platforms.readers import counts, first_time


def read_instagram_comment(item: Object, capture: Capture) -> Outcome:
    """A comment or a reply to one. Its post is named by the code if the page's address had it, else by its number."""
    if not isinstance(item.get("text"), str):
        return Rejected("no text")
    user = fields.mapping(item.get("user"))
    name = fields.text(user.get("unique_id")) or fields.text(user.get("username"))
    event = post(
        capture,
        item.get("comment_id") or item.get("pk") or item.get("id"),
        counts(like=item.get("comment_like_count"), reply=item.get("child_comment_count")),
        author=fields.text(user.get("id")) or fields.text(user.get("pk")) or name,
        name=name,
        text=joined(item["text"]),
        created=first_time(item.get("created_at"), item.get("created_at_utc")),
        reply_to=_first_text(item, "parent_comment_id", "post_shortcode", "post_id"),
        withheld=user.get("is_private") is True,
    )
    return Mapped((event,))


def read_rednote_comment(item: Object, capture: Capture) -> Outcome:
    """A comment on a note, or a reply to one."""
    if not isinstance(item.get("content"), str):
        return Rejected("no text")
    user = fields.mapping(item.get("user_info"))
    name = fields.text(user.get("nickname"))
    event = post(
        capture,
        item.get("id"),
        counts(like=item.get("like_count"), reply=item.get("sub_comment_count")),
        author=fields.text(user.get("user_id")) or name,
        name=name,
        text=joined(item["content"]),
        created=first_time(item.get("create_time")),
        reply_to=_first_text(fields.mapping(item.get("target_comment")), "id") or fields.text(item.get("note_id")),
    )
    return Mapped((event,))


def _first_text(holder: Object, *names: str) -> str:
    values: list[Json] = [holder.get(name) for name in names]
    return next((found for value in values if (found := fields.text(value))), "")
