"""What a snapshot says of posts that run above what is normal for their author at their age."""

from heapq import heappush, heappushpop
from math import exp, inf, log

from engine.config import SECOND
from engine.ledger import Entry
from engine.overperforming import Standing
from engine.pipeline import Engine
from engine.snapshot import Overperformer
from engine.units import moment
from models.normal import SUPPORT, Normal, above, times

TWICE = 2.0  # times its normal from which a post is listed, if it has SUPPORT engagements
LATELY = 20  # newest posts of an author that are compared


def overperformers(engine: Engine, limit: int | None) -> list[Overperformer]:
    """The posts of the window furthest above normal, by models.normal.above."""
    rows: list[tuple[float, str, Standing]] = []
    best: list[float] = []  # heap of the scores of the `limit` best so far
    for count, key in _candidates(engine):
        # The most that so many can be above anything: what is left has no more, and cannot come before those found.
        if limit is not None and len(best) >= limit and (not limit or above(count, Normal(0.0, inf)) < best[0]):
            break
        standing = _standing(engine, key)
        if standing is None or standing.now < SUPPORT or times(standing.now, standing.normal.engagements) < TWICE:
            continue
        score = above(standing.now, standing.normal)
        rows.append((score, key, standing))
        if limit is not None:
            (heappush if len(best) < limit else heappushpop)(best, score)
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [_row(engine, engine.ledger.posts[key], standing, score) for score, key, standing in rows[:limit]]


def usual_times(engine: Engine, newest: list[Entry]) -> float | None:
    """How many times normal an author's newest posts have, by the geometric mean; None if none can be compared."""
    standings = [one for entry in newest if (one := _standing(engine, entry.key)) is not None]
    logs = [log(times(one.now, one.normal.engagements)) for one in standings]
    return round(exp(sum(logs) / len(logs)), 3) if logs else None


def _candidates(engine: Engine) -> list[tuple[int, str]]:
    """The posts of the window with SUPPORT engagements or more, most engagements first."""
    posts, latest, now = engine.ledger.posts, engine.overperforming.latest, engine.now or 0
    found = []
    for key in engine.window.items:
        entry = posts[key]
        if sum(entry.seen) < SUPPORT and not entry.history:
            continue
        reading = latest(entry, now)
        if reading is not None and reading[0] >= SUPPORT:
            found.append((reading[0], key))
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


def _standing(engine: Engine, key: str) -> Standing | None:
    return engine.overperforming.standing(engine.ledger.posts[key], engine.now or 0)


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
