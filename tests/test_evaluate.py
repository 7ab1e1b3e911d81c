"""`trendtop evaluate clusters`: right figures on feeds whose truth is plain, the same however the feed is cut."""

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.cluster_figures import ClusterFigures, figures
from engine.config import EngineConfig
from engine.evaluation import Replay
from engine.platforms.decode import Decoder
from tests.feeds import PRESENT, SECOND, START, delete, edit, like, post, purge, stamp, uri
from tests.placer_fake import FirstTerm
from tui.cli import main

DATA = Path(__file__).parents[2] / "shared" / "data" / "clusters"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="labelled streams (../shared/data) are not here")

# What the project promises on each stream; NMI of the stories.
NMI_TWEETS_T = 0.94
NMI_TWEETS = 0.90
NMI_CRISISLEX = 0.60
PURITY_TWEETS_T = 0.95

# --- a replay by itself: what counts as what ---------------------------------------------------------------------


def replayed(lines: Sequence[str | dict[str, Any]], cuts: int = 64, **options: Any) -> Replay:
    """A finished replay through stories that are known beforehand, fed `cuts` lines at a time."""
    replay = Replay(EngineConfig(), Decoder(**options), FirstTerm())
    raw = [(line if isinstance(line, str) else json.dumps(line)).encode() for line in lines]
    for begin in range(0, len(raw), cuts):
        replay.feed(0, raw[begin : begin + cuts], PRESENT)
    replay.finish()
    return replay


def found(lines: Sequence[str | dict[str, Any]], cuts: int = 64, **options: Any) -> ClusterFigures:
    return figures(replayed(lines, cuts, **options))


def said(text: str, label: object = None, **more: object) -> dict[str, Any]:
    return {"text": text, **({} if label is None else {"label": label}), **more}


def steady(result: ClusterFigures) -> dict[str, Any]:
    """All but the speed."""
    return {name: value for name, value in as_json(result).items() if not name.startswith("posts_per_s")}


def as_json(result: ClusterFigures) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(msgspec.json.encode(result))
    return shown


def test_figures_by_hand() -> None:
    # Stories: storm (2 of A, 1 of B), stone (1 of B), match (1 of B). Themes by letter: s (2 of A, 2 of B), m (1 of B).
    result = found(
        [
            *(said("storm tonight", "A"), said("storm warning", "A"), said("storm again", "B")),
            *(said("stone falls", "B"), said("match won", "B"), said("match lost")),
        ]
    )
    assert (result.n, result.posts, result.unlabelled, result.labels) == (5, 6, 1, 2)
    assert (result.stories, result.alone, result.live_stories) == (3, 1, 3)
    assert result.purity_top10 == pytest.approx(4 / 5)
    assert result.themes.themes == 2
    assert result.themes.n == 5
    assert result.themes.purity_top10 == pytest.approx(3 / 5)
    assert (result.themes.silhouette, result.themes.silhouette_n) == (0.5, 7)
    assert result.silhouette_n == 6


def test_perfect_stories_score_1() -> None:
    lines = [said(f"{word} number{n}", label) for n in range(9) for word, label in (("storm", 1), ("match", 2))]
    result = found(lines)
    assert (result.nmi, result.homogeneity, result.completeness, result.purity_top10) == (1.0, 1.0, 1.0, 1.0)
    assert (result.n, result.labels, result.stories) == (18, 2, 2)


@pytest.mark.parametrize(("words", "nmi"), [(("storm", "storm"), 1.0), (("storm", "match"), 0.0)])
def test_of_one_label_nmi_says_whether_it_is_one_story(words: tuple[str, str], nmi: float) -> None:
    result = found([said(f"{word} today", "A") for word in words])
    assert (result.nmi, result.homogeneity) == (nmi, 1.0)


def test_a_post_without_terms_is_a_cluster_of_its_own() -> None:
    result = found([said("the of and", "A"), said("", "A"), said("storm", "B"), said("storm", "B")])
    assert (result.n, result.unplaced, result.stories) == (4, 2, 1)
    assert result.homogeneity == 1.0
    assert result.completeness < 1.0


def test_lines_with_nothing_but_text_are_each_a_post() -> None:
    result = found([said("storm tonight", "A")] * 5)
    assert (result.n, result.duplicates) == (5, 0)


def test_an_id_seen_again_is_counted_as_a_duplicate() -> None:
    lines = [said("storm tonight", "A", id="1"), said("match won", "B", id="1"), said("match won", "B", id="2")]
    result = found(lines)
    assert (result.n, result.posts, result.duplicates) == (2, 2, 1)


def test_posts_without_times_come_one_a_second() -> None:
    replay = replayed([said("storm", "A", Id=f"{n:03}") for n in range(5)])
    assert isinstance(replay.placer, FirstTerm)
    adds = [(name, time) for name, time in replay.placer.calls if name != "turn"]
    assert adds == [(f"generic:{n:03}", n * SECOND) for n in range(5)]


def test_times_never_fall_and_are_told_before_the_post() -> None:
    lines = [said("storm", "A", id=n, created_at=stamp(START + n * SECOND)) for n in (3, 1, 2, 9, 4, 8)]
    replay = replayed(lines)
    assert isinstance(replay.placer, FirstTerm)
    calls = replay.placer.calls
    assert [time for _, time in calls] == sorted(time for _, time in calls)
    assert [name == "turn" for name, _ in calls] == [True, False] * 6
    assert replay.late == 1  # the 4, after the 9


@pytest.mark.parametrize("cuts", [1, 2, 7, 1000])
def test_cuts_of_the_input_change_nothing(cuts: int) -> None:
    words = ("storm", "match", "stone", "melody")
    lines: list[str | dict[str, Any]] = [
        said(f"{words[n * n % 4]} of {n % 5}", n % 4, **({"id": n} if n % 3 else {})) for n in range(700)
    ]
    assert steady(found(lines, cuts)) == steady(found(lines))
    timed: list[str | dict[str, Any]] = [
        said(f"{words[n * n % 4]} of {n % 5}", n % 4, id=n, created_at=stamp(START + (n ^ 1) * SECOND))
        for n in range(700)
    ]
    assert steady(found(timed, cuts)) == steady(found(timed))


def test_the_order_of_posts_within_a_second_changes_nothing() -> None:
    at = [said(f"{word} now", word, id=n, created_at=stamp(START)) for n, word in enumerate(("storm", "match") * 20)]
    later = said("stone", "stone", id="x", created_at=stamp(START + 9 * SECOND))
    assert steady(found([*at, later])) == steady(found([*reversed(at), later]))


def labelled(line: str, label: str) -> str:
    return json.dumps({**json.loads(line), "label": label})


def test_native_lines_carry_labels_too_and_a_post_keeps_its_first_story() -> None:
    lines = [labelled(post(str(n), START + n * SECOND, "storm tonight"), "A") for n in range(4)]
    lines += [
        labelled(edit("1", START + 5 * SECOND, "match won", START + SECOND), "B"),
        like("l", START + 6 * SECOND, uri("2")),
        labelled(edit("9", START + 7 * SECOND, "match won", START + 6 * SECOND), "B"),
    ]
    result = found(lines)
    assert (result.n, result.posts, result.duplicates, result.stories, result.others) == (5, 5, 0, 2, 2)
    assert result.nmi == 1.0


@pytest.mark.parametrize("gone", [delete("3", START + 5 * SECOND), purge("did:plc:b", START + 5 * SECOND)])
def test_a_post_deleted_while_it_waits_is_not_placed(gone: str) -> None:
    lines = [labelled(post(str(n), START + n * SECOND, "storm tonight"), "A") for n in range(3)]
    lines += [labelled(post("3", START + 3 * SECOND, "match won", "did:plc:b"), "B"), gone.replace("plc:a", "plc:b")]
    result = found(lines)
    assert (result.n, result.posts, result.deleted, result.labels) == (3, 4, 1, 1)


def test_no_text_of_a_deleted_post_is_left() -> None:
    lines = [labelled(post(str(n), START + n * SECOND, f"storm number{n}"), "A") for n in range(3)]
    replay = replayed([*lines, delete("1", START + 5 * SECOND)])
    assert len(replay.sample.values) == 2
    assert "number1" not in str(replay.sample.values)
    assert figures(replay).n == 3


def test_only_the_kept_lines_are_read() -> None:
    lines = [said("storm", "on"), said("match", "off"), said("storm"), {"odd": 1}]
    result = found(lines, keep=(("label", "on"),))
    assert (result.n, result.posts, result.left_out, result.rejected) == (1, 1, 3, {})


def test_what_cannot_be_read_is_counted_by_reason() -> None:
    result = found([said("storm", "A"), "{", "[1]", {"odd": 1}, {"odder": 1}])
    assert result.rejected == {"broken JSON": 1, "not an object": 1, "unknown shape": 2}
    assert (result.posts, result.others) == (1, 0)


def test_many_posts_are_tabulated_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [said(f"{word}", word) for word in ("storm", "match", "stone") * 40]
    whole = steady(found(lines))
    monkeypatch.setattr("engine.evaluation.TABULATED", 7)
    monkeypatch.setattr("engine.evaluation.AT_ONCE", 3)
    assert steady(found(lines)) == whole


def test_ids_are_remembered_up_to_a_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.arrivals.REMEMBERED", 4)
    monkeypatch.setattr("engine.evaluation.AT_ONCE", 1)
    uids = (1, 1, 2, 3, 4, 5, 6, 1)
    lines = [said("storm", "A", id=uid, created_at=stamp(START + n * SECOND)) for n, uid in enumerate(uids)]
    result = found(lines)
    assert (result.posts, result.duplicates) == (7, 1)


# --- the command -------------------------------------------------------------------------------------------------

TOPICS = {
    "storm": "hurricane flood warning coast evacuation shelter",
    "match": "goal penalty referee striker stadium keeper",
    "vote": "ballot election candidate turnout polling senate",
}


def plain_feed(times: int = 20) -> list[dict[str, Any]]:
    """Posts of three topics that share no word, in turn, each of four of its six words."""
    rows = []
    for turn in range(times):
        for label, words in TOPICS.items():
            said_now = words.split()[turn % 3 :][:4]
            rows.append({"text": " ".join(said_now), "label": label})
    return rows


def written(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["evaluate", "clusters", *words])
    out = capsys.readouterr()
    return status, out.out, out.err


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    status, out, err = run(capsys, *words, "--json")
    assert (status, err) == (0, "")
    shown: dict[str, Any] = json.loads(out)
    return shown


def unhurried(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if not name.startswith("posts_per_s")}


def test_plain_topics_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = measured(capsys, str(written(tmp_path / "feed.jsonl", plain_feed())))
    assert (shown["n"], shown["labels"], shown["unlabelled"], shown["duplicates"]) == (60, 3, 0, 0)
    assert shown["nmi"] > 0.95
    assert shown["purity_top10"] == 1.0
    assert shown["live_stories"] >= 3
    assert shown["posts_per_s"] > 0
    assert {"n", "nmi", "homogeneity", "completeness", "purity_top10", "silhouette"} <= set(shown["themes"])


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (lambda n, row: {**row, "id": str(n)}, ()),
        (lambda n, row: {**row, "id": n, "created_at": stamp(START + n * SECOND)}, ()),
        (lambda n, row: {**row, "time": 1_700_000_000 + n}, ()),
        (lambda n, row: {**row, "label": len(row["label"])}, ()),
        (
            lambda n, row: {"Id": f"{n:06}", "clusterNo": len(row["label"]), "textCleaned": row["text"]},
            ("--map", "text=textCleaned,label=clusterNo"),
        ),
        (
            lambda n, row: {"tweet id": f"'{n}'", "tweet": row["text"], "label": "on", "_event": row["label"]},
            ("--map", "text=tweet,id=tweet id,label=_event", "--keep", "label=on"),
        ),
    ],
)
def test_the_shapes_that_labelled_streams_come_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shape: Any, words: tuple[str, ...]
) -> None:
    rows = [row for row in plain_feed() if row["label"] != "match"]  # of labels that differ in length
    shown = measured(capsys, str(written(tmp_path / "feed.jsonl", [shape(*row) for row in enumerate(rows)])), *words)
    assert (shown["n"], shown["labels"], shown["duplicates"]) == (40, 2, 0)
    assert shown["nmi"] > 0.95


def test_compressed_and_several_files_are_one_feed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{**row, "id": n, "time": 1_700_000_000 + n} for n, row in enumerate(plain_feed())]
    whole = measured(capsys, str(written(tmp_path / "all.jsonl", rows)))
    written(tmp_path / "a.jsonl.gz", rows[:30])
    written(tmp_path / "b.jsonl.gz", rows[30:])
    assert unhurried(measured(capsys, str(tmp_path / "*.gz"))) == unhurried(whole)


@pytest.mark.parametrize("chunk", [1, 5, 10_000])
def test_chunks_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    feed = str(written(tmp_path / "feed.jsonl", plain_feed(120)))
    whole = unhurried(measured(capsys, feed))
    monkeypatch.setattr("engine.runner.CHUNK", chunk)
    assert unhurried(measured(capsys, feed)) == whole


def test_lines_without_a_label_are_posts_that_do_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [*plain_feed(), {"text": "hurricane flood warning coast"}, {"text": "goal penalty", "label": None}]
    shown = measured(capsys, str(written(tmp_path / "feed.jsonl", rows)))
    assert (shown["n"], shown["posts"], shown["unlabelled"]) == (60, 62, 2)


def test_an_archive_in_another_order_is_sorted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{**row, "id": n, "time": 1_700_000_000 + 60 * n} for n, row in enumerate(plain_feed())]
    ordered = measured(capsys, str(written(tmp_path / "a.jsonl", rows)))
    status, out, err = run(capsys, str(written(tmp_path / "b.jsonl", rows[::-1])), "--json")
    assert (status, err.count("\n")) == (0, 1)
    assert "Read again and sorted" in err
    assert unhurried(json.loads(out)) == unhurried(ordered)
    assert measured(capsys, str(tmp_path / "b.jsonl"), "--lateness", "2s")["late"] == 59


def test_without_json_people_can_read_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, str(written(tmp_path / "feed.jsonl", plain_feed())))
    assert (status, err) == (0, "")
    assert "60 posts, 60 with one of 3 labels" in out
    assert all(word in out for word in ("NMI", "homogeneity", "stories", "themes", "posts a second"))
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("rows", "words", "says"),
    [
        ([{"text": "storm"}], (), "has a label: name it with --map label=FIELD"),
        ([{"text": "storm", "label": "A"}], ("--map", "label=event"), "has a label"),
        ([{"odd": "storm", "label": "A"}], (), "1 unknown shape"),
        ([{"text": "storm", "label": "A"}], ("--keep", "label=B"), "has label=B: check --keep"),
        ([], (), "empty"),
        ([{"text": "storm", "label": "A"}], ("--map", "text=text", "--format", "x-v1"), "cannot be used with format"),
    ],
)
def test_a_feed_that_says_nothing_true_is_one_line_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[dict[str, Any]], words: tuple[str, ...], says: str
) -> None:
    status, out, err = run(capsys, str(written(tmp_path / "feed.jsonl", rows)), *words, "--json")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert says in err


def test_a_feed_that_is_not_there_is_one_line_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "missing.jsonl", "--json")
    assert (status, out, err.count("\n")) == (1, "", 1)


@pytest.mark.parametrize(
    "words",
    [
        ("evaluate",),
        ("evaluate", "clusters"),
        ("evaluate", "nothing", "feed"),
        ("evaluate", "clusters", "feed", "--keep", "label"),
        ("evaluate", "clusters", "feed", "--keep", "=on"),
        ("evaluate", "clusters", "feed", "--map", "label="),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_as_scripts_run_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = written(tmp_path / "feed.jsonl", plain_feed())
    command = [sys.executable, "-m", "tui.cli", "evaluate", "clusters", "-", "--json"]
    result = subprocess.run(command, input=feed.read_bytes(), capture_output=True, check=True, timeout=100)
    assert result.stderr == b""
    assert result.stdout.count(b"\n") == 1
    assert unhurried(json.loads(result.stdout)) == unhurried(measured(capsys, str(feed)))


# --- the promised figures ----------------------------------------------------------------------------------------

MSTREAM = ("--map", "text=textCleaned,label=clusterNo")
CRISISLEX = ("--map", "text=tweet,id=tweet id,label=_event", "--keep", "label=on-topic")


@needs_data
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "words", "n", "nmi", "purity"),
    [
        ("tweets-t", MSTREAM, 30_322, NMI_TWEETS_T, PURITY_TWEETS_T),
        ("tweets", MSTREAM, 30_322, NMI_TWEETS, 0.0),
        ("crisislex_t6", CRISISLEX, 32_458, NMI_CRISISLEX, 0.0),
    ],
)
def test_stories_agree_with_the_labels_of_published_streams(
    capsys: pytest.CaptureFixture[str], name: str, words: tuple[str, ...], n: int, nmi: float, purity: float
) -> None:
    shown = measured(capsys, str(DATA / f"{name}.jsonl.gz"), *words)
    assert shown["n"] == n
    assert shown["nmi"] >= nmi
    assert shown["purity_top10"] >= purity
