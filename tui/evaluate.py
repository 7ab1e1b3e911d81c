"""`trendtop evaluate`: how right the monitor is, on feeds that say what is true. Figures to stdout, words to stderr."""

import argparse
from collections.abc import Callable

import msgspec

from engine.cluster_figures import ClusterFigures, figures
from engine.config import EngineConfig
from engine.evaluation import Replay
from engine.platforms.decode import LEFT_OUT, Decoder
from engine.sources.base import SourceError
from engine.topics import Topics
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
        _decoder(arguments)
    except ValueError as wrong:
        return fail(str(wrong))
    try:
        replay, failed = read_feed(arguments, lambda lateness: _replay(arguments, lateness), _late)
    except SourceError as error:
        return fail(str(error))
    if replay.labelled == 0:
        return fail("; ".join([*failed, _why_nothing(replay, arguments)]))
    found = figures(replay)
    print(msgspec.json.encode(found).decode() if arguments.json else _readable(found))
    return fail("; ".join(failed)) if failed else 0


def _replay(arguments: argparse.Namespace, lateness: int | None) -> Replay:
    given = arguments.lateness if arguments.lateness is not None else lateness
    config = EngineConfig(
        lateness=EngineConfig().lateness if given is None else given,
        clusters=arguments.clusters,
        respect_noindex=not arguments.keep_noindex,
        seed=arguments.seed,
    )
    return Replay(config, _decoder(arguments), Topics(config.clusters, config.seed))


def _decoder(arguments: argparse.Namespace) -> Decoder:
    """Raises ValueError, in one line, for options that do not go together."""
    return Decoder(arguments.format, arguments.map, tuple(arguments.keep))


def _late(replay: Replay) -> tuple[int, int]:
    return replay.late, replay.intake.read


def _why_nothing(replay: Replay, arguments: argparse.Namespace) -> str:
    feed = " ".join(arguments.feed)
    if replay.posts:
        return f"no post of {feed} has a label: name it with --map label=FIELD"
    if LEFT_OUT.reason in replay.intake.ignored and not replay.intake.rejections:
        kept = " and ".join(f"{field}={value}" for field, value in arguments.keep)
        return f"no post of {feed} has {kept}: check --keep"
    reasons = ", ".join(f"{tallied.times:,} {reason}" for reason, tallied in replay.intake.rejections.items())
    return f"no post in {feed}{f' ({reasons})' if reasons else ''}: name its text with --map text=FIELD,label=FIELD"


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


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}" if abs(value) <= 1 else f"{value:,.0f}"
