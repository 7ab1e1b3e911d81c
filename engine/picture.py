"""Draws a Snapshot of an Engine: reads, never changes. `limit` None gives every row, for exports."""

from collections.abc import Mapping

from engine.config import SECOND
from engine.intake import Tallied
from engine.picture_alerts import alerts, watched
from engine.picture_bursts import bursts
from engine.picture_clusters import clusters, stories, words
from engine.picture_examples import Examples
from engine.picture_forecasts import labels, predictions, scoreboard
from engine.picture_overperforming import overperformers
from engine.picture_posts import authors, carried_kinds, pinned, posts
from engine.picture_window import hashtags, sentiment, share, timeline
from engine.pipeline import Engine
from engine.platforms import registry
from engine.snapshot import (
    SCHEMA,
    Format,
    GapRow,
    Meters,
    Reason,
    Snapshot,
)
from engine.units import moment

LATE_NOTICED = 20  # late records, if also a tenth of all, that a reader should be told of


def snapshot(engine: Engine, limit: int | None = None) -> Snapshot:
    """The picture of `engine` as it is. Tables hold at most `limit` rows, the most important first."""
    engine.catch_up()
    window, everything = engine.window, engine.whole.total.posts
    silhouette, silhouette_n = engine.topics.silhouette()
    topics, told = window.topics, engine.config.topics
    carried, said, examples = carried_kinds(engine), words(window), Examples(engine)
    rising = bursts(engine, limit)
    personal_f1, vader_f1 = engine.corrections.record()
    return Snapshot(
        schema=SCHEMA,
        as_of=None if engine.now is None else moment(engine.now),
        window=window.span // SECOND,
        formats=_formats(engine),
        platforms=dict(sorted(engine.platforms.items())),
        meters=_meters(engine),
        rejections=_reasons(engine.intake.rejections),
        ignored=_reasons(engine.intake.ignored),
        posts_in_window=window.total.posts,
        authors_in_window=len(window.total.authors),
        sentiment=sentiment(window),
        languages=dict(sorted(window.languages.items(), key=lambda pair: (-pair[1], pair[0]))),
        timeline=timeline(window, engine.filtered is None),
        hashtags=hashtags(window, limit),
        hashtags_in_window=window.tags.distinct,
        hashtags_error=window.tags.error,
        bursts=rising,
        stories=stories(engine, said, examples, limit),
        stories_in_window=len(topics.stories) if told else None,
        stories_live=engine.topics.stories.live if told else None,
        clusters=clusters(engine, said, examples, limit),
        clusters_in_window=len(topics.themes) if told else None,
        unclustered=window.total.posts - sum(tally.posts for tally in topics.themes.values()) if told else None,
        topics_one_in=engine.topics.one_in,
        topics_left_out=engine.topics.left_out,
        silhouette=silhouette,
        silhouette_n=silhouette_n if told else None,
        authors=authors(engine, carried, limit),
        overperformers=overperformers(engine, limit),
        labels=labels(engine),
        predictions=predictions(engine, carried, limit),
        scoreboard=scoreboard(engine),
        posts=posts(engine, carried, limit),
        pinned=pinned(engine, carried),
        gaps=[GapRow(start=moment(gap.start), end=moment(gap.end), reason=gap.reason) for gap in engine.gaps],
        alerts=alerts(engine, rising, limit),
        watched=watched(engine),
        retained=len(engine.ledger.posts),
        notices=_notices(engine),
        filter="" if engine.filtered is None else engine.filtered.text,
        share=None if engine.filtered is None else share(window.total.posts, everything),
        posts_unfiltered=everything,
        corrections=len(engine.corrections),
        personal_f1=personal_f1,
        vader_f1=vader_f1,
        topics=told,
    )


def _meters(engine: Engine) -> Meters:
    return Meters(
        lines=engine.intake.lines,
        read=engine.intake.read - engine.sequence.held,
        rejected=sum(noted.times for noted in engine.intake.rejections.values()),
        ignored=sum(noted.times for noted in engine.intake.ignored.values()),
        **engine.meters,
    )


def _formats(engine: Engine) -> list[Format]:
    platforms = {adapter.name: adapter.platform for adapter in registry.adapters()}
    return [
        Format(name=name, platform=platforms.get(name, ""), lines=lines, mapped=mapped)
        for name, (lines, mapped) in sorted(engine.intake.decoder.formats.items())
    ]


def _reasons(table: Mapping[str, Tallied]) -> list[Reason]:
    rows = sorted(table.items(), key=lambda pair: (-pair[1].times, pair[0]))
    return [Reason(reason=reason, count=noted.times, example=noted.example) for reason, noted in rows]


def _notices(engine: Engine) -> list[str]:
    notices = []
    if not engine.config.topics:
        notices.append("topics are off (--no-topics): no stories, clusters and copies are known")
    if engine.ledger.evicted:
        notices.append(
            f"cap of {engine.config.max_posts:,} posts reached: {engine.ledger.evicted:,} older ones were dropped"
        )
    if engine.rising.overlooked:
        notices.append(f"{engine.rising.overlooked:,} times too much came to watch for bursts: some may be missed")
    if engine.ledger.unrecognised:
        notices.append(f"{engine.ledger.unrecognised:,} reactions can no longer be recognised: too many to remember")
    if (sample := engine.labels.sample) < 1:
        notices.append(f"more posts wait for their outcome than fit: 1 in {1 / sample:,.0f} is graded")
    if until := engine.foreknown():
        notices.append(
            f"the trained model has seen posts up to {moment(until):%Y-%m-%d %H:%M}, later than this feed begins: "
            "its predictions look better than they are"
        )
    if left_out := engine.topics.left_out:
        asked = "every post" if engine.topics.one_in == 1 else f"1 post in {engine.topics.one_in}"
        notices.append(f"the feed outran the topics: {left_out:,} posts were not asked for their story, now {asked} is")
    if engine.config.no_text:
        notices.append("no text is kept (--no-text): it was read as it came in, for sentiment, tags and topics")
    if engine.config.hash_authors:
        notices.append("accounts and posts have digests for names (--hash-authors), the same in all your runs")
    if engine.withheld:
        notices.append(f"text of {engine.withheld:,} posts not kept: not public, or not to be indexed (--keep-noindex)")
    tags = engine.window.tags
    if tags.error:
        notices.append(
            f"more than {tags.cap:,} distinct hashtags in the window: the counts shown are exact, "
            f"but tags in {tags.error:,} posts or fewer may be missing"
        )
    late, read = engine.meters.get("late", 0), engine.intake.read
    if late >= LATE_NOTICED and late > read / 10:
        notices.append(f"{late / read:.0%} of the records came late: not in time order (--lateness all sorts a file)")
    return notices + engine.corrections.notices()
