"""What every key does, and what becomes of everything the engine says."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.protocol import Export, ScoreDraft, SetWindow
from engine.snapshot import Labels, Snapshot
from tests import tui_fakes as fakes
from tests.tui_driver import Monitor, monitor, settle
from tui.actions import ACTIONS, BY_ID
from tui.app import PAUSED_PACE, TrendtopApp
from tui.messages import EngineDied, EngineFailed, EngineSaid, ExportFinished
from tui.palette import OURS
from tui.screen_options import Options
from tui.screens.behind import BehindScreen
from tui.screens.help import help_lines
from tui.screens.page import PageScreen
from tui.widgets.brush import Brush
from tui.widgets.composer import Composer
from tui.widgets.events import FRAMES_SHOWN
from tui.widgets.feed import Feed
from tui.widgets.paint import Panel
from tui.widgets.predictions import Predictions
from tui.widgets.table import Table

SECOND = 1_000_000


def later(**changes: object) -> Snapshot:
    """The feed ten records on."""
    meters = msgspec.structs.replace(fakes.METERS, read=fakes.METERS.read + 10)
    return fakes.busy(**{"as_of": fakes.NOW + timedelta(seconds=4), "meters": meters, **changes})


# -- what is on screen ---------------------------------------------------------------------------------------------


async def test_the_overview_answers_the_main_questions_at_every_size() -> None:
    async with monitor() as m:
        for size in ((80, 24), (120, 36), (160, 48)):
            await m.resize(*size)
            for wanted in ("LIVE", "jetstream.jsonl", "99.9%", "1,204/s", "lag 0.2s", "window 15m"):
                assert wanted in m.header
            for wanted in ("+0.231", "±0.006", "▲ +0.04", "41.2%", "36.8%", "22.0%", "scored 61%", "(en)"):
                assert wanted in m.text_of("#sentiment")
            assert "#worldcup #goal" in m.text_of("#clusters")
            assert "✓ in range" in m.text_of("#predictions")
            assert "GOOOL!!" in m.text_of("#feed")
            assert f"4 Predicted{' engagement' if size[0] >= 120 else ''} after 15m · ridge-3" in m.text
            for wanted in ("skill +12%", "in range 81%", "width 1.40", *(["MAE(log) 0.41"] if size[0] == 120 else [])):
                assert wanted in m.text


async def test_a_narrow_header_keeps_the_state_and_drops_meters_first() -> None:
    async with monitor(size=(60, 16)) as m:
        assert "LIVE" in m.header
        assert "window 15m" in m.header
        assert "rejected" not in m.header
        await m.resize(160, 48)
        assert "138 rejected" in m.header


async def test_nothing_scored_is_called_so_and_never_neutral() -> None:
    async with monitor(fakes.shown(fakes.foreign())) as m:
        gauges = m.text_of("#sentiment")
        assert "mean not scored: none of the posts is English text" in gauges
        assert "0.0%" not in gauges
        assert "language ja 37,000" in gauges
        assert "=" not in m.text_of("#clusters")
        assert "ja" in m.text_of("#feed")


async def test_before_any_label_the_predictions_say_when_the_first_is_due() -> None:
    async with monitor(fakes.shown(fakes.learning())) as m:
        assert "learning: first labels at 21:15 UTC · 3,120 waiting" in m.text


async def test_without_a_frame_the_screen_says_that_the_engine_is_starting() -> None:
    async with monitor(fakes.shown()) as m:
        assert "starting" not in m.events
    engine = fakes.FakeEngine()
    app = TrendtopApp(engine, Options(title="x"))
    async with app.run_test(size=(80, 24)) as pilot:
        m = Monitor(app, engine, pilot)
        await settle(app)
        assert "STARTING" in m.header
        assert "the engine is starting" in m.events
        await m.press("space", "j", "enter", "s", "z", "z", "x", "escape", "left_square_bracket")
        assert "STARTING" in m.header


async def test_the_state_is_said_in_words() -> None:
    async with monitor() as m:
        for word, health in (
            ("CATCHING UP 82%", {"state": "catching up", "backlog": 0.18}),
            ("CATCHING UP ", {"state": "catching up", "backlog": None}),
            ("WAITING", {"state": "waiting"}),
            ("ENDED", {"state": "ended"}),
            ("STARTING", {"state": "starting"}),
        ):
            await m.hear(fakes.shown(**health))
            assert word in m.header


async def test_a_terminal_too_small_says_what_it_needs_and_goes_on_counting() -> None:
    async with monitor(size=(59, 30)) as m:
        assert " ".join(m.text.split()).startswith("terminal too small need 60x16 still counting: ")
        assert "LIVE" not in m.text
        await m.hear(fakes.shown(later(meters=msgspec.structs.replace(fakes.METERS, posts=777))))
        await m.resize(100, 15)
        assert "terminal too small (need 60x16), still counting: 777 posts" in m.text
        await m.resize(20, 4)
        assert [line.strip() for line in m.text.splitlines()] == [
            *("terminal too small", "need 60x16", "still counting:", "777 posts")
        ]
        await m.resize(60, 16)
        assert "LIVE" in m.text


async def test_the_screen_survives_a_storm_of_sizes() -> None:
    async with monitor() as m:
        for width, height in (
            (1, 1),
            (200, 60),
            (59, 16),
            (60, 15),
            (60, 16),
            (99, 31),
            (100, 32),
            (149, 41),
            (20, 50),
        ):
            await m.resize(width, height)
            await m.hear(fakes.shown(later()))
        await m.resize(160, 48)
        lines = m.text.split("\n")
        assert len(lines) == 48
        assert "LIVE" in m.header
        assert "#worldcup" in m.text_of("#clusters")


async def test_every_number_that_is_not_known_is_a_dash() -> None:
    async with monitor(fakes.shown(fakes.learning())) as m:
        row = next(line for line in m.text_of("#predictions").split("\n") if "due in" in line)
        assert row.split()[:5] == ["due", "in", "11m", "–", "–"]


async def test_caps_and_gaps_stand_on_the_event_line_and_lead_the_health_page() -> None:
    async with monitor(fakes.shown(fakes.busy(notices=["cap: 12,000 posts let go"]))) as m:
        assert "! cap: 12,000 posts let go" in m.events
        assert "gap 20:56:31 to 20:57:13" in m.events
        await m.press("x")
        assert m.text.index("before trusting") < m.text.index("cap: 12,000 posts let go") < m.text.index("Records")


async def test_what_is_in_no_cluster_or_no_window_is_told_in_words() -> None:
    async with monitor(size=(80, 24)) as m:
        assert "3 Clusters · 9 of 57 · silhouette .31 (n 2,000) · sort: posts" in m.text
        await m.resize(100, 32)
        assert "silhouette .31 (n 2,000) · unclustered 4,310 (11%) · sort: posts" in m.text
        await m.resize(160, 48)
        assert "3 Hashtag clusters · 9 of 57 · silhouette .31 (n 2,000) · unclustered 4,310 (11%)" in m.text
        await m.hear(fakes.shown(fakes.empty()))
        assert "no posts in this window" in m.text_of("#sentiment")
        assert "scored" not in m.text_of("#sentiment")


# -- predictions ---------------------------------------------------------------------------------------------------


def outcomes(m: Monitor) -> list[str]:
    """The outcome of each prediction in sight."""
    panel = m.app.screen_stack[0].query_one(Predictions)
    lines = m.text_of("#predictions").split("\n")[1 : 1 + panel.room]
    return [line[2:14].strip() for line in lines if line.strip()]


async def test_predictions_show_what_came_of_earlier_ones_at_every_size() -> None:
    async with monitor() as m:
        for size in ((160, 48), (120, 36), (100, 30), (80, 24)):
            await m.resize(*size)
            seen = outcomes(m)
            assert any(word.startswith("due in") for word in seen)
            assert any(word in ("✓ in range", "✗ above", "✗ below") for word in seen)


async def test_waiting_predictions_stand_by_size_and_ended_ones_by_when_they_were_due() -> None:
    async with monitor() as m:
        items = table(m, "#predictions").items
        split = next(at for at, item in enumerate(items) if item.state != "waiting")  # type: ignore[attr-defined]
        waiting = [item.predicted for item in items[:split]]  # type: ignore[attr-defined]
        assert waiting == sorted(waiting, reverse=True)
        ended = [item.due for item in items if item.state != "waiting"]  # type: ignore[attr-defined]
        assert ended == sorted(ended, reverse=True)
        assert sorted(item.uid for item in items) == sorted(p.uid for p in fakes.predictions())  # type: ignore[attr-defined]
        await m.tab_to("predictions")
        await m.press("r")
        assert outcomes(m)[0] in ("✓ in range", "✗ above", "✗ below", "censored")


async def test_an_outcome_below_and_above_the_range_is_told_apart() -> None:
    row = fakes.predictions()[1]
    rows = [
        msgspec.structs.replace(row, uid=str(actual), actual=actual, state="matured") for actual in (899, 900, 9_401)
    ]
    bare = msgspec.structs.replace(row, uid="bare", low=None, high=None, state="matured")
    async with monitor(fakes.shown(fakes.busy(predictions=[*rows, bare])), size=(160, 48)) as m:
        assert sorted(outcomes(m)) == sorted(["✗ below", "✓ in range", "✗ above", "no range"])


async def test_h_goes_through_the_horizons_and_the_title_tells_the_record_of_each() -> None:
    hour = [msgspec.structs.replace(item, horizon=3600, uid=f"h{item.uid}") for item in fakes.predictions()[:2]]
    labels = [
        *fakes.busy().labels,
        Labels(horizon=3600, waiting=40, matured=0, censored={}, first_due=fakes.NOW + timedelta(minutes=9)),
    ]
    snapshot = fakes.busy(predictions=[*hour, *fakes.predictions()], labels=labels)
    async with monitor() as m:
        await m.press("h")
        assert "no predictions at another horizon" in m.events
        await m.hear(fakes.shown(snapshot))
        assert "after 15m · ridge-3" in m.text
        assert {item.horizon for item in table(m, "#predictions").items} == {900}  # type: ignore[attr-defined]
        await m.press("h")
        assert "after 1h · learning: first labels at 21:13 UTC · 40 waiting" in m.text
        assert {item.horizon for item in table(m, "#predictions").items} == {3600}  # type: ignore[attr-defined]
        await m.hear(fakes.shown(snapshot))
        assert "after 1h" in m.text
        await m.press("h")
        assert "after 15m" in m.text


# -- repainting ----------------------------------------------------------------------------------------------------


async def test_only_lines_that_changed_are_painted_again() -> None:
    async with monitor() as m:
        painted: list[tuple[str, int]] = []
        for selector in ("#clusters", "#predictions", "#feed", "#sentiment", "#hashtags", "#timeline"):
            widget = m.app.screen.query_one(selector, Panel)

            def spy(brush: Brush, y: int, width: int, name: str = selector, draw: Any = widget.paint_line) -> object:
                painted.append((name, y))
                return draw(brush, y, width)

            widget.paint_line = spy  # type: ignore[method-assign,assignment]
        await m.hear(fakes.shown())
        assert painted == []
        clusters = fakes.clusters()
        clusters[1] = msgspec.structs.replace(clusters[1], posts=6_119)
        await m.hear(fakes.shown(fakes.busy(clusters=clusters)))
        assert set(painted) == {("#clusters", 2)}
        assert "6,119" in m.text


# -- keys ----------------------------------------------------------------------------------------------------------


async def test_space_freezes_the_display_and_counts_what_arrives() -> None:
    async with monitor() as m:
        await m.press("space")
        before = m.text_of("#clusters")
        await m.hear(fakes.shown(later(clusters=fakes.clusters()[3:])))
        assert "PAUSED +10 new" in m.header
        assert m.text_of("#clusters") == before
        assert m.engine.paces == [PAUSED_PACE]
        await m.press("space")
        assert m.engine.paces == [PAUSED_PACE, 0]
        assert "PAUSED" not in m.header
        assert "#worldcup #goal" not in m.text_of("#clusters")


async def test_a_message_goes_as_soon_while_the_display_is_frozen() -> None:
    async with monitor() as m:
        await m.press("space", "P")
        assert "no post is chosen here" in m.events
        for _ in range(FRAMES_SHOWN // 4 - 1):  # they come once a second then
            await m.hear(fakes.shown())
        assert "no post is chosen here" in m.events
        await m.hear(fakes.shown())
        assert "no post is chosen here" not in m.events


async def test_brackets_ask_for_another_window_between_a_minute_and_all() -> None:
    async with monitor() as m:
        await m.press("right_square_bracket")
        assert m.engine.of(SetWindow) == [SetWindow(3600 * SECOND)]
        assert "window 15m ▶ 1h" in m.header
        await m.press("right_square_bracket")
        assert m.engine.of(SetWindow)[-1] == SetWindow(6 * 3600 * SECOND)
        await m.hear(fakes.shown(fakes.busy(window=6 * 3600)))
        assert "window 6h " in m.header + " "
        assert "▶" not in m.header
        await m.press("left_square_bracket")
        assert m.engine.of(SetWindow)[-1] == SetWindow(3600 * SECOND)
        await m.hear(fakes.shown(fakes.busy(window=3600)))
        await m.hear(fakes.shown(fakes.busy(window=0)))
        assert "window all" in m.header
        m.engine.sent.clear()
        await m.press("right_square_bracket")
        assert m.engine.sent == []
        assert "all is the longest window" in m.events
        await m.press(*["left_square_bracket"] * 9)
        assert m.engine.of(SetWindow)[0] == SetWindow(24 * 3600 * SECOND)
        assert m.engine.of(SetWindow)[-1] == SetWindow(60 * SECOND)
        assert "1m is the shortest window" in m.events


def first_column(text: str) -> list[str]:
    return [line.replace("▶", " ").split()[1] for line in text.split("\n")[1:] if line.strip()]


async def test_s_and_r_sort_the_focused_table_and_unknown_stands_last_either_way() -> None:
    async with monitor() as m:
        assert "sort: posts ▼" in m.text
        await m.press("s", "s", "s")
        assert "sort: mean ▼" in m.text
        means = [cluster.sentiment for cluster in table(m, "#clusters").items]  # type: ignore[attr-defined]
        assert means[:-1] == sorted(means[:-1], reverse=True)
        assert means[-1] is None
        await m.press("r")
        assert "sort: mean ▲" in m.text
        means = [cluster.sentiment for cluster in table(m, "#clusters").items]  # type: ignore[attr-defined]
        assert means[:-1] == sorted(means[:-1])
        assert means[-1] is None


async def test_sorting_where_nothing_can_be_sorted_says_so() -> None:
    async with monitor() as m:
        await m.press("shift+tab", "s")
        assert m.focus == "timeline"
        assert "nothing to sort here" in m.events


def table(m: Monitor, selector: str) -> Table[object]:
    return m.app.screen_stack[0].query_one(selector, Table)


async def test_tab_goes_round_the_panels_on_screen() -> None:
    async with monitor() as m:
        seen = []
        for _ in range(7):
            seen.append(m.focus)
            await m.press("tab")
        assert seen == ["clusters", "rising", "predictions", "hashtags", "feed", "sentiment", "timeline"]
        assert m.focus == "clusters"
        await m.press("shift+tab")
        assert m.focus == "timeline"


async def test_the_cursor_moves_and_stays_with_its_row_wherever_that_goes() -> None:
    async with monitor() as m:
        await m.press("j", "down", "j", "k", "up", "j")
        clusters = table(m, "#clusters")
        assert clusters.selected == fakes.clusters()[2]
        grown = [msgspec.structs.replace(c, posts=99_999 if c.id == 7 else c.posts) for c in fakes.clusters()]
        await m.hear(fakes.shown(fakes.busy(clusters=grown)))
        assert clusters.selected == grown[2]
        assert clusters.items[0] == grown[2]
        await m.press("escape")
        assert clusters.selected == clusters.items[0]


async def test_pages_and_ends() -> None:
    async with monitor(size=(80, 24)) as m:
        clusters = table(m, "#clusters")
        await m.press("pagedown")
        second = clusters.selected
        assert second not in (clusters.items[0], clusters.items[-1])
        await m.press("G")
        assert clusters.selected == clusters.items[-1]
        assert "#حرية" in m.text_of("#clusters")
        await m.press("pageup", "pageup", "pageup", "pageup", "pageup")
        assert clusters.selected == clusters.items[0]
        await m.press("end", "home")
        assert clusters.selected == clusters.items[0]


async def test_a_row_that_vanishes_leaves_the_cursor_where_it_was() -> None:
    async with monitor() as m:
        await m.press("j", "j")
        await m.hear(fakes.shown(fakes.busy(clusters=fakes.clusters()[:2])))
        assert table(m, "#clusters").selected == fakes.clusters()[1]
        await m.hear(fakes.shown(fakes.empty()))
        assert table(m, "#clusters").selected is None
        await m.press("j", "G", "pagedown", "enter")
        assert "no clusters in this window" in m.text_of("#clusters")


async def test_enter_opens_all_that_is_known_of_a_cluster() -> None:
    async with monitor() as m:
        await m.press("enter")
        assert isinstance(m.app.screen, BehindScreen)
        for wanted in ("9,412 by 5,647 authors", "24.7%", "+812", "goal finish ref var", "worst referee ever 😡"):
            assert wanted in m.text
        await m.press("escape")
        assert m.app.screen is m.app.screen_stack[0]


async def test_enter_opens_all_that_is_known_of_a_prediction() -> None:
    async with monitor() as m:
        await m.tab_to("predictions")
        await m.press("s", "j", "enter")
        for wanted in (
            "2.9k  80% between 900–9.4k  by ridge-3",
            "2,611  ✓ in range",
            "because       author usually 458, tag volume x4.1, image x1.6, night x0.8, all else x1.7: 2.9k (900",
            "★ridge-3",
        ):
            assert wanted in m.text


async def test_enter_opens_hashtags_and_the_mood() -> None:
    async with monitor() as m:
        await m.tab_to("hashtags")
        await m.press("enter")
        assert "often with    #goal #音楽" in m.text
        assert "change        +400 posts against the window before" in m.text
        assert "error         none: every tag of the window is counted" in m.text
        await m.press("escape")
        await m.tab_to("sentiment")
        await m.press("enter")
        assert "What was scored, what was not, and why" in m.text
        assert "4,211  11.0% not scored: too short" in m.text


async def test_a_long_page_scrolls() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("question_mark")
        assert "freeze the display" in m.text
        assert "20 of" in m.text
        await m.press("G")
        assert "All times are UTC" in m.text
        await m.press("g")
        assert "freeze the display" in m.text
        await m.press("pagedown", "j", "k", "pageup", "q")
        assert not isinstance(m.app.screen, PageScreen)


async def test_the_feed_stands_still_while_it_is_read_and_counts_what_is_new() -> None:
    new = msgspec.structs.replace(
        fakes.posts()[0], uid="new", text="hot off the press", created=fakes.NOW + timedelta(seconds=3)
    )
    async with monitor() as m:
        await m.tab_to("feed")
        await m.press("j")
        before = m.text_of("#feed")
        await m.hear(fakes.shown(later(posts=[*fakes.posts(), new])))
        assert m.text_of("#feed") == before
        assert "standing still, +1 new" in m.text
        await m.press("g")
        assert "hot off the press" in m.text_of("#feed").split("\n")[0]
        assert "standing still" not in m.text


async def test_a_post_taken_back_leaves_even_a_feed_that_stands_still() -> None:
    async with monitor() as m:
        await m.tab_to("feed")
        await m.press("j", "j")
        edited = msgspec.structs.replace(fakes.posts()[1], text="now it reads otherwise", edits=1)
        await m.hear(fakes.shown(later(posts=[edited, *fakes.posts()[3:]])))
        feed = m.text_of("#feed")
        assert "GOOOL!! what a finish #worldcup ❤️🎉\n" not in feed + "\n"
        assert "shipped v2 today" not in feed.split("(2)")[0].split("\n")[0]
        assert "now it reads otherwise" in feed
        kept = [post.uid for post in m.app.screen.query_one(Feed).items]
        assert kept == [post.uid for post in [fakes.posts()[1], *fakes.posts()[3:]]]


async def test_posts_pushed_out_by_newer_ones_stay_while_they_are_read() -> None:
    newer = [
        msgspec.structs.replace(post, uid=f"n{post.uid}", created=post.created + timedelta(minutes=5))
        for post in fakes.posts()
    ]
    async with monitor() as m:
        await m.tab_to("feed")
        await m.press("j")
        before = m.text_of("#feed")
        await m.hear(fakes.shown(later(posts=newer)))
        assert m.text_of("#feed") == before


async def test_z_shows_the_focused_panel_alone_and_back() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("z")
        assert m.shows("#clusters")
        assert not any(m.shows(other) for other in ("#sentiment", "#timeline", "#predictions", "#feed"))
        assert "#حرية" in m.text_of("#clusters")
        await m.press("z")
        assert m.shows("#feed")
        await m.press("z", "escape")
        assert m.shows("#feed")


async def test_digits_hide_and_show_panels() -> None:
    async with monitor(size=(80, 24)) as m:
        for key, panel in enumerate(("#sentiment", "#timeline", "#clusters", "#predictions", "#feed"), 1):
            assert m.shows(panel)
            await m.press(str(key))
            assert not m.shows(panel)
            await m.press(str(key))
            assert m.shows(panel)


async def test_hashtags_can_be_fetched_where_there_is_no_room_for_them_at_first() -> None:
    async with monitor(size=(80, 24)) as m:
        assert not m.shows("#hashtags")
        await m.press("6")
        assert m.shows("#hashtags")
        await m.resize(160, 48)
        assert m.shows("#hashtags")
        await m.press("6")
        assert not m.shows("#hashtags")


async def test_hashtags_say_how_they_change_and_past_the_cap_what_may_be_missing() -> None:
    async with monitor() as m:
        assert "6 Hashtags · top 10 of 4,120 · sort: posts" in m.text
        assert "Δ" not in m.text_of("#hashtags")
        await m.tab_to("hashtags")
        await m.press("z")
        assert "Δ" in m.text_of("#hashtags")
        assert "+400" in m.text_of("#hashtags")
        await m.hear(fakes.shown(later(hashtags_in_window=60_000, hashtags_error=5)))
        assert "6 Hashtags · top 10 of 60,000+ · complete above 5 posts · sort: posts" in m.text
        await m.press("enter")
        assert "error         none here, but tags in 5 posts or fewer may be missing" in m.text
    async with monitor(fakes.shown(later(hashtags_in_window=60_000, hashtags_error=5)), size=(80, 24)) as m:
        await m.press("6")
        assert "complete above 5 posts" in m.text


async def test_a_row_of_hidden_panels_leaves_its_room_to_the_others() -> None:
    async with monitor(size=(80, 24)) as m:
        height = m.app.screen.query_one("#feed").size.height
        await m.press("3", "1", "2")
        assert m.app.screen.query_one("#feed").size.height > height


async def test_t_opens_the_composer_and_a_post_is_scored_as_it_is_typed() -> None:
    async with monitor(size=(80, 24)) as m:
        await m.press("t", *"I love", "space", *"q")
        assert [draft.text for draft in m.engine.of(ScoreDraft)][-1] == "I love q"
        text = m.text_of("#verdict")
        for wanted in (
            "negative -0.12",
            "+0.28 =0.41 -0.31",
            "awful -3.0 (after but)",
            "love +1.6",
            "cluster 1 #worldcup #goal 0.71",
        ):
            assert wanted in text
        assert "in 15m feed usually 21, tag volume x2.1, no media x0.82: 37 (9 to 151)" in text
        await m.press("escape")
        assert not m.shows("#composer")
        assert m.focus == "clusters"
        assert not m.app._exit


async def test_a_draft_that_has_no_answer_yet_says_that_the_engine_is_asked() -> None:
    async with monitor(size=(80, 24), debounce=3600.0) as m:
        await m.press("t")
        assert "the engine is asked" not in m.text_of("#verdict")
        await m.press(*"love")
        assert "the engine is asked" in m.text_of("#verdict")
        await m.press("enter")
        assert "negative -0.12" in m.text_of("#verdict")
        await m.press("!")
        assert "negative -0.12" in m.text_of("#verdict")
        await m.press("ctrl+u")
        assert not m.text_of("#verdict").strip()


async def test_a_verdict_on_an_earlier_text_says_so_when_the_engine_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.widgets.composer.OLD_AFTER", 0.01)
    async with monitor(size=(80, 24), debounce=3600.0) as m:
        await m.press("t", *"love", "enter")
        assert "of an earlier text" not in m.text_of("#verdict")
        await m.press("!")
        async with asyncio.timeout(10):
            while "of an earlier text: the engine is asked" not in m.text_of("#verdict"):
                await asyncio.sleep(0.01)
        assert "negative -0.12" in m.text_of("#verdict")
        await m.press("enter")
        assert "of an earlier text" not in m.text_of("#verdict")


async def test_what_is_typed_faster_than_the_composer_opens_is_not_taken_for_keys() -> None:
    async with monitor() as m:
        await m.type_ahead("t", *"quest")
        assert m.app.screen.query_one(Composer).input.value == "quest"
        assert not m.app._exit
        await m.press("tab", "t", *"t")
        assert m.app.screen.query_one(Composer).input.value == "questt"


async def test_typing_is_scored_once_it_rests_and_at_once_with_enter() -> None:
    async with monitor(debounce=3600.0) as m:
        await m.press("t", *"good")
        assert m.engine.sent == []
        await m.press("enter")
        assert [draft.text for draft in m.engine.of(ScoreDraft)] == ["good"]


async def test_an_answer_to_an_older_draft_is_passed_over() -> None:
    async with monitor() as m:
        await m.press("t", *"ab")
        first, second = m.engine.of(ScoreDraft)
        stale = msgspec.structs.replace(fakes.scored(first), compound=0.9, sentiment="positive")
        await m.hear(fakes.DraftWasScored(first.id, stale))
        assert "negative -0.12" in m.text_of("#verdict")
        await m.hear(fakes.DraftWasScored(second.id, stale))
        assert "positive +0.90" in m.text_of("#verdict")


async def test_up_and_down_go_through_what_enter_has_kept() -> None:
    async with monitor() as m:
        await m.press("t", *"one", "enter", "down", *"two", "enter", "up")
        draft = m.app.screen.query_one(Composer).input
        assert draft.value == "two"
        await m.press("up")
        assert draft.value == "one"
        await m.press("up", "up")
        assert draft.value == "one"
        await m.press("down", "down", "down")
        assert draft.value == ""
        assert m.text_of("#verdict").strip() == ""


async def test_e_asks_where_to_and_says_what_was_written(tmp_path: Path) -> None:
    async with monitor() as m:
        await m.press("e")
        assert "trendtop-clusters-20260301T210431Z.csv" in m.text
        await m.press("enter")
        (command,) = m.engine.of(Export)
        assert (command.path, command.table) == ("trendtop-clusters-20260301T210431Z.csv", "clusters")
        await m.hear(ExportFinished(command.id, ["/home/u/out.csv"], ""))
        assert "wrote /home/u/out.csv" in m.events
        await m.hear(ExportFinished(command.id, ["/home/u/out/posts.csv", "/home/u/out/clusters.csv"], ""))
        assert "wrote 2 files in /home/u/out" in m.events
        await m.hear(ExportFinished(command.id, [], "no room left on the disk"))
        assert "not exported: no room left on the disk" in m.events


async def test_an_export_can_be_left_and_writes_over_a_file_only_when_asked_twice(tmp_path: Path) -> None:
    there = tmp_path / "o.csv"
    there.write_text("mine")
    async with monitor() as m:
        await m.tab_to("feed")
        await m.press("e", "escape")
        assert m.engine.sent == []
        await m.press("e")
        m.app.screen.query_one("#path").value = str(there)  # type: ignore[attr-defined]
        await m.press("enter")
        assert m.engine.sent == []
        assert "there already" in m.text
        await m.press("enter")
        assert [(sent.path, sent.table) for sent in m.engine.of(Export)] == [(str(there), "posts")]


async def test_x_shows_every_record_accounted_for_and_follows_the_feed() -> None:
    async with monitor() as m:
        await m.press("x")
        for wanted in ("401,456  = all below, adds up", "not JSON", '{"did":"did:plc:abc"', "identity event"):
            assert wanted in m.text
        meters = msgspec.structs.replace(fakes.METERS, rejected=139)
        await m.hear(fakes.shown(fakes.busy(meters=meters)))
        assert "does not add up: 401,457" in m.text
        await m.press("escape")
        assert "does not add up" not in m.text


async def test_help_comes_by_question_mark_and_f1_even_while_typing() -> None:
    async with monitor() as m:
        await m.press("question_mark")
        assert "freeze the display" in m.text
        await m.press("escape", "t", "f1")
        assert "freeze the display" in m.text


async def test_q_quits() -> None:
    async with monitor() as m:
        await m.press("q")
        assert m.app.return_code == 0
        assert m.app._exit


async def test_ctrl_c_hints_once_and_then_quits() -> None:
    async with monitor() as m:
        await m.press("ctrl+c")
        assert "ctrl+c again quits" in m.events
        assert not m.app._exit
        await m.press("ctrl+c")
        assert m.app._exit


async def test_letters_typed_into_the_composer_do_nothing_else() -> None:
    async with monitor() as m:
        await m.press("t", *"qezsr123")
        assert m.app.screen.query_one(Composer).input.value == "qezsr123"
        assert not m.app._exit
        assert m.shows("#clusters")


async def test_the_palette_has_our_actions_and_does_them() -> None:
    async with monitor() as m:
        commands = {command.title: command for command in m.app.get_system_commands(m.app.screen)}
        elsewhere = ("plots", "saved", "alerts")  # on other pages
        here = [action for action in ACTIONS if action.palette and action.scope not in elsewhere]
        assert {action.help for action in here} < set(commands)
        await commands[BY_ID["health"].help].callback()
        await settle(m.app)
        assert "all below" in m.text
        await m.press("escape")
        await commands[BY_ID["sort"].help].callback()
        await settle(m.app)
        assert "sort: share" in m.text


async def test_a_click_on_a_key_does_what_the_key_does() -> None:
    async with monitor(size=(80, 24)) as m:
        at = m.text_of("#keys").index("Help")
        await m.click("#keys", (at, 0))
        assert "freeze the display" in m.text


async def test_clicks_choose_rows_open_them_and_sort_by_headings() -> None:
    async with monitor(size=(160, 48)) as m:
        await m.click("#clusters", (20, 4))
        assert table(m, "#clusters").selected == fakes.clusters()[2]
        heading = m.text_of("#clusters").split("\n")[0]
        await m.click("#clusters", (heading.index("share") + 2, 1))
        assert "sort: share ▼" in m.text
        await m.click("#clusters", (heading.index("share") + 2, 1))
        assert "sort: share ▲" in m.text
        await m.click("#clusters", (20, 2), times=2)
        assert isinstance(m.app.screen, BehindScreen)


async def test_a_keymap_moves_a_key_in_the_footer_too() -> None:
    async with monitor() as m:
        m.app.set_keymap({"pause": "p"})
        await m.press("p")
        assert "PAUSED" in m.header
        assert "p Pause" in m.text_of("#keys")


# -- when the engine fails -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [EngineFailed("no such file: feed.jsonl"), EngineDied("it ended with status 3")])
async def test_an_engine_that_never_got_going_ends_the_app_with_its_reason(said: EngineSaid) -> None:
    async with monitor(said) as m:
        assert m.app.return_code == 1
        assert (said.message if isinstance(said, EngineFailed) else said.reason) in m.app.failure


async def test_a_dead_engine_is_said_in_words_and_the_keys_go_on_working() -> None:
    async with monitor(size=(80, 24)) as m:
        assert "Restart" not in m.text_of("#keys")
        await m.press("R")
        assert m.engine.starts == 1
        m.engine.listening = False
        await m.hear(*[EngineDied("it was ended by SIGKILL", "SIGKILL")] * 5)
        assert m.engine.starts == 2, "once by itself, for the others came too soon after"
        assert "ENGINE DIED" in m.header
        assert "SIGKILL" in m.events
        assert "R Restart" in m.text_of("#keys")
        await m.press("j", "t", *"a draft", "escape", "right_square_bracket", "e", "enter")
        assert "SIGKILL" in m.events
        m.engine.listening = True
        await m.press("escape", "R")
        assert m.engine.starts == 3
        await m.hear(fakes.shown())
        assert "LIVE" in m.header
        assert "Restart" not in m.text_of("#keys")


async def test_a_failure_later_on_keeps_the_last_picture() -> None:
    async with monitor() as m:
        await m.hear(EngineFailed("the disk is gone"))
        assert "ENGINE FAILED" in m.header
        assert "the disk is gone" in m.events
        assert "#worldcup #goal" in m.text


# -- the table of actions ------------------------------------------------------------------------------------------


def test_ids_are_unique_and_help_tells_every_action() -> None:
    assert len(BY_ID) == len(ACTIONS)
    page = " ".join("".join(text for text, _ in line) for line in help_lines(200))
    for action in ACTIONS:
        assert action.help in page


# -- colours and signs ---------------------------------------------------------------------------------------------


async def test_ascii_draws_with_ascii_only() -> None:
    plain = fakes.busy(
        posts=[],
        predictions=[],
        hashtags=[],
        clusters=fakes.clusters()[:4],
        stories=fakes.stories()[2:4],
        bursts=fakes.bursts()[2:],
    )
    async with monitor(fakes.shown(plain), find=None, ascii=True) as m:
        pages = ("x", "question_mark", "enter", "b", "c", "m")
        for keys in ((), *((key,) for key in pages), ("t", "a")):
            await m.press("escape", *keys)
            drawn = m.text.replace("GOOOL!! what a finish ❤️🎉", "")
            assert drawn.isascii(), [character for character in drawn if not character.isascii()]


async def test_without_colours_no_segment_has_one() -> None:
    async with monitor(colourless=True) as m:
        for keys in (
            (),
            ("j",),
            ("space",),
            ("x",),
            ("escape", "b"),
            ("escape", "c"),
            ("escape", "m"),
            ("escape", "t", "a"),
        ):
            await m.press(*keys)
            styles = {
                segment.style
                for strip in m.app.screen._compositor.render_strips()
                for segment in strip
                if segment.style is not None
            }
            for style in styles:
                assert style.color is None or style.color.is_default, style
                assert style.bgcolor is None or style.bgcolor.is_default, style


@pytest.mark.parametrize("theme", OURS)
async def test_text_stands_out_from_its_ground_in_our_themes(theme: str) -> None:
    async with monitor(theme=OURS[theme].name) as m:
        await m.press("j")
        weakest = min(
            contrast(segment.style.color.triplet, segment.style.bgcolor.triplet)
            for strip in m.app.screen._compositor.render_strips()
            for segment in strip
            if segment.text.strip().isalnum() and segment.style and segment.style.color and segment.style.bgcolor
        )
        assert weakest >= 4.5


def contrast(ink: tuple[int, int, int], ground: tuple[int, int, int]) -> float:
    """WCAG 2.1 contrast ratio."""

    def luminance(colour: tuple[int, int, int]) -> float:
        channels = [value / 255 for value in colour]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_the_header_of_an_old_feed_says_of_which_day_it_is() -> None:
    async with monitor(fakes.shown(lag=None)) as m:
        assert "2026-03-01  21:04:31 UTC" in m.header
        await m.hear(fakes.shown(fakes.busy(retained=1), lag=0.2))
        assert "2026-03-01" not in m.header


async def test_the_day_of_an_old_feed_stays_longer_than_how_old_it_is() -> None:
    async with monitor(fakes.shown(lag=146 * 86_400.0), size=(160, 34)) as m:
        days = []
        for width in range(160, 60, -4):
            await m.resize(width, 34)
            days.append("2026-03-01" in m.header)
            assert days[-1] or "lag" not in m.header
            assert not days[-1] or "21:04:31 UTC" in m.header
        assert days[5]
        assert not days[-1]


async def test_clusters_that_are_of_a_part_of_the_posts_say_so() -> None:
    async with monitor(size=(100, 40)) as m:
        assert "of 1 post in" not in m.text
        await m.hear(fakes.shown(later(topics_one_in=4)))
        assert "of 1 post in 4" in m.text


async def test_a_table_with_one_line_shows_a_row_and_not_its_heading() -> None:
    async with monitor(size=(60, 16)) as m:
        assert m.text_of("#clusters").count("\n") == 0
        assert "#worldcup" in m.text_of("#clusters")
        await m.press("j", "j")
        assert "#election" in m.text_of("#clusters")
        await m.hear(fakes.shown(fakes.empty()))
        assert "no clusters in this window" in m.text_of("#clusters")
        await m.resize(80, 24)
        assert "posts" in m.text_of("#clusters").splitlines()[0]
