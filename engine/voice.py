"""Share of voice: what several filters match of the same window, side by side. Changes nothing that is shown."""

from collections.abc import Sequence

from engine.filtering import EngineFacts
from engine.filters.matching import matcher
from engine.filters.parse import fields_of, parse
from engine.filters.tokens import FilterError
from engine.picture_window import share
from engine.pipeline import Engine
from engine.snapshot import Voice
from engine.tally import Contribution, Tally


def voices(engine: Engine, expressions: Sequence[str]) -> list[Voice]:
    """The posts of the window that each of some expressions matches, whatever filter is on."""
    facts = EngineFacts(engine)
    return [_voice(engine, facts, text) for text in expressions]


def _voice(engine: Engine, facts: EngineFacts, text: str) -> Voice:
    items, width = engine.whole.items, engine.whole.width
    try:
        matching = _matching(engine, facts, text)
    except FilterError as error:
        return Voice(expression=text, error=str(error))
    tally = Tally.of(matching, width)
    return Voice(
        expression=text,
        posts=tally.posts,
        share=share(tally.posts, len(items)),
        authors=len(tally.authors),
        mean=tally.mean,
        band=tally.band,
        scored=tally.scored,
        coverage=share(tally.scored, tally.posts),
    )


def _matching(engine: Engine, facts: EngineFacts, text: str) -> list[Contribution]:
    """Raises FilterError."""
    items, posts = engine.whole.items, engine.ledger.posts
    expression = parse(text)
    if expression is None:
        return [*items.values()]
    if "pred" in fields_of(expression):
        facts.read_predictions(items)
    test = matcher(expression, facts)
    return [item for key, item in items.items() if test(posts[key])]
