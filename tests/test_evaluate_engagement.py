"""`trendtop evaluate engagement`: the figures of predictions frozen before their labels, against a count by hand."""

import contextlib
import gzip
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from math import expm1, log1p
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scipy.stats import spearmanr

from engine.config import EngineConfig
from engine.engagement_figures import SETTLED
from engine.grading import Grades
from engine.labels import Labels
from engine.pipeline import Engine
from models.engagement import LEARNING, Forecast
from tests.feeds import SECOND, delete, run
from tests.simulated_likes import action, feed, last_time, written
from tui.cli import main

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DATA = Path(__file__).parents[2] / "shared" / "data" / "engagement"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="real streams (../shared/data) are not here")


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["evaluate", "engagement", *words])
    out = capsys.readouterr()
    return status, out.out, out.err


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    status, out, err = command(capsys, *words, "--json")
    assert (status, err) == (0, "")
    shown: dict[str, Any] = json.loads(out)
    return shown


COUNTS = ("n_scored", "matured", "waiting", "censored", "shown_by")


class Read(NamedTuple):
    """A feed, what came of each of its posts, and what the command says of it."""

    path: str
    lines: list[str]
    liked: dict[str, list[int]]
    shown: dict[str, Any]


def read(path: Path, posts: int, *words: str) -> Read:
    lines, liked = feed(posts)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["evaluate", "engagement", written(path, lines), *words, "--json"]) == 0
    return Read(str(path), lines, liked, json.loads(out.getvalue()))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read(tmp_path_factory.mktemp("long") / "feed.jsonl.gz", 420, "--horizon", "1h")


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """At a quarter of an hour: no shorter horizon is replayed beside it."""
    return read(tmp_path_factory.mktemp("short") / "feed.jsonl", 160, "--horizon", "15m")


def steady(shown: Any) -> Any:
    """All but the seconds."""
    if isinstance(shown, dict):
        return {name: steady(value) for name, value in shown.items() if name != "seconds"}
    return [steady(value) for value in shown] if isinstance(shown, list) else shown


Told = dict[str, tuple[Forecast, int]]


@pytest.fixture(scope="module")
def again(long: Read) -> tuple[Told, Engine]:
    """What was said of each post as it came, and how many labels had been learnt, without the books of Grades."""
    tracked: dict[str, tuple[Any, int]] = {}
    keep = Labels.track

    def track(labels: Labels, entries: Any, said: Any, graded: Any) -> None:
        for entry, one in zip(entries, said, strict=True):
            tracked[entry.uid.rpartition("/")[2]] = one, entry.time
        keep(labels, entries, said, graded)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Labels, "track", track)
        engine = run(long.lines, EngineConfig(horizons=(HOUR,), retention=0))
    forecasts = engine.model.freezer.forecasts
    return {name: (forecasts(one, at)[0], one.made.matured[0]) for name, (one, at) in tracked.items()}, engine


def test_the_figures_are_those_of_a_count_by_hand(long: Read, again: tuple[Told, Engine]) -> None:
    _, lines, liked, shown = long
    last = last_time(lines)
    ended = {name for name, _, at in map(action, range(420)) if at + HOUR < last}
    actual = {name: sum(after < 3600 for after in liked[name]) for name in ended}
    scored = {name: told for name, told in again[0].items() if name in ended and told[1] >= LEARNING}
    assert shown["matured"] + sum(shown["censored"].values()) == len(ended)
    assert shown["waiting"] == 420 - len(ended)
    assert shown["n_scored"] == shown["n"] == len(scored) > 250

    def check(found: dict[str, Any], said: Callable[[Forecast], float | None]) -> None:
        rows = [(log1p(actual[name]), said(told), told.usual) for name, (told, _) in scored.items()]
        known = [(y, p, a) for y, p, a in rows if p is not None and a is not None]
        off = [abs(y - p) for y, p, _ in known]
        counts = [abs(expm1(y) - expm1(p)) for y, p, _ in known]
        assert found["n"] == len(known)
        assert found["mae_log"] == pytest.approx(sum(off) / len(off), abs=1e-6)
        assert found["mse_log"] == pytest.approx(sum(e * e for e in off) / len(off), abs=1e-6)
        assert found["mae"] == pytest.approx(sum(counts) / len(counts), abs=1e-5)
        assert found["mse"] == pytest.approx(sum(e * e for e in counts) / len(counts), abs=1e-4)
        assert found["skill"] == pytest.approx(1 - sum(off) / sum(abs(y - a) for y, _, a in known), abs=1e-6)
        if len({p for _, p, _ in known}) > 1:
            rank = spearmanr([y for y, _, _ in known], [p for _, p, _ in known]).statistic
            assert found["spearman"] == pytest.approx(rank, abs=1e-6)

    check(shown, lambda told: told.predicted)
    for place, (_, found) in enumerate(shown["models"].items()):
        check(found, lambda told, place=place: told.rivals[place])

    held = [(actual[name], told) for name, (told, before) in scored.items() if before >= SETTLED]
    inside = [told.low <= y <= told.high for y, told in held if told.low is not None and told.high is not None]
    assert shown["n_covered"] == len(inside) > 100
    assert shown["coverage80"] == pytest.approx(sum(inside) / len(inside), abs=1e-6)
    assert shown["shown_by"] == Counter(told.model.partition("-")[0] for told, _ in scored.values())
    assert shown["skill"] > 0.05


def test_refits_and_the_leader_are_those_of_the_engine(long: Read, again: tuple[Told, Engine]) -> None:
    shown, (_, engine) = long.shown, again
    scores = {score.model: score for score in engine.model.scores(0)}
    assert {name for name, score in scores.items() if score.champion} == {shown["champion"]}
    assert {"linear", "boosted", "forest"} <= set(shown["refits"])
    for name, refits in shown["refits"].items():
        times = [datetime.fromisoformat(at) for at in refits["at"]]
        assert refits["n"] == len(times) > 1
        assert times == sorted(times)
        assert 0 <= refits["seconds"]["mean"] <= refits["seconds"]["max"] <= refits["seconds"]["total"]
        if name != "sgd":
            assert refits["n"] == scores[name].version


def test_looking_on_changes_no_prediction(short: Read) -> None:
    plain = run(short.lines, EngineConfig(horizons=(15 * MINUTE,), retention=0))
    engine = Engine(EngineConfig(horizons=(15 * MINUTE,), retention=0))
    books = Grades(engine)
    engine.feed(0, [line.encode() for line in short.lines], 10**18)
    engine.finish()
    assert engine.labels.tracked.keys() == plain.labels.tracked.keys()
    for key, tracked in engine.labels.tracked.items():
        told = plain.labels.tracked[key].told
        assert (tracked.told.made, tracked.told.record) == (told.made, told.record)
    assert len(books.graded(0).actual) == engine.labels.matured[0]


def test_of_several_horizons_there_is_a_list(short: Read, capsys: pytest.CaptureFixture[str]) -> None:
    both = measured(capsys, short.path, "--horizon", "1h", "--horizon", "15m")
    assert list(both) == ["horizons"]
    assert [one["horizon"] for one in both["horizons"]] == [900, 3600]
    assert steady(both) == steady(measured(capsys, short.path, "--horizon", "15m,1h"))
    for one, alone in zip(both["horizons"], (short.shown, measured(capsys, short.path)), strict=True):
        assert {name: one[name] for name in COUNTS} == {name: alone[name] for name in COUNTS}
        assert one["n_scored"] > 20
        assert one["mae_log"] == pytest.approx(alone["mae_log"], rel=0.01)


@pytest.mark.parametrize("chunk", [7, 10_000])
def test_how_the_feed_is_read_changes_no_figure(
    short: Read, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("engine.runner.CHUNK", chunk)
    assert short.shown["refits"]["extra"]["n"] > 1
    assert steady(measured(capsys, short.path, "--horizon", "15m")) == steady(short.shown)


def test_an_archive_in_another_order_is_sorted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines, _ = feed(200)
    shapes = [row for row in map(json.loads, lines) if row["commit"]["collection"] == "app.bsky.feed.post"]
    rows = [
        {"id": n, "author": row["did"], "text": row["commit"]["record"]["text"], "created_at": row["time_us"] / 1e6}
        for n, row in enumerate(shapes)
    ]
    ordered = [{**row, "like_count": row["id"] % 5, "counts_at": row["created_at"] + 3500} for row in rows]
    straight = measured(capsys, written(tmp_path / "a.jsonl", [json.dumps(row) for row in ordered]))
    status, out, err = command(
        capsys, written(tmp_path / "b.jsonl", [json.dumps(row) for row in ordered[::-1]]), "--json"
    )
    assert (status, err.count("\n")) == (0, 1)
    assert "sorted" in err
    assert steady(json.loads(out)) == steady(straight)
    assert straight["matured"] == 163  # reports up to 20 % past the hour could have come for the others


def test_few_labels_are_a_sentence_and_no_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "feed.jsonl", feed(80)[0])
    shown = measured(capsys, path)
    assert (shown["n_scored"], shown["champion"]) == (0, "author")
    assert shown["mae_log"] is shown["skill"] is shown["spearman"] is shown["coverage80"] is shown["width80"] is None
    assert "100 labels" in shown["note"]
    status, out, err = command(capsys, path, "--plot")
    assert (status, err) == (0, "")
    assert shown["note"] in out


def test_a_deleted_post_is_censored_and_never_scored(
    tmp_path: Path, short: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    name, author, at = action(130)
    gone = sorted([*short.lines, delete(name, at + MINUTE, author)], key=lambda line: json.loads(line)["time_us"])
    after = measured(capsys, written(tmp_path / "b.jsonl", gone), "--horizon", "15m")
    assert after["censored"] == {**short.shown["censored"], "deleted": 1}
    assert after["n_scored"] == short.shown["n_scored"] - 1 > 0


def flat_feed(likes: Callable[[int], int], author: Callable[[int], str]) -> list[str]:
    """Posts with counts read near the hour."""
    return [
        json.dumps(
            {
                "id": n,
                "author": author(n),
                "text": f"news {n}",
                "created_at": 1_700_000_000 + 60 * n,
                "like_count": likes(n),
                "counts_at": 1_700_000_000 + 60 * n + 3600,
            }
        )
        for n in range(400)
    ]


@pytest.mark.parametrize(
    ("likes", "author"),
    [
        (lambda n: 0, lambda n: f"a{n % 7}"),
        (lambda n: n % 5, lambda n: "only"),
        (lambda n: 10**9 if n == 250 else n % 3, lambda n: f"a{n % 7}"),
    ],
    ids=["all zero", "one author", "a count of 10^9"],
)
def test_hard_feeds_give_finite_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], likes: Callable[[int], int], author: Callable[[int], str]
) -> None:
    shown = measured(capsys, written(tmp_path / "feed.jsonl", flat_feed(likes, author)))
    assert shown["n_scored"] > 150
    for found in (shown, *shown["models"].values()):
        for name in ("mae_log", "mse_log", "mae", "mse"):
            assert 0 <= found[name] < 1e19
    assert "NaN" not in json.dumps(shown)
    assert "Infinity" not in json.dumps(shown)


def test_people_can_read_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "feed.jsonl", feed(320)[0])  # an interval is judged after 200 labels
    status, out, err = command(capsys, path, "--horizon", "15m", "--plot")
    assert (status, err) == (0, "")
    for words in ("15m: ", "matured", "scored: ", "author", "80 % interval: holds", "refits", "skill over the author"):
        assert words in out
    assert max(map(len, out.splitlines())) <= 120


@pytest.mark.parametrize(
    ("lines", "words", "says"),
    [
        ([], (), "empty"),
        (['{"odd": 1}'], (), "1 unknown shape"),
        (['{"text": "a"}'], ("--map", "text=text", "--format", "x-v1"), "cannot be used with format"),
    ],
)
def test_a_feed_without_posts_is_one_line_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[str], words: tuple[str, ...], says: str
) -> None:
    status, out, err = command(capsys, written(tmp_path / "feed.jsonl", lines), *words, "--json")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert says in err


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("feed", "--horizon", "5s"),
        ("feed", "--horizon", "soon"),
        ("feed", "--json", "--plot"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "engagement", *words])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- real data -----------------------------------------------------------------------------------------------------


def piece(tmp_path: Path, name: str) -> str:
    """The first lines of a real capture: it goes on in the same way."""
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return written(tmp_path / "piece.jsonl", [line.rstrip("\n") for line in islice(lines, 2_000)])


@needs_data
def test_counts_of_unknown_age_are_no_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.refits.FIRST_FIT", 10**12)  # labels do not depend on fits
    shown = measured(capsys, piece(tmp_path, "bluesky_counts.jsonl.gz"), "--horizon", "24h")
    assert (shown["matured"], shown["n_scored"]) == (0, 0)
    assert shown["waiting"] + sum(shown["censored"].values()) == 2_000


@needs_data
def test_counts_are_labels_only_near_a_horizon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read here without any of the engine: who has counts within 20 % of the horizon, and whose horizon has passed."""
    monkeypatch.setattr("models.refits.FIRST_FIT", 10**12)  # labels do not depend on fits
    path = piece(tmp_path, "x_v2_count_snapshots.jsonl.gz")
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    born = {row["id"]: datetime.fromisoformat(row["created_at"]).timestamp() for row in rows}
    ages: dict[str, list[float]] = {}
    for row in rows:
        read = datetime.fromisoformat(row["metrics_frozen_at"] or row["_commit_time"]).timestamp()
        ages.setdefault(row["id"], []).append(read - born[row["id"]])
    shown = measured(capsys, path, "--horizon", "1h,24h", "--lateness", "all")
    for horizon, found in zip((3_600, 86_400), shown["horizons"], strict=True):
        ended = [uid for uid, at in born.items() if at + 1.2 * horizon < max(born.values())]
        near = [uid for uid in ended if any(abs(age - horizon) <= 0.2 * horizon for age in ages[uid])]
        assert found["matured"] == len(near)
        assert found["censored"] == {"no counts near the horizon": len(ended) - len(near)}
        assert found["waiting"] == len(born) - len(ended)
    assert found["matured"] > 20
