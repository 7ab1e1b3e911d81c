"""What is known of a post as it arrives: what its forecast is made from."""

from collections.abc import Sequence

from engine.analysis import Analysis
from engine.config import HOUR
from engine.discretion import formed
from engine.events import Post
from engine.volumes import Volume
from models.engagement import Known

DAY = 24 * HOUR


def known_of(post: Post, analysis: Analysis, at: int, author: str, words: Sequence[int], volume: Volume) -> Known:
    """`words` are the checksums of its words, `volume` what is known of its tags and its likely story at `at`."""
    polarity, form = analysis.polarity, formed(post, analysis)
    return Known(
        author=author,
        at=at,
        followers=post.followers,
        author_age=None if post.author_created is None else max(0.0, (at - post.author_created) / DAY),
        length=form.length,
        words=form.words,
        tags=analysis.tags,
        mentions=form.mentions,
        links=form.links,
        media=post.media,
        reply=bool(post.reply_to),
        quote=bool(post.quote_of),
        lang=analysis.lang or post.lang,
        compound=None if polarity is None else polarity.compound,
        tag_posts=volume.tag_posts,
        tag_rise=volume.tag_rise,
        story_posts=volume.story_posts,
        story_rise=volume.story_rise,
        terms=analysis.terms,
        word_sums=words,
        addressed=form.addressed,
        question=form.question,
    )
