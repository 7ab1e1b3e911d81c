"""X, API v2 filtered stream: posts with includes and matching rules, and notices of the compliance streams."""

from typing import ClassVar

from engine.simulate.draw import Draw
from engine.simulate.engagement import SECOND, Action
from engine.simulate.model import Customs, Happening, Post
from engine.simulate.people import Person, integer
from engine.simulate.shapes.base import Line, Object, Shape, encode, iso

_SNOWFLAKE_EPOCH = 1_288_834_974_657  # milliseconds
_MEDIA = {"image": ("3", "photo"), "video": ("7", "video")}
_RULE = [{"id": "1690000000000000001", "tag": "simulated"}]


class X(Shape):
    """What a filtered stream delivers: retweets, replies, quotes and edits are posts; counts start at 0."""

    name = "x"
    customs: ClassVar[Customs] = Customs(
        tick=SECOND,
        shows=frozenset({"repost", "reply", "quote"}),
        purges=True,
        polled_media=True,
        edit_renames=True,
    )

    def uid(self, post: Post) -> str:
        return _snowflake(post.created, post.number)

    def author(self, person: Person) -> str:
        return str(1_000_000_000_000_000_000 + integer(self.seed, "x", person.number) % 700_000_000_000_000_000)

    def render(self, happening: Happening, seen: int) -> Line | None:
        post, action, time = happening.post, happening.action, happening.time
        match happening.kind, action:
            case "post", _:
                return Line(self._line(post, time), "post", self.uid(post), time)
            case "repost", Action():
                return self._retweet(post, action, time)
            case "edit", _:
                return Line(self._line(post, time, edited=True), "edit", self.uid(post), time)
            case "delete", _:
                tweet = {"id": self.uid(post), "author_id": self.author(post.author)}
                notice = {"data": {"delete": {"tweet": tweet, "event_at": iso(time)}}}
                return Line(encode(notice).encode(), "delete", self.uid(post), time, "post")
            case "purge", _:
                user = self.author(post.author)
                notice = {"data": {"user_delete": {"user": {"id": user}, "event_at": iso(time)}}}
                return Line(encode(notice).encode(), "purge", user, time)
        return None

    def control(self, draw: Draw, seen: int) -> tuple[bytes, str]:
        reason = draw.pick(("keep-alive", "keep-alive", "limit", "scrub_geo", "withheld"))
        if reason == "keep-alive":
            return b"", reason
        if reason == "limit":
            return encode({"limit": {"track": draw.below(90), "timestamp_ms": str(seen // 1000)}}).encode(), reason
        number = str(1_000_000_000_000_000_000 + draw.below(1_000_000_000))
        body: Object = {"event_at": iso(seen)}
        if reason == "scrub_geo":
            body |= {"user": {"id": number}, "up_to_tweet_id": number}
        else:
            body |= {"tweet": {"id": number}, "withheld_in_countries": ["XX"]}
        return encode({"data": {reason: body}}).encode(), reason

    def _line(self, post: Post, time: int, edited: bool = False) -> bytes:
        data = self._tweet(post, (0, 0, 0, 0), edited)
        others = [other for other in (post.reply_to, post.quote_of) if other is not None]
        return self._envelope(data, [post], others, time)

    def _envelope(self, data: Object, posts: list[Post], others: list[Post], time: int) -> bytes:
        people = {person.number: person for person in [post.author for post in (*posts, *others)]}
        includes: Object = {"users": [self._user(person) for person in people.values()]}
        return self._wrap(data, includes, posts, others, time)

    def _wrap(self, data: Object, includes: Object, posts: list[Post], others: list[Post], time: int) -> bytes:
        media = [self._media_object(post) for post in posts if post.media in _MEDIA]
        if media:
            includes["media"] = media
        if others:
            includes["tweets"] = [self._tweet(other, self._counts(other, time)) for other in others]
        return encode({"data": data, "includes": includes, "matching_rules": _RULE}).encode()

    def _counts(self, post: Post, time: int) -> tuple[int, int, int, int]:
        counts = post.counts(time - post.created)
        return counts["repost"], counts["reply"], counts["like"], counts["quote"]

    def _retweet(self, post: Post, action: Action, time: int) -> Line:
        person = self.people.person(self.reactor(post, action))
        uid = _snowflake(time, "retweet", post.number, action.number)
        text = f"RT @{post.author.handle}: {post.text.plain}"
        data: Object = {
            "author_id": self.author(person),
            "conversation_id": uid,
            "created_at": iso(time),
            "edit_history_tweet_ids": [uid],
            "id": uid,
            "lang": post.claimed_lang,
            "public_metrics": _metrics(self._counts(post, time)[0], 0, 0, 0),
            "referenced_tweets": [{"type": "retweeted", "id": self.uid(post)}],
            "text": text if len(text) <= 140 else text[:139] + "…",
        }
        includes = {"users": [self._user(person), self._user(post.author)]}
        return Line(self._wrap(data, includes, [], [post], time), "reaction", uid, time)

    def _tweet(self, post: Post, counts: tuple[int, int, int, int], edited: bool = False) -> Object:
        uid = self.uid(post)
        history, created = [uid], post.created
        if post.edited_at is not None:
            history.append(_snowflake(post.edited_at, "edit", post.number))
        if edited and post.edited_at is not None:
            uid, created = history[-1], post.edited_at
        root = post
        while root.reply_to is not None:
            root = root.reply_to
        tweet: Object = {
            "author_id": self.author(post.author),
            "conversation_id": self.uid(root),
            "created_at": iso(created),
            "edit_history_tweet_ids": history,
            "id": uid,
            "lang": post.claimed_lang,
            "possibly_sensitive": False,
            "public_metrics": _metrics(*counts),
            "reply_settings": "everyone",
            "text": post.text.plain,
        }
        if entities := self._entities(post):
            tweet["entities"] = entities
        if post.media in _MEDIA:
            tweet["attachments"] = {"media_keys": [self._media_key(post)]}
        elif post.media == "poll":
            tweet["attachments"] = {"poll_ids": [str(post.number)]}
        if post.reply_to is not None:
            tweet["in_reply_to_user_id"] = self.author(post.reply_to.author)
            tweet["referenced_tweets"] = [{"type": "replied_to", "id": self.uid(post.reply_to)}]
        elif post.quote_of is not None:
            tweet["referenced_tweets"] = [{"type": "quoted", "id": self.uid(post.quote_of)}]
        return tweet

    def _entities(self, post: Post) -> Object:
        """Hashtags, links and mentions with their places, counted in characters."""
        found: dict[str, list[Object]] = {}
        place = 0
        for segment in post.text.segments:
            span: Object = {"start": place, "end": place + len(segment.shown)}
            place = span["end"]
            if segment.kind == "tag":
                found.setdefault("hashtags", []).append(span | {"tag": segment.value})
            elif segment.kind == "mention":
                found.setdefault("mentions", []).append(span | {"username": segment.value})
            elif segment.kind == "link":
                shown = segment.value.removeprefix("https://")
                urls = {"url": segment.value, "expanded_url": segment.value, "display_url": shown}
                found.setdefault("urls", []).append(span | urls)
        return dict(found)

    def _user(self, person: Person) -> Object:
        return {
            "id": self.author(person),
            "username": person.handle,
            "name": person.name,
            "created_at": iso(person.joined),
            "protected": False,
            "verified": False,
            "public_metrics": {
                "followers_count": person.followers,
                "following_count": 50 + person.number % 400,
                "tweet_count": 10 + person.number % 5_000,
                "listed_count": 0,
            },
        }

    def _media_key(self, post: Post) -> str:
        return f"{_MEDIA[post.media][0]}_{self.uid(post)}"

    def _media_object(self, post: Post) -> Object:
        return {"media_key": self._media_key(post), "type": _MEDIA[post.media][1], "height": 900, "width": 1600}


def _metrics(retweet: int, reply: int, like: int, quote: int) -> Object:
    return {
        "retweet_count": retweet,
        "reply_count": reply,
        "like_count": like,
        "quote_count": quote,
        "bookmark_count": 0,
        "impression_count": 0,
    }


def _snowflake(micros: int, *salt: object) -> str:
    """An id: 42 bits of milliseconds, anywhere in the second `micros`, and 22 of machine and sequence."""
    extra = integer("snowflake", *salt)
    return str(((micros // 1000 + extra % 1000 - _SNOWFLAKE_EPOCH) << 22) | (extra >> 20 & 0x3FFFFF))
