"""All native shapes, in the order in which their signatures are tried; the catch-all comes last."""

from engine.platforms import (
    bluesky_jetstream,
    bluesky_view,
    generic,
    mastodon,
    reddit,
    x_snscrape,
    x_v1,
    x_v2,
    x_web,
    zeeschuimer,
)
from engine.platforms.base import Adapter

_ADAPTERS: tuple[Adapter, ...] = (
    zeeschuimer.ADAPTER,  # an envelope, whose content may look like any other shape
    bluesky_jetstream.ADAPTER,
    bluesky_view.ADAPTER,
    mastodon.ADAPTER,
    x_v2.ADAPTER,
    x_v1.ADAPTER,
    x_web.ADAPTER,
    x_snscrape.ADAPTER,
    reddit.ADAPTER,
    generic.ADAPTER,
)


def adapters() -> tuple[Adapter, ...]:
    """Every adapter, the most specific signature first."""
    return _ADAPTERS


def names() -> tuple[str, ...]:
    """What `--format` takes, besides "auto"."""
    return tuple(adapter.name for adapter in _ADAPTERS)


def find(name: str) -> Adapter:
    """The adapter called `name`. Raises ValueError, with all names, if there is none."""
    for adapter in _ADAPTERS:
        if adapter.name == name:
            return adapter
    raise ValueError(f"unknown format {name!r}: choose auto, {', '.join(names())}")
