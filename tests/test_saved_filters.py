"""The file of saved filters: whole or not at all, for nobody else, and never a traceback."""

import stat
from pathlib import Path

import pytest

from tui.saved_filters import SavedFiltersError, default_path, read_filters, write_filters

FILTERS = {"Ours": 'tag:ai "two words"', "音楽": "lang:ja"}


def test_what_is_written_is_read_again_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "filters.json"
    assert read_filters(path) == {}
    write_filters(path, FILTERS)
    assert list(read_filters(path).items()) == list(FILTERS.items())
    write_filters(path, {})
    assert read_filters(path) == {}


def test_nobody_else_can_read_it_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "filters.json"
    write_filters(path, FILTERS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in tmp_path.iterdir()] == ["filters.json"]


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "filters.json"
    write_filters(path, FILTERS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(SavedFiltersError, match=r"cannot write .*: No space left on device"):
        write_filters(path, {})
    assert read_filters(path) == FILTERS
    assert [found.name for found in tmp_path.iterdir()] == ["filters.json"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"filters": [{"name": 1}]}', b"\xff"])
def test_a_damaged_file_is_told_of_in_one_line(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "filters.json"
    path.write_bytes(body)
    with pytest.raises(SavedFiltersError, match=r"is damaged .*: mend or remove it") as caught:
        read_filters(path)
    assert "\n" not in str(caught.value)


def test_a_folder_in_its_place_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(SavedFiltersError, match="cannot read"):
        read_filters(tmp_path)


def test_it_is_in_the_users_config_folder() -> None:
    assert default_path().name == "filters.json"
