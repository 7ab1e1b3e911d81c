"""What a snapshot says of the bursts: read out of the posts that are there now."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from itertools import islice
from math import fsum, log, sqrt

from engine.config import SECOND
from engine.ledger import Entry
from engine.picture_clusters import story_name
from engine.pipeline import Engine
from engine.ranking import foremost
from engine.risen import Event, checksum, story_of, words_of
from engine.rising import Rising
from engine.snapshot import Burst
from engine.units import moment

SHOWN_AFTER = 5  # bursts that are over and began before the window, shown still
READ = 120  # posts of a burst that are read, of more a sample
COMPARED = 1_000  # newest posts of the feed that it is compared with
TERMS = 6
NAME_SHARE = 0.2  # of its posts that say each word of a name that stays when it is over
NAMED = 3  # of them that name a story that is over
TAGS = 5
TAG_SHARE = 0.1  # of its posts that a tag of it must be on
BY = 5


def bursts(engine: Engine, limit: int | None) -> list[Burst]:
    """Those going on first, then the newest."""
    shown = [event for event in _shown(engine.rising, engine.window.start) if any(map(engine.matches, event.posts))]
    shown = shown[:limit]
    if not shown:
        return []
    feed = list(islice(reversed(engine.ledger.posts.values()), COMPARED))
    usual = _shares(feed)
    return [_burst(engine, event, usual) for event in shown]


def _shown(rising: Rising, start: int | None) -> list[Event]:
    """Events that go on or began in the window, and the last few besides."""
    events = [event for event in rising.events.values() if event.posts and event.sure]
    newest = sorted(events, key=lambda event: (event.end is not None, -event.start, -event.id))
    recent = [event for event in newest if start is None or event.end is None or event.start > start]
    kept = {event.id for event in recent}
    return recent + [event for event in newest if event.id not in kept][:SHOWN_AFTER]


def _burst(engine: Engine, event: Event, usual: Mapping[str, float]) -> Burst:
    posts = [engine.ledger.posts[key] for key in event.posts]
    read = _sample(posts)
    member, rise = event.lead()
    own = _telling(_shares(read), usual)
    terms = [term for term in _highest(own, TERMS + TAGS) if not term.startswith("#")][:TERMS]
    story = _story(engine, event, read)
    end = event.end
    return Burst(
        id=event.id,
        kind=member.kind,
        name=_name(engine, event, posts) or _commonest(read) or "(no words)",
        story=story,
        start=moment(event.start),
        end=None if end is None else moment(end),
        window=rise.window // SECOND,
        authors=rise.authors,
        expected=round(rise.expected, 2),
        times=round(rise.authors / max(rise.expected, 0.01), 2),
        score=round(rise.score, 2),
        posts=len(posts) + event.dropped,
        tags=_tags(read),
        terms=terms,
        by=_by(posts),
        example=_example(read, own),
    )


def _sample(posts: Sequence[Entry]) -> list[Entry]:
    """READ of them by a checksum of author and time: a fair sample, in which little changes when a few come or go."""
    if len(posts) <= READ:
        return [*posts]
    return nsmallest(READ, posts, key=lambda entry: (checksum(f"{entry.author} {entry.time}"), entry.key))


def _name(engine: Engine, event: Event, posts: Sequence[Entry]) -> str:
    """What the posts call it; "" if those that did are gone."""
    member, _ = event.lead()
    if member.kind == "story":
        name = story_name(engine, member.subject)
        return name if event.end is None or _say(posts, name.split()) else ""
    for entry in posts:
        if member.kind == "tag":
            named = (f"#{tag}" for tag in entry.analysis.tags if checksum(tag) == member.subject)
        else:
            named = (word for word in words_of(entry) if checksum(word) == member.subject)
        if name := next(named, ""):
            return name
    return ""


def _say(posts: Sequence[Entry], words: Iterable[str]) -> bool:
    """Whether enough posts say each word: a story may be about something else once its burst is over."""
    said = Counter(term for entry in posts for term in set(entry.analysis.terms))
    return all(said[word] >= NAME_SHARE * len(posts) for word in words)


def _commonest(read: Sequence[Entry]) -> str:
    """The words that most of its posts share, tags before others: no more than these posts decide what they are."""
    counts = Counter(term for entry in read for term in set(entry.analysis.terms))
    tags = {term: n for term, n in counts.items() if term.startswith("#") and n > len(read) / 2}
    words = {term: n for term, n in counts.items() if not term.startswith("#")}
    return " ".join(foremost(tags or words, NAMED))


def _story(engine: Engine, event: Event, read: Iterable[Entry]) -> int | None:
    """The story that rises in it, or else the one that most of its posts are in."""
    rises = [(rise.authors, -member.subject) for (member, _), rise in event.rises.items() if member.kind == "story"]
    if rises:
        return -max(rises)[1]
    stories = Counter(story for entry in read if (story := story_of(entry, engine.places)) is not None)
    return min(stories, key=lambda story: (-stories[story], story), default=None)


def _shares(posts: Sequence[Entry]) -> dict[str, float]:
    """Of each term the share of posts that have it."""
    found = Counter(term for entry in posts for term in set(entry.analysis.terms))
    return {term: n / len(posts) for term, n in found.items()}


def _telling(own: Mapping[str, float], usual: Mapping[str, float]) -> dict[str, float]:
    """How far each term sets its posts apart: its share of them, by how much larger that is than in the feed."""
    least = 1 / COMPARED
    return {term: share * log(share / (usual.get(term, 0.0) + least)) for term, share in own.items()}


def _highest(scores: Mapping[str, float], limit: int) -> list[str]:
    """The names of greatest positive score."""
    return sorted((name for name, score in scores.items() if score > 0), key=lambda n: (-scores[n], n))[:limit]


def _tags(read: Sequence[Entry]) -> list[str]:
    counts = Counter(tag for entry in read for tag in entry.analysis.tags)
    return [tag for tag in foremost(counts, TAGS) if counts[tag] >= TAG_SHARE * len(read)]


def _by(posts: Iterable[Entry]) -> list[str]:
    counts = Counter(entry.author for entry in posts if entry.author)
    return [author.partition(":")[2] for author in foremost(counts, BY)]


def _example(read: Sequence[Entry], own: Mapping[str, float]) -> str:
    """The text that says most of what sets them apart, for its length; of equals the newest."""

    def near(entry: Entry) -> float:
        terms = set(entry.analysis.terms)
        return round(fsum(own[term] for term in terms) / sqrt(max(1, len(terms))), 9)

    return max(read, key=lambda entry: (near(entry), entry.time, entry.key)).text
