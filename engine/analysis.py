"""All that is read out of a post's text, in one place: sentiment or the reason for none, tags, terms."""

from collections.abc import Sequence
from typing import NamedTuple

from engine.clean import clean, clean_line
from engine.events import Post
from engine.tally import SCALE
from models import hashtags, language, sentiment
from models.terms import terms


class Analysis(NamedTuple):
    """What a post's text says. `compound` is None, and `reason` says why, where VADER has no business."""

    text: str
    name: str
    tags: tuple[str, ...]
    terms: tuple[str, ...]
    lang: str
    reason: str
    polarity: sentiment.Polarity | None

    @property
    def compound(self) -> int | None:
        """Compound in ten-thousandths, for exact sums."""
        return None if self.polarity is None else round(self.polarity.compound * SCALE)


def analyse(post: Post, keep_withheld: bool = False) -> Analysis:
    """Clean a post and read it. Text that its author asks not to be kept counts in the sums, and is dropped."""
    return analyse_all((post,), keep_withheld)[0]


def analyse_all(posts: Sequence[Post], keep_withheld: bool = False) -> list[Analysis]:
    """`analyse` of each post, in half the time if they are many: it depends on the post alone."""
    texts = [clean(post.text) for post in posts]
    verdicts = language.judge_all(texts, [post.lang for post in posts])
    scored = [post.text for post, verdict in zip(posts, verdicts, strict=True) if not verdict.reason]
    scores = iter(sentiment.polarities(scored))  # of the texts as they came: VADER's very numbers
    analyses = []
    for post, text, verdict in zip(posts, texts, verdicts, strict=True):
        tags = _tags(post, text)
        words = terms(text, tags)
        polarity = None if verdict.reason else next(scores)
        read = Analysis(text, clean_line(post.name), tags, words, verdict.lang, verdict.reason, polarity)
        analyses.append(read._replace(text="", terms=()) if post.withheld and not keep_withheld else read)
    return analyses


def read_mood(post: Post, gated: bool = True) -> tuple[str, sentiment.Polarity]:
    """Why the text of a post is not scored, as `analyse` finds it, "" if it is; and VADER's numbers in any case.

    Without the gate every text is scored.
    """
    reason = language.judge(clean(post.text), post.lang).reason if gated else ""
    return reason, sentiment.polarity(post.text)


def read_terms(post: Post, keep_withheld: bool = False) -> tuple[str, ...]:
    """The terms alone of a post, as `analyse` finds them."""
    if post.withheld and not keep_withheld:
        return ()
    text = clean(post.text)
    return terms(text, _tags(post, text))


def _tags(post: Post, text: str) -> tuple[str, ...]:
    """Those the platform gave, else those in the text."""
    if post.tags is None:
        return hashtags.find(text)
    return hashtags.normalise_all(clean_line(tag) for tag in post.tags)
