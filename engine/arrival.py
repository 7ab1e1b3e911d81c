"""What is known of posts as they arrive: what their forecasts are made from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.config import HOUR
from engine.discretion import Form, forms_of
from engine.ledger import Entry
from engine.volumes import Lately
from models.known import KnownPosts

DAY = 24 * HOUR


class Arrived(NamedTuple):
    """What a post that arrives is told by beside what is kept of it: one of each for every post."""

    author_created: Sequence[int | None]
    forms: Sequence[Form | None]  # where its text is not kept
    words: Sequence[Sequence[int]]  # checksums
    tags: Sequence[Lately]  # what was spoken of its tags
    before: Sequence[tuple[int, int]]  # how many posts of its author are known of, and when the newest was made


def known_of(posts: Sequence[Entry], arrived: Arrived, stories: Sequence[Lately]) -> KnownPosts:
    """What is known of each post, given what was spoken of the story that it is most like."""
    analyses, times = [post.analysis for post in posts], [post.time for post in posts]
    lengths, words, mentions, links, addressed, question = forms_of(analyses, arrived.forms)
    made = zip(arrived.author_created, times, strict=True)
    polarities = [analysis.polarity for analysis in analyses]
    columns: tuple[Sequence[Any], ...] = (  # in their order
        [post.author for post in posts],
        times,
        [post.followers for post in posts],
        [None if created is None else max(0.0, (at - created) / DAY) for created, at in made],
        lengths,
        words,
        [analysis.tags for analysis in analyses],
        mentions,
        links,
        [post.media for post in posts],
        [post.reply_to != "" for post in posts],
        [post.quote_of != "" for post in posts],
        [analysis.lang or post.lang_claimed for analysis, post in zip(analyses, posts, strict=True)],
        [None if polarity is None else polarity.compound for polarity in polarities],
        *zip(*stories, strict=True),
        *zip(*arrived.tags, strict=True),
        addressed,
        question,
        *zip(*arrived.before, strict=True),
        [analysis.terms for analysis in analyses],
        arrived.words,
    )
    return KnownPosts(*columns)
