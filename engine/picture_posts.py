"""What a snapshot says of posts and their authors, with counts from whoever reports them."""

from collections.abc import Collection, Iterable
from itertools import islice
from operator import attrgetter

from engine.carried import Carried, carried_by, counts, engagement_now
from engine.ledger import NONE_SEEN, Entry
from engine.picture_overperforming import LATELY, usual_times
from engine.pipeline import Engine
from engine.ranking import foremost
from engine.snapshot import (
    Author,
    PostRow,
)
from engine.tally import SCALE
from engine.units import moment

_AGE, _COMPOUND = attrgetter("time", "key"), attrgetter("compound")


def carried_kinds(engine: Engine) -> Carried:
    """By platform, of each kind of reaction, whether none seen means none."""
    return carried_by(engine.platforms, engine.ledger, engine.intake.decoder)


def authors(engine: Engine, carried: Carried, limit: int | None) -> list[Author]:
    window, ledger = engine.window, engine.ledger
    items, kept = window.items, ledger.posts
    rows = []
    numbers = window.total.authors
    for author in foremost(numbers, limit):
        keys: Collection[str] = ledger.by_author.of(author)
        if len(keys) > numbers[author]:  # some are in no window
            keys = [key for key in keys if key in items]
        compounds = [c for c in map(_COMPOUND, map(items.__getitem__, keys)) if c is not None]
        rows.append(_author(engine, carried, author, [*map(kept.__getitem__, keys)], compounds))
    return rows


def _rounded(count: float | None) -> float | None:
    return None if count is None else round(count, 2)


def _author(engine: Engine, carried: Carried, author: str, posts: list[Entry], compounds: list[int]) -> Author:
    """What is known of an author by the posts in the window and the compounds of those that are scored."""
    newest = _newest(posts, LATELY)
    last = newest[0]
    followers = last.followers
    if followers is None and (told := [entry for entry in posts if entry.followers is not None]):
        followers = max(told, key=_AGE).followers
    return Author(
        author=author.partition(":")[2],
        name=last.name,
        posts=len(posts),
        followers=followers,
        sentiment=sum(compounds) / len(compounds) / SCALE if compounds else None,
        scored=len(compounds),
        reactions=_reactions(posts, carried),
        typical=_rounded(engine.model.usual(author, 0)),
        times=usual_times(engine, newest),
        platform=last.platform,
    )


def _newest(posts: list[Entry], most: int) -> list[Entry]:
    """The newest posts, newest first. Few of many are compared by more than their time."""
    times = sorted([entry.time for entry in posts])
    oldest = times[-min(most, len(times))]
    return sorted([entry for entry in posts if entry.time >= oldest], key=_AGE, reverse=True)[:most]


def _reactions(posts: list[Entry], carried: Carried) -> int | None:
    """All reactions to the posts of one author; None where nobody says anything of them."""
    said = [entry for entry in posts if entry.counts is not None or entry.seen != NONE_SEEN]
    totals = [total for entry in said if (total := engagement_now(entry, carried)) is not None]
    # Most posts have none, and it is known of each or of no one on a platform.
    silent = len(said) < len(posts) and any(carried[posts[0].platform])
    return sum(totals) if totals or silent else None


def posts(engine: Engine, carried: Carried, limit: int | None) -> list[PostRow]:
    posts: Iterable[Entry] = engine.ledger.posts.values()
    newest: Iterable[Entry] = reversed(engine.ledger.posts.values())
    if engine.filtered is not None:
        matched = engine.filtered.matched
        posts, newest = ((entry for entry in each if entry.key in matched) for each in (posts, newest))
    if limit is not None:
        return [post_row(engine, entry, carried) for entry in islice(newest, limit)]
    ordered = sorted(posts, key=lambda entry: (entry.time, entry.key))
    return [post_row(engine, entry, carried) for entry in ordered]


def pinned(engine: Engine, carried: Carried) -> list[PostRow]:
    """The posts that the user pinned, those that are still retained."""
    kept = [engine.ledger.posts[key] for key in engine.pinned if key in engine.ledger.posts]
    return [post_row(engine, entry, carried) for entry in kept]


def post_row(engine: Engine, entry: Entry, carried: Carried) -> PostRow:
    """All that is known of a post."""
    polarity = entry.analysis.polarity
    like, repost, reply, quote = counts(entry, carried)
    story = engine.places.story(entry.story)
    return PostRow(
        uid=entry.uid,
        platform=entry.platform,
        created=moment(entry.time),
        author=entry.author.partition(":")[2],
        name=entry.name,
        text=entry.text,
        lang=entry.lang,
        lang_claimed=entry.lang_claimed,
        tags=list(entry.analysis.tags),
        cluster=engine.places.theme(story),
        story=story,
        compound=None if polarity is None else polarity.compound,
        positive=None if polarity is None else polarity.pos,
        neutral=None if polarity is None else polarity.neu,
        negative=None if polarity is None else polarity.neg,
        not_scored=entry.analysis.reason,
        kind="reply" if entry.reply_to else "quote" if entry.quote_of else "post",
        reply_to=entry.reply_to,
        quote_of=entry.quote_of,
        media=entry.media,
        followers=entry.followers,
        likes=like,
        reposts=repost,
        replies=reply,
        quotes=quote,
        views=None if entry.counts is None else entry.counts.view,
        edits=entry.edits,
        late=entry.late,
        corrected=engine.corrections.mood(entry.key),
    )
