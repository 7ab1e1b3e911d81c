"""What a snapshot says of the hashtag clusters and the stories they are made of."""

from collections.abc import Iterable, Mapping
from itertools import islice

from engine.naming import Words
from engine.picture_window import share, trend
from engine.pipeline import Engine
from engine.ranking import foremost
from engine.snapshot import Cluster, Story
from engine.units import moment
from models.ctfidf import Label

WORTH_SHOWING = 3  # posts in the window that make a cluster
RECENT_EXAMPLES = 1_600  # newest posts that an example of a cluster is looked for in
NAMELESS = Label("(no words)", (), (), ())
UNKNOWN = Label("", (), (), ())


def shown_themes(engine: Engine) -> list[int]:
    """The largest themes of the window, as many as were asked for at most.

    One that has died since still shows for its posts in the window.
    """
    posts = {theme: sums.posts for theme, sums in engine.window.topics.themes.items() if sums.posts >= WORTH_SHOWING}
    return foremost(posts, engine.config.clusters[1])


def theme_name(engine: Engine, theme: int) -> str:
    """How a theme is called; "" if nothing is left that says it."""
    return (engine.names.themes.get(theme) or _themes(engine).get(theme, UNKNOWN)).label


def story_name(engine: Engine, story: int | None) -> str:
    """How a story is called; "" if nothing is left that says it."""
    if story is None:
        return ""
    return (engine.names.stories.get(story) or _stories(engine, [story]).get(story, UNKNOWN)).label


def _themes(engine: Engine) -> dict[int, Label]:
    return engine.names.of_themes(_words(engine), engine.places)


def _stories(engine: Engine, stories: Iterable[int]) -> dict[int, Label]:
    return engine.names.of_stories(_words(engine), stories)


def _words(engine: Engine) -> Words:
    """What the posts of the window say."""
    sums = engine.window.topics
    return Words(sums.sizes(), sums.terms)


def clusters(engine: Engine, limit: int | None) -> list[Cluster]:
    """The largest themes of the window."""
    window = engine.window
    sums, shown = window.topics, shown_themes(engine)
    names = _themes(engine)
    copies, before = sums.of_themes(sums.copies), sums.of_themes(sums.before)
    stories = sums.by_theme()
    examples = _examples(engine, {theme: names[theme] for theme in shown if theme in names}, themes=True)
    rows = []
    for theme in islice(shown, limit):
        tally, name = sums.themes[theme], names.get(theme, NAMELESS)
        rows.append(
            Cluster(
                id=theme,
                label=name.label,
                tags=list(name.tags),
                terms=list(name.terms),
                posts=tally.posts,
                authors=len(tally.authors),
                share=tally.posts / window.total.posts,
                change=tally.posts - before[theme] if window.before.posts else None,
                sentiment=tally.mean,
                scored=tally.scored,
                coverage=share(tally.scored, tally.posts),
                trend=trend(window, tally),
                example=examples.get(theme, ""),
                stories=len(stories.get(theme, ())),
                copies=share(copies[theme], tally.posts),
            )
        )
    return rows


def stories(engine: Engine, limit: int | None) -> list[Story]:
    """The stories of most posts in the window, of all that have had two posts or more."""
    window = engine.window
    sums = window.topics
    shown = foremost(sums.sizes(), limit)
    names = _stories(engine, shown)
    examples = _examples(engine, names, themes=False)
    rows = []
    for story in shown:
        tally, name = sums.stories[story], names.get(story, NAMELESS)
        rows.append(
            Story(
                id=story,
                label=name.label,
                tags=list(name.tags),
                terms=list(name.terms),
                cluster=sums.places.theme(story),
                posts=tally.posts,
                authors=len(tally.authors),
                copies=share(sums.copies[story], tally.posts),
                share=tally.posts / window.total.posts,
                change=tally.posts - sums.before[story] if window.before.posts else None,
                sentiment=tally.mean,
                scored=tally.scored,
                coverage=share(tally.scored, tally.posts),
                born=moment(engine.places.born[story]),
                trend=trend(window, tally),
                example=examples.get(story, ""),
            )
        )
    return rows


def _examples(engine: Engine, names: Mapping[int, Label], themes: bool) -> dict[int, str]:
    """Of each theme or story the text of the recent post that says most of what names it, the newest of equals."""
    telling = {each: {*label.terms, *(f"#{tag}" for tag in label.tags)} for each, label in names.items()}
    best: dict[int, tuple[int, str]] = {}
    for entry in islice(reversed(engine.ledger.posts.values()), RECENT_EXAMPLES):
        story = engine.places.story(entry.story)
        each = engine.places.theme(story) if themes else story
        if each is None or each not in telling:
            continue
        found = len(telling[each].intersection(entry.analysis.terms))
        if found > best.get(each, (0, ""))[0]:
            best[each] = (found, entry.text)
    return {each: text for each, (_, text) in best.items()}
