"""The posts behind a row of a table: of a cluster, story, burst, tag or author; or one post by itself."""

from collections.abc import Iterable
from heapq import nlargest

from engine.picture_posts import carried_kinds, post_row
from engine.pipeline import Engine
from engine.protocol import FindPosts
from engine.snapshot import PostRow
from engine.units import moment

SHOWN = 100


def posts_behind(engine: Engine, asked: FindPosts) -> list[PostRow]:
    """The newest SHOWN of them: those of the window, but a burst has its own. None for what is no more."""
    engine.catch_up()
    entries = [engine.ledger.posts[key] for key in _keys(engine, asked)]
    until = asked.until
    if until is not None:
        entries = [entry for entry in entries if moment(entry.time) <= until]
    carried = carried_kinds(engine)
    newest = nlargest(SHOWN, entries, key=lambda entry: (entry.time, entry.key))
    return [post_row(engine, entry, carried) for entry in newest]


def _keys(engine: Engine, asked: FindPosts) -> Iterable[str]:
    if asked.kind == "tag":
        return [key for key, item in engine.window.items.items() if asked.key in item.tags]
    if asked.kind == "author":
        return [key for key in engine.ledger.by_author.get(str(asked.key), ()) if key in engine.window.items]
    if asked.kind == "post":
        return [str(asked.key)] if asked.key in engine.ledger.posts else ()
    sums, number = engine.window.topics, int(asked.key)
    if asked.kind == "burst":
        event = engine.rising.events.get(number)
        return filter(engine.matches, event.posts) if event is not None else ()
    if asked.kind == "cluster":
        return [key for story in sums.by_theme().get(number, ()) for key in sums.posts[story]]
    story = engine.places.story(number)
    return () if story is None else sums.posts.get(story, ())
