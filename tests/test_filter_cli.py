"""A filter on the command line and over the pipe of the engine's process."""

import csv
import json
from pathlib import Path

import pytest

from engine.protocol import CountFilters, FiltersCounted, SetFilter, SetWindow
from tests.feeds import SECOND, START, post
from tests.test_cli import here
from tests.worker_harness import watching
from tui.cli import main


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    texts = ("a sunny day in the north", "rain all day long in the south", "rain again, and a storm")
    lines = [post(str(n), START + n * SECOND, texts[n % 3], author=f"did:plc:{n % 2}") for n in range(30)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_an_export_holds_only_what_matches_in_every_file(feed: Path, tmp_path: Path) -> None:
    out = tmp_path / "all"
    result = here("export", str(feed), "-o", f"{out}/", "--filter", 'rain -"storm"')
    assert result.returncode == 0
    assert 'filter rain -"storm": 10 of 30 posts of the window' in result.stderr.decode()
    with (out / "posts.csv").open(newline="") as file:
        assert {row["text"] for row in csv.DictReader(file)} == {"rain all day long in the south"}
    with (out / "metrics.csv").open(newline="") as file:
        figures = {(row["group"], row["name"]): row["value"] for row in csv.DictReader(file)}
    assert figures["snapshot", "posts_in_window"] == "10"
    assert figures["snapshot", "filter"] == 'rain -"storm"'
    assert figures["snapshot", "posts_unfiltered"] == "30"
    picture = json.loads((out / "snapshot.json").read_text())
    assert (picture["filter"], picture["posts_in_window"]) == ('rain -"storm"', 10)
    assert picture["share"] == pytest.approx(1 / 3)
    assert {moment["reactions"] for moment in picture["timeline"]} == {None}


@pytest.mark.parametrize("words", [("export", "FEED", "-o", "x.csv"), ("watch", "FEED"), ("demo",)])
def test_a_wrong_expression_is_wrong_usage_and_says_where(
    words: tuple[str, ...], feed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([*(str(feed) if word == "FEED" else word for word in words), "--filter", "rain sentt<1"])
    assert left.value.code == 2
    error = capsys.readouterr().err
    assert 'argument --filter: unknown field "sentt" at 5: did you mean sent?' in error
    assert error.count("\n") == 1


def test_without_a_filter_the_summary_does_not_speak_of_one(feed: Path, tmp_path: Path) -> None:
    result = here("export", str(feed), "-o", str(tmp_path / "out.csv"))
    assert "\nfilter " not in result.stderr.decode()


def test_the_engines_process_filters_and_counts(feed: Path) -> None:
    with watching(feed) as monitor:
        monitor.lines(30)
        monitor.send(SetFilter("rain"))
        frame = monitor.until(lambda frame: frame.snapshot.filter == "rain")
        assert frame.snapshot.posts_in_window == 20
        monitor.send(SetFilter("rain ("), SetWindow(5 * SECOND))
        frame = monitor.until(lambda frame: frame.snapshot.window == 5)
        assert frame.snapshot.filter == "rain"
        assert frame.snapshot.posts_in_window < 5
        assert frame.snapshot.posts_unfiltered == 5
        monitor.send(CountFilters(3, ["sunny", "rain", "("]))
        answer = monitor.answer(FiltersCounted)
        assert isinstance(answer, FiltersCounted)
        assert answer.id == 3
        sunny, rain, wrong = answer.voices
        assert sunny.posts + rain.posts == 5
        assert wrong.error
        monitor.send(SetFilter(""))
        assert monitor.until(lambda frame: not frame.snapshot.filter).snapshot.posts_in_window == 5
        assert monitor.stop() == 0
