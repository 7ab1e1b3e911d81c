"""The screen's process stays light: it draws what the engine computed and loads nothing that computes."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("numpy", "pandas", "sklearn", "scipy", "joblib", "vaderSentiment", "py3langid", "plotext", "watchfiles")


def imported(code: str) -> set[str]:
    """The top-level modules a fresh interpreter holds after `code`."""
    code += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_no_analytics_in_the_screens_process() -> None:
    """What none of them loads when all are loaded, none of them loads alone."""
    modules = [
        "tui.app",
        "tui.monitor",
        "tui.plainly",
        "tui.config_file",
        "tui.screens.overview",
        "tui.screens.tables",
        "tui.screens.model",
        "tui.screens.behind",
        "tui.screens.posts",
        "tui.details",
    ]
    assert imported(f"import {', '.join(modules)}").isdisjoint(HEAVY)


def test_nor_after_everything_has_been_drawn() -> None:
    code = """
import asyncio
from tests.tui_driver import monitor
async def look():
    async with monitor() as m:
        await m.press("enter", "escape", "x", "escape", "question_mark", "escape", "t", "a")
        await m.press("escape", "b", "enter", "escape", "c", "tab", "enter", "escape", "escape")
        await m.press("p", "j", "enter", "y", "P", "escape", "escape", "enter", "enter", "escape", "escape")
        await m.press("m", "h", "enter", "escape", "tab", "enter", "escape", "escape")
        await m.press("c", "v", "v", "escape")
        await m.press("/", "t", "tab", "escape", "F", "escape")
        assert "LIVE" in m.header
asyncio.run(look())
"""
    modules = imported(code)
    assert "textual" in modules
    assert modules.isdisjoint(HEAVY)


def test_nothing_that_computes_is_loaded_to_plot() -> None:
    code = """
import asyncio
from tests.tui_driver import monitor
async def look():
    async with monitor() as m:
        await m.press("m", "v", "v", "v", "v", "v", "v", "escape", "c", "v", "v", "v")
        assert "Sizes of stories" in m.text
asyncio.run(look())
"""
    assert imported(code).isdisjoint(set(HEAVY) - {"plotext"})


def test_before_the_first_frame_nothing_is_loaded_that_takes_time() -> None:
    code = """
import os, sys
os.environ.pop("TRENDTOP_CONFIG", None)
os.environ["XDG_CONFIG_HOME"] = "/nowhere"
import tui.launch
from tui.cli import main
tui.launch._run = lambda *_: 0
main(["watch", "feed.jsonl", "--window", "5m"])
"""
    slow = {"textual", "rich", "msgspec", "asyncio", "subprocess", "dataclasses", "inspect", "datetime", "shutil"}
    assert imported(code).isdisjoint({*HEAVY, *slow, "tomllib", "difflib", "platformdirs"})


def test_nor_a_library_for_networks(tmp_path: Path) -> None:
    code = f"""
import contextlib, io
from tui.cli import main
with contextlib.redirect_stderr(io.StringIO()) as told:
    assert main(["watch", {str(tmp_path / "none.jsonl")!r}, "--log", {str(tmp_path / "log")!r}]) == 1
assert "no such file" in told.getvalue()
import asyncio, tui.app
"""
    modules = imported(code)
    assert {"asyncio", "textual"} <= modules
    assert modules.isdisjoint({"ssl", "_ssl", "hashlib", "_hashlib"})
