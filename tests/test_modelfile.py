"""Model files: nothing in one is run unless this user's trendtop wrote it, whole, for this very environment."""

import os
import stat
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import joblib
import msgspec
import numpy as np
import pytest

from engine.config import HOUR, EngineConfig
from engine.modelcard import SCHEMA, Card, HorizonCard, versions
from engine.modelfile import MAGIC, ModelFileError, check_model, check_target, load_model, salt, write_model
from engine.userkey import SIZE, KeyUnusableError, key_path, make_key, read_key
from models.features import COLUMNS
from models.pasts import AuthorPasts, KeyPasts, MeanStates
from models.trained import Trained


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def trained() -> Trained:
    nobody, nothing = np.zeros(0, int), np.zeros((0, 1))
    none = MeanStates(nothing, nothing, nothing, nothing.astype(int))
    feed = MeanStates(*(np.zeros(1),) * 3, np.zeros(1, int))
    keys = KeyPasts(1 << 16, nobody, nothing, nothing, None, 0)
    return Trained(1, 2, (HOUR,), (), AuthorPasts(b"", nobody, nobody, none, feed), keys, keys)


def card(**changed: Any) -> Card:
    moment = datetime(2026, 7, 4, tzinfo=UTC)
    horizon = HorizonCard(horizon=3600, n=900, folds=4, models={}, grid={})
    plain = {
        **versions(),
        **{"schema": SCHEMA, "columns": COLUMNS, "feeds": ["feed.jsonl"], "since": moment},
        **{"until": moment, "posts": 1_000, "horizons": [horizon], "left_out": {"86400": "40 labels"}},
    }
    return Card(**{**plain, **changed})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.joblib"
    write_model(trained(), card(), str(path))
    return path


class Bomb:
    """What runs when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.mark,)


@pytest.fixture
def unopened(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Notes every pickle that is opened; there must be none."""
    opened: list[str] = []
    monkeypatch.setattr(joblib, "load", lambda *_args, **_named: opened.append("opened"))
    monkeypatch.setattr("pickle.load", lambda *_args, **_named: opened.append("opened"))
    monkeypatch.setattr("pickle.loads", lambda *_args, **_named: opened.append("opened"))
    yield opened
    assert opened == []


def refused(path: Path | str, config: EngineConfig | None = None) -> str:
    """The one line that says why a file cannot be used, by both ways to it."""
    lines = set()
    for use in (check_model, load_model):
        with pytest.raises(ModelFileError) as error:
            use(str(path), config)
        lines.add(str(error.value))
    assert len(lines) == 1
    line = lines.pop()
    assert "\n" not in line
    return line


# --- what is written ---------------------------------------------------------------------------------------------


def test_what_was_written_is_read(model: Path) -> None:
    found = load_model(str(model))
    assert (found.since, found.until, found.all_horizons) == (1, 2, (HOUR,))
    assert check_model(str(model)) == card()
    assert check_model(str(model), EngineConfig()) == card()
    assert found.salt == salt() != b""


def test_files_are_for_their_owner_alone_and_whole(tmp_path: Path, model: Path) -> None:
    for path in (model, model.with_suffix(".json"), key_path()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.joblib", "model.json", "state"]
    assert [path.name for path in key_path().parent.iterdir()] == ["model.key"]


def test_the_card_beside_it_is_json_for_people(model: Path) -> None:
    text = model.with_suffix(".json").read_text()
    assert text.count("\n") > 20
    shown = msgspec.json.decode(text)
    assert shown["schema"] == SCHEMA
    assert shown["columns"] == list(COLUMNS)
    assert shown["left_out"] == {"86400": "40 labels"}


def test_the_file_is_a_joblib_file_to_whoever_trusts_it(model: Path) -> None:
    assert isinstance(joblib.load(model), Trained)


def test_the_salt_of_authors_is_not_in_the_file(model: Path) -> None:
    assert salt() not in model.read_bytes()
    assert read_key() not in model.read_bytes()


def test_a_failed_write_leaves_the_old_model(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = model.read_bytes()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelFileError, match="No space left"):
        write_model(trained(), card(posts=2), str(model))
    monkeypatch.undo()
    assert model.read_bytes() == before
    assert len(list(model.parent.iterdir())) == 3


@pytest.mark.parametrize("name", ["model.pkl", "model", "folder.joblib"])
def test_a_target_that_is_no_model_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.joblib").mkdir()
    with pytest.raises(ModelFileError, match=r"end it in \.joblib"):
        check_target(str(tmp_path / name))


def test_a_json_that_is_something_else_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "feed.json").write_text('{"text": "a post"}')
    with pytest.raises(ModelFileError, match="choose another name"):
        write_model(trained(), card(), str(tmp_path / "feed.joblib"))
    assert (tmp_path / "feed.json").read_text() == '{"text": "a post"}'
    assert not (tmp_path / "feed.joblib").exists()


# --- what is refused, before anything in it is run ---------------------------------------------------------------


def test_a_pickle_that_runs_code_is_never_opened(tmp_path: Path) -> None:
    mark = tmp_path / "it ran"
    path = tmp_path / "model.joblib"
    joblib.dump(Bomb(mark), path)
    assert "was not written by trendtop train" in refused(path)
    assert not mark.exists()
    joblib.load(path)
    assert mark.exists()  # so it would have run


@pytest.mark.parametrize("place", ["behind", "before", "inside"])
def test_a_pickle_smuggled_into_a_model_is_never_opened(tmp_path: Path, model: Path, place: str) -> None:
    mark = tmp_path / "it ran"
    joblib.dump(Bomb(mark), tmp_path / "bomb")
    bomb, good = (tmp_path / "bomb").read_bytes(), model.read_bytes()
    foot = len(good) - 60
    swapped = bomb + good[struct.unpack(">Q", good[foot : foot + 8])[0] :]
    model.write_bytes({"behind": good + bomb, "before": bomb + good, "inside": swapped}[place])
    refused(model)
    assert not mark.exists()


def test_a_pickle_sealed_with_another_key_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, path = tmp_path / "it ran", tmp_path / "model.joblib"
    make_key()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    write_model(Bomb(mark), card(), str(path))  # type: ignore[arg-type]
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert "was not written by your trendtop, or was changed since" in refused(path)
    assert not mark.exists()


def test_no_byte_can_be_changed(model: Path, unopened: list[str]) -> None:
    good = model.read_bytes()
    for place in range(len(good)):
        model.write_bytes(good[:place] + bytes([good[place] ^ 0x10]) + good[place + 1 :])
        with pytest.raises(ModelFileError):
            load_model(str(model))


def test_no_part_can_be_missing(model: Path, unopened: list[str]) -> None:
    good = model.read_bytes()
    for size in range(0, len(good), 7):
        for part in (good[:size], good[len(good) - size :]):
            model.write_bytes(part)
            with pytest.raises(ModelFileError):
                load_model(str(model))


def test_lengths_are_sealed_too(model: Path) -> None:
    good = model.read_bytes()
    foot = len(good) - 60
    body, told = struct.unpack(">QQ", good[foot : foot + 16])
    model.write_bytes(good[:foot] + struct.pack(">QQ", body - 8, told + 8) + good[foot + 16 :])
    assert "was changed since" in refused(model)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"python": "3.9"}, "trained with Python 3.9"),
        ({"scikit_learn": "0.24.2"}, "trained with scikit-learn 0.24.2"),
        ({"numpy": "1.26.4"}, "trained with numpy 1.26.4"),
        ({"columns": COLUMNS[1:]}, "trained on other features"),
        ({"schema": SCHEMA + 1}, f"schema {SCHEMA + 1}"),
    ],
)
def test_a_model_of_another_environment_is_refused(
    tmp_path: Path, unopened: list[str], changed: dict[str, Any], says: str
) -> None:
    path = tmp_path / "model.joblib"
    write_model(trained(), card(**changed), str(path))
    line = refused(path)
    assert says in line
    assert "trendtop train" in line


def test_a_model_of_another_schema_is_refused(model: Path, unopened: list[str]) -> None:
    good = model.read_bytes()
    model.write_bytes(good[: -len(MAGIC) - 4] + struct.pack(">I", 77) + MAGIC)
    assert "schema 77" in refused(model)


def test_a_model_of_other_horizons_is_refused(model: Path, unopened: list[str]) -> None:
    line = refused(model, EngineConfig(horizons=(2 * HOUR,)))
    assert "was trained for 1h only: ask for one of these horizons" in line


def test_a_card_beside_it_that_was_changed_is_refused(model: Path, unopened: list[str]) -> None:
    beside = model.with_suffix(".json")
    beside.write_text(beside.read_text().replace('"n": 900', '"n": 999'))
    assert "is not the card of" in refused(model)


def test_the_card_beside_it_may_be_gone(model: Path) -> None:
    model.with_suffix(".json").unlink()
    assert load_model(str(model)).until == 2


@pytest.mark.parametrize("kind", ["missing", "empty", "folder", "pipe", "device", "text"])
def test_what_is_no_model_file_is_refused(tmp_path: Path, unopened: list[str], kind: str) -> None:
    make_key()
    path = tmp_path / "model.joblib"
    match kind:
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "text":
            path.write_text("not a model, but longer than the foot of one: " + "x" * 100)
    assert str(path) in refused(path)


# --- the key -----------------------------------------------------------------------------------------------------


def test_the_key_is_made_once(home: Path) -> None:
    assert not key_path().exists()
    first = make_key()
    assert (len(first), make_key(), read_key()) == (SIZE, first, first)
    assert key_path().is_relative_to(home)


def test_each_user_has_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_key()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert make_key() != first


@pytest.mark.parametrize("harm", ["gone", "open", "link", "short", "long", "folder", "another's"])
def test_a_key_that_proves_nothing_is_not_used(
    tmp_path: Path, model: Path, unopened: list[str], monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    key = key_path()
    match harm:
        case "gone":
            key.unlink()
        case "open":
            key.chmod(0o644)
        case "link":
            key.rename(tmp_path / "elsewhere")
            key.symlink_to(tmp_path / "elsewhere")
        case "short":
            key.write_bytes(b"short")
        case "long":
            key.write_bytes(b"x" * (SIZE + 1))
        case "folder":
            key.unlink()
            key.mkdir()
        case "another's":
            monkeypatch.setattr("os.geteuid", lambda: 12345)
    line = refused(model)
    assert str(key) in line
    assert "train" in line
    if harm != "gone":
        with pytest.raises(KeyUnusableError):
            make_key()


def test_a_state_folder_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelFileError, match="cannot write the key"):
        write_model(trained(), card(), str(tmp_path / "model.joblib"))
    assert not (tmp_path / "model.joblib").exists()


def test_a_sealed_file_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    write_model({"not": "a model"}, card(), str(path))  # type: ignore[arg-type]
    with pytest.raises(ModelFileError, match="holds no model"):
        load_model(str(path))


def test_the_salt_is_filled_in_and_never_taken_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    write_model(replace(trained(), salt=b"theirs"), card(), str(path))
    assert load_model(str(path)).salt == salt()
