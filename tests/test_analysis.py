"""All that is read out of a post's text: the same for a post alone and among any others."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import analysis
from engine.analysis import FEW, analyse, analyse_all
from engine.config import EngineConfig
from engine.events import Post
from engine.picture import snapshot
from engine.pipeline import Engine
from engine.simulate import simulate
from models import language, sentiment, terms
from models.memo import Memo
from models.token_pass import TokenTable
from tests.test_language import ENGLISH, OTHERS, SCRIPTS
from tests.vader_texts import fuzz_text

PRESENT = 4_102_444_800_000_000  # the year 2100: no line is from its future

TEXTS = [
    *ENGLISH,
    *(text for texts in OTHERS.values() for text in texts),
    *SCRIPTS.values(),
    *(
        "",
        " ",
        "😂",
        "#Rust #RiverBank 東京",
        "<p>so <b>good</b></p>",
        "#fire<b>now 東京 #Rust #2024 #y_u<i>",
        "@you https://a.b/#c?d=http://e.f so 地震だ good! 🆙 WOW?? #NoMeansNo @me:",
        "\x00 \ud800",
        "Xbox Series review",
        "but " * 4_000,
    ),
]


def made_up_posts(count: int, seed: int) -> list[Post]:
    rng = random.Random(seed)
    return [
        Post(
            platform="x",
            uid=str(number),
            author="a",
            name=rng.choice(("Ann", "a\u202eb", "")),
            text=rng.choice(TEXTS) if rng.random() < 0.6 else fuzz_text(rng),
            lang=rng.choice(("", "en", "de", "en_GB")),
            tags=rng.choice((None, None, (), ("Rust", "地震", "#a b"))),
            withheld=rng.random() < 0.1,
        )
        for number in range(count)
    ]


POSTS = made_up_posts(700, seed=1)


@pytest.mark.parametrize("keep_withheld", [False, True])
@pytest.mark.parametrize("size", [1, 2, 15, 49, 300, 700])
def test_posts_read_together_are_read_as_alone(size: int, keep_withheld: bool) -> None:
    alone = [analyse(post, keep_withheld) for post in POSTS]
    together = [
        read for start in range(0, len(POSTS), size) for read in analyse_all(POSTS[start : start + size], keep_withheld)
    ]
    assert together == alone


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters()) | st.sampled_from(TEXTS), max_size=120), st.sampled_from(["", "en", "ja"]))
def test_any_posts_are_read_as_alone(texts: list[str], lang: str) -> None:
    posts = [Post(platform="x", uid="1", author="a", text=text, lang=lang) for text in texts]
    assert analyse_all(posts) == [analyse(post) for post in posts]


def test_little_memory_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = analyse_all(POSTS)
    for module, name in ((sentiment, "_codes"), (sentiment, "_windows"), (language, "_clues")):
        monkeypatch.setattr(module, name, Memo(getattr(module, name).read, 3))
    monkeypatch.setattr(terms, "_pieces", Memo(terms._pieces.read, 3))
    assert analyse_all(POSTS) == before
    assert [analyse(post) for post in POSTS] == before


@pytest.mark.parametrize("size", [1, 2, 4, 64, 1_024])
def test_a_table_of_any_size_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = analyse_all(POSTS)
    table = TokenTable(size)
    monkeypatch.setattr(analysis, "_tokens", table)
    for start in range(0, len(POSTS), 50):
        assert analyse_all(POSTS[start : start + 50]) == before[start : start + 50]
        assert len(table) <= table.cap
    assert analyse_all(POSTS) == before


def test_links_and_long_tokens_are_not_kept() -> None:
    table = TokenTable(64)
    table.read(["good http://a.b/c https://a.b " + "x" * 24 + " " + "y" * 25, "good"])
    assert len(table) == 2


def test_given_tags_are_normalised_without_repeats_in_order() -> None:
    given = ("B", "#a", "b", "", "...", "A,", "c\nd")
    posts = [Post(platform="x", uid="1", author="a", text="x", tags=given)] * FEW
    assert {read.tags for read in (*analyse_all(posts), analyse(posts[0]))} == {("b", "a", "c d")}


@pytest.mark.parametrize("shape", ["bluesky", "mastodon", "x", "reddit"])
def test_how_a_feed_is_cut_changes_no_snapshot(shape: str) -> None:
    lines = simulate(shape, seed=3, hours=0.2, rate=12.0)[0]
    rng = random.Random(4)
    ends = sorted({0, len(lines), *(rng.randrange(len(lines)) for _ in range(7))})
    cuts = ([0, len(lines)], list(range(len(lines) + 1)), ends)
    told = []
    for bounds in cuts:
        engine = Engine(EngineConfig(max_raw_lines=40))
        for start, end in pairwise(bounds):
            engine.feed(0, lines[start:end], PRESENT)
        engine.finish()
        raw = {key: engine.raw.get(key) for key in engine.ledger.posts}
        told.append((snapshot(engine, 20), raw, engine.ledger.complete))
        assert engine._texts == {}
    assert told[0] == told[1] == told[2]
