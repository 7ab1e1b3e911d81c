"""Bluesky Jetstream, the v1 wire: commits of posts, likes and reposts, and account and identity events."""

from functools import lru_cache
from typing import ClassVar

from engine.simulate.draw import Draw
from engine.simulate.engagement import Action
from engine.simulate.model import Customs, Happening, Post
from engine.simulate.people import People, Person, digest, integer
from engine.simulate.shapes.base import Line, Object, Shape, base32, encode, iso

_TID = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "234567abcdefghijklmnopqrstuvwxyz")
_POST, _LIKE, _REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"


class Bluesky(Shape):
    """at:// records as the firehose carries them; everybody's likes and reposts are events."""

    name = "bluesky"
    customs: ClassVar[Customs] = Customs(hidden_tags=True, unlikes=True, purges=True)
    claims = True

    def __init__(self, seed: int, people: People) -> None:
        super().__init__(seed, people)
        self._subject = lru_cache(maxsize=4_096)(self._make_subject)

    def uid(self, post: Post) -> str:
        return f"at://{self.author(post.author)}/{_POST}/{_tid(post.created, post.number)}"

    def author(self, person: Person) -> str:
        return _did(self.seed, person.number)

    def render(self, happening: Happening, seen: int) -> Line | None:
        post, action = happening.post, happening.action
        match happening.kind, action:
            case "post", _:
                return self._create(post, seen, iso(post.created))
            case (("like" | "repost"), Action()):
                return self._reaction(post, action, seen)
            case "unlike", Action():
                return self._unlike(post, action, seen)
            case "edit", _:
                record = self._record(post, iso(post.created))
                return self._post_commit(post, "update", seen, record)
            case "delete", _:
                return self._post_commit(post, "delete", seen, None)
            case "purge", _:
                did = self.author(post.author)
                account = {"active": False, "did": did, "seq": seen // 100, "status": "deleted", "time": iso(seen)}
                event = {"did": did, "time_us": seen, "kind": "account", "account": account}
                return Line(encode(event).encode(), "purge", did, seen // 1000 * 1000)
        return None

    def disbelieved(self, post: Post, claim: str) -> Line:
        """Seen at the very moment it was made, so that its event time is that."""
        return self._create(post, post.created, claim)

    def control(self, draw: Draw, seen: int) -> tuple[bytes, str]:
        did, other = _did(self.seed, f"c{draw.below(5000)}"), _did(self.seed, f"c{draw.below(5000)}")
        reason = draw.pick(("follow", "follow", "follow", "unfollow", "block", "profile", "identity", "account"))
        event: Object = {"did": did, "time_us": seen}
        if reason in ("identity", "account"):
            body: Object = {"did": did, "seq": seen // 100, "time": iso(seen)}
            event |= {"kind": reason, reason: body | {"active": True} if reason == "account" else body}
            return encode(event).encode(), reason
        collection = {"block": "app.bsky.graph.block", "profile": "app.bsky.actor.profile"}.get(
            reason, "app.bsky.graph.follow"
        )
        rkey = "self" if reason == "profile" else _tid(seen, draw.below(1000))
        record: Object | None = {"$type": collection, "createdAt": iso(seen)}
        if reason == "unfollow":
            record = None
        elif record is not None and reason != "profile":
            record["subject"] = other
        operation = {"unfollow": "delete", "profile": "update"}.get(reason, "create")
        return self._commit(did, seen, operation, collection, rkey, record), reason

    def _create(self, post: Post, seen: int, claim: str) -> Line:
        line = self._post_commit(post, "create", seen, self._record(post, claim))
        return line._replace(kind="post", time=post.created)

    def _post_commit(self, post: Post, operation: str, seen: int, record: Object | None) -> Line:
        rkey = _tid(post.created, post.number)
        data = self._commit(self.author(post.author), seen, operation, _POST, rkey, record)
        if operation == "update":
            return Line(data, "edit", self.uid(post), seen)
        return Line(data, "delete", self.uid(post), seen, "post")

    def _commit(self, did: str, seen: int, operation: str, collection: str, rkey: str, record: Object | None) -> bytes:
        commit: Object = {
            "rev": _tid(seen, integer(did, rkey) % 1000),
            "operation": operation,
            "collection": collection,
            "rkey": rkey,
        }
        if record is not None:
            commit |= {"record": record, "cid": _cid(did, rkey, seen)}
        return encode({"did": did, "time_us": seen, "kind": "commit", "commit": commit}).encode()

    def _make_subject(self, post: Post) -> Object:
        return {"cid": _cid(post.number), "uri": self.uid(post)}

    def _reaction_key(self, post: Post, number: int, time: int) -> tuple[str, str]:
        return _did(self.seed, self.reactor(post, Action(0, "", number))), _tid(time, post.number * 31 + number)

    def _reaction(self, post: Post, action: Action, seen: int) -> Line:
        time = post.created + action.delay
        collection = _LIKE if action.kind == "like" else _REPOST
        did, rkey = self._reaction_key(post, action.number, time)
        record = {"$type": collection, "createdAt": iso(time), "subject": self._subject(post)}
        data = self._commit(did, seen, "create", collection, rkey, record)
        return Line(data, "reaction", f"at://{did}/{collection}/{rkey}", time)

    def _unlike(self, post: Post, action: Action, seen: int) -> Line:
        did, rkey = self._reaction_key(post, action.number, post.created + action.of)
        data = self._commit(did, seen, "delete", _LIKE, rkey, None)
        return Line(data, "delete", f"at://{did}/{_LIKE}/{rkey}", seen, "like")

    def _record(self, post: Post, claim: str) -> Object:
        record: Object = {"$type": _POST, "createdAt": claim}
        if embed := self._embed(post):
            record["embed"] = embed
        text, facets = self._facets(post)
        if facets:
            record["facets"] = facets
        record["langs"] = [post.claimed_lang]
        if (parent := post.reply_to) is not None:
            root = parent
            while root.reply_to is not None:
                root = root.reply_to
            record["reply"] = {"parent": self._subject(parent), "root": self._subject(root)}
        if post.text.hidden:
            record["tags"] = list(post.text.hidden)
        record["text"] = text
        return record

    def _facets(self, post: Post) -> tuple[str, list[Object]]:
        """The text, with links cut as clients do, and its facets at UTF-8 byte offsets."""
        shown, facets, place = "", [], 0
        for segment in post.text.segments:
            words = segment.shown
            feature: Object | None = None
            if segment.kind == "tag":
                feature = {"$type": "app.bsky.richtext.facet#tag", "tag": segment.value}
            elif segment.kind == "link":
                words = words.removeprefix("https://")
                words = words if len(words) <= 20 else words[:17] + "..."
                feature = {"$type": "app.bsky.richtext.facet#link", "uri": segment.value}
            elif segment.kind == "mention" and post.reply_to is not None:
                did = self.author(post.reply_to.author)
                feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
            end = place + len(words.encode())
            if feature is not None:
                facets.append({"features": [feature], "index": {"byteEnd": end, "byteStart": place}})
            shown, place = shown + words, end
        return shown, facets

    def _embed(self, post: Post) -> Object | None:
        media = self._media(post)
        if post.quote_of is None:
            return media
        quote = {"$type": "app.bsky.embed.record", "record": self._subject(post.quote_of)}
        if media is None:
            return quote
        return {"$type": "app.bsky.embed.recordWithMedia", "media": media, "record": quote}

    def _media(self, post: Post) -> Object | None:
        blob = {"$type": "blob", "ref": {"$link": _cid("blob", post.number)}, "size": 90_000 + post.number % 9_999}
        match post.media:
            case "image":
                image = {"alt": "", "aspectRatio": {"height": 1500, "width": 2000}}
                return {
                    "$type": "app.bsky.embed.images",
                    "images": [image | {"image": blob | {"mimeType": "image/jpeg"}}],
                }
            case "video":
                return {"$type": "app.bsky.embed.video", "video": blob | {"mimeType": "video/mp4"}}
            case "link":
                urls = [segment.value for segment in post.text.segments if segment.kind == "link"]
                external = {"description": "", "title": "Read more", "uri": (urls or ["https://feed.example/"])[0]}
                return {"$type": "app.bsky.embed.external", "external": external}
        return None


def _tid(micros: int, salt: int) -> str:
    """A record key: 53 bits of microseconds and 10 of a clock id (atproto.com, TID)."""
    extra = salt * 2_654_435_761 % 1_024_000
    number = ((micros // 1000 * 1000 + extra // 1024) << 10) | (extra & 1023)
    return base32(number.to_bytes(10, "big"))[-13:].translate(_TID)


@lru_cache(maxsize=16_384)
def _did(seed: int, account: int | str) -> str:
    return "did:plc:" + base32(digest(seed, "did", account)[:15])


def _cid(*key: object) -> str:
    return "bafyrei" + base32(digest("cid", *key))
