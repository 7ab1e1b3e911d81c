"""The user's own keys: on the keyboard, in the footer, on the help page and in the palette; clashes are told."""

import pytest

from tests.tui_driver import monitor
from tui.actions import ACTIONS, BY_ID
from tui.keymap import USUAL, KeymapError, keymap, shown
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
        await m.hear(EngineFailed("the disk is gone"))
        assert "f9 starts it anew" in m.events


def test_the_help_page_has_the_keys_as_they_are() -> None:
    page = ["".join(text for text, _ in line).split() for line in help_lines(120, keymap({"pause": "P"}))]
    assert ["P", "freeze", "the", "display;"] in [words[:4] for words in page]
