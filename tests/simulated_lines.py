"""Simulated feeds, and what plain json says of their lines."""

import json
from datetime import UTC, datetime
from functools import cache

from engine.simulate import SHAPES, Truth, simulate

SAMPLES = {"bluesky": 0.8, "mastodon": 1.15, "x": 1.5, "reddit": 1.5}  # posts per minute, as in sample_feeds/README.md
HORIZONS = {"15m": 900, "1h": 3_600, "6h": 21_600, "24h": 86_400}
SECOND = 1_000_000
MINUTE = 60 * SECOND
LATENESS = 2 * SECOND
SHAPE_NAMES = sorted(SHAPES)


@cache
def feed(shape: str) -> tuple[list[bytes], Truth]:
    return simulate(shape, seed=5, hours=1.4, rate=6)


def decoded(shape: str) -> list[dict | None]:
    """The objects of a feed; None for lines that are none."""
    return [object_of(line) for line in feed(shape)[0]]


def object_of(line: bytes) -> dict | None:
    try:
        value = json.loads(line.decode())
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def micros(text: str) -> int | None:
    """Microseconds of ISO 8601; None where datetime cannot say or the claim is absurd."""
    moment = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    whole = (moment.days * 86_400 + moment.seconds) * SECOND + moment.microseconds
    return whole if 0 < whole < 2**53 else None


def bluesky_time(line: dict) -> int:
    """Event time by the rule: the claim if it is near what the server saw, else that."""
    seen = line["time_us"]
    claim = micros(line.get("commit", {}).get("record", {}).get("createdAt", "")) if is_new(line) else None
    return claim if claim is not None and seen - 86_400 * SECOND <= claim <= seen + 120 * SECOND else seen


def is_new(line: dict) -> bool:
    return line.get("commit", {}).get("operation") == "create"


def collection(line: dict) -> str:
    return line.get("commit", {}).get("collection", "").rpartition(".")[2]


def bluesky_uri(line: dict) -> str:
    commit = line["commit"]
    return f"at://{line['did']}/{commit['collection']}/{commit['rkey']}"


def is_post(line: dict) -> bool:
    return is_new(line) and collection(line) == "post"
