"""A simulated feed as plain JSON lines of about 300 bytes: posts, and the same posts again with newer counts."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from engine.events import Counts, Observation, Post
from engine.platforms.base import Mapped
from engine.platforms.decode import Decoder
from engine.simulate import Simulation
from engine.units import moment

POSTS_A_RATE = 130  # about so many posts come in an hour at a rate of one a minute: replies and bursts come on top


def plain_lines(count: int, seed: int = 0, hours: float = 1.0) -> list[bytes]:
    """So many lines, of about as many hours of event time; the same for the same arguments."""
    rate = max(1.0, count / POSTS_A_RATE / hours)
    return list(islice(plainly(Simulation("x", seed, 2 * hours, rate, faults=0.0)), count))


def plainly(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The posts of lines of any shape, if their time is known, and the counts told of them later, as plain lines."""
    decoder = Decoder()
    known: dict[str, dict[str, object]] = {}
    for line in lines:
        for outcome in decoder.read(line):
            for event in outcome.events if isinstance(outcome, Mapped) else ():
                if isinstance(event, Post) and (event.created or event.seen):
                    known[event.uid] = _fields(event)
                    yield _line(known[event.uid], event.counts, event.counts_at)
                elif isinstance(event, Observation) and event.uid in known:
                    yield _line(known[event.uid], event.counts, event.at or event.seen)


def _fields(post: Post) -> dict[str, object]:
    return {
        "id": post.uid,
        "author_id": post.author,
        "username": post.name,
        "followers": post.followers,
        "created_at": _iso(post.created or post.seen or 0),
        "lang": post.lang,
        "text": post.text,
        "in_reply_to_id": post.reply_to or None,
    }


def _line(fields: dict[str, object], counts: Counts | None, at: int | None) -> bytes:
    counts = counts or Counts()
    told = {"likes": counts.like, "reposts": counts.repost, "replies": counts.reply}
    return msgspec.json.encode({**fields, **told, "retrieved_at": None if at is None else _iso(at)})


def _iso(at: int) -> str:
    return moment(at).isoformat(timespec="milliseconds")
