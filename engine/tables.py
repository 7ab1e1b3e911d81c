"""The tables of a snapshot as rows and columns: what the CSV files hold, and docs/schema.md explains."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from engine.snapshot import Snapshot

Row = dict[str, Any]


SCORE_FIELDS = [
    "champion",
    "version",
    "n",
    "mae_log",
    "mse_log",
    "mae",
    "mse",
    "skill",
    "spearman",
    "coverage80",
    "width80",
]


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z; microseconds only where there are any."""
    return None if moment is None else moment.replace(tzinfo=None).isoformat() + "Z"


def _plain(row: Any, **changes: Any) -> Row:
    """A record's fields as CSV cells: times as ISO 8601, lists as space-separated words."""
    cells: Row = {}
    for field in row.__struct_fields__:
        value = changes.get(field, getattr(row, field))
        if isinstance(value, datetime):
            value = iso(value)
        elif isinstance(value, list):
            value = " ".join(str(item) for item in value)
        cells[field] = value
    return cells


def _posts(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.posts)


def _hashtags(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.hashtags)


def _clusters(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.clusters)


def _stories(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.stories)


def _bursts(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row, by="; ".join(row.by)) for row in snapshot.bursts)


def _alerts(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.alerts)


def _authors(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.authors)


def _overperformers(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.overperformers)


def _predictions(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row, reasons="; ".join(row.reasons)) for row in snapshot.predictions)


def _timeline(snapshot: Snapshot) -> Iterator[Row]:
    return (_plain(row) for row in snapshot.timeline)


def _metrics(snapshot: Snapshot) -> Iterator[Row]:
    """Every single figure, one a row: meters, sentiment, reasons, scoreboard."""
    rows: list[Row] = []

    def put(group: str, name: str, value: Any) -> None:
        rows.append({"group": group, "name": name, "value": value})

    put("snapshot", "schema", snapshot.schema)
    put("snapshot", "as_of", iso(snapshot.as_of))
    put("snapshot", "window_seconds", snapshot.window)
    put("snapshot", "posts_in_window", snapshot.posts_in_window)
    put("snapshot", "authors_in_window", snapshot.authors_in_window)
    put("snapshot", "retained", snapshot.retained)
    put("snapshot", "topics", snapshot.topics)
    put("snapshot", "filter", snapshot.filter)
    put("snapshot", "share", snapshot.share)
    put("snapshot", "posts_unfiltered", snapshot.posts_unfiltered)
    for name in snapshot.meters.__struct_fields__:
        put("meters", name, getattr(snapshot.meters, name))
    for reason in snapshot.rejections:
        put("rejections", reason.reason, reason.count)
    for reason in snapshot.ignored:
        put("ignored", reason.reason, reason.count)
    sentiment = snapshot.sentiment
    for name in ("mean", "band", "change", "positive", "neutral", "negative", "scored", "coverage"):
        put("sentiment", name, getattr(sentiment, name))
    for why, count in sentiment.not_scored.items():
        put("not_scored", why, count)
    for lang, count in snapshot.languages.items():
        put("languages", lang or "undecided", count)
    put("hashtags", "in_window", snapshot.hashtags_in_window)
    put("hashtags", "error", snapshot.hashtags_error)
    put("bursts", "number", len(snapshot.bursts))
    put("bursts", "going_on", sum(burst.end is None for burst in snapshot.bursts))
    put("stories", "in_window", snapshot.stories_in_window)
    put("stories", "live", snapshot.stories_live)
    put("clusters", "silhouette", snapshot.silhouette)
    put("clusters", "silhouette_n", snapshot.silhouette_n)
    put("clusters", "in_window", snapshot.clusters_in_window)
    put("clusters", "unclustered", snapshot.unclustered)
    for labels in snapshot.labels:
        group = f"labels_{labels.horizon}s"
        put(group, "waiting", labels.waiting)
        put(group, "matured", labels.matured)
        for why, count in labels.censored.items():
            put(group, f"censored: {why}", count)
    for score in snapshot.scoreboard:
        group = f"scoreboard_{score.horizon}s_{score.model}"
        for name in SCORE_FIELDS:
            put(group, name, getattr(score, name))
    return iter(rows)


TABLES: dict[str, Callable[[Snapshot], Iterator[Row]]] = {
    "posts": _posts,
    "hashtags": _hashtags,
    "clusters": _clusters,
    "stories": _stories,
    "bursts": _bursts,
    "alerts": _alerts,
    "authors": _authors,
    "overperformers": _overperformers,
    "predictions": _predictions,
    "timeline": _timeline,
    "metrics": _metrics,
}
