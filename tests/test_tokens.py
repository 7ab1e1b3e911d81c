"""What is found out once about a token is what each reader of texts finds by itself."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clean import clean
from models import clues
from models.function_words import ENGLISH, OTHERS, SHARED
from models.stopwords import STOPWORDS
from models.tokens import read_any, read_tokens
from models.vader_codes import book
from tests.vader_texts import fuzz_text

SIGNS = ["", *map(chr, range(33, 127)), "..", ".a", "'s", "é", "😂", "…", "”", "é.", "#b", "@b"]
WORDS = ["", "fire", "FIRE", "Fire", "the", "x", "no", "12", "a1", "www", "WWW", "rt", "RT", "die", "n't", "don't"]
LONG = ["a" * 39, "a" * 40, "a" * 41, "#" + "a" * 101, "@" + "a" * 50, "a" * 5_000, "#" + "Ab" * 60]
TAGS = ["#fire", "#FireFly", "#12", "#1a", "#a_b", "@you", "@y_u", "a@b", "RT:"]
LINKS = ["http://a.b", "https://a.b/n't", "http://a.b@c", "http://", "HTTP://A.B", "https://a.b?to=http://c.d", "a.b/c"]


def apart(tokens: list[str]) -> list[object]:
    told = [read_tokens([token]) for token in tokens]
    return [(*(column[0] for column in each[:-1]), each.clues.get(0)) for each in told]


def test_a_token_is_read_in_the_short_way_as_in_the_long_one() -> None:
    rng = random.Random(1)
    words = [*WORDS, *LONG, *TAGS, *LINKS]
    tokens = [token for word in words for sign in SIGNS for token in (sign + word, word + sign) if token]
    tokens += [rng.choice(SIGNS) + rng.choice(words) + "".join(rng.choices(SIGNS, k=2)) for _ in range(10_000)]
    tokens = list(filter(None, tokens))
    assert apart(tokens) == [read_any(token) for token in tokens]


def test_every_word_that_is_known_is_read_in_the_short_way_as_in_the_long_one() -> None:
    known = {*book().words, *ENGLISH, *SHARED, *OTHERS, *STOPWORDS, *clues.emoticons()}
    tokens = [form for word in sorted(known) for form in (word, word.upper(), word.title(), f"{word}.", f"#{word}")]
    assert apart(tokens) == [read_any(token) for token in tokens]


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(st.text(st.characters()), st.integers(0, 1_000))
def test_any_token_is_read_in_the_short_way_as_in_the_long_one(text: str, seed: int) -> None:
    tokens = clean(text + " " + fuzz_text(random.Random(seed))).split()
    assert apart(tokens) == [read_any(token) for token in tokens]
