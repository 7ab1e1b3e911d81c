"""Marking posts: the keys, what is said of it, and what the personal layer says beside VADER."""

from collections.abc import Callable

import msgspec
import pytest

from engine.postdetail import PostDetail
from engine.protocol import Correct, OpenPost, ScoreDraft
from engine.snapshot import DraftScore, Personal
from tests import tui_fakes as fakes
from tests.tui_driver import monitor, settle
from tui.actions import BY_ID
from tui.app import TrendtopApp
from tui.messages import CorrectionMade

KEYS = {"+": "positive", "=": "neutral", "-": "negative", "0": "not-scorable"}
LAYER = Personal(mood="positive", f1=0.71, vader_f1=0.58, corrections=84)


def second() -> str:
    """The key of the post that `j` leads to in the feed."""
    return f"bluesky:{fakes.posts()[1].uid}"


@pytest.mark.parametrize(("key", "mood"), KEYS.items())
async def test_a_key_marks_the_post_under_the_cursor(key: str, mood: str) -> None:
    async with monitor(size=(80, 24)) as m:
        await m.tab_to("feed")
        await m.press("j", key)
        assert m.engine.of(Correct) == [Correct(second(), mood)]  # type: ignore[arg-type]


async def test_a_feed_that_moves_is_not_marked_by_chance() -> None:
    async with monitor(size=(80, 24)) as m:
        for panel in ("feed", "clusters"):
            await m.tab_to(panel)
            await m.press("-")
            assert m.engine.of(Correct) == []
            assert "choose a post first" in m.events


async def test_a_prediction_and_an_over_performer_are_posts_too() -> None:
    async with monitor() as m:
        await m.tab_to("predictions")
        await m.press("j", "-", "o", "j", "j", "+")
        one, other = m.engine.of(Correct)
        assert one.mood == "negative"
        assert other == Correct(f"bluesky:{fakes.overperformers()[2].uid}", "positive")


async def test_what_was_marked_is_told_and_how_far_it_is_to_a_personal_layer() -> None:
    async with monitor(size=(100, 30)) as m:
        await m.hear(CorrectionMade(second(), "negative", 34))
        assert "marked negative · 34 corrections; from 50 a personal layer answers beside VADER" in m.events
        await m.hear(CorrectionMade(second(), "", 84))
        assert "mark taken back · 84 corrections" in m.events
        await m.hear(CorrectionMade(second(), "", 84, "that post is not kept any more"))
        assert "not kept any more" in m.events


async def test_a_mark_stands_on_the_row_and_on_the_page_of_the_post() -> None:
    posts = fakes.posts()
    posts[1] = msgspec.structs.replace(posts[1], corrected="not-scorable")
    async with monitor(fakes.shown(fakes.busy(posts=posts, corrections=34)), size=(80, 24)) as m:
        await m.tab_to("feed")
        assert "✓0" in m.text_of("#feed").splitlines()[1]
        await m.press("j", "enter")
        assert m.engine.of(OpenPost)[-1].key == second()


async def test_the_page_of_a_post_says_what_it_is_marked_as() -> None:
    post = msgspec.structs.replace(fakes.posts()[1], corrected="not-scorable")
    detail = PostDetail(key=second(), state="held", as_of=fakes.NOW, post=post, corrections=34)
    async with monitor(size=(80, 24), tell=lambda _: detail) as m:
        await m.tab_to("feed")
        await m.press("j", "enter")
        assert "not scorable  by you" in m.text
        assert "34 corrections; from 50" in m.text


async def test_a_row_that_stands_still_shows_its_mark_though_no_frame_brings_it_again() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.tab_to("feed")
        await m.press("j", "-")
        await m.hear(CorrectionMade(second(), "", 0, "not marked: no room left"))
        assert "✓" not in m.text_of("#feed")
        await m.hear(CorrectionMade(second(), "negative", 1))
        assert "✓-" in m.text_of("#feed").splitlines()[1]
        await m.hear(CorrectionMade(second(), "", 0))
        assert "✓" not in m.text_of("#feed")


async def test_on_its_page_a_post_is_marked_too_and_the_page_says_so() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.tab_to("feed")
        await m.press("j", "enter", "=")
        assert m.engine.of(Correct) == [Correct(second(), "neutral")]
        await m.hear(CorrectionMade(second(), "neutral", 1))
        assert "marked neutral · 1 correction" in m.text
        await m.press("escape", "x", "-")
        assert len(m.engine.of(Correct)) == 1


async def test_the_palette_marks_the_chosen_post() -> None:
    async with monitor() as m:
        await m.tab_to("feed")
        await m.press("j")
        commands = {command.title: command for command in m.app.get_system_commands(m.app.screen)}
        for mood in KEYS.values():
            await commands[BY_ID[f"correct_{mood.replace('-', '_')}"].help].callback()
            await settle(m.app)
        assert [sent.mood for sent in m.engine.of(Correct)] == list(KEYS.values())


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_the_page_of_a_post_and_the_composer_say_what_the_personal_layer_says(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fakes, "scored", with_layer())
    snapshot = fakes.busy(corrections=84, personal_f1=0.71, vader_f1=0.58)
    post = msgspec.structs.replace(fakes.posts()[0], compound=-0.4)
    detail = PostDetail(key="x:1", state="held", as_of=fakes.NOW, post=post, corrections=84, personal=LAYER)
    async with monitor(fakes.shown(snapshot), size=size, tell=lambda _: detail) as m:
        await m.tab_to("feed")
        await m.press("enter")
        assert "VADER negative · yours positive" in m.text
        assert "F1 .71 against .58 on 84 corrections" in m.text
        await m.press("escape", "t", *"I love this")
        assert "negative -0.12" in m.text_of("#verdict")
        assert "yours positive (F1 .71, VADER .58, n=84)" in m.text_of("#verdict")


def with_layer(**changes: object) -> Callable[[ScoreDraft], DraftScore]:
    """The fake engine's verdict, of an engine with a personal layer."""
    scored = fakes.scored
    return lambda command: msgspec.structs.replace(scored(command), personal=LAYER, **changes)


async def test_a_post_that_vader_does_not_score_has_an_answer_of_the_layer() -> None:
    post = msgspec.structs.replace(fakes.posts()[0], compound=None, not_scored="other language")
    detail = PostDetail(key="x:1", state="held", as_of=fakes.NOW, post=post, corrections=84, personal=LAYER)
    async with monitor(tell=lambda _: detail) as m:
        await m.tab_to("feed")
        await m.press("j", "enter")
        assert "VADER not scored · yours positive" in m.text


async def test_the_mood_page_says_what_the_layer_is_worth() -> None:
    async with monitor(size=(80, 24)) as m:
        await mood_page(m.app)
        await m.press("G")
        assert "0 corrections; from 50 a personal layer answers beside VADER" in m.text
        assert "+ = - 0 on a post" in m.text
        await m.press("escape")
        await m.hear(fakes.shown(fakes.busy(corrections=84, personal_f1=0.71, vader_f1=0.58)))
        await mood_page(m.app)
        await m.press("G")
        assert "F1 .71 against .58 on 84 corrections" in m.text
        assert "each told before it was learnt" in m.text
        await m.press("escape")
        await m.hear(fakes.shown(fakes.busy(corrections=840)))
        await mood_page(m.app)
        await m.press("G")
        assert "840 corrections are being learnt" in m.text


async def mood_page(app: TrendtopApp) -> None:
    app.screen.action_open_mood()  # type: ignore[attr-defined]
    await settle(app)


async def test_in_the_composer_the_keys_are_letters() -> None:
    async with monitor() as m:
        await m.press("t", *"+=-0")
        assert m.engine.of(Correct) == []
