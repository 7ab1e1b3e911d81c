"""What a snapshot says of the hashtag clusters and the stories they are made of."""

from itertools import islice

from engine.naming import STORIES_OF_THEME, Words
from engine.picture_examples import Examples
from engine.picture_window import share, trend
from engine.pipeline import Engine
from engine.ranking import foremost
from engine.snapshot import Cluster, Story
from engine.units import moment
from engine.windows import Window
from models.ctfidf import Label

WORTH_SHOWING = 3  # posts in the window that make a cluster
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
    named = engine.names.themes.get(theme)
    return (named or engine.names.of_themes(words(engine.whole), engine.places).get(theme, UNKNOWN)).label


def story_name(engine: Engine, story: int | None) -> str:
    """How a story is called; "" if nothing is left that says it."""
    if story is None:
        return ""
    named = engine.names.stories.get(story)
    return (named or engine.names.of_stories(words(engine.whole), [story]).get(story, UNKNOWN)).label


def words(window: Window) -> Words:
    """What the posts of the window say."""
    sums = window.topics
    return Words(sums.sizes(), sums.terms, sums.terms.leading)


def clusters(engine: Engine, said: Words, examples: Examples, limit: int | None) -> list[Cluster]:
    """The largest themes of the window, of which `said` is what its posts say."""
    window = engine.window
    sums, shown = window.topics, shown_themes(engine)
    found = engine.names.of_themes(said, engine.places)
    copies, before = sums.of_themes(sums.copies), sums.of_themes(sums.before)
    stories = sums.by_theme()
    rows = []
    for theme in islice(shown, limit):
        tally, name = sums.themes[theme], found.get(theme, NAMELESS)
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
                example=examples.of(name, foremost(stories[theme], STORIES_OF_THEME)),
                stories=len(stories.get(theme, ())),
                copies=share(copies[theme], tally.posts),
            )
        )
    return rows


def stories(engine: Engine, said: Words, examples: Examples, limit: int | None) -> list[Story]:
    """The stories of most posts in the window, of all that have had two posts or more. As `clusters`."""
    window = engine.window
    sums = window.topics
    shown = foremost(said.sizes, limit)
    found = engine.names.of_stories(said, shown)
    rows = []
    for story in shown:
        tally, name = sums.stories[story], found.get(story, NAMELESS)
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
                example=examples.of(name, (story,)),
            )
        )
    return rows
