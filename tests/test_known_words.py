"""A fixed set of words among many: each is found by its number, and nothing else is taken for one of them."""

import random
from collections.abc import Sequence

import pytest

from models.known_words import KnownWords
from models.word_bytes import FITS, padded, spans


def numbers_of(words: KnownWords, tokens: Sequence[str]) -> list[int]:
    text = padded(" ".join(tokens).encode())
    starts, ends = spans(text)
    numbers: list[int] = words.find(text, starts, ends - starts).tolist()
    return numbers


def test_words_are_found_and_others_are_not() -> None:
    rng = random.Random(4)
    known = sorted({"".join(rng.choices("abc'-", k=rng.randint(1, FITS))) for _ in range(20_000)})
    others = [word + rng.choice("abcd") for word in known] + [word[:-1] + "\x7f" for word in known] + ["é", "x" * 500]
    tokens = [*known, *others]
    rng.shuffle(tokens)
    places = {word: number for number, word in enumerate(known, 1)}
    assert numbers_of(KnownWords(known), tokens) == [places.get(token, 0) for token in tokens]


@pytest.mark.parametrize("words", [["a b"], [""], ["x" * (FITS + 1)]])
def test_what_cannot_be_told_apart_is_refused(words: list[str]) -> None:
    with pytest.raises(ValueError, match="not words"):
        KnownWords(words)
