"""Draws a Snapshot of an Engine: reads, never changes. `limit` None gives every row, for exports."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from itertools import islice
from math import expm1

from engine.config import ALL_TIME, SECOND
from engine.labels import MATURED, WAITING, Tracked
from engine.ledger import KINDS, Entry
from engine.pipeline import Engine, Tallied
from engine.platforms import registry
from engine.snapshot import (
    SCHEMA,
    Author,
    Cluster,
    Format,
    GapRow,
    Hashtag,
    Labels,
    Meters,
    Moment,
    PostRow,
    Prediction,
    Reason,
    Score,
    Sentiment,
    Snapshot,
)
from engine.tally import Tally
from engine.windows import Window, resolve
from models.engagement import Forecast
from models.themes import ThemeLabel
from models.themes import labels as theme_labels

TREND_POINTS = 20
LABEL_TERMS = 300  # most frequent terms of a cluster that can name it
RECENT_EXAMPLES = 200
TOGETHER = 5
LATE_NOTICED = 20  # late records, if also a tenth of all, that a reader should be told of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int) -> datetime:
    """A UTC datetime of microseconds since 1970, exactly."""
    return _EPOCH + timedelta(microseconds=micros)


def to_count(log: float | None) -> float | None:
    """Engagements from log(1 + engagements), in hundredths."""
    return None if log is None else round(expm1(log), 2)


def snapshot(engine: Engine, limit: int | None = None) -> Snapshot:
    """The picture of `engine` as it is. Tables hold at most `limit` rows, the most important first."""
    window = engine.window
    silhouette, silhouette_n = engine.themes.silhouette()
    return Snapshot(
        schema=SCHEMA,
        as_of=None if engine.now is None else moment(engine.now),
        window=window.span // SECOND,
        formats=_formats(engine),
        platforms=dict(sorted(engine.platforms.items())),
        meters=_meters(engine),
        rejections=_reasons(engine.rejections),
        ignored=_reasons(engine.ignored),
        posts_in_window=window.total.posts,
        authors_in_window=len(window.total.authors),
        sentiment=_sentiment(window),
        languages=dict(sorted(window.languages.items(), key=lambda pair: (-pair[1], pair[0]))),
        timeline=_timeline(window),
        hashtags=_hashtags(window, limit),
        clusters=_clusters(engine, limit),
        unclustered=window.total.posts - sum(tally.posts for _, tally in _shown_themes(engine)),
        silhouette=silhouette,
        silhouette_n=silhouette_n,
        authors=_authors(engine, limit),
        labels=_labels(engine),
        predictions=_predictions(engine, limit),
        scoreboard=_scoreboard(engine),
        posts=_posts(engine, limit),
        gaps=[GapRow(start=moment(gap.start), end=moment(gap.end), reason=gap.reason) for gap in engine.gaps],
        retained=len(engine.ledger.posts),
        notices=_notices(engine),
    )


# -- input ---------------------------------------------------------------------------------------------------


def _meters(engine: Engine) -> Meters:
    return Meters(lines=engine.lines, read=engine.read - engine.held, **engine.meters)


def _formats(engine: Engine) -> list[Format]:
    platforms = {adapter.name: adapter.platform for adapter in registry.adapters()}
    return [
        Format(name=name, platform=platforms.get(name, ""), lines=lines, mapped=mapped)
        for name, (lines, mapped) in sorted(engine.decoder.formats.items())
    ]


def _reasons(table: Mapping[str, Tallied]) -> list[Reason]:
    rows = sorted(table.items(), key=lambda pair: (-pair[1].times, pair[0]))
    return [Reason(reason=reason, count=noted.times, example=noted.example) for reason, noted in rows]


def _notices(engine: Engine) -> list[str]:
    notices = []
    if engine.ledger.evicted:
        notices.append(
            f"cap of {engine.config.max_posts:,} posts reached: {engine.ledger.evicted:,} older ones were dropped"
        )
    if engine.withheld:
        notices.append(f"text of {engine.withheld:,} posts not kept: not public, or not to be indexed (--keep-noindex)")
    late, read = engine.meters.get("late", 0), engine.read
    if late >= LATE_NOTICED and late > read / 10:
        notices.append(f"{late / read:.0%} of the records came late: not in time order (--lateness all sorts a file)")
    return notices


# -- the window ----------------------------------------------------------------------------------------------


def _sentiment(window: Window) -> Sentiment:
    total, before = window.total, window.before
    change = None if total.mean is None or before.mean is None else total.mean - before.mean
    return Sentiment(
        mean=total.mean,
        band=total.band,
        change=change,
        positive=total.positive,
        neutral=total.neutral,
        negative=total.negative,
        scored=total.scored,
        not_scored=dict(sorted(window.not_scored.items())),
        coverage=_share(total.scored, total.posts),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _buckets(window: Window) -> range:
    """The time buckets that the window covers, oldest first."""
    if window.now is None:
        return range(0)
    last = window.now // window.width
    if window.span != ALL_TIME:
        return range((window.now - window.span + 1) // window.width, last + 1)
    known = [*window.per_bucket, *window.reactions]
    return range(min(known), last + 1) if known else range(0)


def _timeline(window: Window) -> list[Moment]:
    rows = []
    empty = Tally()
    for bucket in _buckets(window):
        tally = window.per_bucket.get(bucket, empty)
        rows.append(
            Moment(
                start=moment(bucket * window.width),
                posts=tally.posts,
                reactions=window.reactions.get(bucket, 0),
                scored=tally.scored,
                positive=tally.positive,
                neutral=tally.neutral,
                negative=tally.negative,
                mean=tally.mean,
            )
        )
    return rows


def _trend(window: Window, tally: Tally) -> list[int]:
    """Posts over time in at most TREND_POINTS steps."""
    buckets = _buckets(window)
    step = max(1, -(-len(buckets) // TREND_POINTS))
    return [
        sum(tally.buckets.get(bucket, 0) for bucket in buckets[start : start + step])
        for start in range(0, len(buckets), step)
    ]


def _hashtags(window: Window, limit: int | None) -> list[Hashtag]:
    def rank(pair: tuple[str, Tally]) -> tuple[int, int, str]:
        return (-pair[1].posts, -len(pair[1].authors), pair[0])

    rows = []
    for tag, tally in islice(sorted(window.tags.items(), key=rank), limit):
        others: Mapping[str, int] = window.together.get(tag, {})
        together = sorted(others, key=lambda other: (-others[other], other))[:TOGETHER]
        rows.append(
            Hashtag(
                tag=tag,
                posts=tally.posts,
                authors=len(tally.authors),
                share=tally.posts / window.total.posts,
                sentiment=tally.mean,
                scored=tally.scored,
                trend=_trend(window, tally),
                together=together,
            )
        )
    return rows


def _shown_themes(engine: Engine) -> list[tuple[int, Tally]]:
    """The clusters worth showing that have posts in the window, largest first; the rest counts as unclustered."""
    themes = engine.window.themes
    return sorted(
        ((theme, themes[theme]) for theme in engine.themes.live() if theme in themes),
        key=lambda pair: (-pair[1].posts, pair[0]),
    )


def _named(engine: Engine) -> dict[int, ThemeLabel]:
    """Names of the clusters, from what their posts in the window say."""
    terms = engine.window.terms
    return theme_labels(
        {
            theme: dict(nlargest(LABEL_TERMS, terms[theme].items(), key=lambda pair: (pair[1], pair[0])))
            for theme, _ in _shown_themes(engine)
            if theme in terms
        }
    )


def theme_names(engine: Engine) -> dict[int, str]:
    """The label of each cluster in the window."""
    return {theme: named.label for theme, named in _named(engine).items()}


def _clusters(engine: Engine, limit: int | None) -> list[Cluster]:
    window = engine.window
    named = _named(engine)
    rows = []
    for theme, tally in islice(_shown_themes(engine), limit):
        label = named.get(theme)
        terms = label.terms if label else ()
        rows.append(
            Cluster(
                id=theme,
                label=label.label if label else "(no words)",
                tags=list(label.tags) if label else [],
                terms=list(terms),
                posts=tally.posts,
                authors=len(tally.authors),
                share=tally.posts / window.total.posts,
                change=tally.posts - window.themes_before[theme] if window.before.posts else None,
                sentiment=tally.mean,
                scored=tally.scored,
                coverage=_share(tally.scored, tally.posts),
                trend=_trend(window, tally),
                example=_example(engine, theme, {*terms, *(label.tags if label else ())}),
            )
        )
    return rows


def _example(engine: Engine, theme: int, terms: set[str]) -> str:
    """Text of the recent post of a cluster that says most of what names it, the newest of equals."""
    best, text = 0, ""
    recent = islice(reversed(engine.ledger.posts.values()), RECENT_EXAMPLES * 8)
    for entry in recent:
        if resolve(engine.merged, entry.theme) == theme:
            found = len(terms.intersection(entry.analysis.terms))
            if found > best:
                best, text = found, entry.text
    return text


def _authors(engine: Engine, limit: int | None) -> list[Author]:
    authors: dict[str, list[Entry]] = {}
    window = engine.window
    busiest = sorted(window.total.authors.items(), key=lambda pair: (-pair[1], pair[0]))
    for author, _ in islice(busiest, limit):
        keys = engine.ledger.by_author.get(author, {})
        authors[author] = [engine.ledger.posts[key] for key in keys if key in window.items]
    return [_author(engine, author, posts) for author, posts in authors.items()]


def _rounded(count: float | None) -> float | None:
    return None if count is None else round(count, 2)


def _author(engine: Engine, author: str, posts: list[Entry]) -> Author:
    tally = Tally()
    for entry in posts:
        tally.add(engine.window.items[entry.key], 0)
    newest = max(posts, key=lambda entry: (entry.time, entry.key))
    totals = [total for entry in posts if (total := engagement_now(engine, entry)) is not None]
    return Author(
        author=author.partition(":")[2],
        name=newest.name,
        posts=tally.posts,
        followers=newest.followers,
        sentiment=tally.mean,
        scored=tally.scored,
        reactions=sum(totals) if totals else None,
        typical=_rounded(engine.model.usual(author, 0)),
    )


# -- predictions ---------------------------------------------------------------------------------------------


def carried(engine: Engine, entry: Entry, kind: int) -> bool:
    """Whether no reaction of a kind seen means none: the feed brings each of them as an event."""
    name = KINDS[kind]
    return f"{entry.platform}:{name}" in engine.ledger.reacting or (
        name in ("reply", "quote") and name in engine.decoder.carries(entry.platform)
    )


def engagement_now(engine: Engine, entry: Entry) -> int | None:
    """Likes, reposts, replies and quotes so far; None where nobody says anything of them."""
    counts = [entry.count(kind, carried(engine, entry, kind)) for kind in range(len(KINDS))]
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _labels(engine: Engine) -> list[Labels]:
    queue = engine.labels
    rows = []
    for index, horizon in enumerate(queue.horizons):
        due = None if queue.matured[index] else queue.due(index)
        rows.append(
            Labels(
                horizon=horizon // SECOND,
                waiting=queue.waiting[index],
                matured=queue.matured[index],
                censored=dict(sorted(queue.censored[index].items())),
                first_due=None if due is None else moment(due),
            )
        )
    return rows


def _predictions(engine: Engine, limit: int | None) -> list[Prediction]:
    posts, tracked = engine.ledger.posts, engine.labels.tracked
    if limit is not None:
        return [
            _prediction(engine, posts[key], tracked[key], index)
            for index in range(len(engine.labels.horizons))
            for key in _worth_showing(tracked, index, limit)
        ]
    return [
        _prediction(engine, posts[key], told, index)
        for key, told in tracked.items()
        for index, state in enumerate(told.states)
        if told.forecasts[index].predicted is not None or state in (WAITING, MATURED)
    ]


def _worth_showing(tracked: dict[str, Tracked], index: int, limit: int) -> Iterable[str]:
    """Of the recent posts, those that are to travel furthest, and the last that matured."""
    recent = list(islice(reversed(tracked.items()), 50 * limit))

    def expected(pair: tuple[str, Tracked]) -> float:
        predicted = pair[1].forecasts[index].predicted
        return -1.0 if predicted is None else predicted

    waiting = nlargest(limit, (pair for pair in recent if pair[1].states[index] == WAITING), key=expected)
    matured = islice((pair for pair in recent if pair[1].states[index] == MATURED), limit // 2)
    return [key for key, _ in (*waiting, *matured)]


def _prediction(engine: Engine, entry: Entry, tracked: Tracked, index: int) -> Prediction:
    forecast: Forecast = tracked.forecasts[index]
    state = tracked.states[index]
    horizon = engine.labels.horizons[index]
    now = engagement_now(engine, entry)
    usual = to_count(forecast.usual)
    return Prediction(
        uid=entry.uid,
        platform=entry.platform,
        author=entry.author.partition(":")[2],
        name=entry.name,
        text=entry.text,
        created=moment(entry.time),
        horizon=horizon // SECOND,
        predicted=to_count(forecast.predicted),
        low=to_count(forecast.low),
        high=to_count(forecast.high),
        usual=usual,
        model=forecast.model,
        state=state if state in (WAITING, MATURED) else "censored",  # type: ignore[arg-type]
        actual=tracked.actuals[index],
        now=now,
        times=None if now is None or usual is None else (1 + now) / (1 + usual),
        censored="" if state in (WAITING, MATURED) else state,
        due=moment(entry.time + horizon),
        reasons=list(forecast.reasons),
    )


def _scoreboard(engine: Engine) -> list[Score]:
    rows = []
    for index, horizon in enumerate(engine.labels.horizons):
        for score in engine.model.scores(index):
            rows.append(
                Score(
                    horizon=horizon // SECOND,
                    model=score.model,
                    champion=score.champion,
                    n=score.n,
                    mae_log=score.mae_log,
                    mae=score.mae,
                    skill=score.skill,
                    spearman=score.spearman,
                    coverage80=score.coverage80,
                    width80=score.width80,
                )
            )
    return rows


# -- posts ---------------------------------------------------------------------------------------------------


def _posts(engine: Engine, limit: int | None) -> list[PostRow]:
    if limit is not None:
        newest = islice(reversed(engine.ledger.posts.values()), limit)
        return [post_row(engine, entry) for entry in newest]
    ordered = sorted(engine.ledger.posts.values(), key=lambda entry: (entry.time, entry.key))
    return [post_row(engine, entry) for entry in ordered]


def post_row(engine: Engine, entry: Entry) -> PostRow:
    """All that is known of a post."""
    polarity = entry.analysis.polarity
    like, repost, reply, quote = (entry.count(kind, carried(engine, entry, kind)) for kind in range(len(KINDS)))
    return PostRow(
        uid=entry.uid,
        platform=entry.platform,
        created=moment(entry.time),
        author=entry.author.partition(":")[2],
        name=entry.name,
        text=entry.text,
        lang=entry.lang,
        lang_claimed=entry.lang_claimed,
        tags=list(entry.analysis.tags),
        cluster=resolve(engine.merged, entry.theme),
        compound=None if polarity is None else polarity.compound,
        positive=None if polarity is None else polarity.pos,
        neutral=None if polarity is None else polarity.neu,
        negative=None if polarity is None else polarity.neg,
        not_scored=entry.analysis.reason,
        kind="reply" if entry.reply_to else "quote" if entry.quote_of else "post",
        reply_to=entry.reply_to,
        quote_of=entry.quote_of,
        media=entry.media,
        followers=entry.followers,
        likes=like,
        reposts=repost,
        replies=reply,
        quotes=quote,
        views=None if entry.counts is None else entry.counts.view,
        edits=entry.edits,
        late=entry.late,
    )
