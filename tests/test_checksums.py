"""Words as numbers: the CRC-32 of each, as if they were asked for one by one."""

from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from models.checksums import FEW, checksums, of_all_words, of_words

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", codec=None), min_size=1), max_size=8)
ANY = st.lists(st.text(), max_size=8)


def plain(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))


@given(TEXTS)
def test_they_are_those_of_each_text(texts: list[str]) -> None:
    assert checksums(texts) == [plain(text) for text in texts]


@given(st.lists(TEXTS), st.lists(st.sampled_from(["#", "#tag", "word", "wo#rd", "word"])))
def test_of_words_tags_are_passed_over_and_each_word_counts_once(texts: list[list[str]], more: list[str]) -> None:
    docs = [tuple(sorted(own + more, key=lambda term: term[:1] != "#")) for own in texts]
    found = [[*map(plain, dict.fromkeys(term for term in doc if term[:1] != "#"))] for doc in docs]
    assert [*map(of_words, docs)] == found
    assert of_all_words(docs * FEW) == found * FEW


def test_of_nothing_there_are_none() -> None:
    assert checksums([]) == of_words(()) == of_words(("#tag",)) == []


@given(ANY)
def test_each_text_has_its_own_whatever_it_holds(texts: list[str]) -> None:
    assert checksums(texts) == [plain(text) for text in texts]


def test_half_of_a_surrogate_pair_is_taken_as_it_is() -> None:
    assert checksums(["\ud83d", "\ude00"]) == [plain("\ud83d"), plain("\ude00")]
