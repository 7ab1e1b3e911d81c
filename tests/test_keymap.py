"""The user's own keys: on the keyboard, in the footer, on the help page and in the palette; clashes are told."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import tui_fakes as fakes
from tests.test_tui_alerts import alert
from tests.tui_driver import Monitor, monitor
from tui.actions import ACTIONS, BY_ID
from tui.keymap import USUAL, KeymapError, key, keymap, shown, use
from tui.messages import EngineFailed
from tui.screens.help import help_lines, keys_of


def test_without_wishes_nothing_changes() -> None:
    assert keymap({}) == USUAL
    assert [keys_of(action) for action in ACTIONS if action.id in ("pause", "help", "down")] == [
        "space",
        "j, down",
        "?, f1",
    ]


def test_a_key_taken_from_another_action_is_told() -> None:
    ours = keymap({"pause": "N, f5", "help": "x", "up": "u"})
    assert ours.keys == {"pause": "N,f5", "help": "x", "up": "u", "health": "unbound"}
    assert ours.told == ["x is now help, no longer Health, which has no key now (its id is health)"]
    assert keys_of(BY_ID["health"], ours) == "–"
    assert keys_of(BY_ID["pause"], ours) == "N, f5"


def test_an_action_that_keeps_another_key_keeps_it() -> None:
    ours = keymap({"sort": "q"})
    assert ours.keys["close"] == "escape"
    assert "q is now sort, no longer Close" in ours.told


def test_keys_that_are_never_in_use_together_do_not_clash() -> None:
    assert keymap({"close": "B", "zoom": "B"}).told == []


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"puase": "p"}, "puase is no action: did you mean pause?"),
        ({"qqqq": "p"}, "qqqq is no action (there are pause,"),
        ({"pause": "foo"}, 'pause = "foo": no such key; write it like p, P, f5, space, ctrl+p'),
        ({"pause": ""}, "pause has no key"),
        ({"pause": "p", "sort": "p"}, "p is given to both pause and sort"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(wanted: dict[str, str], said: str) -> None:
    with pytest.raises(KeymapError) as error:
        keymap(wanted)
    assert str(error.value).startswith(said)
    assert error.value.action in wanted


def test_keys_are_written_as_on_a_keyboard() -> None:
    for written, name in (("[", "["), (",", ","), ("esc", "esc"), ("pgdn", "pgdn"), ("ctrl+p", "ctrl+p"), ("?", "?")):
        assert shown(keymap({"pause": written}).keys["pause"]) == name
    assert [shown(key) for key in ("plus", "slash", "up", "enter")] == ["+", "/", "up", "enter"]


async def test_the_screen_follows_the_keymap_everywhere() -> None:
    async with monitor(keymap=keymap({"pause": "P", "help": "x"})) as m:
        assert "x is now help" in m.events
        assert "P Pause" in m.text_of("#keys")
        assert "Health" not in m.text_of("#keys")
        await m.press("space")
        assert "PAUSED" not in m.header
        await m.press("P")
        assert "PAUSED" in m.header
        palette = {command.title: command.help for command in m.app.get_system_commands(m.app.screen)}
        assert palette[BY_ID["pause"].help] == "P"
        await m.press("x")
        assert "P                 freeze the display" in m.text
        await m.press("escape", "question_mark")
        assert "freeze the display" not in m.text


async def test_what_is_said_names_the_keys_as_they_are() -> None:
    async with monitor(keymap=keymap({"restart": "f9", "pause": "P"})) as m:
        await m.press("P", "left_square_bracket")
        assert "shown when you go on (P)" in m.events
        await m.hear(EngineFailed("the disk is gone"), EngineFailed("the disk is gone"))
        assert "f9 starts it anew" in m.events


def test_the_help_page_has_the_keys_as_they_are() -> None:
    page = ["".join(text for text, _ in line).split() for line in help_lines(120, keymap({"pause": "P"}))]
    assert ["P", "freeze", "the", "display;"] in [words[:4] for words in page]


# -- no text on the screen names a key that is not the user's ---------------------------------------------------

OTHERS = [f"{held}+{letter}" for held in ("alt", "ctrl+alt") for letter in "abcdefghijklmnopqrstuvwxyz"]
OURS = {action.id: key for action, key in zip(ACTIONS, [*OTHERS, *(f"f{n}" for n in range(10, 25))], strict=False)}
USUAL_KEYS = {shown(key) for action in ACTIONS for key in action.keys.split(",")}
# How a text names a key: "x: what it does", "(x)", "x closes", and at the beginning of the last line "x Word".
NAMED = re.compile(
    r"(?<![\w+#@])(?:(?P<a>[^\s\w]|\w+): [a-z]|\((?P<b>\S{1,5})\)|\((?P<c>\S{1,5}) [^\s\d]{1,5}\)"
    r"|(?P<d>\S{1,5}) (?:closes|opens|adds|again|copies|starts|on one of|leads to)\b"
    r"|with (?P<e>\S) and|press (?P<f>\S)\b|(?P<g>\S{1,5}) \S{1,5}: (?:cluster|\d))"
)
FIXED = {"tab", "up", "down", "enter"}  # where a line is typed in
SIGNS = {"+", "-", "=", *"01234567"}  # which stand for something else, too


def named_in(text: str) -> set[str]:
    """The usual keys that a text names."""
    found = {name for match in NAMED.finditer(text) for name in match.groups() if name}
    return (found & USUAL_KEYS) - FIXED - SIGNS


async def walk(m: Monitor, at: dict[str, str]) -> AsyncIterator[str]:
    """Every page and dialog as text, opened by the keys `at` of the actions."""
    yield m.text
    await m.press(at["copy"], at["browse"], at["pin"])
    for hidden in ("panel_1", "panel_5"):
        await m.press(at[hidden])
    yield m.text
    for hidden in ("panel_1", "panel_5"):
        await m.press(at[hidden])
    for panel in ("feed", "predictions", "clusters", "sentiment"):
        await m.tab_to(panel)
        await m.press(at["down"])
        yield m.text
        await m.press(at["open"])
        yield m.text
        await m.press(at["pin"])
        yield m.text
        await m.press(at["close"])
    await m.press(at["correct_positive"])
    yield m.text
    for page in ("topics", "model", "rising", "authors", "alerts", "posts", "filters", "health", "panels"):
        await m.press(at[page])
        yield m.text
        for does in ("plots", "plots", "plots_back", "down", "delete_alert", "delete_filter", "save_filter", "copy"):
            await m.press(at[does])
            yield m.text
        await m.press("escape", at["open"])
        yield m.text
        await m.press(at["close"], at["close"])
    for does in ("score", "back", "pause", "window_longer", "zoom", "zoom"):
        await m.press(at[does])
        yield m.text
    await m.hear(EngineFailed("the disk is gone"))
    await m.hear(EngineFailed("the disk is gone"))
    yield m.text


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_with_other_keys_no_page_names_the_usual_ones(size: tuple[int, int], tmp_path: Path) -> None:
    ours = keymap(OURS)
    many = fakes.busy(alerts=[alert(), alert(2)], notices=["a", "b" * 80], watched=[])
    async with monitor(fakes.shown(many), size=size, keymap=ours, filters=tmp_path / "none.json") as m:
        pages = [page async for page in walk(m, OURS)]
        assert m.app.screen is m.app.screen_stack[0]
    assert len({*pages}) > 20
    for page in pages:
        assert named_in(page) == set(), page
        assert not re.search(r"\besc\b|\bspc\b", page.replace("esc: leave it", "")), page


async def test_the_usual_keys_are_found_by_the_same_walk(tmp_path: Path) -> None:
    usual = {action.id: action.keys.split(",")[0] for action in ACTIONS}
    async with monitor(size=(160, 48), filters=tmp_path / "none.json") as m:
        found = {name for page in [page async for page in walk(m, usual)] for name in named_in(page)}
    assert {"x", "h", "v", "b", "n", "esc", "g", "/", "O"} <= found


def test_an_app_with_the_usual_keys_names_them_after_one_with_others() -> None:
    use(keymap({"alerts": "f5"}))
    assert key("alerts") == "f5"
    assert (key("pause"), key("window_shorter"), key("close")) == ("space", "[", "esc")
    use(keymap({"alerts": "x"}))
    assert key("health") == "–"
    use(USUAL)


@pytest.mark.parametrize("width", [80, 100, 160])
async def test_the_keys_one_needs_most_stand_in_the_last_line(width: int) -> None:
    async with monitor(size=(width, 34)) as m:
        line = m.text.splitlines()[-1]
        for shown_key in (
            "spc Pause",
            "[] Win",
            "/ Filter",
            "b Ris",
            "c Topics",
            "m Model",
            "p Posts",
            "t Score",
            "? Help",
        ):
            assert f" {shown_key}" in line
        assert line.endswith("q Quit")
        assert ("a Alerts" in line) == (width >= 100)
        assert ("z Zoom" in line) == (width >= 160)


async def test_two_keys_that_belong_together_follow_the_keymap() -> None:
    async with monitor(keymap=keymap({"window_longer": "f5"}), size=(100, 34)) as m:
        assert "[ f5 Win" in m.text.splitlines()[-1]
    async with monitor(keymap=keymap({"window_longer": "W", "window_shorter": "w"}), size=(80, 34)) as m:
        assert "wW Win" in m.text.splitlines()[-1]
