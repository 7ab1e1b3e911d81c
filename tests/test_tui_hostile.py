"""Nothing a post or a name contains is read as markup, or reaches the terminal as anything but printable text."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor, settle
from tests.tui_payloads import CONTROL, MARKUP, PAYLOADS, TOUR, UNSEEN, feed_of, hostile
from tui.app import TrendtopApp
from tui.screen_options import Options
from tui.widgets.composer import Composer

ROOT = Path(__file__).parent.parent
SEQUENCE = re.compile(rb"\x1b(?:\[([0-?]*)[ -/]*([@-~])|([\]P_^X])(.*?)(?:\x07|\x1b\\)|([^\[\]P_^X]))", re.DOTALL)


async def tour(payload: str, check: object) -> None:
    engine = feed_of(payload)
    app = TrendtopApp(engine, Options(title=payload, debounce=0))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(app)
        screen = Monitor(app, engine, pilot)
        check(screen)  # type: ignore[operator]
        for keys in TOUR:
            await screen.press(*keys)
            check(screen)  # type: ignore[operator]
        assert not app._exit


def harmless(screen: Monitor) -> None:
    """Only printable text that nothing hangs on, in lines of exactly the width of the screen."""
    for strip in screen.app.screen._compositor.render_strips():
        assert sum(cell_len(segment.text) for segment in strip) == screen.app.size.width
        for segment in strip:
            assert all(c.isprintable() or c == "\u200d" for c in segment.text), repr(segment.text)
            if segment.style is not None:
                assert segment.style.link is None
                assert "@click" not in segment.style.meta


@pytest.mark.parametrize("payload", ["".join((*CONTROL, *UNSEEN)), "漢字👨‍👩‍👧‍👦" * 200], ids=["control", "wide"])
async def test_every_screen_stays_harmless(payload: str) -> None:
    await tour(payload, harmless)


async def test_the_overview_stays_harmless_at_any_size() -> None:
    async with monitor() as m:
        for payload in PAYLOADS:
            await m.hear(fakes.shown(hostile(payload)))
            harmless(m)
        await m.resize(80, 24)
        for payload in PAYLOADS:
            await m.hear(fakes.shown(hostile(payload)))
            harmless(m)


async def test_markup_is_shown_as_it_was_written() -> None:
    payload = " ".join(MARKUP[:3])
    wanted = {"[@click=app.quit]x[/] [red]x [/foo] bar"}

    def literal(screen: Monitor) -> None:
        harmless(screen)
        assert any(text in screen.text for text in wanted)

    await tour(payload, literal)


async def test_clicking_on_markup_runs_no_action() -> None:
    payload = "[@click=app.quit]" * 8
    async with monitor(fakes.shown(hostile(payload))) as m:
        for panel in ("#clusters", "#rising", "#predictions", "#feed", "#feedhealth", "#events", "#header"):
            await m.click(panel, (70 if panel == "#clusters" else 12, m.app.screen.query_one(panel).region.height // 2))
        assert not m.app._exit


async def test_what_is_pasted_is_made_plain() -> None:
    async with monitor() as m:
        await m.press("t")
        await m.paste("a\x1b[31mb\x9bc\u202ed [red]e")
        assert m.app.screen.query_one(Composer).input.value == "a[31mbcd [red]e"
        harmless(m)


def test_no_foreign_control_byte_reaches_a_real_terminal() -> None:
    """The same tour with payloads and without, through a pty: what it sends must be of the same kinds."""
    with ThreadPoolExecutor() as both:
        expected, found = map(sequences, both.map(through_a_terminal, ("harmless", "hostile")))
    assert found[0] <= expected[0], f"kinds of sequence only hostile text brings: {found[0] - expected[0]}"
    for text in (expected[1], found[1]):
        assert {c for c in text if not (c.isprintable() or c in "\r\n\u200d")} == set()
    assert "harmless" in expected[1]
    assert "[@click=app.quit]x[/]" in found[1]


def sequences(data: bytes) -> tuple[set[tuple[bytes, bytes]], str]:
    """The kinds of control sequences in a stream (strings of OSC, DCS and the like whole), and the text between."""
    kinds = set()
    for match in SEQUENCE.finditer(data):
        _, final, opener, content, other = match.groups()
        if final:
            kinds.add((b"CSI", final))
        elif opener:
            kinds.add((opener, content))
        else:
            kinds.add((b"ESC", other))
    return kinds, SEQUENCE.sub(b"", data).decode("utf-8")


def through_a_terminal(kind: str) -> bytes:
    """All that the app writes to a terminal of 160x48 during the tour."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.tui_payloads", kind]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        data = bytearray()
        while chunk := read(ours):
            data += chunk
        assert process.wait() == 0, data[-2000:]
    os.close(ours)
    return bytes(data)


def read(descriptor: int) -> bytes:
    """What there is to read; b"" once the other side of the terminal is closed."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
