"""Replay X v1.1 streams and grade the predictions that were frozen on the way.

    python benchmarks/bench_engagement.py FEED [FEED ...] [--horizon 1h]

A small replay of its own: posts and their reposts, replies and quotes at their true times, labels when they come due.
Counted are posts that arrived after the first 100 labels had matured, for coverage after the first 200.
"""

import argparse
import gzip
import json
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models import metrics
from models.engagement import LEARNING, EngagementModel, Forecast, Known, Matured
from models.terms import terms

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
UNITS = {"m": MINUTE, "h": 60 * MINUTE, "d": DAY}
WINDOW = 15 * MINUTE
BATCH = 256
SETTLED = 200  # labels after which coverage is counted


class Action(NamedTuple):
    """A post, or an engagement with the post `target`."""

    at: int
    uid: str
    target: str
    known: Known | None


class Graded(NamedTuple):
    """A matured forecast and how many labels had matured when it was made."""

    forecast: Forecast
    actual: int
    matured: int


def read(path: Path) -> list[Action]:
    """All actions of a feed in order of time."""
    open_feed = gzip.open if path.suffix == ".gz" else open
    with open_feed(path, "rt", encoding="utf-8") as lines:
        actions = [action for line in lines for action in actions_of(json.loads(line))]
    return sorted(actions, key=lambda action: (action.at, action.uid, action.target))


def actions_of(line: dict[str, Any]) -> Iterator[Action]:
    """What a line of the stream says."""
    at = moment(line["created_at"])
    if "retweeted_status" in line:
        yield Action(at, "", line["retweeted_status"]["id_str"], None)
        return
    for key in ("in_reply_to_status_id_str", "quoted_status_id_str"):
        if line.get(key):
            yield Action(at, "", line[key], None)
    yield Action(at, line["id_str"], "", known(line, at))


def known(line: dict[str, Any], at: int) -> Known:
    """What is known of a post at its arrival; volumes are filled in as it arrives."""
    user, entities, text = line["user"], line.get("entities", {}), line["full_text"]
    media = [item.get("type", "") for item in line.get("extended_entities", {}).get("media", [])]
    tags = tuple(dict.fromkeys(tag["text"].casefold() for tag in entities.get("hashtags", [])))
    born = user.get("created_at")
    return Known(
        author=user["id_str"],
        at=at,
        followers=user.get("followers_count"),
        author_age=(at - moment(born)) / DAY if born else None,
        length=len(text),
        words=len(text.split()),
        tags=tags,
        mentions=len(entities.get("user_mentions", [])),
        links=len(entities.get("urls", [])),
        media={"photo": "image", "video": "video", "animated_gif": "video"}.get(media[0], "") if media else "",
        reply=bool(line.get("in_reply_to_status_id_str")),
        quote=bool(line.get("quoted_status_id_str")),
        lang=line.get("lang", ""),
        addressed=text.startswith("@"),
        question="?" in text,
        terms=terms(text, tags),
    )


def moment(text: str) -> int:
    """Microseconds of the stream's two ways to write a time."""
    if text[0].isdigit():
        return round(datetime.fromisoformat(text).timestamp() * SECOND)
    return round(datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").timestamp() * SECOND)


class Replay:
    """The maturity queue: forecasts wait in order of arrival, which with one horizon is that of falling due."""

    def __init__(self, horizon: int) -> None:
        self.model = EngagementModel((horizon,))
        self.graded: list[Graded] = []
        self._horizon = horizon
        self._counts: Counter[str] = Counter()
        self._born: dict[str, int] = {}
        self._arriving: list[tuple[str, Known]] = []
        self._waiting: deque[tuple[str, Known, Forecast, int]] = deque()
        self._window: deque[Known] = deque()
        self._tags: Counter[str] = Counter()

    def run(self, actions: list[Action]) -> None:
        """Replay to the last action: what falls due after that never matures."""
        for action in actions:
            if len(self._arriving) >= BATCH or self._due(action.at):
                self._forecast()
                self._mature(action.at)
            if action.known is None:
                self._count(action)
            elif action.uid not in self._born:
                self._born[action.uid] = action.at
                self._arriving.append((action.uid, self._with_volume(action.known)))
        self._forecast()
        self._mature(actions[-1].at)

    def _due(self, now: int) -> bool:
        oldest = self._waiting[0][1] if self._waiting else self._arriving[0][1] if self._arriving else None
        return oldest is not None and oldest.at + self._horizon < now

    def _count(self, action: Action) -> None:
        born = self._born.get(action.target)
        if born is not None and action.at <= born + self._horizon:
            self._counts[action.target] += 1

    def _forecast(self) -> None:
        posts = [post for _, post in self._arriving]
        matured = self.model.matured(0)
        for (uid, post), (forecast,) in zip(self._arriving, self.model.forecast(posts), strict=True):
            self._waiting.append((uid, post, forecast, matured))
        self.model.arrived(posts)
        self._arriving.clear()

    def _mature(self, now: int) -> None:
        outcomes = []
        while self._waiting and self._waiting[0][1].at + self._horizon < now:
            uid, post, forecast, matured = self._waiting.popleft()
            outcomes.append(Matured(post, forecast, self._counts[uid], post.at + self._horizon))
            self.graded.append(Graded(forecast, self._counts[uid], matured))
        self.model.mature(0, outcomes)

    def _with_volume(self, post: Known) -> Known:
        while self._window and self._window[0].at < post.at - WINDOW:
            self._tags.subtract(self._window.popleft().tags)
        self._window.append(post)
        self._tags.update(post.tags)
        busiest = max((self._tags[tag] for tag in post.tags), default=0)
        known_now = {name: getattr(post, name) for name in post.__struct_fields__}
        return Known(**known_now | {"theme_posts": len(self._window), "tag_posts": busiest})


def report(replay: Replay) -> dict[str, float | None]:
    """Print the scores by model and of what was shown; return the latter."""
    judged = [one for one in replay.graded if one.matured >= LEARNING and one.forecast.predicted is not None]
    actual = np.log1p([one.actual for one in judged])
    author = replay.model.names.index("author")
    reference = metrics.mae(actual, column(judged, author))
    for index, name in enumerate(replay.model.names):
        line(name, actual, column(judged, index), reference)
    shown = np.array([one.forecast.predicted for one in judged])
    held = [one for one in judged if one.matured >= SETTLED and one.forecast.low is not None]
    low, high = (np.array([getattr(one.forecast, end) for one in held]) for end in ("low", "high"))
    covered = metrics.coverage(np.log1p([one.actual for one in held]), low, high)
    line("champion", actual, shown, reference, f"coverage80 {covered:.3f}  width80 {metrics.width(low, high):.2f}")
    leaders = Counter(one.forecast.model.partition("-")[0] for one in judged)
    print(f"  n_scored {len(judged)}  shown by {dict(leaders)}")
    skill = metrics.skill(metrics.mae(actual, shown), reference)
    return {"skill": skill, "spearman": metrics.spearman(actual, shown), "coverage": covered}


def column(judged: list[Graded], index: int) -> np.ndarray:
    """What one model said, NaN where it had learnt nothing."""
    return np.array([one.forecast.rivals[index] for one in judged], dtype=float)


def line(name: str, actual: np.ndarray, predicted: np.ndarray, reference: float | None, more: str = "") -> None:
    """Print the scores of one model on the posts that it predicted."""
    known_rows = ~np.isnan(predicted)
    error = metrics.mae(actual[known_rows], predicted[known_rows])
    rank = metrics.spearman(actual[known_rows], predicted[known_rows])
    skill = metrics.skill(error, reference)
    print(f"  {name:<9} mae_log {error:.3f}  skill {skill:+.3f}  spearman {rank or 0:.3f}  {more}".rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds", nargs="+", type=Path)
    parser.add_argument("--horizon", action="append", help="such as 15m, 1h, 24h; may be given again")
    options = parser.parse_args()
    results = []
    for feed in options.feeds:
        actions = read(feed)
        for horizon in options.horizon or ["1h"]:
            started = time.perf_counter()
            replay = Replay(int(horizon[:-1]) * UNITS[horizon[-1]])
            replay.run(actions)
            print(f"{feed.name}, {horizon}, {time.perf_counter() - started:.1f} s")
            results.append(report(replay))
    for name in results[0]:
        values = [result[name] or 0.0 for result in results]
        print(f"{name}: mean {np.mean(values):.3f}, least {min(values):.3f}, most {max(values):.3f}")


if __name__ == "__main__":
    main()
