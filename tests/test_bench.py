"""`trendtop bench` adds up, leaves the code it measures as it was, and says what it was measured on."""

import json
from pathlib import Path

import msgspec
import pytest

from engine.benching import OTHER, REFITS, Machine, Measured, chunks_of, feed, measure
from engine.config import EngineConfig
from engine.export import json_parts
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.simulate import simulate
from engine.simulate.plain import plain_lines
from engine.stages import NAMES, OF_TOPICS, OPENED, clocked
from tests.feeds import ALL
from tui.bench import bench_lines
from tui.cli import main

LINES = plain_lines(600, seed=4)


@pytest.fixture(scope="module")
def lively() -> list[bytes]:
    return simulate("bluesky", seed=4, hours=0.5, rate=8.0)[0]


def told_by(lines: list[bytes], config: EngineConfig = ALL) -> str:
    return "".join(json_parts(snapshot(feed(Engine(config), chunks_of(lines)))))


def test_plain_lines_are_posts_of_about_300_bytes_and_the_same_every_time() -> None:
    assert plain_lines(600, seed=4) == LINES
    assert len(LINES) == 600
    assert 270 < sum(map(len, LINES)) / len(LINES) < 370
    engine = feed(Engine(ALL), chunks_of(LINES))
    assert engine.meters["posts"] > 450
    assert engine.meters["observations"] > 25
    assert not engine.intake.rejections
    assert not engine.intake.ignored


def test_every_stage_is_one_that_is_passed_through(lively: list[bytes]) -> None:
    with clocked() as clocks:
        feed(Engine(ALL), chunks_of(lively))
    assert {stage for stage in NAMES if not clocks.calls[stage]} == {"lines kept"} - set(clocks.calls)
    spent = clocks.spent()
    assert set(spent.seconds) == set(NAMES)
    assert all(spent.seconds[stage] > 0 for stage in ("decode", "language", "sentiment", "stories", "forecasts"))


def test_clocks_change_nothing_and_are_gone_after(lively: list[bytes]) -> None:
    before = [[getattr(opened.owner, call) for call in opened.calls] for opened in OPENED]
    plain = told_by(lively)
    with clocked():
        assert told_by(lively) == plain
    assert [[getattr(opened.owner, call) for call in opened.calls] for opened in OPENED] == before


@pytest.mark.parametrize("topics", [True, False])
def test_the_stages_add_up_to_about_the_whole(topics: bool) -> None:
    config = msgspec.structs.replace(ALL, topics=topics)
    told = measure("a feed", chunks_of(LINES), lambda: Engine(config), rounds=2)
    assert (told.lines, told.topics, told.rounds) == (600, topics, 2)
    assert told.us_per_post is not None
    assert told.posts_per_s == pytest.approx(1e6 / told.us_per_post, rel=0.01)
    assert sum(told.stages.values()) == pytest.approx(told.us_per_post, rel=0.5)
    assert set(told.stages) == {*NAMES, REFITS, OTHER} - (frozenset() if topics else OF_TOPICS)
    assert told.stages[OTHER] < told.us_per_post / 3
    assert told.machine.packages["vaderSentiment"]
    assert told.peak_mb > 50


def test_a_feed_is_measured_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"\n".join(LINES) + b"\n")
    assert main(["bench", str(path), "--lines", "300", "--json", "--no-topics"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["lines"], told["topics"], told["feed"]) == (300, False, str(path))
    assert told["posts_per_s"] > 0
    assert "stories" not in told["stages"]
    assert main(["bench", str(tmp_path / "none.jsonl")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_archive_in_another_order_is_measured_as_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_bytes(b"\n".join(reversed(LINES)) + b"\n")
    assert main(["bench", str(path), "--lines", "400", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["late"] == 0
    assert "not in time order. Measured again, sorted" in err


def test_without_a_feed_it_simulates_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--lines", "300"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("simulated posts: 300 lines, 3")
    for word in ("posts/s", "lines/s", "us/post", "decode", "other", "the whole", "memory at its highest", "Python"):
        assert word in out


def test_a_busy_machine_is_named_and_a_feed_without_posts_is_told_by_line() -> None:
    machine = Machine(
        trendtop="1", python="3", packages={}, system="x", cores=None, load_before=4.0, load_after=5.0, got=0.4
    )
    told = Measured(
        **{"feed": "f", "topics": True, "rounds": 1, "lines": 10, "bytes": 100, "records": 10, "posts": 0, "late": 0},
        **{"posts_per_s": None, "lines_per_s": 1000, "us_per_post": None, "stages": {"decode": 900.0, OTHER: 0.0}},
        **{"snapshot_ms": 1.0, "posts_in_window": 0, "peak_mb": 100, "machine": machine},
    )
    lines = bench_lines(told)
    assert "the engine got 40% of a core" in lines[-1]
    assert "no posts, 1,000 lines/s" in lines
    assert any(line.split() == ["stage", "us/line"] for line in lines)
    assert any(line.startswith("the whole          1000.0") for line in lines)
