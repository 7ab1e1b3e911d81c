"""The card of a trained model: what it was trained on, with what, and how well it did. Plain JSON, for people too."""

import sys
from datetime import datetime
from importlib.metadata import version
from typing import Any

import msgspec

from engine import __version__
from engine.config import SECOND, EngineConfig
from models.features import COLUMNS

SCHEMA = 3  # goes up whenever a file written before cannot be used any more


class ScoreCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tried set of parameters: mean and deviation of its log error over the folds."""

    rank: int
    params: dict[str, Any]  # those that were varied
    mae_log: float
    std: float


class GridCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The grid of one kind of trees. The errors are of the trees by themselves."""

    params: dict[str, Any]  # the best, as models/trees.py takes them in the place of its defaults
    tried: list[ScoreCard]  # best first


class FoldsCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model on the folds, as the monitor uses it: calibrated, bounded, shrunk to the author's mean."""

    mae_log: float
    std: float
    skill: float | None  # 1 - mae_log / that of the author baseline


class HorizonCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was trained at one horizon. In each fold all labels fitted on had matured before the posts tested on."""

    horizon: int  # seconds
    n: int  # labels
    folds: int
    models: dict[str, FoldsCard]
    grid: dict[str, GridCard]


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole model."""

    schema: int
    trendtop: str
    python: str  # the minor version: pickles go no further
    scikit_learn: str
    numpy: str
    columns: tuple[str, ...]
    feeds: list[str]  # names without their folders
    since: datetime
    until: datetime
    posts: int
    horizons: list[HorizonCard]
    left_out: dict[str, str]  # horizons (seconds) that had too few labels, and why


def versions() -> dict[str, str]:
    """Those of this process, by the names of the fields."""
    return {
        "trendtop": __version__,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "scikit_learn": version("scikit-learn"),
        "numpy": version("numpy"),
    }


def mismatch(card: Card, config: EngineConfig | None) -> str:
    """In what a card does not fit this process, or an engine of that configuration; "" if it does."""
    here = versions()
    if card.schema != SCHEMA:
        return f"is a model of schema {card.schema}, and this trendtop reads {SCHEMA}"
    for name, field in (("Python", "python"), ("scikit-learn", "scikit_learn")):
        if getattr(card, field) != here[field]:
            return f"was trained with {name} {getattr(card, field)}, and this is {here[field]}"
    if card.numpy.partition(".")[0] != here["numpy"].partition(".")[0]:
        return f"was trained with numpy {card.numpy}, and this is {here['numpy']}"
    if card.columns != COLUMNS:
        return "was trained on other features than this trendtop has"
    return "" if config is None else _misfit(card, config)


def _misfit(card: Card, config: EngineConfig) -> str:
    trained = [one.horizon for one in card.horizons]
    if not set(trained) & {horizon // SECOND for horizon in config.horizons}:
        return f"was trained for {', '.join(map(span, trained))} only: ask for one of these horizons"
    return ""


def span(seconds: int) -> str:
    """A duration as options have it: 15m, 6h, 24h, 90s."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds % size == 0 and (unit != "d" or seconds > size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
