"""What is known of posts as they arrive: what their forecasts are made from."""

from collections.abc import Sequence
from itertools import chain, compress
from math import nan
from typing import Any, NamedTuple

import msgspec

from engine.config import HOUR
from engine.discretion import Form, forms_of
from engine.ledger import Entry
from models.engagement import Told
from models.known import KnownPosts
from models.wordsums import WordSums, chained

DAY = 24 * HOUR


class Came(msgspec.Struct, gc=False):
    """A post that has come and is to be forecast."""

    entry: Entry | None  # as it came; None once it is gone
    author_created: int | None
    form: Form | None  # where its text is not kept
    graded: bool
    told: bool = False  # whether what rises was told of it
    said: Told | None = None  # what its labels wait for, once they do: empty until it is forecast


class Arrived(NamedTuple):
    """What was known of posts as they arrived, beside what is kept of them: one of each for every post."""

    tag_posts: Sequence[float]
    tag_rise: Sequence[float]
    story_posts: Sequence[float]  # of the story that it is most like
    story_rise: Sequence[float]
    posts_before: Sequence[int]  # of its author
    last_post: Sequence[int]
    tags: WordSums
    words: WordSums

    def those(self, kept: Sequence[bool]) -> "Arrived":
        """Of the posts that are kept."""
        *columns, tags, words = self
        some = [[*compress(column, kept)] for column in columns]
        return Arrived._make([*some, tags.those(kept), words.those(kept)])


def joined(parts: Sequence[Arrived]) -> Arrived:
    """Of some posts, then of others."""
    *columns, tags, words = zip(*parts, strict=True)
    whole = [[*chain.from_iterable(column)] for column in columns]
    return Arrived._make([*whole, chained(tags), chained(words)])


def known_of(came: Sequence[Came], arrived: Arrived) -> KnownPosts:
    """What is known of each post; none of them is gone."""
    posts = [each.entry for each in came if each.entry is not None]
    analyses, times = [post.analysis for post in posts], [post.time for post in posts]
    lengths, words, mentions, links, addressed, question = forms_of(analyses, [each.form for each in came])
    tag_posts, tag_rise, story_posts, story_rise, posts_before, last_post, tags, word_sums = arrived
    created = [each.author_created for each in came]
    polarities = [analysis.polarity for analysis in analyses]
    columns: tuple[Any, ...] = (  # in their order
        [post.author for post in posts],
        times,
        [nan if post.followers is None else post.followers for post in posts],
        [nan if made is None else max(0.0, (at - made) / DAY) for made, at in zip(created, times, strict=True)],
        lengths,
        words,
        tags,
        mentions,
        links,
        [post.media for post in posts],
        [post.reply_to != "" for post in posts],
        [post.quote_of != "" for post in posts],
        [analysis.lang or post.lang_claimed for analysis, post in zip(analyses, posts, strict=True)],
        [nan if polarity is None else polarity.compound for polarity in polarities],
        story_posts,
        story_rise,
        tag_posts,
        tag_rise,
        addressed,
        question,
        posts_before,
        last_post,
        word_sums,
    )
    return KnownPosts._make(columns)
