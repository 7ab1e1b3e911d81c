"""What `trendtop score` says to a person, as lines of text."""

from collections.abc import Iterator

from engine.snapshot import DraftScore, Range, WordScore
from models.engagement import LEARNING
from tui.correcting import beside
from tui.format import duration, engagement, skill, whole_percent
from tui.lines import text_of
from tui.reasons import sentence

NEEDS_FEED = "needs a feed: trendtop score TEXT --feed FEED, or trendtop watch FEED and then t"


def score_lines(score: DraftScore, author: str) -> Iterator[str]:
    """Sentiment word by word, then what the feed says of it: story, cluster, and a range with its reasons per horizon.

    `author` says in words who is taken to post it; "" where no feed was read.
    """
    yield from _sentiment(score)
    if not author:
        yield _row("cluster", NEEDS_FEED)
        yield _row("prediction", NEEDS_FEED)
        return
    yield _row("story", _story(score))
    yield _row("cluster", "near none" if score.cluster is None else f"{score.cluster}  {score.cluster_label}".rstrip())
    yield _row("author", author)
    for item in score.ranges:
        yield _row(f"in {duration(item.horizon)}", sentence(item.predicted, item.low, item.high, item.reasons))
        if item.predicted is not None:
            yield _row("", _how_good(item))


def _sentiment(score: DraftScore) -> Iterator[str]:
    if score.compound is None:
        yield _row("sentiment", f"not scored: {score.not_scored}")
    else:
        parts = f"pos {score.positive:.3f}  neu {score.neutral:.3f}  neg {score.negative:.3f}"
        yield _row("sentiment", f"{score.compound:+.4f} {score.sentiment}   ({parts})")
    if score.personal is not None:
        vader = "not scored" if score.compound is None else score.sentiment
        yield _row("personal", text_of(beside(vader, score.personal)))
    yield _row("language", score.lang or "undecided")
    if moving := [word for word in score.words if word.valence]:
        yield _row("words", "  ".join(map(_word, moving)))
    if score.tags:
        yield _row("tags", " ".join(f"#{tag}" for tag in score.tags))


def _row(name: str, text: str) -> str:
    return f"{name:<10}  {text}"


def _word(word: WordScore) -> str:
    note = f" ({word.note})" if word.note else ""
    return f"{word.word} {word.valence:+.2f}{note}"


def _story(score: DraftScore) -> str:
    if score.story is None:
        return "near none"
    near = "" if score.cluster_similarity is None else f"  (cosine {score.cluster_similarity:.2f})"
    return f"{score.story}  {score.story_label}".rstrip() + near


def _how_good(item: Range) -> str:
    """The author's usual, which model this is, and what its predictions have been worth."""
    learning = f"learning, {item.n} of {LEARNING} matured: a baseline leads" if item.n < LEARNING else ""
    parts = (f"usual {engagement(item.usual)}", f"by {item.model}", _record(item), learning)
    return "; ".join(part for part in parts if part)


def _record(item: Range) -> str:
    if not item.graded:
        return "none graded yet"
    covered = "no range graded yet" if item.coverage80 is None else f"in range {whole_percent(item.coverage80)}"
    return f"skill {skill(item.skill)}, {covered}, graded on {item.graded:,}"
