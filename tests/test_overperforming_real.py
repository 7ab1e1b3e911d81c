"""Over-performers of real archives against the raw lines, counted again by brute force with none of our own code."""

import gzip
import json
from bisect import bisect_right
from collections import defaultdict
from datetime import datetime
from functools import cache
from math import expm1, log1p
from pathlib import Path

import pytest

from engine.config import ALL_TIME, HOUR, EngineConfig
from engine.picture import snapshot
from engine.pipeline import Engine
from tests.feeds import PRESENT

DATA = Path(__file__).parents[2] / "shared" / "data" / "engagement"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="real data (../shared/data/engagement) is not here")

TIME = "%a %b %d %H:%M:%S %z %Y"
AGES = (60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400)
HALF_LIFE = 14 * 86_400
ARCHIVES = {
    "user2018": ("2018-07-12T12:00:00+00:00", 1_028, 141),
    "bosc2017": ("2017-07-23T09:00:00+00:00", 741, 93),
    "elgl2019": ("2019-05-16T18:00:00+00:00", 797, 133),
}


def lines(archive: str) -> list[bytes]:
    return gzip.decompress((DATA / f"{archive}.x_v1_stream.jsonl.gz").read_bytes()).splitlines()


class Counted:
    """Posts and what came of them, up to a moment (seconds)."""

    def __init__(self, archive: str, until: float) -> None:
        self.posts: dict[str, tuple[int, str]] = {}
        self.reactions: dict[str, list[int]] = defaultdict(list)
        self.end = 0
        reposts = []
        for line in map(json.loads, lines(archive)):
            at = int(datetime.strptime(line["created_at"], TIME).timestamp())
            if at > until:
                continue
            self.end = max(self.end, at)
            if "retweeted_status" in line:
                self.reactions[line["retweeted_status"]["id_str"]].append(at)
                reposts.append(at)
                continue
            self.posts[line["id_str"]] = (at, line["user"]["id_str"])
            for field in ("in_reply_to_status_id_str", "quoted_status_id_str"):
                if line.get(field):
                    self.reactions[line[field]].append(at)
        first = min(reposts)  # before the first, nothing says that they come as events
        self.readings = [
            [
                (born + age, key, author, log1p(self.count(key, born + age)))
                for key, (born, author) in self.posts.items()
                if first <= born + age < self.end
            ]
            for age in AGES
        ]
        self.last = max(due for rung in self.readings for due, *_ in rung)

    def count(self, key: str, until: int) -> int:
        return sum(at <= until for at in self.reactions.get(key, ()))

    def level(self, rung: int, key: str, author: str) -> tuple[float, float] | None:
        """The mean of an author shrunk to the feed's, and its weight, of all posts but one."""
        own, every = [0.0, 0.0], [0.0, 0.0]
        for due, other, by, label in self.readings[rung]:
            if other == key:
                continue
            weight = 2.0 ** ((due // 60 - self.last // 60) * 60 / HALF_LIFE)
            for sums in (every, own) if by == author else (every,):
                sums[0] += weight
                sums[1] += weight * label
        return ((own[1] + 4 * every[1] / every[0]) / (own[0] + 4), own[0]) if every[0] else None

    def normal(self, key: str) -> tuple[float, float] | None:
        born, author = self.posts[key]
        place, places = log1p(self.end - born), [0.0, *map(log1p, AGES)]
        above = bisect_right(places, place)
        low = self.level(above - 2, key, author) if above > 1 else None
        if above == len(places):
            return (expm1(low[0]), low[1]) if low else None
        high = self.level(above - 1, key, author)
        if high is None or (above > 1 and low is None):
            return None
        start, weight = low or (0.0, high[1])
        part = (place - places[above - 1]) / (places[above] - places[above - 1])
        return expm1(start + part * (high[0] - start)), min(weight, high[1])


@pytest.mark.parametrize("archive", ARCHIVES)
def test_every_row_is_what_the_raw_lines_say(archive: str) -> None:
    at, posts, number = ARCHIVES[archive]
    until = datetime.fromisoformat(at).timestamp()
    config = EngineConfig(window=ALL_TIME, retention=ALL_TIME, horizons=(24 * HOUR,))
    engine = Engine(config, until=int(until) * 1_000_000)
    engine.feed(0, lines(archive), PRESENT)
    engine.finish()
    rows = {row.uid: row for row in snapshot(engine).overperformers}
    counted = Counted(archive, until)
    assert (len(counted.posts), len(rows)) == (posts, number)
    normal = cache(counted.normal)
    for key, row in rows.items():
        found = normal(key)
        assert found is not None
        assert (row.now, row.age) == (counted.count(key, counted.end), counted.end - counted.posts[key][0])
        assert row.normal == pytest.approx(found[0], abs=0.00501)
        assert row.author_posts == round(found[1])
    listed = set()
    for key in engine.ledger.posts:
        now = counted.count(key := key.partition(":")[2], counted.end)
        if now >= 3 and (found := normal(key)) is not None and (1 + now) / (1 + found[0]) >= 2:
            listed.add(key)
    assert listed == set(rows)


@pytest.mark.parametrize("archive", [*ARCHIVES, "ismbeccb2017"])
def test_growth_between_two_rungs_is_near_enough_a_straight_line(archive: str) -> None:
    counted = Counted(archive, float("inf"))
    ages = [sorted(at - born for at in counted.reactions.get(key, ())) for key, (born, _) in counted.posts.items()]

    def mean(seconds: float) -> float:
        return sum(log1p(bisect_right(one, seconds)) for one in ages) / len(ages)

    places, levels = [0.0, *map(log1p, AGES)], [0.0, *map(mean, AGES)]
    for minutes in (0.5, 1.5, 2, 2.5, 3, 4, 7, 10, 12, 20, 24, 40, 50, 90, 120, 150, 240, 300, 480, 600, 900, 1_200):
        place = log1p(60 * minutes)
        above = bisect_right(places, place)
        part = (place - places[above - 1]) / (places[above] - places[above - 1])
        off = expm1(levels[above - 1] + part * (levels[above] - levels[above - 1]) - mean(60 * minutes))
        assert abs(off) < (0.06 if minutes < 1 else 0.015)
