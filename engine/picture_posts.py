"""What a snapshot says of posts and their authors, with counts from whoever reports them."""

from collections.abc import Iterable
from itertools import islice

from engine.carried import Carried, carried_by, counts
from engine.ledger import Entry
from engine.people import Person
from engine.picture_overperforming import LATELY, usual_times
from engine.pipeline import Engine
from engine.snapshot import (
    Author,
    PostRow,
)
from engine.tally import SCALE
from engine.units import moment


def carried_kinds(engine: Engine) -> Carried:
    """By platform, of each kind of reaction, whether none seen means none."""
    return carried_by(engine.platforms, engine.ledger, engine.intake.decoder)


def authors(engine: Engine, carried: Carried, limit: int | None) -> list[Author]:
    """Those of most posts in the window."""
    window = engine.window
    shown = window.busiest(limit)
    people = window.people.of(shown, engine.ledger, carried, keep=limit is not None)
    return [_author(engine, carried, author, person) for author, person in zip(shown, people, strict=True)]


def _author(engine: Engine, carried: Carried, author: str, person: Person) -> Author:
    posts = engine.ledger.posts
    newest = [posts[key] for key in person.newest(LATELY)]
    last = newest[0]
    followers = last.followers
    if followers is None and (followed := person.followed()) is not None:
        followers = posts[followed].followers
    typical = engine.model.usual(author, 0)
    return Author(
        author=author.partition(":")[2],
        name=last.name,
        posts=len(person.ages),
        followers=followers,
        sentiment=person.total / person.scored / SCALE if person.scored else None,
        scored=person.scored,
        reactions=person.reactions(any(carried[last.platform])),
        typical=None if typical is None else round(typical, 2),
        times=usual_times(engine, newest),
        platform=last.platform,
    )


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
