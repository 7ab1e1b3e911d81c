"""The first frame is where, and in the colours in which, the real screen comes, so that nothing jumps."""

import os
import pty
import termios

import pyte
import pytest
from rich.color import Color

from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, settle
from tui.app import TrendtopApp
from tui.palette import OURS
from tui.screen_options import Options
from tui.skeleton import BLAND, KEYBOARD, LOCAL, FirstFrame, _of_256, feed_name, picture

CORNERS = "╭╮╰╯│┏┓┗┛┃"
RULES = "─━"
SIZES = [(80, 24), (120, 36), (160, 48), (100, 30), (160, 24), (120, 20), (99, 31), (101, 17), (60, 16), (200, 60)]


def drawn(width: int, height: int, text: str) -> pyte.Screen:
    screen = pyte.Screen(width, height)
    pyte.Stream(screen).feed(text)
    return screen


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["trendtop-dark", "colourless"])
async def test_its_boxes_are_those_of_the_screen(size: tuple[int, int], theme: str) -> None:
    colourless = theme == "colourless"
    options = Options(title="feed.jsonl", colourless=colourless)
    app = TrendtopApp(fakes.FakeEngine(), options)
    shown = drawn(*size, picture(*size, "feed.jsonl", BLAND if colourless else OURS["dark"])).display
    async with app.run_test(size=size) as pilot:
        await settle(app)
        real = Monitor(app, app._client, pilot).text.split("\n")  # type: ignore[arg-type]
        assert shown[0].rstrip() == real[0].rstrip()
        for y, line in enumerate(real):
            for x, sign in enumerate(line.ljust(size[0])):
                here = shown[y][x]
                if sign in CORNERS or here in CORNERS:
                    assert here == sign, (x, y)
                elif sign in RULES:
                    assert here in RULES, (x, y)
                else:
                    assert here == sign or here in RULES or here == " ", (x, y)


@pytest.mark.parametrize("name", OURS)
async def test_its_colours_are_those_of_the_theme(name: str) -> None:
    palette = OURS[name]
    app = TrendtopApp(fakes.FakeEngine(), Options(title="x", theme=palette.name))
    screen = drawn(120, 36, picture(120, 36, "x", palette))
    async with app.run_test(size=(120, 36)):
        await settle(app)
        strips = app.screen._compositor.render_strips()
        for x, y in ((0, 1), (0, 12), (1, 0)):
            cells = [(char, segment.style) for segment in strips[y] for char in segment.text]
            style, cell = cells[x][1], screen.buffer[y][x]
            assert style is not None
            assert near(cell.bg, style.bgcolor)
            assert near(cell.fg, style.color)


def near(ours: str, theirs: Color | None) -> bool:
    """Whether two colours are one but for how they were rounded."""
    assert theirs is not None
    assert theirs.triplet is not None
    return all(abs(a - b) <= 1 for a, b in zip(bytes.fromhex(ours), theirs.triplet, strict=True))


def test_without_colours_there_are_none_and_ascii_is_ascii() -> None:
    text = picture(80, 24, "feed.jsonl", BLAND, ascii_only=True)
    assert text.isascii()
    assert "38;" not in text
    assert "48;" not in text


def test_where_the_terminal_is_too_small_it_draws_nothing() -> None:
    assert drawn(59, 20, picture(59, 20, "x", OURS["dark"])).display == [" " * 59] * 20


def test_a_terminal_of_256_colours_gets_the_ones_that_come_nearest() -> None:
    for palette in OURS.values():
        for colour in palette[2:]:
            red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
            ours = Color.from_ansi(_of_256(red, green, blue)).get_truecolor()
            assert max(abs(a - b) for a, b in zip(ours, (red, green, blue), strict=True)) <= 48, colour


def all_written(ours: int, theirs: int) -> str:
    """What has been written to a terminal, which hands it on in pieces of its own choice."""
    end, written = b"<end>", b""
    os.write(theirs, end)
    while not written.endswith(end):
        written += os.read(ours, 1 << 16)
    return written.removesuffix(end).decode()


def test_the_terminal_is_given_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    monkeypatch.setattr("tui.skeleton.KEYBOARD", theirs)
    monkeypatch.setattr("tui.skeleton.SCREEN", theirs)
    before = termios.tcgetattr(theirs)
    first = FirstFrame()
    first.draw("feed\x1b[31m.jsonl", OURS["dark"], False)
    assert not termios.tcgetattr(theirs)[LOCAL] & termios.ECHO
    first.erase()
    first.erase()
    assert termios.tcgetattr(theirs) == before
    written = all_written(ours, theirs)
    assert "\x1b[31m" not in written
    assert written.endswith("\x1b[?1049l\x1b[?25h")
    assert written.count("\x1b[?1049l") == 1
    first = FirstFrame()
    first.draw("x", OURS["dark"], False)
    first.hand_over()
    first.erase()
    assert "\x1b[?1049l" not in all_written(ours, theirs)
    for fd in (ours, theirs):
        os.close(fd)
    assert KEYBOARD == 0


def test_a_feed_is_called_by_its_name() -> None:
    assert feed_name(["/data/a.jsonl", "b"], False) == "a.jsonl +1"
