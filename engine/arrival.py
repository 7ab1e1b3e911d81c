"""What is known of a post as it arrives: what its forecast is made from."""

import re
from collections.abc import Sequence

from engine.analysis import Analysis
from engine.config import HOUR
from engine.events import Post
from engine.volumes import Volume
from models.engagement import Known

DAY = 24 * HOUR

_MENTION = re.compile(r"(?<!\w)@\w")


def known_of(post: Post, analysis: Analysis, at: int, author: str, words: Sequence[int], volume: Volume) -> Known:
    """`words` are the checksums of its words, `volume` what is known of its tags and its likely story at `at`."""
    text, polarity = analysis.text, analysis.polarity
    return Known(
        author=author,
        at=at,
        followers=post.followers,
        author_age=None if post.author_created is None else max(0.0, (at - post.author_created) / DAY),
        length=len(text),
        words=len(text.split()),
        tags=analysis.tags,
        mentions=len(_MENTION.findall(text)) if "@" in text else 0,
        links=text.count("http://") + text.count("https://") if "://" in text else 0,
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
        addressed=text[:1] == "@",
        question="?" in text,
    )
