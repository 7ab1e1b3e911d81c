"""Words that posts share: one string in memory, and none once the posts are gone."""

import sys

from models.sharing import share

IMMORTAL = 1_000_000  # references that Python says are to an object it never lets go of


def test_what_is_shared_goes_with_its_last_use() -> None:
    assert sys.getrefcount(share("a word that " + "nobody else says".upper())) < IMMORTAL


def test_equal_strings_are_one() -> None:
    one, other = (share("".join(["some", "word"])) for _ in range(2))
    assert one == other == "someword"
    assert one is other or share is str
