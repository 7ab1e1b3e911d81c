"""The page of over-performers and authors: what it shows at which size, what opens, what is asked for."""

import msgspec
import pytest
from rich.cells import cell_len

from engine.postdetail import PostDetail
from engine.protocol import Export, FindPosts, OpenPost
from tests import tui_fakes as fakes
from tests.test_tui_topics import rows_of
from tests.tui_driver import monitor
from tui.messages import PostWasOpened
from tui.screens.tables import AuthorsScreen
from tui.widgets.table import Table


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48)])
async def test_the_page_shows_posts_above_normal_and_the_authors(size: tuple[int, int]) -> None:
    async with monitor(size=size) as m:
        await m.press("o")
        assert isinstance(m.app.screen, AuthorsScreen)
        assert m.focus == "overperformers"
        assert "Over-performers · 5 · sort: score ▼" in m.text
        assert "Authors · 3 of 21,870 · sort: posts ▼" in m.text
        first, *_, last = rows_of(m, "#overperformers")
        assert first.split()[1:7] == ["3.4", "38", "118", "2.1", "1m02", "41"]
        assert last.split()[:3] == ["0.9", "4.8", "9"]
        assert "feed" in rows_of(m, "#overperformers")[3]
        assert rows_of(m, "#authors")[0].split() == ["12", "812", "21", "1.8", "+0.40", "9.1k", "maria_k"]
        assert rows_of(m, "#authors")[2].split() == ["4", "–", "–", "–", "–", "–", "k2q7w3e5r1t9"]
        await m.press("escape")
        assert m.app.screen is m.app.screen_stack[0]


async def test_both_tables_are_sorted_and_turned_round() -> None:
    async with monitor(size=(120, 36)) as m:
        await m.press("o", "s", "s")
        assert "sort: now ▼" in m.text
        assert rows_of(m, "#overperformers")[0].split()[3] == "9.8k"
        await m.press("r")
        assert rows_of(m, "#overperformers")[0].split()[3] == "9"
        await m.press("tab", "s", "s", "s")
        assert [row.split()[-1] for row in rows_of(m, "#authors")] == ["maria_k", "音楽", "k2q7w3e5r1t9"]
        await m.press("r")
        assert [row.split()[-1] for row in rows_of(m, "#authors")] == ["音楽", "maria_k", "k2q7w3e5r1t9"]


async def test_enter_on_a_post_opens_all_that_is_known_of_it() -> None:
    async with monitor(find=None, size=(120, 48)) as m:
        await m.press("o", "enter")
        key = f"bluesky:{fakes.posts()[0].uid}"
        (asked,) = m.engine.of(OpenPost)
        assert asked == OpenPost(asked.id, key)
        for wanted in (
            "×38  score 3.4",
            "118 engagements at the age of 1m02",
            "2.1 at that age, by 41 of its author's posts and the feed",
            "GOOOL!! what a finish",
            "the engine is asked for the rest",
        ):
            assert wanted in m.text
        await m.hear(PostWasOpened(asked.id + 1, fakes.told(OpenPost(1, "bluesky:other"))))
        assert "the engine is asked for the rest" in m.text
        await m.hear(PostWasOpened(asked.id, fakes.told(asked)))
        for wanted in (
            "×38  score 3.4",
            "claimed en",
            "#worldcup #final",
            "Predicted for 15m on",
            "likes 0, reposts 0",
        ):
            assert wanted in m.text
        assert "asked for" not in m.text


async def test_a_post_that_is_gone_when_it_is_opened_shows_none_of_its_text() -> None:
    async with monitor(tell=lambda asked: PostDetail(key=asked.key, state="deleted")) as m:
        await m.press("o", "G", "enter")
        assert "deleted: it was taken back" in m.text
        assert "worst referee ever" not in m.text


async def test_enter_on_an_author_lists_its_posts_and_those_above_normal() -> None:
    async with monitor(size=(120, 40)) as m:
        authors = [msgspec.structs.replace(fakes.authors()[0], author="did:plc:a7", name="dr_lee")]
        await m.hear(fakes.shown(fakes.busy(authors=authors)))
        await m.press("o", "tab", "enter")
        (asked,) = m.engine.of(FindPosts)
        assert (asked.kind, asked.key) == ("author", "bluesky:did:plc:a7")
        for wanted in (
            "dr_lee  bluesky did:plc:a7",
            "812 to these posts so far",
            "1.8 on average over its newest posts",
            "Over-performers (1)",
            "×24 9,804 for 402 at 30m [bold red]new dosage[/]",
            "Posts by dr_lee · newest 3 of 6",
        ):
            assert wanted in m.text


async def test_nothing_above_normal_is_said_in_words() -> None:
    async with monitor(fakes.shown(fakes.empty())) as m:
        await m.press("o")
        assert "no post has twice what is normal for its author at its age" in m.text
        assert "no authors in this window" in m.text
        await m.press("enter", "tab", "enter")
        assert isinstance(m.app.screen, AuthorsScreen)


@pytest.mark.parametrize(("keys", "table"), [(("o",), "overperformers"), (("o", "tab"), "authors")])
async def test_an_export_is_of_the_table_in_focus(keys: tuple[str, ...], table: str) -> None:
    async with monitor() as m:
        await m.press(*keys, "e", "enter")
        assert [command.table for command in m.engine.of(Export)] == [table]


async def test_the_pages_of_tables_lead_to_each_other_and_stay_whole_at_any_size() -> None:
    async with monitor() as m:
        await m.press("b", "o")
        assert len(m.app.screen_stack) == 2
        for size in ((60, 16), (80, 24), (59, 20), (1, 1), (100, 32), (200, 60)):
            await m.resize(*size)
            await m.hear(fakes.shown(fakes.busy(retained=sum(size))))
        for selector in ("#overperformers", "#authors"):
            table = m.app.screen.query_one(selector, Table)
            assert {cell_len(table.render_line(y).text) for y in range(table.size.height)} == {table.size.width}
        await m.press("c", "o", "escape")
        assert m.app.screen is m.app.screen_stack[0]
