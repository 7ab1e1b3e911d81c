"""Writes down the truth of a feed while it is made."""

import msgspec

from engine.simulate.delivery import HORIZONS, Delivered
from engine.simulate.engagement import KINDS, MINUTE
from engine.simulate.model import Happening, Post
from engine.simulate.planted import topic_of
from engine.simulate.shapes import Shape
from engine.simulate.topics import ALL_TOPICS, TOPICS
from engine.simulate.truth import METERS, SCHEMA, BurstTruth, Mood, Planted, PostTruth, Truth
from engine.simulate.world import World

_MOOD_EVERY = 5 * MINUTE
_METER = {
    "post": "posts",
    "reaction": "reactions",
    "observation": "observations",
    "edit": "edits",
    "delete": "deletes",
    "purge": "deletes",
    "rejected": "rejected",
    "ignored": "ignored",
    "duplicate": "duplicates",
    "late": "late",
}


class Recorder:
    """Tell it each happening of the world, then each line of the feed; it gives the Truth."""

    def __init__(self, shape: Shape, world: World) -> None:
        self._shape, self._world = shape, world
        self._posts: list[tuple[Post, PostTruth]] = []
        self._planted: dict[str, list[Planted]] = {name: [] for name in (*_METER, "unbelievable")}
        self._doubled: dict[str, int] = {}
        self._meters = dict.fromkeys(METERS, 0)
        self._moods: list[Mood] = []
        self._mood_at = world.setting.start
        self._bursts: list[tuple[int, int, int, float]] = []
        self._newest = 0

    def witness(self, happening: Happening) -> None:
        """Note the moods and bursts of the world at a happening, and what ends with an account."""
        while self._mood_at <= happening.time:
            for number, topic in enumerate(TOPICS):
                mood = round(self._world.mood(number, "en", self._mood_at), 4)
                self._moods.append(Mood(topic=topic.name, at=self._mood_at, mood=mood))
            self._mood_at += _MOOD_EVERY
        for burst in self._world.bursts.active:
            known = (burst.topic, burst.start, burst.end, burst.factor)
            if known not in self._bursts:
                self._bursts.append(known)
        if happening.kind == "purge":
            for post, _ in self._posts:
                if post.author is happening.post.author:
                    post.until = min(happening.time, post.until or happening.time)

    def write(self, delivered: Delivered) -> None:
        """Note the next line of the feed."""
        line, mark = delivered.line, delivered.mark
        counted = mark if mark in ("late", "duplicate") else line.kind
        self._meters["read"] += 1
        self._meters[_METER[counted]] += 1
        number = self._meters["read"]
        if mark == "doubled":
            self._doubled[line.uid] = number
        if counted not in ("post", "reaction"):
            self._planted[counted].append(self._describe(number, delivered))
        if mark == "unbelievable":
            self._planted[mark].append(Planted(line=number, uid=line.uid, at=line.time))
        if line.kind == "post" and mark != "duplicate" and delivered.post is not None:
            self._posts.append((delivered.post, self._post(number, delivered.post)))
        self._newest = max(self._newest, line.time or 0)

    def truth(self, seed: int, hours: float, rate: float, end: int) -> Truth:
        """The truth of the feed so far."""
        planted = self._planted
        return Truth(
            schema=SCHEMA,
            shape=self._shape.name,
            seed=seed,
            hours=hours,
            rate=rate,
            start=self._world.setting.start,
            end=end,
            carried=[kind for kind in KINDS if kind in self._shape.customs.shows],
            posts=[msgspec.structs.replace(truth, counts=self._counts(post)) for post, truth in self._posts],
            bursts=[self._burst(*burst) for burst in self._bursts] + self._planted_bursts(end),
            moods=[mood for mood in self._moods if mood.at <= end],
            duplicates=planted["duplicate"],
            late=planted["late"],
            unbelievable=planted["unbelievable"],
            observations=planted["observation"],
            edits=planted["edit"],
            deletes=planted["delete"],
            purges=planted["purge"],
            broken=planted["rejected"],
            ignored=planted["ignored"],
            expected=dict(self._meters),
        )

    def _describe(self, number: int, delivered: Delivered) -> Planted:
        line, post = delivered.line, delivered.post
        if delivered.mark == "duplicate":
            return Planted(line=number, uid=line.uid, what=line.kind, at=line.time, of=self._doubled.pop(line.uid))
        if delivered.mark == "late":
            behind = self._newest - (line.time or 0)
            return Planted(line=number, uid=line.uid, what=line.kind, at=line.time, behind=behind)
        if line.kind == "edit" and post is not None:
            tags = tuple(self._shape.tags(post))
            return Planted(line=number, uid=line.uid, at=post.edited_at, sentiment=post.sentiment, tags=tags)
        return Planted(line=number, uid=line.uid, what=line.reason, at=line.time)

    def _post(self, number: int, post: Post) -> PostTruth:
        """What is true of a post when it is delivered. Its counts come when the feed is done."""
        shape = self._shape
        return PostTruth(
            uid=shape.uid(post),
            line=number,
            topic=ALL_TOPICS[post.topic].name,
            lang=post.lang,
            lang_claimed=post.claimed_lang,
            sentiment=post.sentiment,
            created=post.created,
            author=shape.author(post.author),
            kind="reply" if post.reply_to else "quote" if post.quote_of else "post",
            reply_to=shape.uid(post.reply_to) if post.reply_to else "",
            quote_of=shape.uid(post.quote_of) if post.quote_of else "",
            tags=shape.tags(post),
            media=post.media,
            burst=post.burst,
            hostile=post.hostile,
            withheld=shape.asks_privacy(post),
            expected=round(post.expected, 3),
            counts={},
        )

    def _counts(self, post: Post) -> dict[str, dict[str, int | None]]:
        return {name: self._shape.counts(post, age) for name, age in HORIZONS.items()}

    def _planted_bursts(self, end: int) -> list[BurstTruth]:
        begin = self._world.setting.start
        return [
            self._burst(topic_of(number), begin + burst.start, begin + burst.end, 0.0, burst.rate)
            for number, burst in enumerate(self._world.setting.planted)
            if begin + burst.start <= end
        ]

    def _burst(self, topic: int, start: int, end: int, factor: float, rate: float | None = None) -> BurstTruth:
        joined = [
            post for post, _ in self._posts if post.burst and post.topic == topic and start <= post.created <= end
        ]
        return BurstTruth(
            topic=ALL_TOPICS[topic].name,
            start=start,
            end=end,
            factor=round(factor, 3),
            posts=len(joined),
            authors=len({post.author.number for post in joined}),
            rate=rate,
            tags=[tag.lower() for tag in ALL_TOPICS[topic].tags["en"]] if rate else [],
        )
