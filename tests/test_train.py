"""`trendtop train` and what starts from its model: no label from the future, the same result, the same pasts."""

import contextlib
import io
import json
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

from engine.config import HOUR, MINUTE, EngineConfig, SourceConfig
from engine.modelcard import SCHEMA
from engine.modelfile import load_model
from engine.pipeline import Engine
from engine.protocol import Failed, Start
from engine.training import LEAST, Lessons
from models import tuning
from models.features import COLUMNS
from models.fits import fit_all
from models.pasts import digest
from models.trained import Trained
from models.trees import DEFAULTS
from models.voices import NAMES
from tests.feeds import SECOND, like, purge, uri
from tests.saved_shape import pinned, shape_of
from tests.simulated_likes import TOPICS, action, feed, last_time, written
from tests.worker_harness import Watching
from tui.cli import main
from tui.progress import Progress, told

GRIDS = tuning.GRIDS
TINY: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "small": {
            "boosted": {"max_leaf_nodes": (3, 6)},
            "forest": {"n_estimators": (20,)},
            "extra": {"n_estimators": (20,)},
        }
    }
)
POSTS = 320
CONFIG = EngineConfig(retention=0, horizons=(15 * MINUTE, HOUR))


class Made(NamedTuple):
    """What one run of train came to, on a feed of as many posts."""

    feed: str
    path: Path
    table: str
    words: str
    trained: Trained
    card: dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder, and grids that are soon searched."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        patch.setattr(tuning, "GRIDS", TINY)
        yield folder


@pytest.fixture(scope="module")
def made(home: Path) -> Made:
    path, out = written(home / "feed.jsonl.gz", feed(POSTS)[0]), home / "model.joblib"
    table, words = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(table), contextlib.redirect_stderr(words):
        assert main(["train", path, "-o", str(out), "--horizons", "15m,1h,24h", "--jobs", "1"]) == 0
    card = json.loads(out.with_suffix(".json").read_text())
    return Made(path, out, table.getvalue(), words.getvalue(), load_model(str(out)), card)


def test_a_change_of_what_a_model_holds_raises_its_schema(made: Made) -> None:
    """If this fails, older models fail as they are used: raise SCHEMA in engine/modelcard.py; see `saved_shape`."""
    assert {"schema": SCHEMA, "shape": shape_of(made.trained)} == pinned("model", SCHEMA, made.trained)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(words)
    out = capsys.readouterr()
    return status, out.out, out.err


def trained_on(capsys: pytest.CaptureFixture[str], path: str, out: Path, *words: str) -> tuple[Trained, dict[str, Any]]:
    status, _, err = run(capsys, "train", path, "-o", str(out), "--horizons", "15m,1h", "--jobs", "1", *words)
    assert status == 0, err
    card: dict[str, Any] = json.loads(out.with_suffix(".json").read_text())
    return load_model(str(out)), card


def engine(lines: list[str], trained: Trained | None = None, pasts_only: bool = False) -> Engine:
    fed = Engine(CONFIG, trained=trained)
    if pasts_only:
        fed.model.learn_pasts_only()  # much faster
    fed.feed(0, [line.encode() for line in lines], 10**18)
    fed.finish()
    return fed


# --- splits in the order of time ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("horizon", "count"), [(1, 4), (50, 4), (180, 3), (400, 2)])
def test_no_label_of_the_future_is_trained_on(horizon: int, count: int) -> None:
    created = np.sort(np.random.default_rng(1).uniform(0, 1000, 900))
    found = tuning.folds(created, created + horizon)
    assert len(found) == count
    for train, test in found:
        assert len(train) >= tuning.LEAST
        assert (created[train] + horizon).max() < created[test].min()
        assert np.array_equal(test, np.arange(test[0], test[-1] + 1))


def test_a_feed_too_short_for_its_horizon_has_no_folds() -> None:
    created = np.arange(900.0)
    assert tuning.folds(created, created + 900) == []
    assert tuning.folds(created[:3], created[:3]) == []


# --- trees ---------------------------------------------------------------------------------------------------------


def test_the_grids_vary_what_the_trees_have() -> None:
    for grid in GRIDS.values():
        for name, varied in grid.items():
            assert set(varied) <= set(DEFAULTS[name])


# --- the command -----------------------------------------------------------------------------------------------------


def test_a_model_and_its_card_are_written(made: Made) -> None:
    card, out = made.card, made.path
    assert (card["schema"], card["feeds"], card["posts"]) == (SCHEMA, ["feed.jsonl.gz"], POSTS)
    assert card["columns"] == list(COLUMNS)
    assert card["since"] == "2026-07-04T12:00:00Z"
    assert card["left_out"].keys() == {"86400"}
    assert [one["horizon"] for one in card["horizons"]] == [900, 3600]
    end = last_time(feed(POSTS)[0])
    ended = sum(action(index)[2] + HOUR < end for index in range(POSTS))
    assert LEAST < card["horizons"][1]["n"] <= ended
    for one in card["horizons"]:
        assert one["folds"] in (3, 4)
        assert set(one["models"]) == set(NAMES)
        for name, model in one["models"].items():
            skill = 1 - model["mae_log"] / one["models"]["author"]["mae_log"]
            assert model["skill"] == pytest.approx(skill, abs=1e-4)
            assert f"      {name:<8} {model['mae_log']:>9.4f}" in made.table
        for grid in one["grid"].values():
            errors = [tried["mae_log"] for tried in grid["tried"]]
            assert errors == sorted(errors)
            assert [tried["rank"] for tried in grid["tried"]] == list(range(1, len(errors) + 1))
            assert grid["params"] == grid["tried"][0]["params"]
    assert card["horizons"][1]["models"]["extra"]["skill"] > 0.1  # a link is worth much here, whoever posts it
    for words in ("rank", "log error", "max_leaf_nodes=3", "as used", "1h: ", "15m: "):
        assert words in made.table
    assert "24h" not in made.table
    for words in ("24h is left out: 0 labels", "fits: ", f"wrote {out} and "):
        assert words in made.words
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE(out.with_suffix(".json").stat().st_mode) == 0o600


def test_the_scores_are_those_of_models_fitted_to_each_fold(made: Made) -> None:
    fed = Engine(EngineConfig(retention=0, horizons=(HOUR,)))
    lessons = Lessons(fed)
    fed.feed(0, [line.encode() for line in feed(POSTS)[0]], 10**18)
    fed.finish()
    lesson = lessons.lesson(0)
    params = {name: grid["params"] for name, grid in made.card["horizons"][1]["grid"].items()}
    errors: dict[str, list[float]] = {}
    for train, test in tuning.folds(lesson.created, lesson.due):
        fits = fit_all(lesson.rows[train], lesson.labels[train], lesson.created[train], 0, params)
        for name, model in fits.models.items():
            errors.setdefault(name, []).append(
                float(np.mean(np.abs(model.predict(lesson.rows[test]) - lesson.labels[test])))
            )
    for name, of_folds in errors.items():
        assert made.card["horizons"][1]["models"][name]["mae_log"] == pytest.approx(np.mean(of_folds), abs=1e-6)
        assert made.card["horizons"][1]["models"][name]["std"] == pytest.approx(np.std(of_folds), abs=1e-6)


def test_the_same_feed_gives_the_same_model_on_any_number_of_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], made: Made
) -> None:
    out = tmp_path / "again.joblib"
    words = ("--horizons", "15m,1h,24h", "--jobs", "2")
    assert run(capsys, "train", made.feed, "-o", str(out), *words)[0] == 0
    assert out.with_suffix(".json").read_bytes() == made.path.with_suffix(".json").read_bytes()
    again = load_model(str(out))
    rows = np.abs(np.random.default_rng(3).normal(size=(50, len(COLUMNS)))) // 1
    for name in made.trained.horizons[1].fits.models:
        left, right = (one.horizons[1].fits.models[name].predict(rows) for one in (made.trained, again))
        assert np.array_equal(left, right)
    assert made.trained.authors.digests == again.authors.digests
    for field in ("weights", "means", "variances", "at"):
        left, right = (getattr(one.authors.outcomes, field) for one in (made.trained, again))
        assert np.array_equal(left, right)


def test_the_file_holds_no_account_and_no_word(made: Made) -> None:
    trained = made.trained
    data = made.path.read_bytes() + made.path.with_suffix(".json").read_bytes()
    for index in range(7):
        assert f"author{index}".encode() not in data
    for word in (*TOPICS, "number17", "example.org", "did:plc"):
        assert word.encode() not in data
    known = {trained.authors.digests[at : at + 16] for at in range(0, len(trained.authors.digests), 16)}
    assert digest("bluesky:did:plc:author3", trained.salt) in known
    assert digest("bluesky:did:plc:author3", b"") not in known


def test_a_purged_account_is_not_trained_on() -> None:
    lines, _ = feed(300)
    author = action(3)[1]
    purged = [*lines, purge(author, last_time(lines) + SECOND)]
    counts = []
    for fed in (lines, purged):
        engine = Engine(CONFIG)
        lessons = Lessons(engine)
        engine.feed(0, [line.encode() for line in fed], 10**18)
        engine.finish()
        counts.append(len(lessons.lesson(1).labels))
    assert counts[0] - counts[1] == pytest.approx(counts[0] / 7, abs=1)
    assert digest(f"bluesky:{author}", b"k") not in engine.model.pasts(lambda one: digest(one, b"k"))[0].digests


@pytest.mark.parametrize(
    ("posts", "words", "says"),
    [
        (100, (), "no horizon has 200 labels"),
        (0, (), "empty"),
        (100, ("--map", "text=text", "--format", "x-v1"), "cannot be used with format"),
    ],
)
def test_what_cannot_be_trained_on_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], posts: int, words: tuple[str, ...], says: str
) -> None:
    path = written(tmp_path / "feed.jsonl", feed(posts)[0])
    out = tmp_path / "m.joblib"
    status, table, err = run(capsys, "train", path, "-o", str(out), "--jobs", "1", *words)
    assert (status, table) == (1, "")
    assert says in err.splitlines()[-1]
    assert not out.exists()


def test_a_wrong_target_is_told_before_the_feed_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "train", "missing.jsonl", "-o", str(tmp_path / "m.pkl"))
    assert (status, err.count("\n")) == (1, 1)
    assert "end it in .joblib" in err


@pytest.mark.parametrize("words", [(), ("feed",), ("feed", "-o", "m.joblib", "--jobs", "0"), ("-o", "m.joblib")])
def test_wrong_usage_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["train", *words])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- progress --------------------------------------------------------------------------------------------------------


def test_progress_says_how_many_and_how_long() -> None:
    assert told("fits", 0, 80, 3.0) == "fits: 0/80"
    assert told("fits", 20, 80, 30.0) == "fits: 20/80, 1m30s left"
    assert told("fits", 80, 80, 61.0) == "fits: 80/80 in 1m01s"


def test_progress_ends_with_all_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("fits", 7, lambda: 7):
        pass
    assert capsys.readouterr().err.splitlines()[-1].startswith("fits: 7/7")


# --- starting from a model -------------------------------------------------------------------------------------------


def test_pasts_go_on_as_if_the_feed_had_not_been_cut(made: Made) -> None:
    early, _ = feed(POSTS)
    late, _ = feed(100, first=500)
    whole, resumed = engine([*early, *late], pasts_only=True), engine(late, made.trained, pasts_only=True)
    compared = 0
    for index in range(500, 600):
        key = next(key for key in resumed.labels.tracked if key.endswith(f"/{action(index)[0]}"))
        for place in (0, 1):
            one, two = (fed.labels.forecasts(fed.labels.tracked[key])[place] for fed in (whole, resumed))
            assert one.usual is not None
            assert two.usual is not None
            assert two.usual == pytest.approx(
                one.usual, abs=0.35
            )  # but for labels of the first half that came in the second
            compared += 1
    assert compared == 200


def test_pasts_are_the_same_where_every_label_was_learnt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    early, _ = feed(300)
    quiet = [line for line in early if json.loads(line)["time_us"] < action(250)[2]]
    # Someone likes an old post far later: by then every label of the first half is learnt.
    nudge = [like("nudge", action(400)[2], uri("p1", action(1)[1]))]
    late, _ = feed(60, first=500)
    trained, _ = trained_on(capsys, written(tmp_path / "early.jsonl", [*quiet, *nudge]), tmp_path / "m.joblib")
    whole, resumed = engine([*quiet, *nudge, *late], pasts_only=True), engine(late, trained, pasts_only=True)
    at = action(501)[2]
    for index in range(7):
        author = f"bluesky:{action(index)[1]}"
        for horizon in (0, 1):
            left, right = (made.model.usual(author, horizon) for made in (whole, resumed))
            assert left == pytest.approx(right, rel=1e-9)
    from models.engagement import Known

    post = Known(author="bluesky:did:plc:author2", at=at + HOUR, tags=(), terms=("news", "rivers", "storms"))
    rows = []
    for fed in (whole, resumed):
        freezer = fed.model.freezer
        rows.append(freezer.rows(freezer.thaw(fed.model.forecast([post])), 1)[0])
    for name, left, right in zip(COLUMNS, *rows, strict=True):
        assert left == pytest.approx(right, rel=1e-5, abs=1e-6, nan_ok=True), name


def test_the_tuned_trees_are_what_is_refitted(made: Made) -> None:
    fed = Engine(CONFIG, trained=made.trained)
    for place, one in enumerate(made.trained.horizons):
        assert fed.model.learnt(place) == one.n
        assert one.params["boosted"].keys() == {"max_leaf_nodes"}
    late, _ = feed(100, first=600)
    fed.feed(0, [line.encode() for line in late], 10**18)
    fed.finish()
    assert len(fed.model.refits(0)) > 0
    assert fed.model.learnt(0) == made.trained.horizons[0].n + fed.labels.matured[0]


def test_a_model_is_not_changed_by_what_starts_from_it(made: Made) -> None:
    late, _ = feed(60, first=600)
    told_of = [[one.told.record for one in engine(late, made.trained).labels.tracked.values()] for _ in range(2)]
    assert told_of[0] == told_of[1]


def test_a_model_predicts_from_the_first_post_on(made: Made) -> None:
    late, _ = feed(20, first=600)
    for fed, says in ((engine(late), False), (engine(late, made.trained), True)):
        told_of = [fed.labels.forecasts(tracked)[1] for tracked in fed.labels.tracked.values()]
        assert all((one.predicted is not None) is says for one in told_of)
        assert all((one.low is not None) is says for one in told_of)


def test_a_purge_reaches_what_was_adopted(made: Made) -> None:
    late, _ = feed(1, first=600)
    fed = Engine(CONFIG, trained=made.trained)
    before = fed.model.usual("bluesky:did:plc:author3", 1)
    fed.feed(0, [line.encode() for line in [*late, purge("did:plc:author3", last_time(late) + SECOND)]], 10**18)
    fed.finish()
    after, stranger = (fed.model.usual(f"bluesky:did:plc:{name}", 1) for name in ("author3", "nobody"))
    assert after == stranger != before


def test_horizons_are_found_by_their_length(made: Made) -> None:
    other = Engine(EngineConfig(retention=0, horizons=(30 * MINUTE, HOUR)), trained=made.trained)
    same = Engine(CONFIG, trained=made.trained)
    author = "bluesky:did:plc:author3"
    assert other.model.usual(author, 1) == same.model.usual(author, 1) is not None
    assert other.model.usual(author, 0) is None
    assert same.model.usual(author, 0) is not None


@pytest.mark.parametrize(
    "command",
    [
        ("export", "FEED", "-o", "OUT.json"),
        ("evaluate", "engagement", "FEED", "--json"),
        ("score", "a bridge over the river"),
        ("watch", "FEED"),
    ],
)
def test_a_model_that_is_not_ours_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setattr("tui.launch._no_terminal", lambda: "")
    monkeypatch.setattr("tui.launch._run", lambda *_args: pytest.fail("the screen was started"))
    bad = tmp_path / "model.joblib"
    bad.write_bytes(b"not a model")
    path = written(tmp_path / "feed.jsonl", feed(5)[0])
    words = [word.replace("FEED", path).replace("OUT", str(tmp_path / "out")) for word in command]
    status, out, err = run(capsys, *words, "--model", str(bad))
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "was not written by trendtop train" in err


def test_the_engines_process_refuses_it_too(tmp_path: Path) -> None:
    bad = tmp_path / "model.joblib"
    bad.write_bytes(b"not a model")
    source = SourceConfig(paths=(written(tmp_path / "feed.jsonl", feed(5)[0]),))
    with Watching() as monitor:
        monitor.send(Start(engine=CONFIG, source=source, model=str(bad)))
        report = monitor.report()
        assert isinstance(report, Failed)
        assert "was not written by trendtop train" in report.message
        assert monitor.process.wait(30) == 1


def test_the_engines_process_starts_from_it(tmp_path: Path, made: Made) -> None:
    late, _ = feed(20, first=600)
    source = SourceConfig(paths=(written(tmp_path / "feed.jsonl", late),))
    with Watching() as monitor:
        monitor.send(Start(engine=CONFIG, source=source, model=str(made.path), rate=20.0))
        frame = monitor.until(lambda frame: len(frame.snapshot.predictions) >= 20)
        assert all(row.predicted is not None and row.model for row in frame.snapshot.predictions)
        assert monitor.stop() == 0


def test_score_tells_a_range_by_the_model(capsys: pytest.CaptureFixture[str], made: Made) -> None:
    shown = []
    for author in ("bluesky:did:plc:author3", "did:plc:author3", ""):
        words = ("--model", str(made.path), "--author", author, "--json")
        status, text, err = run(capsys, "score", "https://example.org/a a bridge over the river", *words)
        assert (status, err) == (0, "")
        shown.append(json.loads(text))
    for one in shown:
        told_of = [item for item in one["ranges"] if item["predicted"] is not None]
        assert [item["horizon"] for item in told_of] == [900, 3600]
        assert all(item["low"] <= item["high"] and item["reasons"] for item in told_of)
    assert [one["author"] for one in shown] == ["bluesky:did:plc:author3"] * 2 + [""]
    status, text, err = run(capsys, "score", "a bridge", "--model", str(made.path), "--author", "did:plc:nobody")
    assert status == 0
    assert "in 1h" in text
    assert "to a trained model" in err


def test_a_model_that_knows_the_feed_already_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], made: Made
) -> None:
    out = str(made.path)
    for first, says in ((0, True), (600, False)):
        path = written(tmp_path / f"{first}.jsonl", feed(50, first=first)[0])
        status, text, _ = run(capsys, "evaluate", "engagement", path, "--model", out, "--json")
        assert status == 0
        assert ("has learnt from posts up to 2026-07-04" in json.loads(text)["note"]) is says
        assert ("has learnt" in json.loads(text)["note"]) is says
        status, _, err = run(capsys, "export", path, "-o", str(tmp_path / "out.json"), "--model", out)
        assert status == 0
        assert ("the trained model has seen posts up to" in err) is says
