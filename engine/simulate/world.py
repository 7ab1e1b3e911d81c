"""The simulated world: people post, burst, react, edit and delete, in the order of event time, without end."""

import heapq
import math
from collections import deque
from collections.abc import Iterator

from engine.simulate.bursts import Burst, Bursts
from engine.simulate.draw import Draw, Every, cumulate
from engine.simulate.engagement import (
    HOUR,
    MEDIA,
    MEDIA_WEIGHTS,
    MINUTE,
    SECOND,
    Action,
    day_factor,
    expected,
    reactions,
)
from engine.simulate.model import Customs, Happening, Post, Setting
from engine.simulate.people import READERS, People, Person
from engine.simulate.phrases import HOSTILE, MOODS, NEUTRAL
from engine.simulate.planted import Plants
from engine.simulate.text import Segment, Text, Wish, compose, emoji_only
from engine.simulate.topics import ALL_TOPICS, LANGUAGES, TOPICS

AFTERGLOW = 20 * SECOND  # reactions that still come after a delete
APART = 10 * SECOND  # between an edit or delete and what shows the same post otherwise
POLL_AGES = (5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 24 * HOUR)
_MOOD_PERIOD = 50 * MINUTE
_MEDIA_STEPS = cumulate(MEDIA_WEIGHTS)


class World:
    """Makes happenings. What it keeps is bounded by the posts that something is still to happen to."""

    def __init__(self, setting: Setting, customs: Customs) -> None:
        self.setting, self.customs = setting, customs
        self._draw = Draw(setting.seed, "world")
        count = max(120, min(4_000, int(setting.rate * 30)))
        self.people = People(setting.seed, count, setting.reach, setting.start)
        begin = setting.start - setting.history
        self.bursts = Bursts(Draw(setting.seed, "bursts"), self.people, setting.rhythm, setting.start)
        self._moods = Draw(setting.seed, "moods")
        self._phase = [self._moods.between(0, 2 * math.pi) for _ in TOPICS]
        self._lean = [[self._moods.between(-0.15, 0.15) for _ in LANGUAGES] for _ in TOPICS]
        self._heap: list[tuple[int, int, Post, int]] = []  # time, post number, post, index of its next action
        self._plants = Plants(setting.seed, setting.start, self.people.authors, setting.planted)
        self._clock = float(begin)
        self._number = 0
        self._hostile = Every(self._draw, 45 / setting.oddities if setting.oddities else 0)
        self._purge = Every(self._draw, 120 / setting.oddities if setting.oddities and customs.purges else 0)
        self._silent: deque[Post] = deque(maxlen=max(64, int(3 * setting.rate)))
        self._gone: set[int] = set()
        self._weights = [topic.weight / sum(t.weight for t in TOPICS) for topic in TOPICS]

    @property
    def pending(self) -> int:
        """Posts that something is still to happen to."""
        return len(self._heap)

    def mood(self, topic: int, lang: str, time: int) -> float:
        """How a topic is spoken of, -1 to 1: its own mood, a slow swing, the language's lean and its burst."""
        if _is_planted(topic):
            return ALL_TOPICS[topic].mood
        burst = self.bursts.on(topic)
        swing = math.sin(2 * math.pi * (time - self.setting.start) / _MOOD_PERIOD + self._phase[topic])
        lean = self._lean[topic][LANGUAGES.index(lang)]
        mood = TOPICS[topic].mood + TOPICS[topic].drift * swing + lean + (burst.mood if burst else 0.0)
        return max(-0.95, min(0.95, mood))

    def happenings(self) -> Iterator[Happening]:
        """All that happens from the start on, in the order of time, for ever."""
        post_time = self._next_post()
        while True:
            if self._heap and self._heap[0][0] <= min(post_time, self._plants.time):
                happening = self._act()
            elif self._plants.time < post_time:
                happening = self._plant()
            else:
                happening = self._post(post_time)
                post_time = self._next_post()
            if happening is not None and happening.time >= self.setting.start:
                yield happening
                yield from self._purges(happening)

    def _floor(self, time: float) -> int:
        return int(time) // self.customs.tick * self.customs.tick

    def _rates(self) -> list[float]:
        awake = self.setting.rate * (1.0 if self.setting.steady else day_factor(int(self._clock))) / MINUTE
        on = {burst.topic: burst.factor for burst in self.bursts.active}
        return [awake * weight * on.get(topic, 1.0) for topic, weight in enumerate(self._weights)]

    def _next_post(self) -> int:
        """When the next post comes: waiting times have no memory, so each change of rate starts a new draw."""
        while True:
            self.bursts.advance(int(self._clock))
            wait = self._draw.exponential(1.0 / sum(self._rates()))
            change = self.bursts.change_after(int(self._clock))
            if self._clock + wait <= change:
                self._clock += wait
                return self._floor(self._clock)
            self._clock = float(change)

    def _post(self, time: int) -> Happening:
        draw = self._draw
        topic = draw.weighted(cumulate(self._rates()))
        burst = self.bursts.on(topic)
        joins = burst is not None and draw.chance((burst.factor - 1) / burst.factor)
        author = self._author(topic, burst if joins else None)
        post = self._make(time, author, topic, joins, None, None)
        if author.silent and post.seen:
            self._silent.append(post)
        return Happening(time, "post", post)

    def _plant(self) -> Happening:
        time = self._floor(self._plants.time)
        topic, author = self._plants.take(self._gone)
        return Happening(time, "post", self._make(time, author, topic, True, None, None))

    def _author(self, topic: int, burst: Burst | None = None, besides: Post | None = None) -> Person:
        """Somebody who is still there and, to answer a post (`besides`), is not its author and answers posts."""
        while True:
            author = burst.next_author() if burst else self.people.author(self._draw, topic)
            if author.number in self._gone:
                continue
            if besides is None or not (author.silent or author is besides.author):
                return author

    def _make(
        self, time: int, author: Person, topic: int, burst: bool, reply_to: Post | None, quote_of: Post | None
    ) -> Post:
        draw, self._number = self._draw, self._number + 1
        parent = reply_to or quote_of
        media = "" if reply_to else self._media()
        lang = parent.author.lang if parent else author.lang
        mood = self._mood_now(topic, lang, time)
        planted = _is_planted(topic)
        hostile = not planted and parent is None and self._hostile.due()
        wish = Wish(
            topic=ALL_TOPICS[topic],
            lang=lang,
            mood=mood,
            style=author.style,
            tags=self.customs.tags,
            tagged=0.4 if planted else 0.8 if burst else 0.0,
            link=media == "link",
            mention=reply_to.author.handle if reply_to and self.customs.mentions and draw.chance(0.3) else "",
            brief=reply_to is not None,
            titled=self.customs.titles and reply_to is None,
            hidden=self.customs.hidden_tags,
        )
        text, readable = self._text(wish, hostile)
        depth = parent.depth + 1 if parent else 0
        mean = expected(author.typical, time, media, burst, depth)
        seen = time >= self.setting.start
        post = Post(
            number=self._number,
            author=author,
            topic=topic,
            lang=lang if readable else "",
            claimed_lang=draw.pick(LANGUAGES) if draw.chance(0.04) else lang,
            sentiment=MOODS[mood] if readable else "",
            text=text,
            created=time,
            seen=seen,
            media=media,
            burst=burst,
            expected=mean,
            plan=self._plan(mean, self.customs.depth if planted else depth, seen),
            stride=2 * draw.below(READERS // 2) + 1,
            depth=depth,
            reply_to=reply_to,
            quote_of=quote_of,
            hostile=hostile,
        )
        self._schedule(post, 0)
        return post

    def _media(self) -> str:
        media = MEDIA[self._draw.weighted(_MEDIA_STEPS)]
        return "image" if media == "poll" and not self.customs.polled_media else media

    def _text(self, wish: Wish, hostile: bool) -> tuple[Text, bool]:
        """A text, and whether it is in a language and a mood."""
        if hostile:
            words = self._draw.pick(HOSTILE)
            return (Text((), title=words) if wish.titled else Text((Segment("text", words),))), False
        if self.customs.tags and not wish.link and wish.topic in TOPICS and self._draw.chance(0.02):
            return emoji_only(self._draw), False
        return compose(self._draw, wish), True

    def _mood_now(self, topic: int, lang: str, time: int) -> int:
        """A mood for one post: a third are neutral, the rest go with the topic."""
        if self._draw.chance(0.34):
            return NEUTRAL
        return 0 if self._draw.chance((1 + self.mood(topic, lang, time)) / 2) else 2

    def _plan(self, mean: float, depth: int, seen: bool) -> tuple[Action, ...]:
        """All that is to become of a post, in order."""
        draw, customs, setting = self._draw, self.customs, self.setting
        actions = reactions(draw, mean, setting.haste, customs.tick, customs.unlikes)
        if depth >= customs.depth:
            actions = [action for action in actions if action.kind not in ("reply", "quote")]
        if not customs.quotes:
            actions = [action for action in actions if action.kind != "quote"]
        if customs.polls and seen:
            actions += [Action(self._floor(age * draw.between(0.96, 1.04)), "poll", 0) for age in POLL_AGES]
        end = setting.longest
        if depth == 0 and draw.chance(0.04 * setting.oddities) and (seen or customs.deletes_unseen):
            gone = self._floor(draw.between(4, 60) * MINUTE / setting.haste)
            actions = [action for action in actions if action.kind != "poll" or action.delay < gone - APART]
            actions.append(Action(gone, "delete", 0))
            end = min(end, gone + AFTERGLOW)
        elif depth == 0 and seen and draw.chance(0.03 * setting.oddities):
            changed = self._floor(draw.between(4, 20) * MINUTE / setting.haste)
            actions = [a for a in actions if a.kind not in ("poll", "repost") or abs(a.delay - changed) > APART]
            actions.append(Action(changed, "edit", 0))
            end = changed if customs.edit_renames else end
        return tuple(sorted(action for action in actions if action.delay <= end))

    def _schedule(self, post: Post, index: int) -> None:
        if index < len(post.plan):
            heapq.heappush(self._heap, (post.created + post.plan[index].delay, post.number, post, index))

    def _act(self) -> Happening | None:
        """Let the next action happen; None if its post is gone or nobody can see it."""
        time, _, post, index = heapq.heappop(self._heap)
        if post.author.number in self._gone or (post.until is not None and time > post.until):
            return None
        action = post.plan[index]
        self._schedule(post, index + 1)
        if action.kind == "delete":
            post.until = time + AFTERGLOW
        if action.kind == "edit":
            self._edit(post, time)
        if action.kind in ("reply", "quote"):
            author = self._author(post.topic, besides=post)
            is_reply = action.kind == "reply"
            answer = self._make(time, author, post.topic, False, post if is_reply else None, None if is_reply else post)
            return Happening(time, "post", answer)
        if action.kind in ("like", "repost") and action.kind not in self.customs.shows:
            return None
        return Happening(time, action.kind, post, action)

    def _edit(self, post: Post, time: int) -> None:
        mood = self._mood_now(post.topic, post.author.lang, time)
        wish = Wish(
            topic=ALL_TOPICS[post.topic],
            lang=post.author.lang,
            mood=mood,
            style=post.author.style,
            tags=self.customs.tags,
            tagged=0.3,
            hidden=False,
        )
        post.text = compose(self._draw, wish)._replace(title=post.text.title)
        post.lang = post.author.lang
        post.sentiment = "" if post.text.title else MOODS[mood]
        post.edited_at = time

    def _purges(self, happening: Happening) -> Iterator[Happening]:
        """Now and then an account goes whose last post is some minutes old."""
        if happening.kind != "post" or not self._silent or not self._purge.due():
            return
        oldest = self._silent[0]
        theirs = [post for post in self._silent if post.author is oldest.author]
        if happening.time - theirs[-1].created < 5 * MINUTE:
            self._purge.again()
            return
        self._gone.add(oldest.author.number)
        self._silent = deque((post for post in self._silent if post.author is not oldest.author), self._silent.maxlen)
        yield Happening(happening.time, "purge", oldest)


def _is_planted(topic: int) -> bool:
    """Whether nobody speaks of it but a burst that was asked for."""
    return topic >= len(TOPICS)
