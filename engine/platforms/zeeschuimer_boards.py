"""Truth Social, Gab, 9GAG, Imgur and Pinterest as their web pages load them."""

from engine.events import Media, Post, Reaction
from engine.platforms import fields
from engine.platforms.base import Ignored, Json, Mapped, Object, Outcome, Rejected
from engine.platforms.capture import Capture, first, inner, joined, post
from engine.platforms.html import html_to_text
from engine.platforms.names import by_plain_name
from engine.platforms.readers import counts, first_time, tag_names

_ATTACHED: dict[str, Media] = {"image": "image", "video": "video", "gifv": "video", "tv": "video"}


def read_status(item: Object, capture: Capture) -> Outcome:
    """A status of Truth Social or Gab, in Mastodon's words; Gab also has a shape of short names."""
    if "author_info" in item or ("c" in item and "ca" in item):
        return _read_short_gab(item, capture)
    if not fields.mapping(item.get("account")) or item.get("type") in ("group", "user"):
        return Ignored("not a post")
    uid = fields.text(item.get("id")) or capture.item_id
    boosted = item.get("reblog")
    if isinstance(boosted, dict) and fields.text(boosted.get("id")):
        author, name = _account(item)
        reaction = Reaction(
            platform=capture.platform,
            uid=uid,
            target=fields.text(boosted.get("id")),
            kind="repost",
            author=author,
            name=name,
            created=first_time(item.get("created_at")),
            original=_status(boosted, capture),
        )
        return Mapped((reaction,))
    return Mapped((_status(item, capture),))


def _status(item: Object, capture: Capture) -> Post:
    author, name = _account(item)
    account = fields.mapping(item.get("account"))
    attached = fields.items(item.get("media_attachments"))
    kinds = [_ATTACHED.get(fields.text(fields.mapping(part).get("type")), "") for part in attached]
    tags = item.get("tags")
    return post(
        capture,
        item.get("id"),
        counts(
            like=_one_of(item, "favourites_count", "reaction_count", "reactions_count"),
            repost=_one_of(item, "reblogs_count", "reposts_count"),
            reply=item.get("replies_count"),
            quote=item.get("quotes_count"),
        ),
        author=author,
        name=name,
        text=_text(item.get("content")),
        created=first_time(item.get("created_at")),
        version=fields.text(item.get("edited_at")),
        tags=tag_names(tags, "name") if isinstance(tags, list) else None,
        lang=fields.text(item.get("language")),
        reply_to=fields.text(item.get("in_reply_to_id")),
        quote_of=fields.text(_one_of(item, "quote_id", "quote_of_id")),
        media=next((kind for kind in kinds if kind), "link" if item.get("card") else ""),
        followers=fields.count(account.get("followers_count")),
        author_created=first_time(account.get("created_at")),
        sensitive=item.get("sensitive") is True,
    )


def _account(item: Object) -> tuple[str, str]:
    account = fields.mapping(item.get("account"))
    name = fields.text(_one_of(account, "acct", "username", "display_name"))
    return fields.text(account.get("id")) or name, name


def _one_of(holder: Object, *names: str) -> Json:
    return next((holder[name] for name in names if holder.get(name) is not None), None)


def _text(content: Json) -> str:
    """Captured text has lost its HTML already, as a rule."""
    text = content if isinstance(content, str) else ""
    return html_to_text(text) if "</" in text or "<br" in text else text.strip()


def _read_short_gab(item: Object, capture: Capture) -> Outcome:
    author = fields.mapping(item.get("author_info"))
    media: Media = "image" if item.get("image_info") else "link" if item.get("link_info") else ""
    event = post(
        capture,
        item.get("i"),
        counts(like=item.get("fc"), repost=item.get("rbc"), reply=item.get("rc")),
        author=fields.text(author.get("i")) or fields.text(item.get("ai")),
        name=fields.text(_one_of(author, "ac", "un", "dn")),
        text=_text(item.get("c")),
        created=first_time(item.get("ca")),
        media=media,
    )
    return Mapped((event,))


def read_9gag(item: Object, capture: Capture) -> Outcome:
    """A post of 9GAG; likes are upvotes, unknown while the site masks them."""
    if "title" not in item:
        return Rejected("no text")
    creator = fields.mapping(item.get("creator"))
    name = fields.text(creator.get("username"))
    masked = bool(item.get("isVoteMasked"))
    tags = item.get("tags")
    event = post(
        capture,
        item.get("id"),
        counts(like=None if masked else item.get("upVoteCount"), reply=item.get("commentsCount")),
        author=fields.text(creator.get("userId")) or name,
        name=name,
        text=joined(item.get("title"), item.get("description")),
        created=first_time(item.get("creationTs")),
        tags=tag_names(tags, "key") if isinstance(tags, list) else None,
        media="video" if item.get("type") in ("Animated", "Video") else "image",
        sensitive=bool(item.get("nsfw")),
    )
    return Mapped((event,))


def read_imgur(item: Object, capture: Capture) -> Outcome:
    """A post of Imgur; likes are upvotes."""
    if item.get("is_ad") is True:
        return Ignored("advert")
    if "title" not in item and "description" not in item:
        return Rejected("no text")
    tags = item.get("tags")
    author = fields.text(item.get("account_id"))
    event = post(
        capture,
        item.get("id"),
        counts(like=item.get("upvote_count"), reply=item.get("comment_count"), view=item.get("view_count")),
        author=author,
        name=fields.text(fields.dig(item, "account", "username")) or author,
        text=joined(item.get("title"), item.get("description")),
        created=first_time(item.get("created_at")),
        tags=tag_names(tags, "tag", "name") if isinstance(tags, list) else None,
        media="video" if fields.dig(item, "cover", "type") == "video" else "image",
        sensitive=item.get("is_mature") is True,
    )
    return Mapped((event,))


def read_pinterest(item: Object, capture: Capture) -> Outcome:
    """A pin; saves are its reposts. Many pins have no time."""
    found = by_plain_name(item)
    if not any(name in found for name in ("title", "description", "body")):
        return Rejected("no text")
    pinner = inner(found, "pinner")
    name = fields.text(pinner.get("username"))
    saves = first(inner(inner(found, "aggregatedpindata"), "aggregatedstats"), "saves")
    tags = found.get("tags")
    event = post(
        capture,
        first(found, "entityid", "id"),
        counts(
            repost=first(found, "repincount") if saves is None else saves,
            reply=first(found, "commentcount"),
        ),
        author=fields.text(first(pinner, "entityid", "id")) or name,
        name=name,
        text=joined(found.get("title"), first(found, "description", "body")),
        created=first_time(found.get("createdat")),
        tags=tag_names(tags, "name") if isinstance(tags, list) else None,
        media="video" if first(found, "isvideo", "videos") else "image",
        followers=fields.count(pinner.get("followercount")),
    )
    return Mapped((event,))
