"""What is known of posts when they arrive: of one, or of many by column."""

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import msgspec

from models.checksums import checksums, of_all_words
from models.wordsums import WordSums, together


class Known(msgspec.Struct, gc=False):
    """All that is known of a post when it arrives. None is "not known", and so is what cannot be."""

    author: str  # "" if hidden
    at: int  # event time, microseconds UTC
    followers: int | None = None
    author_age: float | None = None  # days
    length: int = 0  # characters
    words: int = 0
    tags: tuple[str, ...] = ()
    mentions: int = 0
    links: int = 0
    media: str = ""
    reply: bool = False
    quote: bool = False
    lang: str = ""
    compound: float | None = None  # None where the text was not scored
    story_posts: float = 0.0  # posts of late in the story that it is most like, decayed by the hour
    story_rise: float = 0.0  # authors of that story against what is usual, while it rises; else 0
    tag_posts: float = 0.0  # posts of late with the post's busiest tag, decayed by the hour
    tag_rise: float = 0.0  # authors of the tag that rises most against what is usual; 0 if none does
    addressed: bool = False  # the text opens with a mention
    question: bool = False  # the text holds a question mark
    posts_before: int | None = (
        None  # of the author, and the time of the newest: as of the moment of the forecast if None
    )
    last_post: int | None = None
    terms: tuple[str, ...] = ()  # as of `models.terms.terms`; tags among them are passed over


class KnownPosts(NamedTuple):
    """The same of many posts: a value for each in every field, NaN for None; of tags and words of terms checksums."""

    author: Sequence[str]
    at: Sequence[int]
    followers: Sequence[float]
    author_age: Sequence[float]
    length: Sequence[int]
    words: Sequence[int]
    tags: WordSums  # as `of_tags`
    mentions: Sequence[int]
    links: Sequence[int]
    media: Sequence[str]
    reply: Sequence[bool]
    quote: Sequence[bool]
    lang: Sequence[str]
    compound: Sequence[float]
    story_posts: Sequence[float]
    story_rise: Sequence[float]
    tag_posts: Sequence[float]
    tag_rise: Sequence[float]
    addressed: Sequence[bool]
    question: Sequence[bool]
    posts_before: Sequence[float]
    last_post: Sequence[float]
    terms: WordSums


def of_tags(tags: Sequence[str]) -> list[int]:
    """Checksums by which the past of tags is found: as they stand among terms, so that no word has the same."""
    return checksums([f"#{tag}" for tag in tags])


def by_column(posts: Sequence[Known]) -> KnownPosts:
    """One post at least."""
    told = zip(*map(msgspec.structs.astuple, posts), strict=True)
    columns = KnownPosts._make([nan if value is None else value for value in column] for column in told)
    words = of_all_words([post.terms for post in posts])
    return columns._replace(tags=together([of_tags(post.tags) for post in posts]), terms=together(words))
