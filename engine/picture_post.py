"""All that is known of one post, the line it came in included."""

import json

from engine.clean import clean
from engine.config import SECOND
from engine.corrections import features_of
from engine.draft import word_scores
from engine.ledger import KINDS, Entry
from engine.picture_clusters import story_name, theme_name
from engine.picture_forecasts import predictions_of
from engine.picture_posts import carried_kinds, post_row
from engine.pipeline import Engine
from engine.platforms.jsontext import JsonError, parse
from engine.postdetail import AgainstNormal, AgeReading, CountsAt, PostDetail
from engine.units import moment
from models.normal import times

RAW_SHOWN = 64 << 10  # characters of a line that are shown at most
NOT_KEPT = "no longer kept, or its line held more than this post"
DISCREET = "no line is kept with --no-text or --hash-authors"
WITHHELD = "its author asks that the text is not kept"


def post_detail(engine: Engine, key: str) -> PostDetail:
    """The post of that key ("platform:id") in full, or what has become of it."""
    platform, _, uid = key.partition(":")
    as_of = None if engine.now is None else moment(engine.now)
    entry = engine.ledger.find(platform, uid)
    if entry is None:
        gone = engine.ledger.buried(key)
        outlived = engine.ledger.counted(platform, uid) is not None
        return PostDetail(key=key, state="deleted" if gone else "expired" if outlived else "unknown", as_of=as_of)
    carried = carried_kinds(engine)
    row = post_row(engine, entry, carried)
    raw = _pretty(engine.raw.get(entry.key))
    return PostDetail(
        key=entry.key,
        state="held",
        as_of=as_of,
        post=row,
        claimed=None if entry.created is None else moment(entry.created),
        seen=None if entry.witnessed is None else moment(entry.witnessed),
        age=None if engine.now is None else max(engine.now - entry.time, 0) / SECOND,
        version=clean(entry.version, 200),
        words=[] if entry.analysis.polarity is None else word_scores(entry.text),
        cluster_label="" if row.cluster is None else theme_name(engine, row.cluster),
        story_label=story_name(engine, row.story),
        copy=entry.copy,
        topics=engine.config.topics,
        reported=_reported(entry),
        events={kind: seen for kind, seen in zip(KINDS, entry.seen, strict=True) if seen},
        readings=[
            AgeReading(age=age // SECOND, engagements=count)
            for age, count in engine.overperforming.readings(entry)
            if count is not None
        ],
        standing=_standing(engine, entry),
        predictions=predictions_of(engine, carried, entry.key),
        personal=engine.corrections.answer(features_of(entry.analysis)),
        corrections=len(engine.corrections),
        raw=raw,
        raw_missing="" if raw else _why_not_kept(engine, entry),
    )


def _why_not_kept(engine: Engine, entry: Entry) -> str:
    if engine.config.no_text or engine.config.hash_authors:
        return DISCREET
    return NOT_KEPT if entry.text else WITHHELD


def _reported(entry: Entry) -> list[CountsAt]:
    return [
        CountsAt(
            at=None if at is None else moment(at),
            age=None if at is None else (at - entry.time) / SECOND,
            likes=counts.like,
            reposts=counts.repost,
            replies=counts.reply,
            quotes=counts.quote,
            views=counts.view,
        )
        for at, counts in entry.history
    ]


def _standing(engine: Engine, entry: Entry) -> AgainstNormal | None:
    standing = engine.overperforming.standing(entry, engine.now or 0)
    if standing is None:
        return None
    normal = round(standing.normal.engagements, 2)
    return AgainstNormal(
        now=standing.now,
        age=standing.age // SECOND,
        normal=normal,
        times=times(standing.now, normal),
        author_posts=round(standing.normal.posts),
    )


def _pretty(line: bytes | None) -> str:
    """A line set out as indented JSON; whatever a terminal would act on stands there as an escape."""
    if line is None:
        return ""
    try:
        body = line.strip().removeprefix(b"\xef\xbb\xbf").removeprefix(b"data:").removesuffix(b",")
        text = json.dumps(parse(body), indent=2, ensure_ascii=False)
    except JsonError:
        text = line.decode("utf-8", "replace")
    cut = text if len(text) <= RAW_SHOWN else f"{text[: RAW_SHOWN - 1]}…"
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in cut)
