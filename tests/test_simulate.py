"""The simulator writes what it says it writes: each promise is checked by reading its lines with plain json."""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import sample_feeds
from engine.simulate import START, Truth, simulate, write
from tests.simulated_lines import (
    LATENESS,
    MINUTE,
    SAMPLES,
    SECOND,
    SHAPE_NAMES,
    bluesky_time,
    collection,
    decoded,
    feed,
    micros,
    object_of,
)

# -- the same for the same seed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_same_arguments_give_the_same_bytes_and_truth(shape: str) -> None:
    assert simulate(shape, seed=3, hours=0.3, rate=5) == simulate(shape, seed=3, hours=0.3, rate=5)
    assert simulate(shape, seed=3, hours=0.3, rate=5)[0] != simulate(shape, seed=4, hours=0.3, rate=5)[0]


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import hashlib, msgspec; from itertools import islice; from engine.simulate import SHAPES, simulate\n"
        "from engine.simulate.live import endless\n"
        "digest = hashlib.sha256()\n"
        "for shape in SHAPES:\n"
        "    lines, truth = simulate(shape, seed=2, hours=0.4, rate=4)\n"
        "    digest.update(b'\\n'.join(lines) + msgspec.json.encode(truth))\n"
        "digest.update(repr(list(islice(endless(2, 1783180800000000, 20.0), 500))).encode())\n"
        "print(digest.hexdigest())"
    )
    root = Path(__file__).parents[1]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_sample_feeds_are_what_the_readme_s_command_writes(shape: str, tmp_path: Path) -> None:
    kept = Path(sample_feeds.__file__).parent
    write(tmp_path / "feed", tmp_path / "truth", shape=shape, seed=1, hours=1.0, rate=SAMPLES[shape])
    assert (tmp_path / "feed").read_bytes() == (kept / f"{shape}.jsonl").read_bytes()
    assert (tmp_path / "truth").read_bytes() == (kept / f"{shape}.truth.json").read_bytes()
    command = f"trendtop simulate --shape {shape} --seed 1 --hours 1 --rate {SAMPLES[shape]} "
    assert command in (kept / "README.md").read_text()


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_sample_feeds_are_small_and_hold_every_kind_of_plant(shape: str) -> None:
    kept = Path(sample_feeds.__file__).parent
    data = (kept / f"{shape}.jsonl").read_bytes()
    truth = msgspec.json.decode((kept / f"{shape}.truth.json").read_bytes(), type=Truth)
    assert len(data) < 400_000
    assert 300 <= data.count(b"\n") == truth.expected["read"] <= 600
    assert truth.duplicates
    assert truth.late
    assert truth.edits
    assert truth.deletes
    assert truth.ignored
    assert truth.bursts
    assert {plant.what for plant in truth.broken} >= {"cut", "encoding", "top level"}
    assert any(post.hostile for post in truth.posts)
    assert bool(truth.purges) == (shape in ("bluesky", "x"))
    assert bool(truth.observations) == (shape in ("mastodon", "reddit"))
    assert bool(truth.unbelievable) == (shape == "bluesky")


# -- every line is what the truth says -------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_meters_add_up_and_agree_with_the_lists(shape: str) -> None:
    lines, truth = feed(shape)
    meters = truth.expected
    assert meters["read"] == len(lines) == sum(count for name, count in meters.items() if name != "read")
    listed = {
        "observations": truth.observations,
        "edits": truth.edits,
        "deletes": truth.deletes + truth.purges,
        "duplicates": truth.duplicates,
        "late": truth.late,
        "rejected": truth.broken,
        "ignored": truth.ignored,
    }
    assert {name: meters[name] for name in listed} == {name: len(plants) for name, plants in listed.items()}
    late_posts = sum(plant.what == "post" for plant in truth.late)
    assert meters["posts"] == len(truth.posts) - late_posts
    numbers = [plant.line for plants in listed.values() for plant in plants]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_exactly_the_broken_lines_are_unusable(shape: str) -> None:
    lines, truth = feed(shape)
    reasons = {plant.line: plant.what for plant in truth.broken}
    ignored = {plant.line for plant in truth.ignored}
    for number, line in enumerate(lines, 1):
        value = object_of(line)
        match reasons.get(number):
            case "cut":
                assert value is None
                assert any(other.startswith(line) for other in lines if other != line)
            case "encoding":
                with pytest.raises(UnicodeDecodeError):
                    line.decode()
            case "top level":
                assert not isinstance(json.loads(line), dict | list)
            case "shape":
                assert value is not None
                assert "celsius" in value
                assert len(value) == 2
            case _:
                assert value is not None or number in ignored
                assert value is None or "celsius" not in value
    assert set(reasons.values()) == {"cut", "encoding", "top level", "shape"}


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_duplicates_repeat_their_line_and_nothing_else_does(shape: str) -> None:
    lines, truth = feed(shape)
    assert truth.duplicates
    for plant in truth.duplicates:
        assert plant.of is not None
        assert plant.of < plant.line
        assert lines[plant.of - 1] == lines[plant.line - 1]
    meaningless = {plant.line for plant in truth.broken + truth.ignored + truth.duplicates}
    first = [line for number, line in enumerate(lines, 1) if number not in meaningless]
    assert len(first) == len(set(first))


def line_times(shape: str) -> list[int | None]:
    """Event time of each line that has one of its own, read from the line alone."""
    return [None if line is None else _line_time(shape, line) for line in decoded(shape)]


def _line_time(shape: str, line: dict) -> int | None:
    match shape:
        case "bluesky" if collection(line) in ("post", "like", "repost"):
            return bluesky_time(line)
        case "bluesky" if not line.get("account", {}).get("active", True):
            return line["time_us"]
        case "mastodon" if line.get("event") in ("update", "status.update"):
            status = json.loads(line["payload"])
            return micros(status.get("edited_at") or status["created_at"])
        case "x" if "matching_rules" in line:
            return micros(line["data"]["created_at"])
        case "x":
            return next((micros(v["event_at"]) for k, v in line.get("data", {}).items() if "delete" in k), None)
        case "reddit" if "created_utc" in line and line["retrieved_on"] - line["created_utc"] < 200:
            return line["created_utc"] * SECOND
    return None


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_late_lines_and_only_they_come_after_the_watermark(shape: str) -> None:
    truth = feed(shape)[1]
    twice = {plant.line for plant in truth.duplicates}
    late, newest, out_of_order = {}, 0, 0
    for number, time in enumerate(line_times(shape), 1):
        if time is None:
            continue
        if newest - time > LATENESS and number not in twice:
            late[number] = newest - time
        out_of_order += 0 < newest - time <= LATENESS
        newest = max(newest, time)
    assert late == {plant.line: plant.behind for plant in truth.late}
    assert late
    assert max(late.values()) <= 150 * SECOND
    assert out_of_order > 10


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_lines_show_no_control_or_bidi_characters_until_they_are_decoded(shape: str) -> None:
    lines, truth = feed(shape)
    unsafe = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
    assert not any(unsafe.search(line.decode("utf-8", "replace")) for line in lines)
    hostile = [lines[post.line - 1].decode() for post in truth.posts if post.hostile]
    assert any("u001b" in line for line in hostile)


# -- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_without_faults_every_line_is_clean_and_on_time(shape: str) -> None:
    lines, truth = simulate(shape, seed=1, hours=0.5, rate=6, faults=0)
    assert all(object_of(line) for line in lines)
    assert not truth.duplicates + truth.late + truth.broken + truth.ignored + truth.edits + truth.purges
    assert not any(post.hostile for post in truth.posts)


@pytest.mark.parametrize("hours", [0.002, 0.01, 0.02])
def test_a_feed_may_be_shorter_than_a_burst(hours: float) -> None:
    assert len(simulate("bluesky", seed=1, hours=hours, rate=100.0)[0]) > 5


def test_rate_and_hours_and_start_are_kept() -> None:
    start = START + 86_400 * SECOND
    truth = simulate("x", seed=1, hours=2, rate=10, start=start, faults=0)[1]
    assert (truth.start, truth.end) == (start, start + 7_200 * SECOND)
    times = [post.created for post in truth.posts]
    assert start <= min(times) < start + 5 * MINUTE
    assert truth.end - 5 * MINUTE < max(times) <= truth.end
    calm = [post for post in truth.posts if post.kind == "post" and not post.burst]
    assert 0.6 * 1200 < len(calm) < 1.4 * 1200  # the hour of day moves it by up to 40 %


def test_unknown_shapes_and_empty_feeds_are_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="unknown shape 'fax'"):
        simulate("fax")
    with pytest.raises(ValueError, match="hours and rate"):
        simulate("x", hours=0)


def test_write_puts_each_line_on_a_line_and_the_truth_beside_it(tmp_path: Path) -> None:
    truth = write(tmp_path / "f.jsonl", tmp_path / "t.json", shape="x", seed=4, hours=0.2, rate=5)
    lines, expected = simulate("x", seed=4, hours=0.2, rate=5)
    assert (tmp_path / "f.jsonl").read_bytes() == b"".join(line + b"\n" for line in lines)
    assert msgspec.json.decode((tmp_path / "t.json").read_bytes(), type=Truth) == truth == expected
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "none" / "f.jsonl", shape="x", hours=0.1, rate=1)
