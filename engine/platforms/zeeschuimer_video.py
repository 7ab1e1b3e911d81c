"""TikTok, Douyin and RedNote as their web pages load them. Names come in camel case or with underscores."""

from engine.events import Counts, Media
from engine.platforms import fields
from engine.platforms.base import Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.capture import Capture, first, inner, joined, post
from engine.platforms.names import by_plain_name
from engine.platforms.readers import counts, first_time, tag_names


def read_tiktok(item: Object, capture: Capture) -> Outcome:
    """A video or photo post, or a comment."""
    if "cid" in item and "aweme_id" in item:
        return _read_tiktok_comment(item, capture)
    found = by_plain_name(item)
    if "desc" not in found and "createtime" not in found:
        return Rejected("no text")
    author = found.get("author")
    user = inner(found, "author")
    handle = fields.text(user.get("uniqueid") if user else author)
    stats = inner(found, "authorstats", "authorstatsv2")
    event = post(
        capture,
        found.get("id"),
        _video_counts(inner(found, "stats", "statsv2")),
        author=fields.text(user.get("id")) or fields.text(found.get("authorid")) or handle,
        name=handle,
        text=joined(found.get("desc")),
        created=first_time(found.get("createtime")),
        tags=_challenges(found),
        lang=_language(found.get("textlanguage")),
        media="image" if found.get("imagepost") else "video",
        followers=fields.count(stats.get("followercount")),
        author_created=first_time(user.get("createtime")),
        withheld=user.get("privateaccount") is True,
    )
    return Mapped((event,))


def _read_tiktok_comment(item: Object, capture: Capture) -> Outcome:
    user = inner(item, "user")
    above = fields.text(item.get("reply_id"))
    handle = fields.text(user.get("uniqueid"))
    event = post(
        capture,
        item["cid"],
        counts(like=item.get("digg_count"), reply=item.get("reply_comment_total")),
        author=fields.text(user.get("uid")) or handle,
        name=handle,
        text=joined(item.get("text")),
        created=first_time(item.get("create_time")),
        lang=_language(item.get("comment_language")),
        reply_to=above if above not in ("", "0") else fields.text(item["aweme_id"]),
    )
    return Mapped((event,))


def read_douyin(item: Object, capture: Capture) -> Outcome:
    """A video or a gallery. Live rooms are no posts."""
    found = by_plain_name(item)
    if inner(found, "cellroom") or "rawdata" in found:
        return Ignored("live room")
    if "desc" not in found:
        return Rejected("no text")
    user = inner(found, "author", "authorinfo")
    name = fields.text(user.get("nickname"))
    event = post(
        capture,
        found.get("awemeid"),
        _video_counts(inner(found, "statistics", "stats")),
        author=fields.text(first(user, "uid", "secuid")) or fields.text(found.get("authoruserid")) or name,
        name=name,
        text=joined(found.get("desc")),
        created=first_time(found.get("createtime")),
        tags=_challenges(found),
        media="image" if found.get("images") else "video",
        followers=fields.count(user.get("followercount")),
    )
    return Mapped((event,))


def _video_counts(stats: dict[str, Json]) -> Counts | None:
    """Shares are the nearest that these platforms have to reposts."""
    return counts(
        like=stats.get("diggcount"),
        repost=stats.get("sharecount"),
        reply=stats.get("commentcount"),
        view=stats.get("playcount"),
    )


def _challenges(found: dict[str, Json]) -> tuple[str, ...] | None:
    marks = found.get("challenges")
    if isinstance(marks, list):
        return tag_names(marks, "title")
    marks = found.get("textextra")
    return tag_names(marks, "hashtagName", "hashtag_name") if isinstance(marks, list) else None


def _language(value: Json) -> str:
    return value if isinstance(value, str) and value != "un" else ""  # "un": TikTok could not tell


def read_rednote(item: Object, capture: Capture) -> Outcome:
    """A note, from the API, from a page's embedded data, or from its HTML."""
    card = inner(item, "note_card", "note") or by_plain_name(item)
    user = inner(card, "user")
    name = fields.text(user.get("nickname")) or fields.text(card.get("authorname"))
    text = joined(first(card, "displaytitle", "title"), card.get("desc"))
    if not user and not name:
        return Ignored("item without content")
    total = inner(card, "interactinfo")
    event = post(
        capture,
        first(by_plain_name(item), "id", "noteid"),
        counts(
            like=first(total, "likedcount") if total else card.get("likes"),
            repost=total.get("sharecount"),
            reply=total.get("commentcount"),
        ),
        author=fields.text(user.get("userid")) or name,
        name=name,
        text=text,
        created=first_time(first(card, "time", "createtime")),
        tags=_rednote_tags(card),
        media=_rednote_media(card),
    )
    return Mapped((event,))


def _rednote_tags(card: dict[str, Json]) -> tuple[str, ...] | None:
    marks = card.get("taglist")
    return tag_names(marks, "name") if isinstance(marks, list) else None


def _rednote_media(card: dict[str, Json]) -> Media:
    return "video" if card.get("type") == "video" or card.get("video") else "image"
