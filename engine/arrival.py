"""What is known of a post as it arrives: what its forecast is made from."""

from collections.abc import Sequence

from engine.analysis import Analysis
from engine.config import HOUR
from engine.discretion import formed
from engine.events import Post
from engine.volumes import Lately, Rises, Volumes
from models.engagement import Known
from models.wordsums import together

DAY = 24 * HOUR


def known_of(
    post: Post,
    analysis: Analysis,
    at: int,
    author: str,
    words: Sequence[int],
    tags: Lately,
    before: tuple[int, int],
) -> Known:
    """`words` are the checksums of its words, `tags` what is known of its tags at `at`; of its story nothing yet.

    `before`: how many posts of the author are known of, and when the newest was made.
    """
    length, spaced, mentions, links, addressed, question = formed(post, analysis)
    polarity, created = analysis.polarity, post.author_created
    return Known(  # in their order: so it is made in half the time
        author,
        at,
        post.followers,
        None if created is None else max(0.0, (at - created) / DAY),
        length,
        spaced,
        analysis.tags,
        mentions,
        links,
        post.media,
        bool(post.reply_to),
        bool(post.quote_of),
        analysis.lang or post.lang,
        None if polarity is None else polarity.compound,
        0.0,
        0.0,
        tags[0],
        tags[1],
        addressed,
        question,
        before[0],
        before[1],
        analysis.terms,
        words,
    )


def tell_stories(posts: Sequence[Known], rises: Sequence[Rises], volumes: Volumes) -> None:
    """Add what is known of the likely stories of posts, with what rose as each of them came."""
    if not volumes.stories:
        return
    words = together([post.word_sums or () for post in posts])
    lately = volumes.of_stories(words, [post.at for post in posts], rises)
    for post, found in zip(posts, lately, strict=True):
        post.story_posts, post.story_rise = found
