"""Composes posts: a phrase of a mood about a subject, with openers, tags, links, mentions, emoji and shouting."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from engine.simulate.draw import Draw
from engine.simulate.phrases import (
    CLOSERS,
    EMOJI,
    EMOJI_ONLY,
    ENGLISH,
    NEUTRAL,
    NOUN_TIMES,
    OPENERS,
    OTHER,
    SHORT,
    TIMES,
)
from engine.simulate.topics import Topic

Kind = Literal["text", "tag", "link", "mention"]


class Segment(NamedTuple):
    """A run of a post: plain text, or a tag, link or mention without its mark."""

    kind: Kind
    value: str

    @property
    def shown(self) -> str:
        """As it stands in the text."""
        return {"tag": "#", "mention": "@"}.get(self.kind, "") + self.value


class Text(NamedTuple):
    """What a post says. `hidden` tags belong to the post and stand nowhere in its text."""

    segments: tuple[Segment, ...]
    hidden: tuple[str, ...] = ()
    title: str = ""

    @property
    def plain(self) -> str:
        """The text as people read it, without the title."""
        return "".join(segment.shown for segment in self.segments)

    @property
    def tags(self) -> tuple[str, ...]:
        """All its tags, in order, each once."""
        shown = (segment.value for segment in self.segments if segment.kind == "tag")
        return tuple(dict.fromkeys((*shown, *self.hidden)))


@dataclass(frozen=True, slots=True)
class Style:
    """How somebody writes; each a probability."""

    emoji: float
    shout: float
    tag: float
    lower: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What the post to be composed should be."""

    topic: Topic
    lang: str
    mood: int  # as in phrases
    style: Style
    tags: bool = True  # whether the platform has hashtags
    tagged: float = 0.0  # added to the style's probability of a tag
    link: bool = False
    mention: str = ""
    brief: bool = False  # replies are often short
    titled: bool = False  # the platform has titles
    hidden: bool = False  # the platform has tags outside the text


def compose(draw: Draw, wish: Wish) -> Text:
    """A post in words. Emoji-only posts come from `emoji_only`."""
    sentence = _sentence(draw, wish)
    if wish.titled:
        body = f"{_sentence(draw, wish)}. {_closer(draw, wish)}".rstrip() if draw.chance(0.6) else ""
        return Text(_link(draw, body, wish) if body else (), title=sentence)
    segments: list[Segment] = []
    if wish.mention:
        segments += [Segment("mention", wish.mention), Segment("text", " ")]
    segments += _link(draw, _dress(draw, sentence, wish), wish)
    tags = _tags(draw, wish)
    hidden: tuple[str, ...] = ()
    if wish.hidden and len(tags) > 1 and draw.chance(0.3):
        tags, hidden = tags[:-1], (tags[-1],)
    for tag in tags:
        segments += [Segment("text", " "), Segment("tag", tag)]
    return Text(tuple(segments), hidden)


def emoji_only(draw: Draw) -> Text:
    """A post of nothing but emoji."""
    return Text((Segment("text", draw.pick(EMOJI_ONLY)),))


def _sentence(draw: Draw, wish: Wish) -> str:
    topic = wish.topic
    subject = draw.pick(topic.subjects[wish.lang])
    if wish.lang != "en":
        return _capital(draw.pick(OTHER[wish.lang][wish.mood]).replace("{s}", subject))
    if wish.brief and draw.chance(0.35):
        return draw.pick(SHORT[wish.mood])
    if draw.chance(0.15):
        return draw.pick(topic.sayings[wish.mood])
    phrase = draw.pick(ENGLISH[wish.mood])
    words = {"s": subject, "p": draw.pick(topic.places), "w": draw.pick(TIMES), "n": draw.pick(NOUN_TIMES)}
    return _capital(phrase.format(**words))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _closer(draw: Draw, wish: Wish) -> str:
    return draw.pick(CLOSERS[wish.mood]) if wish.lang == "en" and draw.chance(0.5) else ""


def _dress(draw: Draw, sentence: str, wish: Wish) -> str:
    style, words = wish.style, sentence
    if wish.lang == "en" and not wish.brief:
        words = draw.pick(OPENERS) + words
        if draw.chance(0.25):
            mark = "" if words.endswith("?") else "!" if wish.mood != NEUTRAL and draw.chance(0.3) else "."
            words = f"{words}{mark} {draw.pick(CLOSERS[wish.mood])}"
    if draw.chance(style.shout):
        words = words.upper()
    elif draw.chance(style.lower):
        words = words.lower()
    if draw.chance(style.emoji):
        words = f"{words} {draw.pick(EMOJI[wish.mood])}"
    return words


def _link(draw: Draw, words: str, wish: Wish) -> tuple[Segment, ...]:
    if not wish.link:
        return (Segment("text", words),)
    url = f"https://{wish.topic.name}.example/{draw.code('abcdefghkmnpqrstuvwxyz0123456789', 10)}"
    return (Segment("text", words + " "), Segment("link", url))


def _tags(draw: Draw, wish: Wish) -> list[str]:
    if not wish.tags or not draw.chance(wish.style.tag + wish.tagged):
        return []
    offered = wish.topic.tags[wish.lang]
    first = [offered[0]] if draw.chance(0.75) else []
    rest = draw.shuffled([tag for tag in offered if tag not in first])
    return (first + rest)[: 1 + draw.below(len(offered))]
