"""Where a post is typed and scored as it is typed."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer

from engine.snapshot import DraftScore, Range
from tui.actions import bindings
from tui.correcting import yours
from tui.details import beside_words
from tui.format import TOPICS_OFF, UNKNOWN, duration, engagement, sentiment, skill, whole_percent
from tui.keymap import key
from tui.lines import Line, cut, fit, width_of
from tui.messages import DraftWasScored
from tui.reasons import numbers_first
from tui.widgets.comparison import comparison_lines
from tui.widgets.line_input import LineInput
from tui.widgets.paint import Panel, title_of
from tui.widgets.predictions import predicted_cell, span

HISTORY = 100
OLD_AFTER = 1.0  # seconds after which a verdict on an earlier text says so
ROOMY = 4  # lines from which the cluster has one of its own
LABEL = 32  # cells of a cluster's label
SHORTEST, BESIDE_LABEL = 8, 26  # cells of it where room is short, and of what else stands on its line


class DraftChanged(Message):
    """A draft is to be scored."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class DraftsToCompare(Message):
    """Two drafts are to be scored at the same moment."""

    def __init__(self, first: str, second: str, answer: Callable[[DraftWasScored], None]) -> None:
        super().__init__()
        self.first, self.second, self.answer = first, second, answer


class Verdict(Panel):
    """What the engine makes of the draft: sentiment with its words, then cluster, ranges and reasons; or of two."""

    def __init__(self) -> None:
        super().__init__("verdict")
        self._first: DraftScore | None = None
        self._score: DraftScore | None = None
        self._waits = self._is_old = False
        self._patience: Timer | None = None

    def show(self, score: DraftScore | None, first: DraftScore | None = None) -> None:
        """Draw another score, or none; beside `first`, if it is to be compared with that."""
        self._be_patient()
        self._first, self._score, self._waits, self._is_old = first, score, False, False
        self.redraw()

    def wait(self) -> None:
        """Say that the engine is asked: at once where nothing stands yet, later over what is of an earlier text."""
        self._be_patient()
        self._waits = True
        self._patience = self.set_timer(OLD_AFTER, self._grow_old)
        self.redraw()

    def lines(self, width: int, height: int) -> list[Line]:
        """Sentiment with its words, then cluster and range."""
        if self._first is None and self._score is None:
            return [((" the engine is asked", "muted"),)] if self._waits else []
        old: list[Line] = (
            [((cut(" of an earlier text: the engine is asked", width), "warning"),)] if self._is_old else []
        )
        room = height - len(old)
        if self._first is not None:
            return [*old, *comparison_lines(self._first, self._score, width, room)]
        return [*old, *verdict_lines(self._score, width, room)] if self._score is not None else []

    def _grow_old(self) -> None:
        self._is_old = True
        self.redraw()

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = None


class Composer(Vertical):
    """A line to type in over the verdict. Up and down go through what was kept; nothing of it leaves memory.

    A draft can be pinned: then it is A, and what is typed is B, and both are scored at the same moment.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("composer"),
        Binding("up", "history(-1)", "Earlier", show=False),
        Binding("down", "history(1)", "Later", show=False),
    ]

    def __init__(self, debounce: float) -> None:
        super().__init__(id="composer")
        self._debounce = debounce
        self._timer: Timer | None = None
        self._history: list[str] = []
        self._at = 0
        self._unfinished = ""  # what was being typed when history was looked into
        self._pinned = ""
        self._first: DraftScore | None = None  # the pinned one, as it was last scored
        self.input = LineInput(placeholder="type a post", name="draft")
        self.verdict = Verdict()

    def compose(self) -> ComposeResult:
        """The line, then what comes of it."""
        yield self.input
        yield self.verdict

    def on_mount(self) -> None:
        """Name it."""
        both, back = key("pin_draft"), key("back")
        self.border_title = title_of(
            self, f"Score a post  enter: keep  up, down: history  {both}: A and B  {back}: back"
        )

    def show(self, score: DraftScore) -> None:
        """Draw the verdict on the draft; one on text that has been cleared or pinned since is passed over."""
        if not self._pinned:
            self.verdict.show(score if self.input.value.strip() else None)

    def show_both(self, said: DraftWasScored) -> None:
        """Draw the verdict on the pinned draft and on this one, unless it is pinned no more."""
        if self._pinned and said.beside is not None:
            self._first = said.beside
            self.verdict.show(said.score if self.input.value.strip() else None, self._first)

    @on(LineInput.Changed)
    def changed(self, event: LineInput.Changed) -> None:
        """Have the draft scored once the typing rests."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        if not event.value.strip():
            self.verdict.show(None, self._first)
            return
        self.verdict.wait()
        if self._debounce:
            self._timer = self.set_timer(self._debounce, self._score_now)
        else:
            self._score_now()

    @on(LineInput.Submitted)
    def kept(self, event: LineInput.Submitted) -> None:
        """Keep the draft in the history, and have it scored at once."""
        event.stop()
        self._keep()
        self._score_now()

    def action_history(self, step: int) -> None:
        """Earlier and later drafts; past the last one stands what was not kept yet."""
        if self._at == len(self._history):
            kept = self.input.value.strip() in self._history[-1:]
            self._unfinished = "" if kept else self.input.value
        self._at = min(max(self._at + step, 0), len(self._history))
        self.input.value = self._history[self._at] if self._at < len(self._history) else self._unfinished
        self.input.cursor_position = len(self.input.value)

    def action_pin(self) -> None:
        """Pin the draft as A and go on with B, which begins as the same; or let go of A."""
        self._pinned = "" if self._pinned else self.input.value.strip()
        self._first = None
        self.screen.set_class(bool(self._pinned), "-comparing")
        if self._pinned:
            self._keep()
        else:
            self.verdict.show(None)
            if self.input.value.strip():
                self.verdict.wait()
        self._score_now()

    def _keep(self) -> None:
        text = self.input.value.strip()
        if text and text not in self._history[-1:]:
            self._history = [*self._history, text][-HISTORY:]
        self._at = len(self._history)

    def _score_now(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        text = self.input.value
        if text.strip() and self._pinned:
            self.post_message(DraftsToCompare(self._pinned, text, self.show_both))
        elif text.strip():
            self.post_message(DraftChanged(text))


def verdict_lines(score: DraftScore, width: int, height: int) -> list[Line]:
    """The draft's sentiment with the words behind it, its language and cluster, its predicted ranges and their reasons.

    As many horizons as there are lines for have one with the reasons. The others share a line; in less than ROOMY lines
    with the cluster.
    """
    mood = beside_words([(0, _mood(score))], score.words, width)
    known = [item for item in score.ranges if item.predicted is not None]
    if height < ROOMY:
        told = known[: max(height - 2, 0)]
        others = range_parts([item for item in score.ranges if item not in told])
        return [mood, _placed(score, others, width), *(_why(item, width) for item in told)]
    room = height - 2
    told = known if len(score.ranges) == len(known) <= room else known[: room - 1]
    others = range_parts([item for item in score.ranges if item not in told])
    rest: list[Line] = [((" ", ""), *fit(others, width - 1, " · "))] if others else []
    return [mood, _placed(score, [], width), *(_why(item, width) for item in told), *rest]


def _placed(score: DraftScore, others: list[tuple[int, Line]], width: int) -> Line:
    """Language and cluster, what the personal layer says, then the story and what else there is room for."""
    own = () if score.personal is None else yours(score.personal)
    label = LABEL if not own else max(min(LABEL, width - width_of(own) - BESIDE_LABEL), SHORTEST)
    parts: list[tuple[int, Line]] = [(0, _cluster(score, label)), (0, own), *others]
    if score.story is not None:
        last = max((rank for rank, _ in others), default=0) + 1
        story = f"{score.story} {cut(score.story_label, LABEL)}".rstrip()
        parts.append((last, (("story ", "muted"), (story, "accent"))))
    return fit(parts, width, " · ")


def _why(item: Range, width: int) -> Line:
    """One horizon's sentence of reasons, and how good such predictions have been."""
    horizon = f" in {duration(item.horizon)} "
    because = numbers_first(item.predicted, item.low, item.high, item.reasons, width - len(horizon))
    line: Line = ((horizon, "muted"), (cut(because, width - len(horizon)), ""))
    return fit([(0, line), *_how_good(item)], width, " · ")


def _how_good(item: Range) -> list[tuple[int, Line]]:
    """How good such predictions have been, and on how many outcomes."""
    better = "" if item.skill is None else f"skill {skill(item.skill)}"
    covered = "" if item.coverage80 is None else f"in range {whole_percent(item.coverage80)}"
    graded = f"n={item.graded or item.n:,}" if item.n else ""
    return [(rank, ((text, "muted"),)) for rank, text in enumerate((better, covered, graded), 1) if text]


def range_parts(ranges: list[Range]) -> list[tuple[int, Line]]:
    """The predicted outcome at each horizon, what it is to be measured against, and where nothing is learnt yet."""
    known = [item for item in ranges if item.predicted is not None]
    parts: list[tuple[int, Line]] = []
    for at, item in enumerate(known):
        parts.append((2 * at + 1, _range(item)))
        if told := _measure(item):
            parts.append((2 * at + 2, ((told, "muted"),)))
    if len(known) < len(ranges):
        names = ", ".join(duration(item.horizon) for item in ranges if item.predicted is None)
        rank = 2 * len(known) + 1
        parts.append((rank, ((f"in {names} ", "muted"), ("no prediction yet", "unknown"))))
    return parts


def _range(item: Range) -> Line:
    within = (" (no range yet)", "unknown") if item.low is None else (f" ({span(item.low, item.high)})", "")
    return ((f"in {duration(item.horizon)} ", "muted"), predicted_cell(item), within)


def _measure(item: Range) -> str:
    """The baseline, and how many outcomes stand behind the range."""
    usual = "" if item.usual is None else f"usual {engagement(item.usual)}"
    graded = f"n={item.n:,}" if item.n else ""
    return ", ".join(part for part in (usual, graded) if part)


def _mood(score: DraftScore) -> Line:
    if score.compound is None:
        return ((" not scored", "unknown"), (f": {score.not_scored}", "muted"))
    parts = " ".join(
        f"{sign}{UNKNOWN if value is None else f'{value:.2f}'}"
        for sign, value in (("+", score.positive), ("=", score.neutral), ("-", score.negative))
    )
    return ((f" {score.sentiment} {sentiment(score.compound)}", score.sentiment), (f"  ({parts})", "muted"))


def _cluster(score: DraftScore, most: int) -> Line:
    language = f" {score.lang or 'language undecided'}"
    if score.cluster is None:
        return ((language, "muted"), (" · near no cluster" if score.topics else f" · {TOPICS_OFF}", "muted"))
    near = "" if score.cluster_similarity is None else f" {score.cluster_similarity:.2f}"
    label = cut(score.cluster_label, most) or "(no posts of it in this window)"
    return ((f"{language} · cluster ", "muted"), (f"{score.cluster} {label}", "accent"), (near, ""))
