"""What a snapshot says of posts that run above what is normal for their author at their age."""

from collections.abc import Iterator
from heapq import heappush, heappushpop
from math import exp, inf, log

from engine.config import SECOND
from engine.ledger import Entry
from engine.overperforming import Standing
from engine.pipeline import Engine
from engine.ranking import foremost
from engine.snapshot import Overperformer
from engine.units import moment
from models.normal import SUPPORT, Normal, above, times

TWICE = 2.0  # times its normal from which a post is listed, if it has SUPPORT engagements
FIRST = 1_000  # posts of most engagements, after which there mostly is no need to look further
LATELY = 20  # newest posts of an author that are compared


def overperformers(engine: Engine, limit: int | None) -> list[Overperformer]:
    """The posts of the window furthest above normal, by models.normal.above."""
    rows: list[tuple[float, str, Standing]] = []
    posts, now = engine.ledger.posts, engine.now or 0
    best: list[float] = []  # heap of the scores of the `limit` best so far
    for key, count in _candidates(engine):
        # The most that so many can be above anything: what is left has no more, and cannot come before those found.
        if limit is not None and len(best) >= limit and (not limit or above(count, Normal(0.0, inf)) < best[0]):
            break
        standing = engine.overperforming.standing(posts[key], now)
        if standing is None or standing.now < SUPPORT or times(standing.now, standing.normal.engagements) < TWICE:
            continue
        score = above(standing.now, standing.normal)
        rows.append((score, key, standing))
        if limit is not None:
            (heappush if len(best) < limit else heappushpop)(best, score)
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [_row(engine, posts[key], standing, score) for score, key, standing in rows[:limit]]


def usual_times(engine: Engine, newest: list[Entry]) -> float | None:
    """How many times normal an author's newest posts have, by the geometric mean; None if none can be compared."""
    standing, now = engine.overperforming.standing, engine.now or 0
    standings = [one for entry in newest if (one := standing(entry, now)) is not None]
    logs = [log(times(one.now, one.normal.engagements)) for one in standings]
    return round(exp(sum(logs) / len(logs)), 3) if logs else None


def _candidates(engine: Engine) -> Iterator[tuple[str, int]]:
    """The posts of the window that may have SUPPORT engagements, and how many at the most: those of most first."""
    items = engine.window.items
    most = {key: count for key, count in engine.overperforming.engaged.items() if key in items}
    first = foremost(most, FIRST)
    yield from ((key, most[key]) for key in first)
    if len(first) < len(most):
        yield from ((key, most[key]) for key in foremost(most, None)[FIRST:])


def _row(engine: Engine, entry: Entry, standing: Standing, score: float) -> Overperformer:
    normal = round(standing.normal.engagements, 2)
    return Overperformer(
        uid=entry.uid,
        platform=entry.platform,
        author=entry.author.partition(":")[2],
        name=entry.name,
        text=entry.text,
        created=moment(entry.time),
        age=standing.age // SECOND,
        now=standing.now,
        normal=normal,
        times=times(standing.now, normal),
        score=round(score, 3),
        author_posts=round(standing.normal.posts),
        story=engine.places.story(entry.story),
    )
