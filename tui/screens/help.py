"""The help page: keys from the table of actions, and how to read what is on screen."""

from itertools import groupby

from tui.actions import ACTIONS, Action
from tui.contenders import FIGURES, MODELS
from tui.format import UNKNOWN
from tui.keymap import USUAL, Keymap, shown
from tui.lines import BLANK, Line, pad, wrap

KEYS = 16
GROUPS = ("Look", "Move", "Do", "Panels")

READING = (
    ("+ = -", "positive, neutral, negative: VADER's compound from +0.05 up, between, from -0.05 down"),
    ("–", "not known or not scored, which is never the same as zero or neutral"),
    ("scored", "share of the posts that could be scored: only English is, the rest is counted by reason"),
    ("Δ", "posts less those of the window before"),
    ("silhouette", "how well the clusters keep apart, -1 to 1, with the size n of the sample; near 0 they overlap"),
    ("copies", "share of the posts that nearly repeat an earlier one: many of them by few authors are seldom people"),
    (
        "rising",
        "more authors speak of it than its own past let expect; score 12 is a chance of 1 in 10^12 to see as many",
    ),
    (
        "predicted",
        "engagements (likes, reposts, replies, quotes) the post will have when `after` is over, with the range that"
        " should hold 80% of outcomes, rounded outward; frozen when the post arrived",
    ),
    ("x1.4", "a reason: it multiplies 1 + engagements; the author's usual times all reasons is what is predicted"),
    ("usual", "the baseline to beat: what posts of this author come to"),
    ("×", "how many times the usual it has, both with 1 added"),
    (
        "waiting",
        "predicted, and not due yet; once its outcome is there it has matured, and the models are graded by it",
    ),
    ("normal", "engagements that posts of this author had at the same age, shrunk to the feed's while there are few"),
    ("past", "posts of the author that normal rests on; feed: none, it is the feed's alone"),
    ("censored", "not graded: the feed was blind, or the post was taken back, before it was due"),
    ("learning", "fewer than 100 outcomes have matured: a baseline leads until there are enough to trust a model"),
    ("★ champion", "the model whose predictions are shown: the best lately, and another has to be clearly better"),
    ("in range", "share of outcomes that fell into the range shown, which should be near 80%"),
    ("late", "came after its time had passed, and was put where it belongs"),
)


def help_lines(width: int, keymap: Keymap = USUAL) -> list[Line]:
    """All keys by group, then the signs, then what the models and their figures are."""
    lines: list[Line] = []
    for group in GROUPS:
        lines += [((group, "head"),)]
        lines += [
            line
            for action in ACTIONS
            if action.group == group
            for line in _entry(keys_of(action, keymap), action.help, width)
        ]
        lines.append(BLANK)
    lines += [
        *_entry("tab, shift+tab", "to the next panel, and back", width),
        *_entry("ctrl+p", "all commands, themes", width),
    ]
    lines += [BLANK, (("Reading it", "head"),)]
    for sign, meaning in READING:
        lines += _entry(sign, meaning, width)
    lines += [BLANK, (("Figures of the models", "head"),)]
    for name, _, means in FIGURES:
        lines += _entry(name, means, width)
    lines += [BLANK, (("Models", "head"),)]
    for name, model in MODELS.items():
        lines += _entry(name, model.full, width)
    lines += [BLANK, (("All times are UTC and of the feed, not of this machine.", "muted"),)]
    return lines


def keys_of(action: Action, keymap: Keymap = USUAL) -> str:
    """The keys of an action as they are written on a keyboard; a dash if the user has taken them all away."""
    names = map(shown, filter(None, keymap.of(action).split(",")))
    return ", ".join(name for name, _ in groupby(names)) or UNKNOWN


def _entry(left: str, right: str, width: int) -> list[Line]:
    parts = wrap(right, max(width - KEYS - 2, 20))
    return [((pad(left if index == 0 else "", KEYS), "key"), (f"  {part}", "")) for index, part in enumerate(parts)]
