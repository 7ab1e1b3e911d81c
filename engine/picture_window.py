"""What a snapshot says of the window: mood, time line, hashtags."""

from engine.config import ALL_TIME
from engine.ranking import foremost
from engine.snapshot import (
    Hashtag,
    Moment,
    Sentiment,
)
from engine.tally import Tally
from engine.units import moment
from engine.windows import Window

TREND_POINTS = 20
TOGETHER = 5


def sentiment(window: Window) -> Sentiment:
    total, before = window.total, window.before
    change = None if total.mean is None or before.mean is None else total.mean - before.mean
    return Sentiment(
        mean=total.mean,
        band=total.band,
        change=change,
        positive=total.positive,
        neutral=total.neutral,
        negative=total.negative,
        scored=total.scored,
        not_scored=dict(sorted(window.not_scored.items())),
        coverage=share(total.scored, total.posts),
    )


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _buckets(window: Window) -> range:
    """The time buckets that the window covers, oldest first."""
    if window.now is None:
        return range(0)
    last = window.now // window.width
    if window.span != ALL_TIME:
        return range((window.now - window.span + 1) // window.width, last + 1)
    known = [*window.per_bucket, *window.reactions]
    return range(min(known), last + 1) if known else range(0)


def timeline(window: Window, reactions_known: bool = True) -> list[Moment]:
    """Posts and mood over time. Which reactions are on posts that match a filter is not known."""
    rows = []
    empty = Tally()
    for bucket in _buckets(window):
        tally = window.per_bucket.get(bucket, empty)
        rows.append(
            Moment(
                start=moment(bucket * window.width),
                posts=tally.posts,
                reactions=window.reactions.get(bucket, 0) if reactions_known else None,
                scored=tally.scored,
                positive=tally.positive,
                neutral=tally.neutral,
                negative=tally.negative,
                mean=tally.mean,
            )
        )
    return rows


def trend(window: Window, tally: Tally) -> list[int]:
    """Posts over time in at most TREND_POINTS steps."""
    buckets = _buckets(window)
    step = max(1, -(-len(buckets) // TREND_POINTS))
    points = [0] * -(-len(buckets) // step)
    for bucket, posts in tally.buckets.items():
        points[(bucket - buckets.start) // step] += posts
    return points


def hashtags(window: Window, limit: int | None) -> list[Hashtag]:
    """The tags of most posts. Each row is exact, also past the cap on tags."""
    tallies = window.tags.leading(limit, window.width)
    shown = foremost({tag: tally.posts for tag, tally in tallies.items()}, limit)
    pairs = window.tags.together.of({tag: tallies[tag].posts for tag in shown})
    together = {tag: foremost(others, TOGETHER) for tag, others in pairs}
    before = window.tags_before(set(shown)) if window.before.posts else None
    return [
        Hashtag(
            tag=tag,
            posts=tally.posts,
            authors=len(tally.authors),
            share=tally.posts / window.total.posts,
            change=None if before is None else tally.posts - before[tag],
            sentiment=tally.mean,
            scored=tally.scored,
            trend=trend(window, tally),
            together=together[tag],
        )
        for tag, tally in ((tag, tallies[tag]) for tag in shown)
    ]
