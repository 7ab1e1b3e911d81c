"""Reddit: bare submissions and comments as an archive collects them, and again later as they have become by then."""

from typing import ClassVar

from engine.simulate.draw import Draw
from engine.simulate.engagement import SECOND
from engine.simulate.model import Customs, Happening, Post
from engine.simulate.people import People, Person, integer
from engine.simulate.shapes.base import Line, Object, Shape, code, encode
from engine.simulate.topics import ALL_TOPICS

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_HINTS = {"image": "image", "video": "hosted:video", "link": "link"}


class Reddit(Shape):
    """No reactions as events: scores and numbers of comments show when a thing is read again."""

    name = "reddit"
    customs: ClassVar[Customs] = Customs(
        tick=SECOND,
        shows=frozenset({"reply"}),
        tags=False,
        titles=True,
        quotes=False,
        mentions=False,
        polls=True,
        depth=1,
        deletes_unseen=False,
    )

    def __init__(self, seed: int, people: People) -> None:
        super().__init__(seed, people)
        self._shown: dict[int, tuple[int, ...]] = {}  # post number -> counts last shown

    def uid(self, post: Post) -> str:
        return ("t1_" if post.reply_to else "t3_") + _id(post)

    def author(self, person: Person) -> str:
        return person.handle

    def tags(self, post: Post) -> list[str]:
        """Reddit has no hashtags; the subreddit stands for one."""
        return [f"r/{ALL_TOPICS[post.topic].forum}".lower()]

    def counts(self, post: Post, age: int) -> dict[str, int | None]:
        """A score starts at 1. Comments have no number of crossposts."""
        like, repost, reply = self._counts(post, age)
        if post.reply_to is not None:
            return {"like": like, "repost": None, "reply": 0, "quote": None}
        return {"like": like, "repost": repost, "reply": reply, "quote": None}

    def render(self, happening: Happening, seen: int) -> Line | None:
        post, time = happening.post, happening.time
        match happening.kind:
            case "post":
                self._shown[post.number] = (1, 0, 0)
                return Line(self._thing(post, seen), "post", self.uid(post), time)
            case "edit":
                return Line(self._thing(post, seen), "edit", self.uid(post), None)
            case "delete":
                return Line(self._thing(post, seen, gone=True), "delete", self.uid(post), None, "post")
            case "poll":
                counts = self._counts(post, time - post.created)
                if counts == self._shown[post.number]:
                    return None
                self._shown[post.number] = counts
                return Line(self._thing(post, seen), "observation", self.uid(post), None)
        return None

    def control(self, draw: Draw, seen: int) -> tuple[bytes, str]:
        children = [code(draw.below(36**6), 7, _BASE36) for _ in range(1 + draw.below(3))]
        data = {"count": len(children), "depth": 3, "parent_id": f"t1_{children[0]}", "children": children}
        return encode(
            {"kind": "more", "data": data | {"id": children[0], "name": f"t1_{children[0]}"}}
        ).encode(), "more"

    def _counts(self, post: Post, age: int) -> tuple[int, int, int]:
        counts = post.counts(age)
        if post.reply_to is not None:
            return 1 + counts["like"], 0, 0
        return 1 + counts["like"], counts["repost"], counts["reply"]

    def _thing(self, post: Post, seen: int, gone: bool = False) -> bytes:
        score, crossposts, comments = self._shown[post.number]
        forum = ALL_TOPICS[post.topic].forum
        thing: Object = {
            "id": _id(post),
            "name": self.uid(post),
            "author": "[deleted]" if gone else post.author.handle,
            "author_created_utc": None if gone else post.author.joined // SECOND,
            "subreddit": forum,
            "subreddit_id": "t5_" + code(integer("forum", forum), 5, _BASE36),
            "created_utc": post.created // SECOND,
            "retrieved_on": seen // SECOND,
            "score": score,
            "ups": score,
            "edited": post.edited_at // SECOND if post.edited_at is not None else False,
            "stickied": False,
        }
        body = "[deleted]" if gone else post.text.plain
        root = post.reply_to
        if root is not None:
            thing |= {"body": body, "link_id": self.uid(root), "parent_id": self.uid(root), "score_hidden": False}
            thing |= {"controversiality": 0, "permalink": f"/r/{forum}/comments/{_id(root)}/_/{_id(post)}/"}
            return encode(thing).encode()
        is_self = post.media == ""
        thing |= {
            "title": post.text.title,
            "selftext": body,
            "is_self": is_self,
            "domain": f"self.{forum}" if is_self else "feed.example",
            "url": f"https://feed.example/{_id(post)}",
            "permalink": f"/r/{forum}/comments/{_id(post)}/_/",
            "num_comments": comments,
            "num_crossposts": crossposts,
            "upvote_ratio": 1.0 if score < 5 else 0.93,
            "over_18": False,
            "is_video": post.media == "video",
        }
        if not is_self:
            thing["post_hint"] = _HINTS[post.media]
        return encode(thing).encode()


def _id(post: Post) -> str:
    """Base 36, in the order of time."""
    return code(post.created // SECOND * 1_000 + post.number % 1_000, 9, _BASE36)
