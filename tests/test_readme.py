"""The README's commands are those that CI runs, and what it points to is there."""

import re
from pathlib import Path

from tui.cli import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_ci_runs_the_readmes_test_command() -> None:
    command = re.search(r"^python3 -m venv .* -m pytest.*$", README, re.M)
    assert command is not None
    assert command[0] in (ROOT / ".ci" / "run").read_text()


def test_every_file_it_points_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(targets) >= 8
    assert not [target for target in targets if not (ROOT / target).exists()]


def test_every_command_it_shows_exists() -> None:
    shown = set(re.findall(r"(?:^|\| |bin/)trendtop (\w+)(?= |$)", README, re.M))
    assert shown <= set(COMMANDS)
    assert {"demo", "score", "export", "simulate"} <= shown
