"""The posts in retention, and what has become of each: edits, deletes, reactions, counts at an age."""

import heapq
from collections.abc import Iterator
from enum import Enum
from hashlib import blake2b

import msgspec

from engine.analysis import Analysis
from engine.config import ALL_TIME, EngineConfig
from engine.events import Counts, Post, Reaction

KINDS = ("like", "repost", "reply", "quote")
HISTORY = 64  # observations kept of one post
MAX_REACTIONS = 2_000_000  # reactions that can still be recognised as duplicates or taken back
MAX_ORPHANS = 200_000  # posts not seen themselves whose reactions are counted


class Outcome(Enum):
    """What a record turned out to be, once compared with what is known."""

    POST = "posts"
    REACTION = "reactions"
    OBSERVATION = "observations"
    EDIT = "edits"
    DELETE = "deletes"
    DUPLICATE = "duplicates"


class Entry(msgspec.Struct, kw_only=True):
    """A retained post with all that is known of it."""

    key: str
    platform: str
    uid: str
    alias: str
    author: str  # "" if not known, else with the platform before it
    name: str
    text: str
    time: int
    lang: str
    lang_claimed: str
    analysis: Analysis
    reply_to: str
    quote_of: str
    media: str
    followers: int | None
    version: str
    late: bool
    first_age: int | None  # age at first sight, microseconds; None if the feed does not say
    theme: int | None = None
    edits: int = 0
    seen: list[int]  # reactions seen in the feed, by KINDS
    base: list[int]  # of those, the ones already inside `counts`
    counts: Counts | None = None
    history: list[tuple[int | None, Counts]]  # observations with their times, oldest first

    def count(self, kind: int, carried: bool) -> int | None:
        """Best count of a kind: as last reported plus what was seen since; None if nobody says.

        `carried`: the feed delivers every reaction of this kind as an event, so none seen is 0.
        """
        reported = None if self.counts is None else getattr(self.counts, KINDS[kind])
        if reported is not None:
            return int(reported) + max(0, self.seen[kind] - self.base[kind])
        return self.seen[kind] if self.seen[kind] or carried else None

    def observe(self, counts: Counts, at: int | None) -> bool:
        """Note counts read at a time; False if they were known already."""
        if (at, counts) in self.history or (at is None and counts == self.counts):
            return False
        latest = self.history[-1][0] if self.history else None
        self.history.append((at, counts))
        if len(self.history) > HISTORY:
            del self.history[1]  # the first stays: it is the post's own
        if at is None or latest is None or at >= latest:
            self.counts = counts
            self.base = list(self.seen)
        return True


class Ledger:
    """Posts by key, with what is needed to recognise, correct and purge them. Caps bound the memory."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self.posts: dict[str, Entry] = {}
        self.by_author: dict[str, dict[str, None]] = {}
        self.reacting: set[str] = set()  # "platform:kind" of which reactions came as events
        self.evicted = 0
        self._aliases: dict[str, str] = {}
        self._reactions: dict[str, tuple[str, int]] = {}
        self._orphans: dict[str, list[int]] = {}
        self._tombstones: dict[bytes, None] = {}
        self._by_time: list[tuple[int, str]] = []

    # -- posts -----------------------------------------------------------------------------------------------

    def find(self, platform: str, uid: str) -> Entry | None:
        """The post of that id or alias, if it is retained."""
        key = f"{platform}:{uid}"
        entry = self.posts.get(key)
        if entry is None and (real := self._aliases.get(key)) is not None:
            entry = self.posts.get(real)
        return entry

    def add(self, post: Post, analysis: Analysis, time: int, late: bool) -> Entry:
        """Take in a post not known before."""
        key = f"{post.platform}:{post.uid}"
        witnessed = post.seen if post.seen is not None else post.counts_at
        names = (key, f"{post.platform}:{post.alias}") if post.alias else (key,)
        orphans = [seen for name in names if (seen := self._orphans.pop(name, None)) is not None]
        entry = Entry(
            key=key,
            platform=post.platform,
            uid=post.uid,
            alias=post.alias,
            author=f"{post.platform}:{post.author}" if post.author else "",
            name=analysis.name,
            text=analysis.text,
            time=time,
            lang=analysis.lang,
            lang_claimed=post.lang,
            analysis=analysis,
            reply_to=post.reply_to,
            quote_of=post.quote_of,
            media=post.media,
            followers=post.followers,
            version=post.version,
            late=late,
            first_age=None if witnessed is None or post.created is None else max(0, witnessed - post.created),
            seen=[sum(kind) for kind in zip([0, 0, 0, 0], *orphans, strict=True)],
            base=[0, 0, 0, 0],
            history=[],
        )
        if post.counts is not None and post.counts.known():
            entry.observe(post.counts, witnessed)
        self.posts[key] = entry
        if post.alias:
            self._aliases[f"{post.platform}:{post.alias}"] = key
        if entry.author:
            self.by_author.setdefault(entry.author, {})[key] = None
        heapq.heappush(self._by_time, (time, key))
        return entry

    def remove(self, entry: Entry, tombstone: bool) -> None:
        """Drop a post with all its text; with a tombstone it cannot come back."""
        self.posts.pop(entry.key, None)
        if entry.alias:
            self._aliases.pop(f"{entry.platform}:{entry.alias}", None)
        if entry.author:
            theirs = self.by_author.get(entry.author, {})
            theirs.pop(entry.key, None)
            if not theirs:
                self.by_author.pop(entry.author, None)
        if tombstone:
            self.bury(entry.key)

    def expired(self, now: int) -> Iterator[Entry]:
        """Posts past retention or over the cap, oldest first; the caller must remove each before taking the next."""
        keep = self._config.retention
        while self._by_time:
            time, key = self._by_time[0]
            over = len(self.posts) > self._config.max_posts
            if not over and (keep == ALL_TIME or time > now - keep):
                return
            heapq.heappop(self._by_time)
            entry = self.posts.get(key)
            if entry is not None and entry.time == time:
                self.evicted += over
                yield entry

    # -- reactions -------------------------------------------------------------------------------------------

    def react(self, reaction: Reaction) -> Outcome:
        """Count a reaction for its post, seen or not."""
        key = f"{reaction.platform}:{reaction.uid}"
        if key in self._reactions or self.buried(key):
            return Outcome.DUPLICATE
        kind = KINDS.index(reaction.kind)
        target = f"{reaction.platform}:{reaction.target}"
        if len(self._reactions) >= MAX_REACTIONS:
            del self._reactions[next(iter(self._reactions))]
        self._reactions[key] = (target, kind)
        self.reacting.add(f"{reaction.platform}:{reaction.kind}")
        self.respond(target, kind, 1)
        return Outcome.REACTION

    def respond(self, target: str, kind: int, sign: int) -> None:
        """Add a reaction, reply or quote to its post, or take it back."""
        entry = self.posts.get(self._aliases.get(target, target))
        seen = entry.seen if entry is not None else self._orphan(target)
        seen[kind] = max(0, seen[kind] + sign)

    def _orphan(self, target: str) -> list[int]:
        seen = self._orphans.get(target)
        if seen is None:
            if len(self._orphans) >= MAX_ORPHANS:
                del self._orphans[next(iter(self._orphans))]
            seen = self._orphans[target] = [0, 0, 0, 0]
        return seen

    def retract(self, key: str) -> bool:
        """Take a reaction back; False if none of that id is known."""
        found = self._reactions.pop(key, None)
        if found is None:
            return False
        self.respond(found[0], found[1], -1)
        self.bury(key)
        return True

    # -- tombstones: hashes, so that not even the id is kept -------------------------------------------------

    def bury(self, key: str) -> None:
        """Remember that `key` was taken back."""
        if len(self._tombstones) >= self._config.max_tombstones:
            del self._tombstones[next(iter(self._tombstones))]
        self._tombstones[_digest(key)] = None

    def buried(self, key: str) -> bool:
        """Whether `key` was taken back."""
        return bool(self._tombstones) and _digest(key) in self._tombstones


def _digest(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
