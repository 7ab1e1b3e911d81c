"""What a reader sees of numbers, times and texts, and that nothing is wider than its place."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui import draw
from tui import format as shown
from tui.facts import LABEL, wide_fact
from tui.lines import ASCII, cut, fit, pad, plain, text_of, width_of, wrap
from tui.widgets.timeline import AXIS, peak

NOW = datetime(2026, 3, 1, 21, 4, 31, tzinfo=UTC)
words = st.text(st.sampled_from("ab 漢é👍🏽👨‍👩‍👧ｗ\n\u0301\u200d\ufe0f❤"), max_size=40)


def test_what_is_not_known_is_never_a_zero() -> None:
    for say in (
        shown.count,
        shown.short,
        shown.engagement,
        shown.at_least,
        shown.at_most,
        shown.skill,
        shown.signed,
        shown.percent,
        shown.sentiment,
        shown.lag,
    ):
        assert say(None) == "–"
        assert say(0) != "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (941, "941"),
        (999.6, "1.0k"),
        (9_412, "9.4k"),
        (9_960, "10k"),
        (381_204, "381k"),
        (3_100_000, "3.1M"),
        (8.1e12, "8.1T"),
        (999.6e12, "1e15"),
        (8.1e31, "8e31"),
    ],
)
def test_short_numbers(value: float, text: str) -> None:
    assert shown.short(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01, "<0.1"), (0.3, "0.3"), (0.97, "1"), (2.6, "2.6"), (4.0, "4"), (9.96, "10"), (41.2, "41"), (1_234, "1.2k")],
)
def test_what_was_expected_is_never_nothing(value: float, text: str) -> None:
    assert shown.expected(value) == text


@pytest.mark.parametrize(
    ("score", "text"),
    [(0, "1 in 1"), (1.5, "1 in 32"), (3.1, "1 in 1,300"), (12.2, "1 in 10^12"), (float("inf"), "1 in 10^300")],
)
def test_a_chance_in_words(score: float, text: str) -> None:
    assert shown.chance(score) == text


@pytest.mark.parametrize(("value", "text"), [(0.31, ".31"), (-0.05, "-.05"), (0.0, ".00"), (1.0, "1.00"), (None, "–")])
def test_a_ratio_has_no_nought_before_its_point(value: float | None, text: str) -> None:
    assert shown.ratio(value) == text


def test_times_of_day_are_in_utc() -> None:
    east = NOW.astimezone(timezone(timedelta(hours=9)))
    assert (shown.hour(east), shown.day_and_hour(east)) == ("21:04", "03-01 21:04")


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.004, "0.01"), (0.42, "0.4"), (9, "9"), (9.04, "9"), (12.4, "12"), (4_120, "4.1k")]
)
def test_a_mean_of_engagements_has_decimals_only_while_they_matter(value: float, text: str) -> None:
    assert shown.engagement(value) == text


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (1.1, 0.0, 1.0, "1"),
        (0.08, 0.0, 0.0, "0"),
        (0.5, 0.0, 0.0, "0"),
        (2.5, 0.0, 5.0, "3"),
        (1.4, 2.0, 5.0, "2"),
        (4_120.0, 1_390.0, 13_049.0, "4.1k"),
        (0.4, None, None, "0"),
        (None, None, None, "–"),
    ],
)
def test_what_is_predicted_is_a_whole_number_in_its_range(
    value: float | None, low: float | None, high: float | None, text: str
) -> None:
    assert shown.predicted(value, low, high) == text


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(0.02, "0", "1"), (3.0, "3", "3"), (9.96, "9", "10"), (1_349, "1.3k", "1.4k"), (999_999, "999k", "1.0M")],
)
def test_a_range_is_rounded_outward(value: float, low: str, high: str) -> None:
    assert (shown.at_least(value), shown.at_most(value)) == (low, high)


@given(st.floats(0, 2.0**53))
def test_a_range_as_shown_holds_what_it_holds(value: float) -> None:
    low, high = shown.at_least(value), shown.at_most(value)
    assert number_of(low) <= value <= number_of(high)
    assert number_of(high) - number_of(low) <= max(1.0, value if value > 9e14 else 0.2 * value)
    assert len(low) <= 4
    assert len(high) <= 4


def number_of(text: str) -> float:
    """What a short number says."""
    units = {"k": 3, "M": 6, "G": 9, "T": 12}
    return float(f"{text[:-1]}e{units[text[-1]]}") if text[-1] in units else float(text)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.12, "+12%"), (0.0, "+0%"), (-5.4, "-540%"), (-12.3, "-1.2k%"), (-1e9, "-100G%")]
)
def test_skill(value: float | None, text: str) -> None:
    assert shown.skill(value) == text


def test_a_whole_number_is_written_out_where_there_is_room() -> None:
    assert shown.number(18_204, 7) == "18,204"
    assert shown.number(10**9, 7) == "1.0G"
    assert shown.number(None, 7) == "–"


@given(st.floats(-1e308, 1e308))
def test_short_numbers_fit_five_cells_and_a_sign(value: float) -> None:
    assert len(shown.short(value).lstrip("-")) <= 5


@pytest.mark.parametrize(
    ("value", "text", "mood"),
    [
        (0.41, "+0.41", "positive"),
        (0.05, "+0.05", "positive"),
        (0.0499, "=+0.05", "neutral"),
        (0.0, "=+0.00", "neutral"),
        (-0.0499, "=-0.05", "neutral"),
        (-0.05, "-0.05", "negative"),
        (None, "–", "unknown"),
    ],
)
def test_sentiment_by_sign_as_well_as_by_colour(value: float | None, text: str, mood: str) -> None:
    assert shown.sentiment(value) == text
    assert shown.mood(value) == mood


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (0.0, "0%"), (0.0001, "1%"), (0.61, "61%"), (0.9999, "99%"), (1.0, "100%")]
)
def test_only_all_is_a_hundred_percent_and_only_none_is_zero(share: float | None, text: str) -> None:
    assert shown.whole_percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (42, "42s"),
        (60, "1m"),
        (192, "3m12"),
        (900, "15m"),
        (5_400, "1h30"),
        (86_400, "24h"),
        (172_800, "2d"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert shown.duration(seconds) == text


def test_when_something_is_due() -> None:
    assert shown.due(NOW + timedelta(minutes=11), NOW) == "due in 11m"
    assert shown.due(NOW - timedelta(minutes=1), NOW) == "due now"


def test_times_are_utc_wherever_they_come_from() -> None:
    assert shown.clock(datetime.fromisoformat("2026-03-01T22:04:31+01:00")) == "21:04:31"


@given(words, st.integers(0, 30), st.booleans())
def test_a_padded_text_fills_its_place_exactly(text: str, width: int, right: bool) -> None:
    assert cell_len(pad(text, width, right)) == width


@given(words, st.integers(1, 30))
def test_a_text_is_cut_only_if_it_is_too_wide(text: str, width: int) -> None:
    short = cut(text, width)
    assert cell_len(short) <= width
    if cell_len(plain(text)) <= width:
        assert short == plain(text)


@given(words, st.integers(2, 20))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join("".join(plain(part) for part in text.split("\n")).split())


@given(st.text(max_size=60))
def test_plain_text_holds_nothing_a_terminal_acts_on(text: str) -> None:
    assert all(character.isprintable() or character == "\u200d" for character in plain(text))


def test_a_joiner_is_kept_only_between_emoji() -> None:
    assert plain("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"
    assert plain("❤\ufe0f\u200d🔥") == "❤\ufe0f\u200d🔥"
    assert plain("hid\u200dden\u200d") == "hidden"


def test_the_least_important_goes_first() -> None:
    parts = [(0, (("state", ""),)), (2, (("second", ""),)), (1, (("first", ""),)), (3, (("third", ""),))]
    assert text_of(fit(parts, 40)) == "state  second  first  third"
    assert text_of(fit(parts, 26)) == "state  second  first"
    assert text_of(fit(parts, 12)) == "state  first"
    assert text_of(fit(parts, 3)) == "state"


@given(st.lists(st.tuples(st.integers(0, 3), st.text("abc", min_size=1, max_size=9)), max_size=6), st.integers(0, 60))
def test_what_is_fitted_is_no_wider_unless_nothing_more_can_go(parts: list[tuple[int, str]], width: int) -> None:
    line = fit([(rank, ((text, ""),)) for rank, text in parts], width)
    never_left_out = [text for rank, text in parts if rank == 0]
    assert width_of(line) <= max(width, sum(map(len, never_left_out)) + 2 * max(len(never_left_out) - 1, 0))


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "    "), (0.5, "██  "), (1.0, "████"), (1 / 32, "▏   "), (2, "████")]
)
def test_bars_are_exact_to_an_eighth(share: float, text: str) -> None:
    assert draw.bar(share, 4) == text


def test_a_bar_of_nothing_known_is_empty() -> None:
    assert draw.bar(None, 4) == "    "


def test_sparks_show_nothing_as_nothing() -> None:
    assert draw.spark([0, 1, 4, 8], 10) == " ▂▅█"
    assert draw.spark([0, 0], 10) == "  "
    assert draw.spark([], 10) == ""


def test_sparks_of_more_values_than_cells_take_means() -> None:
    assert draw.spark([8, 8, 0, 0, 4, 4], 3) == "█ ▅"


def test_columns_stand_on_the_ground_and_the_largest_fills() -> None:
    assert draw.columns([0, 1, 2], 3, 2) == ["  █", " ██"]
    assert draw.columns([], 3, 1) == ["   "]


def test_a_trace_is_still_seen_beside_a_peak() -> None:
    assert draw.columns([1, 100_000], 2, 1) == ["▁█"]


def test_a_braille_line_goes_from_corner_to_corner() -> None:
    assert draw.braille([0.0, 1.0], 2, 1, 0.0, 1.0) == ["⡠⠊"]


def test_a_braille_line_breaks_where_nothing_is_known() -> None:
    assert draw.braille([0.0, None, None, 0.0], 2, 1, 0.0, 1.0) == ["⡀⢀"]


@given(st.lists(st.none() | st.floats(-9, 9), max_size=90), st.integers(0, 30), st.integers(0, 6))
def test_a_braille_line_stays_in_its_frame(values: list[float | None], width: int, height: int) -> None:
    rows = draw.braille(values, width, height, -1.0, 1.0)
    assert [len(row) for row in rows] == [width] * height


def test_ascii_takes_the_place_of_what_we_draw_with_cell_for_cell() -> None:
    drawn = draw.bar(0.6, 9) + draw.spark([1, 5, 9], 3) + draw.braille([0.0, 1.0], 4, 1, 0.0, 1.0)[0] + "▶●‖✓✗▲▼…–·│└─┈"
    plainly = drawn.translate(ASCII)
    assert plainly.isascii()
    assert len(plainly) == len(drawn)


@pytest.mark.parametrize(
    ("posts", "seconds", "text"),
    [(12, 2.0, "6/s"), (2, 3.0, "40/m"), (1, 600.0, "6/h"), (1, 7200.0, "12/d"), (0, 2.0, "0/s"), (3, 0.0, "3")],
)
def test_the_highest_rate_has_a_unit_in_which_it_is_not_nought(posts: int, seconds: float, text: str) -> None:
    assert peak(posts, seconds) == text
    assert len(text) < AXIS


@pytest.mark.parametrize("width", [30, 46, 60, 200])
def test_a_wide_fact_goes_on_in_the_next_line_and_loses_nothing(width: int) -> None:
    address = "https://bsky.app/profile/did:plc:n5stko5s72ijjbddk2rohuod/post/3mpthxbvcmdpd"
    lines = wide_fact("address", width, ("音楽部", "accent"), ("", ""), (f"  {address}", "muted"), ("  O opens it", ""))
    assert all(width_of(line) <= width for line in lines)
    told = [text_of(line) for line in lines]
    assert told[0].startswith("address")
    assert all(text.startswith(" " * LABEL) for text in told[1:])
    whole = "".join(text[LABEL:] for text in told)
    assert whole.replace(" ", "") == f"音楽部{address}Oopensit"
    assert len(lines) == {200: 1}.get(width, len(lines))
