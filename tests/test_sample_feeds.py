"""The monitor finds what was planted in the sample feeds, whose truth stands beside them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.config import ALL_TIME, EngineConfig
from engine.picture import snapshot
from engine.snapshot import Snapshot
from models import sentiment
from tests.feeds import run

FEEDS = Path(__file__).parents[1] / "sample_feeds"
SHAPES = ["bluesky", "mastodon", "x", "reddit"]
CONFIG = EngineConfig(window=ALL_TIME, retention=ALL_TIME, respect_noindex=False)


@pytest.fixture(scope="module", params=SHAPES)
def planted(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Snapshot]:
    truth = json.loads((FEEDS / f"{request.param}.truth.json").read_text())
    lines = (FEEDS / f"{request.param}.jsonl").read_bytes().split(b"\n")[:-1]
    return truth, snapshot(run(lines, CONFIG))


def test_the_meters_are_what_was_planted(planted: tuple[dict[str, Any], Snapshot]) -> None:
    truth, shown = planted
    meters = msgspec.structs.asdict(shown.meters)
    assert {name: meters[name] for name in truth["expected"]} == truth["expected"]
