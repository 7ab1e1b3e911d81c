"""Counts of posts as they are shown: what is reported, and what the feed brings as events."""

from collections.abc import Iterable, Mapping
from itertools import compress

from engine.ledger import KINDS, Counted, Ledger
from engine.platforms.decode import Decoder

Carried = Mapping[str, tuple[bool, ...]]


def carried_by(platforms: Iterable[str], ledger: Ledger, decoder: Decoder) -> Carried:
    """By platform, of each kind of reaction, whether none seen means none: the feed brings each as an event."""
    return {
        platform: tuple(
            f"{platform}:{name}" in ledger.reacting
            or (name in ("reply", "quote") and name in decoder.carries(platform))
            for name in KINDS
        )
        for platform in platforms
    }


def counts(entry: Counted, carried: Carried) -> list[int | None]:
    """Reactions so far, by KINDS; None where nobody says."""
    return [entry.count(kind, told) for kind, told in enumerate(carried[entry.platform])]


def engagement_now(entry: Counted, carried: Carried) -> int | None:
    """Likes, reposts, replies and quotes so far; None where nobody says anything of them."""
    if entry.counts is None:  # then it is those seen, of the kinds of which the feed brings each: most posts have none
        told = carried[entry.platform]
        return sum(compress(entry.seen, told)) if any(told) else None
    known = [count for count in counts(entry, carried) if count is not None]
    return sum(known) if known else None
