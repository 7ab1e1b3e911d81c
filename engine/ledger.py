"""The posts in retention, and what has become of each: edits, deletes, reactions, counts at an age."""

from collections.abc import Collection, Iterator
from enum import Enum
from hashlib import blake2b
from itertools import islice
from typing import Any

import msgspec

from engine.analysis import Analysis
from engine.byauthor import ByAuthor
from engine.bytime import ByTime
from engine.config import ALL_TIME, EngineConfig
from engine.events import Counts, Post, Reaction
from models.sharing import share

KINDS = ("like", "repost", "reply", "quote")
LIKE, REPOST, REPLY, QUOTE = range(4)  # of them
HISTORY = 64  # observations kept of one post
MAX_REACTIONS = 2_000_000  # reactions that can still be recognised as duplicates or taken back
PARTS = 64  # of a full table one is forgotten
MAX_ORPHANS = 200_000  # posts not seen themselves whose reactions are counted
SPARE = 1_000  # places of posts that are gone, kept in the order of times until there are as many as of others
FOREVER = 2**62  # microseconds
NONE_SEEN = (0, 0, 0, 0)

Seen = tuple[int, int, int, int]  # reactions by KINDS


class Outcome(Enum):
    """What a record turned out to be, once compared with what is known."""

    POST = "posts"
    REACTION = "reactions"
    OBSERVATION = "observations"
    EDIT = "edits"
    DELETE = "deletes"
    DUPLICATE = "duplicates"


class Reacted(msgspec.Struct, kw_only=True, gc=False):
    """The reactions to a post as they have come to be known."""

    seen: Seen = NONE_SEEN  # reactions seen in the feed
    base: Seen = NONE_SEEN  # of those, the ones already inside `counts`
    counts: Counts | None = None
    dated: bool = False  # whether the feed says when `counts` were true
    counted_at: int | None = None  # newest time at which any counts were true
    history: tuple[tuple[int | None, Counts], ...] = ()  # observations with their times, in the order they came

    def count(self, kind: int, carried: bool) -> int | None:
        """Best count of a kind: as last reported plus what came or was taken back since; None if nobody says.

        Where the feed does not tell when the report was true, what it brought may be inside: the larger of both counts.
        `carried`: the feed delivers every reaction of this kind as an event, so those seen are all there are.
        """
        reported = None if self.counts is None else getattr(self.counts, KINDS[kind])
        if reported is None:
            return self.seen[kind] if carried else None
        if not self.dated:
            return max(int(reported), self.seen[kind])
        return max(0, int(reported) + self.seen[kind] - self.base[kind])

    def observe(self, counts: Counts, at: int | None) -> bool:
        """Note counts read at a time; False if they were known already."""
        if (at, counts) in self.history or (at is None and counts == self.counts):
            return False
        kept = self.history if len(self.history) < HISTORY else (self.history[0], *self.history[2:])
        self.history = (*kept, (at, counts))  # the first stays: it is the post's own
        if at is None or self.counted_at is None or at >= self.counted_at:
            self.counts, self.base, self.dated = counts, self.seen, at is not None
            self.counted_at = self.counted_at if at is None else at
        return True

    def respond(self, kind: int, sign: int, time: int) -> None:
        """Add reactions of a kind that happened at `time`, or take them back."""
        self.seen = _plus(self.seen, kind, sign)
        if self.dated and self.counted_at is not None and time <= self.counted_at:
            self.base = _plus(self.base, kind, sign)


class Counted(Reacted, gc=False):
    """What a post has come to, without a word of it. Made by place, as that is many times as fast as by name."""

    key: str
    alias: str
    platform: str
    author: str  # "" if not known, else with the platform before it
    time: int
    reply_to: str
    quote_of: str
    first_age: int | None  # age at first sight, microseconds; None if the feed does not say


class Entry(Counted, gc=False):
    """A retained post with all that is known of it."""

    uid: str
    name: str
    text: str
    lang: str
    lang_claimed: str
    analysis: Analysis
    media: str
    followers: int | None
    version: str
    late: bool
    created: int | None  # the time that the post claims
    witnessed: int | None  # when a server or collector first saw it
    story: int | None = None  # None while it is alone in it, and until its batch is placed
    copy: bool | None = None  # whether it nearly repeats an earlier post; None until it is placed
    edits: int = 0


class Ledger:
    """Posts by key, with what is needed to recognise, correct and purge them. Caps bound the memory."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self.posts: dict[str, Entry] = {}
        self.outlived: dict[str, Counted] = {}  # posts no longer retained that go on being counted
        self.by_author = ByAuthor()
        self._outlived_by: dict[str, dict[str, None]] = {}  # account -> keys of those only counted
        self.reacting: set[str] = set()  # "platform:kind" of which reactions came as events
        self.complete: set[str] = set()  # platforms whose feed delivers every reaction of some kind as an event
        self._noticed: set[str] | None = None  # keys of posts whose counts have changed, once somebody has asked
        self.evicted = 0  # posts not kept because of the cap on them
        self.unrecognised = 0  # reactions, and posts not seen, that were forgotten because of a cap
        self._aliases: dict[str, str] = {}
        self._reactions: dict[bytes, str] = {}  # digest of its key -> its kind as a digit, and the key of its post
        self._orphans: dict[str, tuple[Seen, int]] = {}  # with the time of the last one
        self._tombstones: dict[bytes, None] = {}
        self._purged: dict[bytes, int] = {}  # digest of an account -> time up to which all of it is gone
        self._by_time = ByTime()
        self._keep = FOREVER if config.retention == ALL_TIME else config.retention
        self.most = config.max_posts  # that are retained
        self.lapses = FOREVER  # event time before which no post is past retention

    def __getstate__(self) -> dict[str, Any]:
        """All but what only a picture asks for."""
        return {**self.__dict__, "_noticed": None}

    # -- posts -----------------------------------------------------------------------------------------------

    def find(self, platform: str, uid: str) -> Entry | None:
        """The post of that id or alias, if it is retained."""
        key = f"{platform}:{uid}"
        entry = self.posts.get(key)
        if entry is None and (real := self._aliases.get(key)) is not None:
            entry = self.posts.get(real)
        return entry

    def counted(self, platform: str, uid: str) -> Counted | None:
        """The post of that id or alias, if it is retained or still counted."""
        key = f"{platform}:{uid}"
        real = self._aliases.get(key, key)
        return self.posts.get(key) or self.posts.get(real) or self.outlived.get(key) or self.outlived.get(real)

    def outlive(self, entry: Entry) -> Counted:
        """Let go of a post but for what it comes to, which is still counted."""
        self.remove(entry, tombstone=False)
        counted = self.outlived[entry.key] = _bare(entry)
        if entry.author:
            self._outlived_by.setdefault(counted.author, {})[entry.key] = None
        if entry.alias:
            self._aliases[f"{entry.platform}:{entry.alias}"] = entry.key
        return counted

    def outlived_of(self, account: str) -> list[Counted]:
        """The posts of an account that are only counted."""
        return [self.outlived[key] for key in self._outlived_by.get(account, ())]

    def take_from(self, account: str, until: int) -> list[Entry]:
        """The retained posts of an account up to a time, in the order they came; each is to be removed now."""
        entries = map(self.posts.__getitem__, self.by_author.of(account))
        return [entry for entry in entries if entry.time <= until]

    def release(self, key: str, tombstone: bool = False) -> None:
        """Count a post no more that is not retained."""
        counted = self.outlived.pop(key, None)
        if self._noticed:
            self._noticed.discard(key)
        if counted is not None and counted.author:
            theirs = self._outlived_by[counted.author]
            del theirs[key]
            if not theirs:
                del self._outlived_by[counted.author]
        if counted is not None and counted.alias:
            self._aliases.pop(f"{counted.platform}:{counted.alias}", None)
        if tombstone:
            self.bury(key)

    def add(self, key: str, post: Post, analysis: Analysis, time: int, late: bool) -> Entry:
        """Take in a post not known before, and count it for those it answers."""
        author = share(f"{post.platform}:{post.author}") if post.author else ""  # one string for all their posts
        self.posts[key] = entry = entry_of(key, author, post, analysis, time, late)
        if post.counts is not None and post.counts.known():
            entry.observe(post.counts, entry.witnessed)
            self.notice(key)
        if post.alias:
            self._aliases[f"{post.platform}:{post.alias}"] = key
        if self._orphans:
            self._adopt(entry)
        if author:
            self.by_author.add(author, key)
        if post.reply_to or post.quote_of:
            self.answer(entry, 1, time)
        self._by_time.add(time, key)
        if (lapses := time + self._keep) < self.lapses:
            self.lapses = lapses
        return entry

    def _adopt(self, entry: Entry) -> None:
        """Give a post the reactions that came before it."""
        for name in (entry.key, f"{entry.platform}:{entry.alias}") if entry.alias else (entry.key,):
            if (orphan := self._orphans.pop(name, None)) is not None:
                for kind, count in enumerate(orphan[0]):
                    entry.respond(kind, count, orphan[1])
                self.notice(entry.key)

    def remove(self, entry: Entry, tombstone: bool) -> None:
        """Drop a post with all its text; with a tombstone it cannot come back."""
        self.posts.pop(entry.key, None)
        if self._noticed:
            self._noticed.discard(entry.key)
        if entry.alias:
            self._aliases.pop(f"{entry.platform}:{entry.alias}", None)
        if entry.author:
            self.by_author.remove(entry.author, entry.key)
        if len(self._by_time) > 2 * len(self.posts) + SPARE:  # most of them are gone: deleted, not expired
            self._by_time = ByTime((each.time, key) for key, each in self.posts.items())
        if tombstone:
            self.bury(entry.key)

    def keeps(self, time: int, now: int) -> bool:
        """Whether a post of that time would be retained: not if it is too old, or if all there is room for is newer."""
        if time <= now - self._keep:
            return False
        if len(self.posts) < self.most or (first := self._by_time.first()) is None or time >= first[0]:
            return True
        self.evicted += 1
        return False

    def expired(self, now: int) -> Iterator[Entry]:
        """Posts past retention or over the cap, oldest first; the caller must remove each before taking the next."""
        while (first := self._by_time.first()) is not None:
            time, key = first
            over = len(self.posts) > self.most
            if not over and time > now - self._keep:
                break
            self._by_time.pop()
            entry = self.posts.get(key)
            if entry is not None and entry.time == time:
                self.evicted += over
                yield entry
        self.lapses = FOREVER if first is None else first[0] + self._keep

    # -- reactions -------------------------------------------------------------------------------------------

    def react(self, reaction: Reaction, time: int) -> Outcome:
        """Count a reaction at its event time for its post, seen or not."""
        digest = _digest(f"{reaction.platform}:{reaction.uid}")
        if digest in self._reactions or digest in self._tombstones:
            return Outcome.DUPLICATE
        kind = KINDS.index(reaction.kind)
        target = f"{reaction.platform}:{reaction.target}"
        if len(self._reactions) >= MAX_REACTIONS:
            self.unrecognised += _make_room(self._reactions)
        self._reactions[digest] = share(f"{kind}{target}")  # one string for all reactions of a kind to a post
        self.reacting.add(f"{reaction.platform}:{reaction.kind}")
        self.respond(target, kind, 1, time)
        return Outcome.REACTION

    def respond(self, target: str, kind: int, sign: int, time: int) -> None:
        """Add a reaction, reply or quote that happened at `time` to its post, or take it back."""
        target = self._aliases.get(target, target)
        if (counted := self.posts.get(target) or self.outlived.get(target)) is not None:
            counted.respond(kind, sign, time)
            self.notice(counted.key)
        elif (orphan := self._orphans.get(target)) is not None:
            self._orphans[target] = (_plus(orphan[0], kind, sign), max(orphan[1], time))
        elif sign > 0 and not self.buried(target):
            if len(self._orphans) >= MAX_ORPHANS:
                self.unrecognised += _make_room(self._orphans)
            self._orphans[target] = (_plus(NONE_SEEN, kind, sign), time)

    def answer(self, entry: Counted, sign: int, time: int) -> None:
        """A reply or quote counts for the post it answers, from `time` on; or, with sign -1, no more."""
        if not entry.reply_to and not entry.quote_of:
            return
        for target, kind in ((entry.reply_to, REPLY), (entry.quote_of, QUOTE)):
            if target:
                self.respond(f"{entry.platform}:{target}", kind, sign, time)

    def notice(self, key: str) -> None:
        """The counts of a post have changed."""
        if self._noticed is not None:
            self._noticed.add(key)

    def take_noticed(self) -> Collection[str] | None:
        """The posts whose counts have changed since this was last asked; None: it never was, so any may have."""
        noticed, self._noticed = self._noticed, set()
        return noticed

    def retract(self, key: str, time: int) -> bool:
        """Take a reaction back at `time`; False if none of that id is known."""
        found = self._reactions.pop(_digest(key), None)
        if found is None:
            return False
        self.respond(found[1:], int(found[0]), -1, time)
        self.bury(key)
        return True

    # -- tombstones: hashes, so that not even the id is kept -------------------------------------------------

    def bury(self, key: str) -> bool:
        """Remember that `key` was taken back; False if that was known."""
        digest = _digest(key)
        if digest in self._tombstones:
            return False
        if len(self._tombstones) >= self._config.max_tombstones:
            _make_room(self._tombstones)
        self._tombstones[digest] = None
        return True

    def buried(self, key: str) -> bool:
        """Whether `key` was taken back."""
        return bool(self._tombstones) and _digest(key) in self._tombstones

    def bars(self, key: str, post: Post, time: int) -> bool:
        """Whether a post that comes at `time` was taken back before, or its author was."""
        if self._tombstones and (self.buried(key) or (post.alias and self.buried(f"{post.platform}:{post.alias}"))):
            return True
        if not self._purged or not post.author:
            return False
        return self.purged(f"{post.platform}:{post.author}", time if post.seen is None else min(time, post.seen))

    def purge(self, account: str, until: int) -> bool:
        """Remember that all of an account up to a time must go; False if that was known."""
        digest = _digest(account)
        if self._purged.get(digest, -1) >= until:
            return False
        self._purged.pop(digest, None)
        if len(self._purged) >= self._config.max_tombstones:
            _make_room(self._purged)
        self._purged[digest] = until
        return True

    def purged(self, account: str, time: int) -> bool:
        """Whether what an account did at a time must go."""
        return bool(self._purged) and self._purged.get(_digest(account), -1) >= time


def _make_room(table: dict[Any, Any]) -> int:
    """Forget the oldest of a full table, many at once, and say how many.

    The gaps of what is gone stay at the front of a dict until it is built anew: each look for the first goes over all.
    """
    oldest = [*islice(table, max(1, len(table) // PARTS))]
    for key in oldest:
        del table[key]
    return len(oldest)


def entry_of(key: str, author: str, post: Post, analysis: Analysis, time: int, late: bool) -> Entry:
    """A post as it is kept, from the moment that it came."""
    created, witnessed = post.created, post.counts_at if post.seen is None else post.seen
    return Entry(
        key,
        post.alias,
        post.platform,
        author,
        time,
        post.reply_to,
        post.quote_of,
        None if witnessed is None or created is None else max(0, witnessed - created),
        post.uid,
        analysis.name,
        analysis.text,
        analysis.lang,
        post.lang,
        analysis,
        post.media,
        post.followers,
        post.version,
        late,
        created,
        witnessed,
    )


def _bare(entry: Entry) -> Counted:
    """What is counted of a post, without the rest."""
    return Counted(
        entry.key,
        entry.alias,
        entry.platform,
        entry.author,
        entry.time,
        entry.reply_to,
        entry.quote_of,
        entry.first_age,
        seen=entry.seen,
        base=entry.base,
        counts=entry.counts,
        dated=entry.dated,
        counted_at=entry.counted_at,
        history=entry.history,
    )


def _plus(seen: Seen, kind: int, sign: int) -> Seen:
    like, repost, reply, quote = seen  # each by itself: a list of them takes four times as long
    if kind == LIKE:
        like = max(0, like + sign)
    elif kind == REPOST:
        repost = max(0, repost + sign)
    elif kind == REPLY:
        reply = max(0, reply + sign)
    else:
        quote = max(0, quote + sign)
    return like, repost, reply, quote


def _digest(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
