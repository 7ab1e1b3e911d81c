"""What a run is told: options of the engine and of the sources, plain data that a worker process can be handed."""

import msgspec

from engine.spans import ALL_TIME, HOUR, MINUTE, SECOND

__all__ = ["ALL_TIME", "HOUR", "MINUTE", "SECOND", "EngineConfig", "SourceConfig"]


class EngineConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Options that change what the engine computes. Same feed and same EngineConfig give the same snapshot."""

    window: int = 15 * MINUTE  # microseconds; ALL_TIME for everything retained
    lateness: int = 2 * SECOND  # depth of the reorder buffer, in event time
    skew_past: int = 24 * HOUR  # a claimed time older than seen by more than this is not believed
    skew_future: int = 2 * MINUTE  # a claimed time past seen by more than this is not believed
    retention: int = 48 * HOUR  # how long posts are kept, in event time; ALL_TIME for ever
    max_posts: int = 200_000  # cap on retained posts, whatever the retention
    max_waiting: int = 100_000  # cap on posts that are past retention and wait for their outcome
    max_tombstones: int = 1_000_000
    horizons: tuple[int, ...] = (15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR)
    clusters: tuple[int, int] = (4, 16)  # bounds of the number of hashtag clusters
    topics: bool = True  # without: no stories, themes and copies
    max_texts: int = 1 << 17  # texts that copies are told by, a power of two from 1,024
    alerts: tuple[str, ...] = ()  # as of engine.alerts.rules
    alert_filters: tuple[tuple[str, str], ...] = ()  # the saved filters that they name: name and expression
    max_raw_lines: int = 5_000  # cap on the newest posts' lines that are kept as they came; 0 for none
    max_raw_bytes: int = 16 << 20  # and on their bytes
    respect_noindex: bool = True  # drop the text of posts whose author asks not to be indexed
    no_text: bool = False  # keep no text: read it as it comes in, and drop it
    hash_authors: bool = False  # put keyed digests in place of the ids and names of accounts and posts
    seed: int = 0


class SourceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where lines come from and how. `paths` hold file names, globs or "-"."""

    paths: tuple[str, ...]
    follow: bool = True  # go on reading when the end is reached
    follow_missing: bool = False  # wait for files that are not there yet
    kept: bool = False  # a later run goes on where this one ends: a line that is not finished yet is left to it
    start: str = "start"  # "start" or "end"
    since: int | None = None  # microseconds before the newest line
    replay: float | None = None  # event seconds per second; inf for as fast as possible; None: not paced
    format: str = "auto"
    map: tuple[tuple[str, str], ...] = ()  # field -> dotted path, as in --map
    stdin_fd: int | None = None  # where the piped feed is, once the keyboard has taken descriptor 0
