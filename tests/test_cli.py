"""The command line as a contract: exit statuses, one-line errors, data on stdout and words on stderr."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.feeds import SECOND, START, like, post, uri
from tui import options
from tui.cli import COMMANDS, _parser, main

GOOD = "I love this wonderful day, it makes me very happy"


def trendtop(*words: str, stdin: bytes | None = None, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        env={**os.environ, **env},
        check=False,
        timeout=100,
    )


def here(*words: str) -> subprocess.CompletedProcess[bytes]:
    """The same in this process, which has loaded already what takes a second to load."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(words)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
    return subprocess.CompletedProcess(words, status, out.buffer.getvalue(), err.buffer.getvalue())


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    lines = [post(str(n), START + n * SECOND, f"{GOOD} #sun", tags=["sun"]) for n in range(5)]
    path.write_text("\n".join([*lines, like("l", START + 9 * SECOND, uri("1"))]) + "\n")
    return path


def one_line(result: subprocess.CompletedProcess[bytes]) -> str:
    text = result.stderr.decode()
    assert text.count("\n") == 1, text
    return text


def test_help_and_version_are_quick_to_import() -> None:
    for word in ("--help", "--version"):
        run = f"import sys; from tui.cli import main\ntry: main(['{word}'])\nexcept SystemExit: pass\n"
        code = run + "print(*sys.modules, file=sys.stderr)"
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stderr
        modules = set(out.split())
        assert not modules & {"textual", "numpy", "pandas", "sklearn", "scipy", "plotext", "rich"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_read_alike_whether_or_not_the_others_are_known(command: str) -> None:
    told = []
    for parser in (_parser(), _parser(command)):
        with contextlib.redirect_stdout(io.StringIO()) as out, pytest.raises(SystemExit):
            parser.parse_args([command, "--help"])
        with contextlib.redirect_stderr(io.StringIO()) as error, pytest.raises(SystemExit):
            parser.parse_args([command, "--no-such-option"])
        told.append((out.getvalue(), error.getvalue()))
    assert told[0] == told[1]
    assert command in told[0][0]


def test_export_writes_the_table(feed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = trendtop("export", str(feed), "-o", str(out))
    assert result.returncode == 0, result.stderr
    assert result.stdout == b""
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert [row["likes"] for row in rows] == ["0", "1", "0", "0", "0"]


def test_export_reads_standard_input(feed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = trendtop("export", "-", "-o", str(out), stdin=feed.read_bytes())
    assert result.returncode == 0, result.stderr
    assert json.loads(out.read_text())["meters"]["posts"] == 5


def test_export_at_a_time_is_the_picture_of_then(feed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert here("export", str(feed), "-o", str(out), "--at", "2026-07-04T12:00:02Z").returncode == 0
    shown = json.loads(out.read_text())
    assert shown["as_of"] == "2026-07-04T12:00:02Z"
    assert len(shown["posts"]) == 3


def test_the_same_export_twice_is_the_same_to_the_byte(feed: Path, tmp_path: Path) -> None:
    outs = [tmp_path / name for name in ("a.json", "b.json")]
    for seed, out in zip("01", outs, strict=True):
        assert trendtop("export", str(feed), "-o", str(out), PYTHONHASHSEED=seed).returncode == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: folder / "missing.jsonl", "missing.jsonl"),
        (lambda folder: folder, "folder"),
        (lambda folder: (folder / "empty.jsonl").touch() or folder / "empty.jsonl", "empty"),
    ],
)
def test_a_feed_that_cannot_be_read_is_one_line_and_status_1(tmp_path: Path, make, says: str) -> None:
    result = here("export", str(make(tmp_path)), "-o", str(tmp_path / "out.csv"))
    assert result.returncode == 1
    assert says in one_line(result)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "feed"),
        ("export", "feed", "-o", "x.csv", "--table", "nothing"),
        ("export", "feed", "-o", "x.csv", "--at", "yesterday"),
        ("export", "feed", "-o", "x.csv", "--window", "soon"),
        ("export", "feed", "-o", "x.csv", "--clusters", "9..3"),
        ("watch",),
        ("score",),
        ("simulate", "-o", "x", "--shape", "nothing"),
        ("simulate", "-o", "x", "--rate", "-1"),
        ("simulate", "-o", "x", "--burst", "30m@30"),
        ("simulate", "-o", "x", "--burst", "30m+10m@0"),
        ("simulate", "-o", "x", "--bursts", "many"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(words: tuple[str, ...]) -> None:
    result = (trendtop if words == ("watch",) else here)(*words)  # what leaves here, leaves a process alike
    assert result.returncode == 2
    one_line(result)


@pytest.mark.parametrize("words", [("--format", "nothing"), ("--map", "nothing"), ("--map", "colour=.a")])
def test_a_format_or_map_that_is_none_is_one_line(feed: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    result = here("export", str(feed), "-o", str(tmp_path / "x.csv"), *words)
    assert result.returncode == 2
    one_line(result)


def test_score_prints_one_json_object(tmp_path: Path) -> None:
    result = here("score", "I love this, but the ref was awful #worldcup", "--json")
    shown = json.loads(result.stdout)
    assert result.stderr == b""
    assert shown["tags"] == ["worldcup"]
    assert {word["word"]: word["valence"] > 0 for word in shown["words"] if word["valence"]} == {
        "love": True,
        "awful": False,
    }


def test_score_reads_standard_input() -> None:
    result = trendtop("score", "-", "--json", stdin="What a wonderful and happy day this is \U0001f600".encode())
    assert json.loads(result.stdout)["sentiment"] == "positive"


def test_score_of_what_is_not_english_says_so() -> None:
    result = here("score", "Die Stimmung ist heute wirklich gut und alle freuen sich")
    assert result.returncode == 0
    assert b"not scored" in result.stdout


def test_score_of_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b" ")))
    result = here("score", "-")
    assert result.returncode == 1
    one_line(result)


def test_watch_without_a_terminal_writes_plain_lines(feed: Path) -> None:
    result = trendtop("watch", str(feed), "--no-follow", "--ascii")
    assert result.returncode == 0
    assert "there is no terminal here: plain lines follow" in one_line(result)
    lines = result.stdout.decode("ascii").splitlines()
    assert " ENDED . feed.jsonl . " in lines[-1]
    assert "rejected . window 15m: " in lines[-1]
    piped = trendtop("-", "--no-follow", stdin=feed.read_bytes())
    assert " ENDED · stdin · " in piped.stdout.decode().splitlines()[-1]
    assert b"\x1b" not in piped.stdout


def test_simulate_writes_the_feed_and_its_truth(tmp_path: Path) -> None:
    feed, truth = tmp_path / "f.jsonl", tmp_path / "t.json"
    words = ("simulate", "-o", str(feed), "--truth", str(truth), "--hours", "0.1", "--rate", "30", "--shape", "x")
    assert here(*words).returncode == 0
    assert json.loads(truth.read_text())["shape"] == "x"
    assert len(feed.read_bytes().splitlines()) > 30


def test_simulate_plants_the_bursts_that_are_asked_for(tmp_path: Path) -> None:
    feed, truth = tmp_path / "f.jsonl", tmp_path / "t.json"
    words = ("simulate", "-o", str(feed), "--truth", str(truth), "--hours", "0.2", "--rate", "10")
    asked = ("--bursts", "none", "--burst", "3m+2m@6", "--burst", "0s+1m30s@10")
    assert here(*words, *asked).returncode == 0
    bursts = json.loads(truth.read_text())["bursts"]
    assert [(burst["rate"], burst["posts"]) for burst in bursts] == [(6.0, 12), (10.0, 15)]


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("1h30m", 5400), ("2d", 172800)])
def test_durations(text: str, seconds: int) -> None:
    assert options.duration(text) == seconds * SECOND


@pytest.mark.parametrize(("text", "bounds"), [("4..16", (4, 16)), ("8", (8, 8))])
def test_cluster_bounds(text: str, bounds: tuple[int, int]) -> None:
    assert options.clusters(text) == bounds


def test_an_archive_written_newest_first_can_be_sorted(tmp_path: Path) -> None:
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.json"
    lines = [post(str(n), START + n * 60 * SECOND, GOOD) for n in range(50)]
    feed.write_text("\n".join(reversed(lines)) + "\n")
    result = here("export", str(feed), "-o", str(out), "--lateness", "2s")
    assert b"--lateness all" in result.stderr
    assert json.loads(out.read_text())["meters"]["late"] == 49
    result = here("export", str(feed), "-o", str(out))
    assert b"Read again and sorted" in result.stderr
    by_itself = out.read_bytes()
    assert json.loads(by_itself)["meters"]["posts"] == 50
    assert here("export", str(feed), "-o", str(out), "--lateness", "all").returncode == 0
    assert out.read_bytes() == by_itself


def test_a_few_late_lines_are_late_and_no_reason_to_sort(tmp_path: Path) -> None:
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.json"
    lines = [post(str(n), START + n * 60 * SECOND, GOOD) for n in range(6)]
    feed.write_text("\n".join([*lines, post("late", START + 30 * SECOND, GOOD)]) + "\n")
    assert b"sorted" not in here("export", str(feed), "-o", str(out)).stderr
    assert json.loads(out.read_text())["meters"]["late"] == 1


@pytest.mark.parametrize(("text", "micros"), [("2s", 2 * SECOND), ("0s", 0), ("0", 0), ("all", options.WHOLE_FEED)])
def test_lateness(text: str, micros: int) -> None:
    assert options.lateness(text) == micros


def test_speeds() -> None:
    assert options.speed("60x") == options.speed("60") == 60.0
    assert options.speed("max") == float("inf")
