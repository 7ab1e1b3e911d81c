"""Why a prediction is what it is, in one plain sentence: on the screen, in the composer and in `trendtop score`."""

from collections.abc import Sequence

from tui.format import at_least, at_most, short, whole

NOTHING = "no prediction: nothing had been learnt yet"


def outcome(predicted: float, low: float | None, high: float | None) -> str:
    """What is predicted, in engagements, with the range that is to hold 80 % of outcomes: 16 (4 to 60)."""
    if low is None or high is None:
        return f"{short(whole(predicted))} (no range yet)"
    return f"{short(whole(predicted, low, high))} ({at_least(low)} to {at_most(high)})"


def sentence(predicted: float | None, low: float | None, high: float | None, reasons: Sequence[str]) -> str:
    """The reasons and what they come to: author usually 12, evening x0.8, video x1.4: 16 (4 to 60).

    Each factor multiplies 1 + engagements (`models.reasons`). None is "nothing had been learnt".
    """
    if predicted is None:
        return NOTHING
    told = outcome(predicted, low, high)
    return f"{', '.join(reasons)}: {told}" if reasons else told


def numbers_first(
    predicted: float | None, low: float | None, high: float | None, reasons: Sequence[str], width: int
) -> str:
    """The sentence; where it is longer than `width` characters, what it comes to stands first: that must be seen."""
    whole = sentence(predicted, low, high, reasons)
    if len(whole) <= width or predicted is None or not reasons:
        return whole
    return f"{outcome(predicted, low, high)}: {', '.join(reasons)}"


def fitted(predicted: float | None, low: float | None, high: float | None, reasons: Sequence[str], width: int) -> str:
    """The sentence, or only the reasons where it is longer than `width` characters: for beside the numbers."""
    whole = sentence(predicted, low, high, reasons)
    return whole if len(whole) <= width or not reasons else ", ".join(reasons)
