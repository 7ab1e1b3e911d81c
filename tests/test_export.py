"""The files: what is in them, that no spreadsheet runs them, and that a failed write leaves the old one whole."""

import csv
import io
import json
import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.export import ExportError, check_target, columns, csv_parts, guarded, json_parts, write
from engine.snapshot import Snapshot
from engine.tables import TABLES
from tests import tui_fakes
from tests.feeds import SECOND, START, like, picture, post, uri
from tui import cli

GOOD = "I love this wonderful day, it makes me very happy"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "|calc", "%0A=1", '=HYPERLINK("http://x")', "＝1"]


def csv_text(shown: Snapshot, table: str) -> str:
    return "".join(csv_parts(shown, table))


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("payload", FORMULAS)
def test_no_cell_starts_a_formula(payload: str) -> None:
    text = csv_text(picture([post("1", START, payload)]), "posts")
    assert parsed(text)[0]["text"].startswith("'")


def test_numbers_are_not_quoted_away() -> None:
    text = csv_text(picture([post("1", START, "I hate this awful weather, it is a terrible day")]), "posts")
    assert float(parsed(text)[0]["compound"]) < 0


def test_unknown_is_empty_and_zero_is_zero() -> None:
    shown = picture([post("1", START, GOOD), like("r", START + SECOND, uri("2"), repost=True)])
    row = parsed(csv_text(shown, "posts"))[0]
    assert (row["likes"], row["reposts"], row["followers"]) == ("", "0", "")


def test_times_are_iso_8601_in_utc() -> None:
    row = parsed(csv_text(picture([post("1", START + 123456, GOOD)]), "posts"))[0]
    assert row["created"] == "2026-07-04T12:00:00.123456Z"


def test_text_comes_back_as_it_was() -> None:
    text = 'commas, "quotes" and\nline breaks, ünïcödé 日本語 👩‍🚀'
    assert parsed(csv_text(picture([post("1", START, text)]), "posts"))[0]["text"] == text


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_guarded_text_never_begins_like_a_formula(text: str) -> None:
    cell = guarded(text).lstrip()
    assert not cell or cell[0] not in "=+-@|%＝＋－＠"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_an_empty_feed_has_headers(table: str) -> None:
    text = csv_text(picture([]), table)
    assert text.split("\r\n")[0] == ",".join(columns(table))


@pytest.mark.parametrize("table", sorted(TABLES))
def test_pandas_reads_every_table_back(table: str) -> None:
    shown = picture([post(str(n), START + n * SECOND, f"{GOOD} #sun", tags=["sun"]) for n in range(30)])
    frame = pd.read_csv(io.StringIO(csv_text(shown, table)))
    assert list(frame.columns) == list(columns(table))
    assert len(frame) == len(list(TABLES[table](shown)))


def test_a_folder_gets_every_table_and_the_picture(tmp_path: Path) -> None:
    paths = write(picture([post("1", START, GOOD)]), f"{tmp_path}/out/")
    assert sorted(Path(path).name for path in paths) == sorted([*(f"{name}.csv" for name in TABLES), "snapshot.json"])
    assert json.loads((tmp_path / "out" / "snapshot.json").read_text())["meters"]["posts"] == 1


def test_json_and_csv_say_the_same() -> None:
    shown = picture([post(str(n), START + n * SECOND, GOOD) for n in range(3)])
    from_json = json.loads("".join(json_parts(shown)))["posts"]
    from_csv = parsed(csv_text(shown, "posts"))
    assert [row["uid"] for row in from_json] == [row["uid"] for row in from_csv]
    assert [row["compound"] for row in from_json] == [float(row["compound"]) for row in from_csv]


def test_stories_and_bursts_are_tables_with_what_is_not_known_left_empty() -> None:
    shown = tui_fakes.busy()
    stories = parsed(csv_text(shown, "stories"))
    assert [row["id"] for row in stories] == [str(story.id) for story in shown.stories]
    assert (stories[3]["authors"], stories[3]["copies"], stories[3]["born"]) == ("3", "0.84", "2026-03-01T20:42:31Z")
    assert [stories[6][name] for name in ("cluster", "copies", "change", "sentiment")] == [""] * 4
    bursts = parsed(csv_text(shown, "bursts"))
    assert [row["end"] for row in bursts] == ["", "", "", "2026-03-01T20:33:31Z"]
    assert bursts[1]["by"] == "did:plc:a9; did:plc:a11; did:plc:mk2q7w3e5r1t9"
    assert (bursts[1]["kind"], bursts[1]["name"], bursts[1]["story"]) == ("word", "ref", "40428")


def test_the_metrics_count_hashtags_stories_and_bursts() -> None:
    rows = {(row["group"], row["name"]): row["value"] for row in parsed(csv_text(tui_fakes.busy(), "metrics"))}
    assert rows["hashtags", "in_window"] == "4120"
    assert rows["hashtags", "error"] == "0"
    assert rows["stories", "in_window"] == "412"
    assert rows["stories", "live"] == "9804"
    assert (rows["bursts", "number"], rows["bursts", "going_on"]) == ("4", "3")


def test_the_command_line_offers_every_table() -> None:
    assert sorted(TABLES) == sorted(cli.TABLES)


@pytest.mark.parametrize("target", ["out.xlsx", "out", "snapshot.txt"])
def test_a_target_of_no_known_kind_is_refused_before_the_work(target: str) -> None:
    with pytest.raises(ExportError, match=r"end it in \.csv"):
        check_target(target)


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        write(picture([post("1", START, GOOD)]), str(target))
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_target_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError) as failure:
        write(picture([]), str(tmp_path / "file" / "out.csv"))
    assert "\n" not in str(failure.value)
