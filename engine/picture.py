"""Draws a Snapshot of an Engine: reads, never changes. `limit` None gives every row, for exports."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from heapq import nlargest, nsmallest
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
from engine.tally import SCALE, Tally
from engine.windows import Window, resolve
from models.engagement import Forecast
from models.themes import ThemeLabel
from models.themes import labels as theme_labels

TREND_POINTS = 20
LABEL_TERMS = 300  # most frequent terms of a cluster that can name it
RECENT_EXAMPLES = 1_600  # newest posts that an example of a cluster is looked for in
TOGETHER = 5
LATE_NOTICED = 20  # late records, if also a tenth of all, that a reader should be told of

Carried = Mapping[str, tuple[bool, ...]]

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
    shown = _shown_themes(engine)
    carried = _carried(engine)
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
        clusters=_clusters(engine, shown, limit),
        unclustered=window.total.posts - sum(tally.posts for _, tally in shown),
        silhouette=silhouette,
        silhouette_n=silhouette_n,
        authors=_authors(engine, carried, limit),
        labels=_labels(engine),
        predictions=_predictions(engine, carried, limit),
        scoreboard=_scoreboard(engine),
        posts=_posts(engine, carried, limit),
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
    if engine.ledger.unrecognised:
        notices.append(f"{engine.ledger.unrecognised:,} reactions can no longer be recognised: too many to remember")
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
    rows = []
    for tag in _foremost({tag: tally.posts for tag, tally in window.tags.items()}, limit):
        tally = window.tags[tag]
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


def _foremost(counts: Mapping[str, int], limit: int | None) -> list[str]:
    """The names of greatest count, by count and then by name. Few of many are found without sorting them all."""
    if limit is None or len(counts) <= limit:
        return sorted(counts, key=lambda name: (-counts[name], name))
    if not limit:
        return []
    least = nlargest(limit, counts.values())[-1]
    above = sorted((name for name, n in counts.items() if n > least), key=lambda name: (-counts[name], name))
    return above + nsmallest(limit - len(above), (name for name, n in counts.items() if n == least))


def _shown_themes(engine: Engine) -> list[tuple[int, Tally]]:
    """The clusters worth showing that have posts in the window, largest first; the rest counts as unclustered."""
    themes = engine.window.themes
    return sorted(
        ((theme, themes[theme]) for theme in engine.themes.live() if theme in themes),
        key=lambda pair: (-pair[1].posts, pair[0]),
    )


def _named(engine: Engine, shown: list[tuple[int, Tally]]) -> dict[int, ThemeLabel]:
    """Names of the clusters, from what their posts in the window say."""
    terms = engine.window.terms
    return theme_labels(
        {
            theme: {term: terms[theme][term] for term in _foremost(terms[theme], LABEL_TERMS)}
            for theme, _ in shown
            if theme in terms
        }
    )


def theme_names(engine: Engine) -> dict[int, str]:
    """The label of each cluster in the window."""
    return {theme: named.label for theme, named in _named(engine, _shown_themes(engine)).items()}


def _clusters(engine: Engine, shown: list[tuple[int, Tally]], limit: int | None) -> list[Cluster]:
    window = engine.window
    named = _named(engine, shown)
    examples = _examples(engine, named)
    rows = []
    for theme, tally in islice(shown, limit):
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
                example=examples.get(theme, ""),
            )
        )
    return rows


def _examples(engine: Engine, named: Mapping[int, ThemeLabel]) -> dict[int, str]:
    """Of each cluster the text of the recent post that says most of what names it, the newest of equals."""
    telling = {theme: {*label.terms, *(f"#{tag}" for tag in label.tags)} for theme, label in named.items()}
    best: dict[int, tuple[int, str]] = {}
    for entry in islice(reversed(engine.ledger.posts.values()), RECENT_EXAMPLES):
        theme = resolve(engine.merged, entry.theme)
        if theme is None or theme not in telling:
            continue
        found = len(telling[theme].intersection(entry.analysis.terms))
        if found > best.get(theme, (0, ""))[0]:
            best[theme] = (found, entry.text)
    return {theme: text for theme, (_, text) in best.items()}


def _authors(engine: Engine, carried: Carried, limit: int | None) -> list[Author]:
    window, ledger = engine.window, engine.ledger
    rows = []
    for author in _foremost(window.total.authors, limit):
        posts = [ledger.posts[key] for key in ledger.by_author.get(author, []) if key in window.items]
        rows.append(_author(engine, carried, author, posts))
    return rows


def _rounded(count: float | None) -> float | None:
    return None if count is None else round(count, 2)


def _author(engine: Engine, carried: Carried, author: str, posts: list[Entry]) -> Author:
    compounds = [c for entry in posts if (c := engine.window.items[entry.key].compound) is not None]
    newest = max(posts, key=lambda entry: (entry.time, entry.key))
    told = [entry for entry in posts if entry.followers is not None]
    totals = [total for entry in posts if (total := _engagement_now(entry, carried)) is not None]
    return Author(
        author=author.partition(":")[2],
        name=newest.name,
        posts=len(posts),
        followers=max(told, key=lambda entry: (entry.time, entry.key)).followers if told else None,
        sentiment=sum(compounds) / len(compounds) / SCALE if compounds else None,
        scored=len(compounds),
        reactions=sum(totals) if totals else None,
        typical=_rounded(engine.model.usual(author, 0)),
    )


# -- predictions ---------------------------------------------------------------------------------------------


def _carried(engine: Engine) -> Carried:
    """By platform, of each kind of reaction, whether none seen means none: the feed brings each as an event."""
    return {
        platform: tuple(
            f"{platform}:{name}" in engine.ledger.reacting
            or (name in ("reply", "quote") and name in engine.decoder.carries(platform))
            for name in KINDS
        )
        for platform in engine.platforms
    }


def _counts(entry: Entry, carried: Carried) -> list[int | None]:
    """Reactions so far, by KINDS; None where nobody says."""
    return [entry.count(kind, told) for kind, told in enumerate(carried[entry.platform])]


def _engagement_now(entry: Entry, carried: Carried) -> int | None:
    """Likes, reposts, replies and quotes so far; None where nobody says anything of them."""
    known = [count for count in _counts(entry, carried) if count is not None]
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


def _predictions(engine: Engine, carried: Carried, limit: int | None) -> list[Prediction]:
    tracked = engine.labels.tracked
    horizons = range(len(engine.labels.horizons))
    if limit is None:
        return [row for key, told in tracked.items() for row in _predicted(engine, carried, key, told, horizons)]
    return [
        row
        for index in horizons
        for key in _worth_showing(tracked, index, limit)
        for row in _predicted(engine, carried, key, tracked[key], (index,))
    ]


def _worth_showing(tracked: dict[str, Tracked], index: int, limit: int) -> Iterable[str]:
    """Of the recent posts, those that are to travel furthest, and the last that matured."""
    recent = list(islice(reversed(tracked.items()), 50 * limit))

    def expected(pair: tuple[str, Tracked]) -> float:
        predicted = pair[1].forecasts[index].predicted
        return -1.0 if predicted is None else predicted

    waiting = nlargest(limit, (pair for pair in recent if pair[1].state(index) == WAITING), key=expected)
    matured = islice((pair for pair in recent if pair[1].state(index) == MATURED), limit // 2)
    return [key for key, _ in (*waiting, *matured)]


def _predicted(
    engine: Engine, carried: Carried, key: str, tracked: Tracked, horizons: Iterable[int]
) -> Iterator[Prediction]:
    """What was said of a post, by horizon, and what came of it; nothing where nothing was said and nothing waits."""
    entry = engine.ledger.posts[key]
    author, created = entry.author.partition(":")[2], moment(entry.time)
    now = _engagement_now(entry, carried)
    for index in horizons:
        forecast: Forecast = tracked.forecasts[index]
        state = tracked.state(index)
        censored = state not in (WAITING, MATURED)
        if censored and forecast.predicted is None:
            continue
        horizon = engine.labels.horizons[index]
        usual = to_count(forecast.usual)
        yield Prediction(
            uid=entry.uid,
            platform=entry.platform,
            author=author,
            name=entry.name,
            text=entry.text,
            created=created,
            horizon=horizon // SECOND,
            predicted=to_count(forecast.predicted),
            low=to_count(forecast.low),
            high=to_count(forecast.high),
            usual=usual,
            model=forecast.model,
            state="censored" if censored else state,  # type: ignore[arg-type]
            actual=tracked.actual(index),
            now=now,
            times=None if now is None or usual is None else (1 + now) / (1 + usual),
            censored=state if censored else "",
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


def _posts(engine: Engine, carried: Carried, limit: int | None) -> list[PostRow]:
    posts = engine.ledger.posts.values()
    if limit is not None:
        return [_post_row(engine, entry, carried) for entry in islice(reversed(posts), limit)]
    ordered = sorted(posts, key=lambda entry: (entry.time, entry.key))
    return [_post_row(engine, entry, carried) for entry in ordered]


def _post_row(engine: Engine, entry: Entry, carried: Carried) -> PostRow:
    """All that is known of a post."""
    polarity = entry.analysis.polarity
    like, repost, reply, quote = _counts(entry, carried)
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
