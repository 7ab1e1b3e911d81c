"""Only what changed on a line is painted again."""

from hypothesis import given
from hypothesis import strategies as st

from tui.lines import Line, cut, pad, text_of
from tui.widgets.paint import changed

WIDTH = 30
lines: st.SearchStrategy[Line] = st.lists(
    st.tuples(st.sampled_from(["a", "bb", "漢字", "", "1,204/s", "x" * 40]), st.sampled_from(["", "muted"])), max_size=6
).map(tuple)


@given(lines, lines)
def test_cells_outside_the_changed_part_are_the_same(before: Line, after: Line) -> None:
    start, end = changed(before, after, WIDTH)
    assert 0 <= start <= end <= WIDTH
    old, new = (cells(line) for line in (before, after))
    assert old[:start] == new[:start]
    assert old[end:] == new[end:]


def test_a_number_that_changes_leaves_the_rest_of_its_line_alone() -> None:
    before = (("● LIVE ", "live"), ("17", ""), (" read", "muted"))
    after = (("● LIVE ", "live"), ("18", ""), (" read", "muted"))
    assert changed(before, after, WIDTH) == (7, 9)


def cells(line: Line) -> list[tuple[str, str]]:
    """Each cell with its role; a wide character fills two."""
    filled = [(character, role) for text, role in line for character in text for _ in pad_of(character)]
    blank = [(" ", "plain")] * (WIDTH - len(filled))
    return (filled + blank)[:WIDTH]


def pad_of(character: str) -> str:
    return "ww" if cut(character, 1) != character else pad(text_of(((character, ""),)), 1)
