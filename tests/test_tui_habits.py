"""What people expect of a terminal monitor: themes, hidden panels, a picture of the screen, the mouse."""

import errno
import os
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from textual import events
from textual.widget import Widget

from tests import tui_fakes as fakes
from tests.test_tui_app import contrast
from tests.tui_driver import Monitor, monitor, settle
from tui.keeping import keep_setting, save_picture
from tui.palette import OURS
from tui.settings import read_settings

# -- catching up ---------------------------------------------------------------------------------------------------


async def test_while_catching_up_the_header_says_how_far_how_fast_and_how_long() -> None:
    catching = {"state": "catching up", "backlog": 0.18, "rate": 12_000.0, "remaining": 41.0, "lag": None}
    async with monitor(fakes.shown(**catching), size=(80, 24)) as m:
        assert "CATCHING UP 82% · 12,000/s · 40 s left" in m.header
        assert "window 15m" in m.header
        await m.resize(60, 16)
        assert "CATCHING UP 82% · 12,000/s · 40 s left" in m.header
        await m.hear(fakes.shown())
        assert "left" not in m.header


# -- themes --------------------------------------------------------------------------------------------------------


async def test_t_goes_through_our_themes_and_says_which() -> None:
    async with monitor(size=(80, 24)) as m:
        seen = []
        for _ in OURS:
            await m.press("T")
            seen.append(m.app.theme)
        assert seen == ["trendtop-light", "trendtop-contrast-dark", "trendtop-contrast-light", "trendtop-dark"]
        assert "theme dark" in m.events


async def test_without_colours_there_is_no_other_theme() -> None:
    async with monitor(colourless=True) as m:
        await m.press("T")
        assert m.app.theme == "ansi-dark"
        assert "NO_COLOR" in m.events


@pytest.mark.parametrize(("name", "least"), [("contrast-dark", 7.0), ("contrast-light", 7.0)])
async def test_high_contrast_is_high(name: str, least: float) -> None:
    async with monitor(theme=OURS[name].name) as m:
        await m.press("j")
        weakest = min(
            contrast(segment.style.color.triplet, segment.style.bgcolor.triplet)
            for strip in m.app.screen._compositor.render_strips()
            for segment in strip
            if segment.text.strip().isalnum() and segment.style and segment.style.color and segment.style.bgcolor
        )
        assert weakest >= least


async def test_a_theme_is_kept_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("TRENDTOP_CONFIG", str(path))
    async with monitor(size=(120, 36)) as m:
        await m.press("T", "T")
        assert not path.exists()
        commands = {command.title: command for command in m.app.get_system_commands(m.app.screen)}
        await settle(m.app)
        commands["keep the theme"].callback()
        await settle(m.app)
        assert "the theme is kept in" in m.events
    assert read_settings({}, {"TRENDTOP_CONFIG": str(path)})["theme"] == "trendtop-contrast-dark"


def test_a_setting_is_kept_where_it_stands_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for before, after in (
        ('window = "5m"\n', 'theme = "light"\nwindow = "5m"\n'),
        ('# theme = "dark"\n\n[keys]\nzoom = "Z"\n', 'theme = "light"\n\n[keys]\nzoom = "Z"\n'),
        ('# theme = "x"\ntheme = "dark"\n', '# theme = "x"\ntheme = "light"\n'),
        ('[keys]\ntheme = "B"\n', 'theme = "light"\n[keys]\ntheme = "B"\n'),
        ("rate = 2\n\"theme\"='a#b'  # of the night\n", 'rate = 2\ntheme = "light"  # of the night\n'),
        ('# theme = "dark" is what I had\n', 'theme = "light"\n# theme = "dark" is what I had\n'),
        ('rate = 2\r\n#theme = "dark" # or light\r\n', 'rate = 2\r\ntheme = "light" # or light\r\n'),
        ("# caf\udce9\n", 'theme = "light"\n# caf\udce9\n'),
        ('rate = 2\ntheme = "dark"', 'rate = 2\ntheme = "light"\n'),
        ('theme = """\ndark"""  # on two lines\nrate = 2\n', 'theme = "light"  # on two lines\nrate = 2\n'),
    ):
        path.write_bytes(before.encode(errors="surrogateescape"))
        keep_setting(path, "theme", "light")
        assert path.read_bytes().decode(errors="surrogateescape") == after


def test_a_list_is_kept_over_several_lines_and_its_remarks_with_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('words = [\n  "a#b",  # the first\n  # "c",\n]  # of mine\nrate = 2\n')
    keep_setting(path, "words", ["x", 'say "y"'])
    kept = '# the first\n# "c",\nwords = [\n    "x",\n    "say \\"y\\"",\n]  # of mine\nrate = 2\n'
    assert path.read_text() == kept
    keep_setting(path, "words", ["z"])
    assert path.read_text() == '# the first\n# "c",\nwords = ["z"]  # of mine\nrate = 2\n'


def test_a_kept_setting_leaves_the_mode_of_the_file_and_a_link_to_it(tmp_path: Path) -> None:
    path, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    path.write_text("rate = 2\n")
    path.chmod(0o600)
    link.symlink_to(path)
    keep_setting(link, "theme", "light")
    assert link.is_symlink()
    assert path.read_text() == 'theme = "light"\nrate = 2\n'
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_the_settings_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    path.write_text('# mine\ntheme = "dark"\n[keys]\nzoom = "Z"\n')

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep_setting(path, "theme", "light")
    assert path.read_text() == '# mine\ntheme = "dark"\n[keys]\nzoom = "Z"\n'
    assert list(tmp_path.iterdir()) == [path]


# -- the bell ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bell", [True, False])
async def test_the_bell_rings_for_a_new_burst_if_it_is_wanted(bell: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[bool] = []
    async with monitor(fakes.shown(fakes.busy(bursts=[])), bell=bell) as m:
        monkeypatch.setattr(m.app, "bell", lambda: rung.append(True))
        await m.hear(fakes.shown(), fakes.shown())
        assert "now rising" in m.events
    assert len(rung) == int(bell)


# -- panels --------------------------------------------------------------------------------------------------------


async def test_h_lists_the_panels_to_hide_and_show_them() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("H")
        assert "Panels" in m.text
        await m.press("5", "j", "enter", "escape")
        assert not m.shows("#feed")
        assert not m.shows("#timeline")
        assert "hidden: 2 timeline, 5 feed" in m.events
        await m.press("5", "H", "j", "space", "H")
        assert m.shows("#feed")
        assert m.shows("#timeline")
        assert "hidden" not in m.events


async def test_hidden_panels_leave_their_room_to_the_others() -> None:
    async with monitor(size=(80, 24)) as m:
        before = rows(m, "#clusters")
        await m.press("5")
        assert rows(m, "#clusters") > before


def rows(m: Monitor, panel: str) -> int:
    return m.app.screen_stack[0].query_one(panel).size.height


# -- the mouse -----------------------------------------------------------------------------------------------------


async def test_a_click_gives_a_panel_the_keys_and_a_second_one_opens_the_row() -> None:
    async with monitor(size=(160, 48)) as m:
        await m.click("#feed", (20, 3))
        assert m.focus == "feed"
        assert len(m.app.screen_stack) == 1
        await m.click("#feed", (20, 3))
        assert len(m.app.screen_stack) == 2


async def test_the_wheel_moves_the_cursor_and_scrolls_a_page() -> None:
    async with monitor(size=(160, 48)) as m:
        table = m.app.screen.query_one("#clusters")
        await settle(m.app)
        for _ in range(2):
            table.post_message(wheel(table, down=True))
        await settle(m.app)
        assert m.text_of("#clusters").split("\n")[3].startswith("▶")
        table.post_message(wheel(table, down=False))
        await settle(m.app)
        assert m.text_of("#clusters").split("\n")[2].startswith("▶")


def wheel(widget: Widget, down: bool) -> events.MouseEvent:
    kind = events.MouseScrollDown if down else events.MouseScrollUp
    return kind(widget, 5, 3, 0, 1 if down else -1, 0, False, False, False)


# -- wide characters, and sizes that change ----------------------------------------------------------------------

NAMES = ["plain", "日本語の名前さん", "😀fan", "👨‍👩‍👧‍👦home", "한국어", "é́combining", "🇩🇪flag", "long" * 20, "和" * 30]


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48)])
async def test_what_follows_a_wide_name_stays_in_its_column(size: tuple[int, int]) -> None:
    named = [
        msgspec.structs.replace(fakes.posts()[0], uid=str(at), name=name, text=f"TEXT{at}")
        for at, name in enumerate(NAMES)
    ]
    authors = [
        msgspec.structs.replace(fakes.authors()[0], author=str(at), name=name, posts=100 - at)
        for at, name in enumerate(NAMES)
    ]
    async with monitor(fakes.shown(fakes.busy(posts=named, authors=authors)), size=size) as m:
        await m.tab_to("feed")
        await m.press("z")
        starts = {cell_len(line[: line.index("TEXT")]) for line in m.text_of("#feed").split("\n") if "TEXT" in line}
        assert len(starts) == 1
        await m.press("z", "o")
        widget = m.app.screen.query_one("#authors")
        widths = {widget.render_line(y).cell_length for y in range(widget.size.height)}
        assert widths == {widget.size.width}
        lines = m.text.split("\n")
        assert {cell_len(line) for line in lines if line.endswith("│")} <= {size[0]}


async def test_sizes_that_change_all_the_time_leave_every_page_whole() -> None:
    sizes = [(59, 15), (160, 48), (1, 1), (60, 16), (100, 31), (149, 17)]
    async with monitor(size=(80, 24)) as m:
        for page in ("b", "c", "m", "o", "x", "question_mark", "H", "t"):
            await m.press("escape", page)
            for width, height in sizes:
                await m.resize(width, height)
                await m.hear(fakes.shown(fakes.busy(retained=width)))
        await m.press("escape", "escape")
        await m.resize(80, 24)
        assert "LIVE" in m.header
        assert "#worldcup #goal" in m.text_of("#clusters")


# -- a picture of the screen ------------------------------------------------------------------------------------


async def test_s_saves_the_screen_as_a_picture_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with monitor(size=(160, 48)) as m:
        await m.press("S")
        first = tmp_path / "trendtop-20260301T210431Z.svg"
        assert f"wrote {first}" in m.events
        svg = first.read_text()
        assert svg.startswith("<svg")
        assert "worldcup" in svg
        assert "url(http" not in svg
        await m.press("question_mark", "S")
        assert (tmp_path / "trendtop-20260301T210431Z-2.svg").exists()


async def test_a_picture_that_cannot_be_written_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(OSError, match="gone"):
        save_picture("<svg>", fakes.NOW, gone)
    monkeypatch.setattr("tui.keeping.Path.cwd", lambda: gone)
    async with monitor(size=(160, 48)) as m:
        await m.press("S")
        assert "not saved" in m.events
