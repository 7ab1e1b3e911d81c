"""`trendtop evaluate clusters`: how right stories and themes are. Figures to stdout, words to stderr."""

import argparse
from collections.abc import Callable

import msgspec

from engine.cluster_figures import ClusterFigures, figures, largest_labels, largest_stories
from engine.config import EngineConfig
from engine.evaluation import Replay
from engine.sources.base import SourceError
from engine.topics import Topics
from tui import labelled, plots
from tui.reading import read_feed

Fail = Callable[[str], int]

# What a person reads of the stories and of the themes: the words for it, and the field.
_ROWS = (
    ("NMI", "nmi"),
    ("homogeneity", "homogeneity"),
    ("completeness", "completeness"),
    ("purity of the ten largest", "purity_top10"),
    ("silhouette", "silhouette"),
    ("  on posts or stories", "silhouette_n"),
)


def clusters(arguments: argparse.Namespace, fail: Fail) -> int:
    """`trendtop evaluate clusters`: stories and themes against the labels of a feed."""
    try:
        labelled.decoder(arguments)
    except ValueError as wrong:
        return fail(str(wrong))
    try:
        replay, failed = read_feed(arguments, lambda sorting: _replay(arguments, sorting), labelled.late)
    except SourceError as error:
        return fail(str(error))
    if replay.labelled == 0:
        return fail("; ".join([*failed, labelled.why_nothing(replay, arguments)]))
    found = figures(replay)
    print(msgspec.json.encode(found).decode() if arguments.json else _readable(found))
    if arguments.plot:
        print(f"\n{_drawn(replay, plots.canvas())}")
    return fail("; ".join(failed)) if failed else 0


def _replay(arguments: argparse.Namespace, sorting: int | None) -> Replay:
    config = EngineConfig(
        lateness=labelled.lateness(arguments, sorting),
        clusters=arguments.clusters,
        respect_noindex=not arguments.keep_noindex,
        seed=arguments.seed,
    )
    return Replay(config, labelled.decoder(arguments), Topics(config.clusters, config.seed))


def _readable(found: ClusterFigures) -> str:
    counts = [
        f"{found.posts:,} posts, {found.n:,} with one of {found.labels:,} labels"
        f" ({found.unlabelled:,} unlabelled, {found.deleted:,} deleted, {found.unplaced:,} in no story)",
        f"besides: {found.duplicates:,} duplicates, {found.left_out:,} left out, "
        f"{sum(found.rejected.values()):,} rejected, {found.others:,} other records; {found.late:,} late",
    ]
    rows = [("", "stories", "themes")]
    rows += [(words, _cell(getattr(found, field)), _cell(getattr(found.themes, field))) for words, field in _ROWS]
    rows.append(("given", _cell(found.stories), _cell(found.themes.themes)))
    rows.append(("  to one post only", _cell(found.alone), ""))
    rows.append(("alive at the end", _cell(found.live_stories), ""))
    table = [f"{words:<28}{of_stories:>10}{of_themes:>10}".rstrip() for words, of_stories, of_themes in rows]
    speed = (
        f"posts a second of one processor: {_cell(found.posts_per_s)} (with reading terms: "
        f"{_cell(found.posts_per_s_with_terms)})"
    )
    return "\n".join([*counts, "", *table, "", speed])


def _drawn(replay: Replay, on: plots.Canvas) -> str:
    """Where purity and completeness come from: the largest stories by one label, the largest labels by one story."""
    stories = {f"story {of.story}, {of.posts:,} posts: {of.label}": of.share for of in largest_stories(replay)}
    labels = {f"{of.posts:,} posts: {of.label}": of.share for of in largest_labels(replay)}
    pure = plots.bars("the largest stories: share of their commonest label", stories, on, most=1.0)
    return f"{pure}\n\n{plots.bars('the largest labels: share in their largest story', labels, on, most=1.0)}"


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}" if abs(value) <= 1 else f"{value:,.0f}"
