"""Scores a typed post against the feed as it stands: sentiment word by word, nearest cluster, predicted range."""

from engine.analysis import analyse
from engine.clean import clean_line
from engine.config import SECOND
from engine.corrections import features_of
from engine.events import Post
from engine.picture_clusters import story_name, theme_name
from engine.pipeline import Engine
from engine.snapshot import DraftScore, Range, WordScore
from engine.units import moment, to_count
from models import sentiment
from models.known import KnownPosts

# A short text cannot be told by its letters: someone who has it scored is taken to claim that it is English, as a
# client's language tag would. What is plainly something else is still not scored.
CLAIMED = "en"


def score_draft(engine: Engine, text: str, author: str = "", at: int | None = None) -> DraftScore:
    """What trendtop says of `text` if `author` ("platform:id" or "") posted it now, or at `at`. Changes nothing."""
    post = Post(platform="draft", uid="draft", author="", text=text, lang=CLAIMED, followers=_followers(engine, author))
    analysis = analyse(post)
    polarity = analysis.polarity
    near = engine.topics.nearest(analysis.terms)
    story, theme, similarity = near if near is not None else (None, -1, None)
    return DraftScore(
        text=analysis.text,
        compound=None if polarity is None else polarity.compound,
        positive=None if polarity is None else polarity.pos,
        neutral=None if polarity is None else polarity.neu,
        negative=None if polarity is None else polarity.neg,
        sentiment="not scored" if polarity is None else sentiment.label(polarity.compound),
        not_scored=analysis.reason,
        lang=analysis.lang,
        words=[] if polarity is None else word_scores(text),
        tags=list(analysis.tags),
        cluster=theme if theme >= 0 else None,
        cluster_label=theme_name(engine, theme),
        story=story,
        story_label=story_name(engine, story),
        cluster_similarity=similarity,
        ranges=_ranges(engine, engine.forecasting.known(post, analysis, at or engine.now or 0, author)),
        author=author,
        as_of=None if engine.now is None else moment(engine.now),
        personal=engine.corrections.answer(features_of(analysis)),
        topics=engine.config.topics,
    )


def _followers(engine: Engine, author: str) -> int | None:
    """As on the author's newest post: without them a draft would look unlike all other posts of the feed."""
    posts = (engine.ledger.posts[key] for key in reversed(engine.ledger.by_author.of(author)))
    return next((entry.followers for entry in posts if entry.followers is not None), None)


def word_scores(text: str) -> list[WordScore]:
    """What each word of a text adds to its sentiment, with the rule that changed it."""
    explained = sentiment.explain(text)
    words = [WordScore(word=clean_line(word.word), valence=word.valence, note=word.note) for word in explained.words]
    if explained.emphasis:
        words.append(WordScore(word="!", valence=explained.emphasis, note="punctuation"))
    return words


def _ranges(engine: Engine, known: KnownPosts) -> list[Range]:
    (told,) = engine.model.forecast(known)
    ranges = []
    forecasts = engine.model.freezer.forecasts(told, known.at[0])
    for index, (horizon, forecast) in enumerate(zip(engine.config.horizons, forecasts, strict=True)):
        champion = next(score for score in engine.model.scores(index) if score.champion)
        ranges.append(
            Range(
                horizon=horizon // SECOND,
                predicted=to_count(forecast.predicted),
                low=forecast.low,
                high=forecast.high,
                usual=to_count(forecast.usual),
                model=forecast.model,
                reasons=list(forecast.reasons),
                n=engine.model.learnt(index),
                graded=champion.n,
                skill=champion.skill,
                coverage80=champion.coverage80,
            )
        )
    return ranges
