"""`trendtop evaluate sentiment`: VADER's own figures without the gate; with it, what it leaves out is told."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.analysis import analyse, read_mood
from engine.config import EngineConfig
from engine.events import Post
from engine.platforms.decode import Decoder
from engine.sentiment_evaluation import SentimentReplay
from engine.sentiment_figures import SentimentFigures, figures
from engine.sentiment_labels import LabelReader, UnclearLabelsError, parse_rule
from tests.feeds import PRESENT, SECOND, START, delete, edit, like, post, stamp, uri
from tui.cli import main

DATA = Path(__file__).parents[2] / "shared" / "data" / "sentiment"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="labelled tweets (../shared/data) are not here")

LOVE = "I love this wonderful day with all of my friends"
HATE = "I hate this horrible day and all of its problems"
PLAIN = "The train to the city leaves from the second platform"
GERMAN = "Die Stimmung ist heute wirklich gut und alle freuen sich"  # VADER: negative, of "die"
MOODS = ("negative", "neutral", "positive")


def said(text: str, label: object = None, **more: object) -> dict[str, Any]:
    return {"text": text, **({} if label is None else {"label": label}), **more}


def replayed(
    lines: Sequence[str | dict[str, Any]], cuts: int = 64, labels: str | None = None, gate: bool = True
) -> SentimentReplay:
    reader = LabelReader(parse_rule(labels) if labels else None)
    replay = SentimentReplay(EngineConfig(), Decoder(), reader, gate)
    raw = [(line if isinstance(line, str) else json.dumps(line)).encode() for line in lines]
    for begin in range(0, len(raw), cuts):
        replay.feed(0, raw[begin : begin + cuts], PRESENT)
    replay.finish()
    return replay


def found(lines: Sequence[str | dict[str, Any]], **options: Any) -> SentimentFigures:
    return figures(replayed(lines, **options))


MIXED = [
    *(said(LOVE, "positive"), said(LOVE, "pos"), said(LOVE, "neutral"), said(HATE, "Negative ")),
    *(said(PLAIN, "neutral"), said(PLAIN, "NEU"), said(PLAIN, "positive"), said(GERMAN, "positive")),
]


# --- the figures -------------------------------------------------------------------------------------------------


def test_figures_by_hand() -> None:
    result = found(MIXED)
    assert (result.n, result.not_scored, result.posts) == (7, 1, 8)
    assert result.confusion == {
        "negative": {"negative": 1, "neutral": 0, "positive": 0},
        "neutral": {"negative": 0, "neutral": 2, "positive": 1},
        "positive": {"negative": 0, "neutral": 1, "positive": 2},
    }
    assert result.accuracy == pytest.approx(5 / 7, abs=1e-6)
    assert result.macro_recall == pytest.approx((1 + 2 / 3 + 2 / 3) / 3, abs=1e-6)
    assert result.macro_f1 == pytest.approx((1 + 2 / 3 + 2 / 3) / 3, abs=1e-6)
    assert (result.classes["neutral"].support, result.classes["positive"].support) == (3, 3)
    assert result.not_scored_share == pytest.approx(1 / 8)
    assert result.not_scored_reasons == {"other language": 1}


def test_what_the_gate_leaves_out_stands_beside_what_it_lets_through() -> None:
    result, off = found(MIXED), found(MIXED, gate=False)
    assert result.unscored is not None
    assert result.ungated is not None
    assert result.unscored.confusion["positive"] == {"negative": 1, "neutral": 0, "positive": 0}
    assert (result.unscored.n, result.unscored.accuracy) == (1, 0.0)
    for name in ("n", "accuracy", "macro_f1", "macro_recall", "classes", "confusion"):
        assert getattr(result.ungated, name) == getattr(off, name)
    assert (off.n, off.not_scored, off.not_scored_reasons, off.unscored, off.ungated) == (8, 0, {}, None, None)


def test_moods_with_no_posts_do_not_count_in_the_means() -> None:
    result = found([said(LOVE, "positive"), said(PLAIN, "positive"), said(HATE, "negative")])
    assert result.macro_recall == pytest.approx((1 + 1 / 2) / 2)
    assert result.classes["neutral"].support == 0
    assert (result.classes["neutral"].recall, result.classes["neutral"].precision) == (None, 0.0)
    assert found([said(HATE, "neutral")]).classes["positive"].precision is None


def test_where_nothing_is_scored_there_are_no_figures_and_no_fault() -> None:
    result = found([said(GERMAN, "positive")])
    assert (result.n, result.accuracy, result.macro_f1, result.macro_recall) == (0, None, None, None)
    assert result.not_scored_share == 1.0


@pytest.mark.parametrize(
    "text", [LOVE, GERMAN, "", "😀", "I \u202elove\u0000 this   good\r\nday", "x" * 20_000 + " love"]
)
def test_the_mood_is_that_of_the_screen(text: str) -> None:
    shown = analyse(Post(platform="x", uid="1", author="a", text=text, lang="en"))
    reason, polarity = read_mood(Post(platform="x", uid="1", author="a", text=text, lang="en"))
    assert reason == shown.reason
    assert shown.polarity == (None if reason else polarity)


# --- what counts as what -----------------------------------------------------------------------------------------


def test_the_books_are_those_of_all_records() -> None:
    lines = [
        *(said(LOVE, "positive", id="1"), said(LOVE, "positive", id="1"), said(LOVE, id="2")),
        *(said(LOVE, "great", id="3"), said(LOVE, "4 stars", id="4"), said(LOVE, "great", id="5"), "{", {"odd": 1}),
    ]
    result = found(lines)
    assert (result.n, result.posts, result.unlabelled, result.duplicates) == (1, 5, 1, 1)
    assert (result.not_understood, result.not_understood_labels) == (3, ["great", "4 stars"])
    assert result.rejected == {"broken JSON": 1, "unknown shape": 1}


def test_lines_with_nothing_but_text_are_each_a_post() -> None:
    assert found([said(LOVE, "positive")] * 5).n == 5


def test_native_lines_carry_labels_too_and_a_post_keeps_its_first_mood() -> None:
    def labelled(line: str) -> str:
        return json.dumps({**json.loads(line), "label": "positive"})

    lines = [labelled(post("1", START, LOVE)), labelled(post("2", START + SECOND, LOVE))]
    lines += [labelled(edit("1", START + 2 * SECOND, HATE, START)), like("l", START + 3 * SECOND, uri("2"))]
    result = found([*lines, delete("2", START + 4 * SECOND)])
    assert (result.n, result.accuracy, result.duplicates, result.others) == (2, 1.0, 0, 3)


def test_labels_not_understood_are_safe_to_show_and_few() -> None:
    result = found([said(LOVE, f"\x1b[31m{n}" + "x" * 1000) for n in range(50)] + [said(LOVE, "pos")])
    assert result.not_understood == 50
    assert len(result.not_understood_labels) == 5
    assert all(label.isprintable() and len(label) <= 30 for label in result.not_understood_labels)


@pytest.mark.parametrize("cuts", [1, 3, 1000])
def test_cuts_and_order_of_the_input_change_nothing(cuts: int) -> None:
    lines = [{**line, "id": n, "created_at": stamp(START + n * SECOND)} for n, line in enumerate(MIXED * 9)]
    assert found(lines, cuts=cuts) == found(lines)
    assert found(MIXED * 9, cuts=cuts) == found([*MIXED * 9][::-1])


# --- how labels are read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ((-1, 0, 1), "-1 negative, 0 neutral, 1 positive"),
        (("-1", "+1", "0.0"), "-1 negative, 0 neutral, 1 positive"),
        ((-1.0, -1, 1.0), "-1 negative, 0 neutral, 1 positive"),
        ((0, 1, 2), "0 negative, 1 neutral, 2 positive"),
        (("neg", "Neutral", "POSITIVE"), "words"),
        (("neg", 0, 1, 2), "0 negative, 1 neutral, 2 positive"),
    ],
)
def test_labels_that_tell_what_they_mean(labels: tuple[object, ...], told: str) -> None:
    assert found([said(PLAIN, label) for label in labels]).labels == told


def test_whole_numbers_are_read_by_the_set_of_them() -> None:
    def truth(labels: Sequence[int]) -> list[int]:
        return [of.support for of in found([said(PLAIN, label) for label in labels]).classes.values()]

    assert truth((-1, 0, 0, 1, 1, 1)) == [1, 2, 3]
    assert truth((0, 1, 1, 2, 2, 2)) == [1, 2, 3]


@pytest.mark.parametrize(
    "labels", [(0, 1), (1,), (0,), (1, 2), (0, 2), (-1, 0, 1, 2), (0, 2, 4), (1, 2, 3, 4, 5), (0, 1, 2, 0.5), (-1, "7")]
)
def test_numbers_that_may_mean_several_things_are_refused(labels: tuple[object, ...]) -> None:
    replay = replayed([said(PLAIN, label) for label in labels])
    with pytest.raises(UnclearLabelsError, match="--labels"):
        figures(replay)


def test_labels_can_be_told() -> None:
    lines = [said(PLAIN, label) for label in (0, 2, 4, "4", "bad", 7)]
    result = found(lines, labels="negative=0,neutral=2,positive=4, negative=BAD")
    assert [of.support for of in result.classes.values()] == [2, 1, 2]
    assert result.not_understood_labels == ["7"]


@pytest.mark.parametrize(("rule", "supports"), [("rating", [2, 1, 3]), ("rating=0.5", [1, 3, 2])])
def test_ratings_have_a_threshold(rule: str, supports: list[int]) -> None:
    lines = [said(PLAIN, label) for label in (-3.9, -0.05, 0.04, "0.05", 0.5, 4, "good", "nan", "inf")]
    result = found(lines, labels=rule)
    assert [of.support for of in result.classes.values()] == supports
    assert result.not_understood == 3


@pytest.mark.parametrize(
    "text",
    ["", "good=1", "negative", "negative=", "negative=1,positive=1", "rating=x", "rating=-1", "rating,negative=1"],
)
def test_rules_that_cannot_be_meant(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parse_rule(text)


# --- the command -------------------------------------------------------------------------------------------------


def written(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def feed(tmp_path: Path) -> str:
    return written(tmp_path / "feed.jsonl", MIXED)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(["evaluate", "sentiment", *words])
    out = capsys.readouterr()
    return status, out.out, out.err


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    status, out, err = run(capsys, *words, "--json")
    assert (status, err, out.count("\n")) == (0, "", 1)
    shown: dict[str, Any] = json.loads(out)
    return shown


def test_json_is_one_object_with_all_figures(feed: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = measured(capsys, feed)
    assert {"accuracy", "macro_f1", "macro_recall", "classes", "confusion", "not_scored_share"} <= set(shown)
    assert (shown["n"], shown["gate"], shown["not_scored_reasons"]) == (7, True, {"other language": 1})
    assert measured(capsys, feed, "--gate", "off")["n"] == 8


def test_fields_can_be_named_and_lines_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"body": {"t": LOVE}, "mood": "pos", "split": split} for split in ("test", "test", "train")]
    mapped = ("--map", "text=body.t,label=mood", "--keep", "split=test")
    shown = measured(capsys, written(tmp_path / "feed.jsonl", rows), *mapped)
    assert (shown["n"], shown["left_out"], shown["accuracy"]) == (2, 1, 1.0)


def test_without_json_people_can_read_it(feed: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, feed)
    assert (status, err) == (0, "")
    assert "not scored: 1, 12.50% (1 other language)" in out
    assert all(word in out for word in ("accuracy", "macro F1", "macro recall", "precision", "all, gate off"))
    assert [line.split() for line in out.splitlines()[-3:]] == [
        ["negative", "1", "0", "0"],
        ["neutral", "0", "2", "1"],
        ["positive", "0", "1", "2"],
    ]
    assert out.isascii()
    assert max(map(len, out.splitlines())) <= 100
    assert "gate off: every text is scored" in run(capsys, feed, "--gate", "off")[1]


@pytest.mark.parametrize("words", [(), ("--gate", "off")])
def test_a_plot_is_plain_text_where_there_is_no_terminal(
    feed: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    status, out, err = run(capsys, feed, "--plot", *words)
    assert (status, err) == (0, "")
    plot = out[out.index("posts by label") :]
    assert plot.replace("\n", "").isprintable()
    assert max(map(len, plot.splitlines())) == 72
    assert "neutral recall" in plot


@pytest.mark.parametrize(
    ("rows", "words", "says"),
    [
        ([said(LOVE)], (), "has a label: name it with --map label=FIELD"),
        ([said(LOVE, "great")], (), "no label is a sentiment (found great)"),
        ([said(LOVE, 0), said(LOVE, 1)], (), "the labels 0, 1 do not tell"),
        ([said(LOVE, 2.5), said(LOVE, 1)], (), "--labels rating"),
        ([said(LOVE, "pos")], ("--keep", "label=neg"), "has label=neg: check --keep"),
        ([{"odd": 1}], (), "1 unknown shape"),
        ([], (), "empty"),
    ],
)
def test_a_feed_that_says_nothing_true_is_one_line_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[dict[str, Any]], words: tuple[str, ...], says: str
) -> None:
    status, out, err = run(capsys, written(tmp_path / "feed.jsonl", rows), *words)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert says in err


@pytest.mark.parametrize("what", ["sentiment", "clusters"])
def test_json_and_plot_do_not_go_together(capsys: pytest.CaptureFixture[str], what: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", what, "feed", "--json", "--plot"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("--gate", "maybe"), ("--labels", "good=1"), ("--labels", "rating=0"), ("--map", "x")]
)
def test_wrong_usage_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["evaluate", "sentiment", "feed", *words])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_as_scripts_run_it(feed: str) -> None:
    command = [sys.executable, "-m", "tui.cli", "evaluate", "sentiment", "-", "--json"]
    result = subprocess.run(command, input=Path(feed).read_bytes(), capture_output=True, check=True, timeout=100)
    assert result.stderr == b""
    assert json.loads(result.stdout)["n"] == 7


# --- the published figures ---------------------------------------------------------------------------------------


def tweeteval() -> list[tuple[str, int]]:
    """Texts and labels of the SemEval-2017 validation tweets."""
    texts = (DATA / "tweeteval_val_text.txt").read_text("utf-8").split("\n")
    labels = (DATA / "tweeteval_val_labels.txt").read_text("utf-8").split()
    return [(text, int(label)) for text, label in zip(texts[: len(labels)], labels, strict=True)]


@needs_data
def test_without_the_gate_the_figures_are_vaders_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sklearn.metrics import classification_report, confusion_matrix, recall_score
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    tweets = tweeteval()
    feed = written(tmp_path / "feed.jsonl", [said(text, label) for text, label in tweets])
    shown = measured(capsys, feed, "--gate", "off")
    vader = SentimentIntensityAnalyzer()
    compounds = [vader.polarity_scores(text)["compound"] for text, _ in tweets]
    predicted = [2 if compound >= 0.05 else 0 if compound <= -0.05 else 1 for compound in compounds]
    true = [label for _, label in tweets]
    report = classification_report(true, predicted, target_names=MOODS, output_dict=True)
    assert (shown["n"], shown["not_scored"]) == (2_000, 0)
    assert 0.5975 <= shown["macro_recall"] <= 0.5985
    assert shown["macro_recall"] == pytest.approx(recall_score(true, predicted, average="macro"), abs=1e-6)
    assert shown["accuracy"] == pytest.approx(report["accuracy"], abs=1e-6)
    assert shown["macro_f1"] == pytest.approx(report["macro avg"]["f1-score"], abs=1e-6)
    for mood in MOODS:
        for ours, theirs in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            assert shown["classes"][mood][ours] == pytest.approx(report[mood][theirs], abs=1e-6)
        assert shown["classes"][mood]["support"] == report[mood]["support"]
    assert [list(row.values()) for row in shown["confusion"].values()] == confusion_matrix(true, predicted).tolist()


@needs_data
def test_the_gate_leaves_few_english_tweets_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = written(tmp_path / "feed.jsonl", [said(text, label) for text, label in tweeteval()])
    shown = measured(capsys, feed)
    assert shown["n"] + shown["not_scored"] == shown["ungated"]["n"] == 2_000
    assert shown["not_scored_share"] < 0.01
    assert shown["ungated"]["macro_recall"] == pytest.approx(0.598, abs=0.0005)
