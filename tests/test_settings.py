"""The monitor's settings: which of four places counts, and what is said of one that cannot be."""

import subprocess
import sys
import tomllib
from pathlib import Path

import platformdirs
import pytest

from engine.config import HOUR, MINUTE
from tui.cli import UNSAID, _parser, main
from tui.configure import engine_config
from tui.keeping_alerts import keep_alerts
from tui.launch import _settings
from tui.saved_filters import default_path, write_filters
from tui.settings import SETTINGS, SettingsError, config_path, read_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file, not there yet; nothing else is set."""
    path = tmp_path / "trendtop" / "config.toml"
    monkeypatch.setenv("TRENDTOP_CONFIG", str(path))
    return path


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def read(file: Path, given: dict[str, object] | None = None, **environment: str) -> dict[str, tuple[object, str]]:
    settings = read_settings(given or {}, {"TRENDTOP_CONFIG": str(file), **environment})
    return {name: (found.value, found.origin) for name, found in settings.found.items()}


def wrong(file: Path, text: str, **environment: str) -> str:
    write(file, text)
    with pytest.raises(SettingsError) as error:
        read(file, **environment)
    assert "\n" not in str(error.value)
    return str(error.value).replace(str(file), "FILE")


def test_what_can_be_set_is_what_the_command_line_leaves_open() -> None:
    assert {setting.attribute for setting in SETTINGS} == set(UNSAID)


def test_without_anything_said_the_defaults_hold(file: Path) -> None:
    found = read(file)
    assert {origin for _, origin in found.values()} == {"default"}
    assert found["window"][0] == 15 * MINUTE
    assert found["theme"][0] == "trendtop-dark"


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(file: Path) -> None:
    write(file, 'window = "5m"\nrate = 2\nseed = 3\nascii = true\n')
    found = read(file, {"window": HOUR}, TRENDTOP_WINDOW="6h", TRENDTOP_RATE="8")
    assert found["window"] == (HOUR, "--window")
    assert found["rate"] == (8.0, "TRENDTOP_RATE")
    assert found["seed"] == (3, str(file))
    assert found["ascii"] == (True, str(file))
    assert found["bell"] == (False, "default")


def test_horizons_may_be_a_list_and_themes_are_ours_or_textuals(file: Path) -> None:
    write(file, 'horizons = ["1h", "15m"]\ntheme = "contrast-light"\n')
    assert read(file)["horizons"][0] == (15 * MINUTE, HOUR)
    assert read(file)["theme"][0] == "trendtop-contrast-light"
    assert read(file, TRENDTOP_THEME="nord")["theme"][0] == "nord"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = 1\nwindwo = 3", "FILE line 2: windwo is no setting: did you mean window?"),
        ("qqq = 3", "FILE line 1: qqq is no setting (there are window,"),
        ('\nwindow = "15q"', "FILE line 2: window: '15q' is not a duration: write it like 90s"),
        ('theme = "drakula"', "FILE line 1: theme: 'drakula' is no theme: did you mean dracula?"),
        ("ascii = 3", "FILE line 1: ascii: '3' is neither true nor false"),
        ("rate = 90", "FILE line 1: rate: '90' is no rate: give frames per second from 0.1 to 30"),
        ("window = {a = 1}", "FILE line 1: window takes a text, a number, true or false"),
        ("keys = 3", "FILE line 1: write keys as a table"),
        ('alerts = "men<3"', 'FILE line 1: alerts: in "men<3": "men" cannot be watched: did you mean mean?'),
        (
            'alerts = [\n"burst",\n"\\"a b\\" men<3",\n]',
            'FILE line 3: alerts: in ""a b" men<3": "men" cannot be watched: did you mean mean?',
        ),
        ('alerts = ["@nobody mean<0"]', 'FILE line 1: alerts: in "@nobody mean<0": no filter is saved as "nobody"'),
        ('alert_command = "no-such-thing -x"', "FILE line 1: alert_command: there is no program 'no-such-thing'"),
        ("alerts = [3]", "FILE line 1: alerts takes a text, a number, true or false"),
        ("x = = 3", "FILE: no TOML: Invalid value (at line 1, column 5)"),
    ],
)
def test_what_cannot_be_is_told_in_one_line_with_its_place(file: Path, text: str, said: str) -> None:
    assert wrong(file, text).startswith(said)


def test_alerts_are_a_list_in_the_file_and_apart_by_semicolons_in_the_environment(file: Path) -> None:
    write(
        file,
        """alerts = ['"a;b" posts>3', 'silence  5m']\nalert_log = "~/alerts.jsonl"\nalert_command = "sh -c true"\n""",
    )
    found = read(file)
    assert found["alerts"] == (('"a;b" posts>3', "silence 5m"), str(file))
    assert found["alert_log"][0] == str(Path("~/alerts.jsonl").expanduser())
    assert found["alert_command"][0] == "sh -c true"
    assert read(file, TRENDTOP_ALERTS="burst; posts>3;")["alerts"] == (("burst", "posts>3"), "TRENDTOP_ALERTS")
    assert read(file, {"alert": ["rate>3"]}, TRENDTOP_ALERTS="burst")["alerts"] == (("rate>3",), "--alert")
    assert read(file, TRENDTOP_ALERT="burst")["alerts"][1] == str(file), "that is what an alert command is given"
    assert wrong(file, "", TRENDTOP_ALERTS="burst; men<3").startswith(
        'environment: TRENDTOP_ALERTS=burst; men<3: in "men<3": "men" cannot be watched'
    )


def test_a_saved_filter_that_an_alert_names_goes_with_it(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    write_filters(default_path(), {"rain": "tag:rain", "dry": "-tag:rain"})
    write(file, 'alerts = ["@rain mean<0", "burst"]\n')
    arguments = _parser().parse_args(["watch", "feed.jsonl"])
    assert _settings(arguments) is not None
    config = engine_config(arguments)
    assert config.alerts == ("@rain mean<0", "burst")
    assert config.alert_filters == (("rain", "tag:rain"),)
    assert main(["config", "show"]) == 0
    assert 'alerts = ["@rain mean<0", "burst"]' in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["watch", "feed.jsonl", "--alert", "@rian mean<0"])
    assert "did you mean @rain?" in capsys.readouterr().err


def test_the_environment_is_told_of_in_the_same_way(file: Path) -> None:
    assert wrong(file, "", TRENDTOP_WINDOW="x").startswith("environment: TRENDTOP_WINDOW=x: 'x' is not a duration")
    assert wrong(file, "", TRENDTOP_WNDOW="1m") == (
        "environment: TRENDTOP_WNDOW is no setting: did you mean TRENDTOP_WINDOW?"
    )
    assert read(file, TRENDTOP_HOME="/opt/trendtop"), "that is nothing of ours"


def test_a_file_that_cannot_be_read_is_told_of(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(SettingsError, match="cannot be read"):
        read(file)


def test_config_init_writes_a_file_once_that_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "path"]) == 0
    assert main(["config", "init"]) == 0
    assert capsys.readouterr().out == f"{file}\n{file}\n"
    assert {origin for _, origin in read(file).values()} == {"default"}
    settings = file.read_text().partition("[keys]")[0]
    write(file, "\n".join(line.removeprefix("# ") for line in settings.splitlines() if " = " in line))
    assert {value for value, _ in read(file).values()} == {setting.parse(setting.default) for setting in SETTINGS}
    assert main(["config", "init"]) == 1
    assert "is there already" in capsys.readouterr().err


def test_config_show_says_where_each_value_comes_from(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(file, 'window = "5m"\n[keys]\npause = "p"\nhelp = "x"\n')
    assert main(["config", "show", "--rate", "8", "--ascii"]) == 0
    shown = capsys.readouterr().out
    assert "command line, then TRENDTOP_* of the environment, then the file, then the default" in shown
    lines = {line.split(" = ")[0]: " ".join(line.split()) for line in shown.splitlines() if " = " in line}
    assert lines["window"] == f'window = "5m" # {file}'
    assert lines["rate"] == "rate = 8 # --rate"
    assert lines["ascii"] == "ascii = true # --ascii"
    assert lines["seed"] == "seed = 0 # default"
    assert lines["pause"] == 'pause = "p"'
    assert "# x is now help, no longer Health, which has no key now (its id is health)" in shown
    write(file, '[keys]\nx = "p"\n')
    assert main(["config", "show"]) == 2
    assert "line 2: x is no action" in capsys.readouterr().err


def test_the_file_is_looked_for_in_the_users_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRENDTOP_CONFIG", raising=False)
    assert config_path().parts[-2:] == ("trendtop", "config.toml")


@pytest.mark.parametrize("folder", [None, "/somewhere", "relative", ""])
@pytest.mark.parametrize("home", ["/home/one", "relative"])
def test_the_users_folder_is_the_one_that_all_programs_have(
    monkeypatch: pytest.MonkeyPatch, folder: str | None, home: str
) -> None:
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if folder is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", folder)
    assert config_path({}) == platformdirs.user_config_path("trendtop") / "config.toml"


@pytest.mark.parametrize("arguments", [["--help"], ["watch", "--help"], ["--version"]])
def test_help_reads_no_settings_and_loads_nothing_for_the_screen(arguments: list[str]) -> None:
    code = f"""
import contextlib, io, sys
from tui.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main({arguments!r})
print(*{{name.partition('.')[0] for name in sys.modules}}, *(n for n in sys.modules if n.startswith('tui.')))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(result.stdout.split())
    assert loaded.isdisjoint({"tomllib", "platformdirs", "textual", "msgspec", "numpy", "tui.settings", "tui.keymap"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'alerts = ["burst"]\n'),
        ('window = "5m"  # mine', 'alerts = ["burst"]\nwindow = "5m"  # mine'),
        ('alerts = ["a", "b"]\nwindow = "5m"\n', 'alerts = ["burst"]\nwindow = "5m"\n'),
        ('seed = 1\nalerts = [\n  "a", # one\n  "b",\n]\n# end\n', 'seed = 1\nalerts = ["burst"]\n# end\n'),
        ('# alerts = []\n\n[keys]\nalerts = "f5"\n', 'alerts = ["burst"]\n\n[keys]\nalerts = "f5"\n'),
        ('[keys]\nalerts = "f5"\n', 'alerts = ["burst"]\n[keys]\nalerts = "f5"\n'),
    ],
)
def test_alerts_are_kept_where_they_stand_and_the_rest_is_left_alone(file: Path, before: str, after: str) -> None:
    write(file, before)
    keep_alerts(file, ["burst"])
    assert file.read_text() == after


def test_kept_alerts_are_read_back_as_they_were(file: Path) -> None:
    texts = ('"a \\ b" posts>3', "@rain mean<0", 'lang:en "it\'s" rate>9 for 60s')
    keep_alerts(file, texts)
    assert tomllib.loads(file.read_text()) == {"alerts": [*texts]}
    keep_alerts(file, [])
    assert file.read_text() == "alerts = []\n"
