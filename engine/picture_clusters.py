"""What a snapshot says of the hashtag clusters."""

from collections.abc import Mapping
from heapq import nsmallest
from itertools import islice

from engine.picture_window import foremost, share, trend
from engine.pipeline import Engine
from engine.snapshot import (
    Cluster,
)
from engine.tally import Tally
from engine.windows import resolve
from models.themes import ThemeLabel
from models.themes import labels as theme_labels

WORTH_SHOWING = 3  # posts in the window that make a cluster
LABEL_TERMS = 300  # most frequent terms of a cluster that can name it
RECENT_EXAMPLES = 1_600  # newest posts that an example of a cluster is looked for in


def shown_themes(engine: Engine) -> list[tuple[int, Tally]]:
    """The largest clusters of the window, as many as were asked for at most.

    One that has died since still shows for its posts in the window.
    """
    themes = ((theme, tally) for theme, tally in engine.window.themes.items() if tally.posts >= WORTH_SHOWING)
    return nsmallest(engine.config.clusters[1], themes, key=lambda pair: (-pair[1].posts, pair[0]))


def _named(engine: Engine, shown: list[tuple[int, Tally]]) -> dict[int, ThemeLabel]:
    """Names of the clusters, from what their posts in the window say."""
    terms = engine.window.terms
    return theme_labels(
        {
            theme: {term: terms[theme][term] for term in foremost(terms[theme], LABEL_TERMS)}
            for theme, _ in shown
            if theme in terms
        }
    )


def theme_names(engine: Engine) -> dict[int, str]:
    """The label of each cluster in the window."""
    return {theme: named.label for theme, named in _named(engine, shown_themes(engine)).items()}


def clusters(engine: Engine, shown: list[tuple[int, Tally]], limit: int | None) -> list[Cluster]:
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
                coverage=share(tally.scored, tally.posts),
                trend=trend(window, tally),
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
