"""The posts behind a number: of a topic, burst, tag, author, mood, reason, language or all; or one by itself."""

from collections.abc import Iterable
from heapq import nlargest
from typing import NamedTuple

from engine.picture_posts import carried_kinds, post_row
from engine.pipeline import Engine
from engine.protocol import FindPosts
from engine.snapshot import PostRow
from engine.tally import SCALE
from engine.units import moment
from models import sentiment

SHOWN = 500


class Found(NamedTuple):
    """The newest posts behind a thing, and how many there are in all."""

    posts: list[PostRow]
    total: int


def posts_behind(engine: Engine, asked: FindPosts) -> Found:
    """The newest SHOWN of them: those of the window, but a burst has its own. None for what is no more."""
    engine.catch_up()
    entries = [engine.ledger.posts[key] for key in _keys(engine, asked)]
    until = asked.until
    if until is not None:
        entries = [entry for entry in entries if moment(entry.time) <= until]
    carried = carried_kinds(engine)
    newest = nlargest(SHOWN, entries, key=lambda entry: (entry.time, entry.key))
    return Found([post_row(engine, entry, carried) for entry in newest], len(entries))


def _keys(engine: Engine, asked: FindPosts) -> Iterable[str]:
    match asked.kind:
        case "tag":
            return [key for key, item in engine.window.items.items() if asked.key in item.tags]
        case "author":
            return [key for key in engine.ledger.by_author.of(str(asked.key)) if key in engine.window.items]
        case "post":
            return [str(asked.key)] if asked.key in engine.ledger.posts else ()
        case "window":
            return engine.window.items
        case "mood" | "reason" | "language":
            return _of_mood(engine, asked)
        case _:
            return _of_topic(engine, asked.kind, int(asked.key))


def _of_mood(engine: Engine, asked: FindPosts) -> Iterable[str]:
    """Posts that the gauges count under a name."""
    for key, item in engine.window.items.items():
        if asked.kind == "language":
            name = item.lang
        elif asked.kind == "reason":
            name = item.reason if item.compound is None else ""
        else:
            name = "" if item.compound is None else sentiment.label(item.compound / SCALE)
        if name == asked.key and (name or asked.kind == "language"):
            yield key


def _of_topic(engine: Engine, kind: str, number: int) -> Iterable[str]:
    sums = engine.window.topics
    if kind == "burst":
        event = engine.rising.events.get(number)
        return filter(engine.matches, event.posts) if event is not None else ()
    if kind == "cluster":
        return [key for story in sums.by_theme().get(number, ()) for key in sums.posts[story]]
    story = engine.places.story(number)
    return () if story is None else sums.posts.get(story, ())
