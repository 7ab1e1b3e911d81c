"""Where the engine's time goes: clocks around the calls that open each stage, for as long as somebody measures.

The code that is measured does not know of it: the calls are replaced while `clocked` is entered, and put back after. A
stage does not hold the time of one that is called from it. What the clocks themselves cost is measured and taken out.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from time import thread_time
from typing import Any, NamedTuple

from engine import pipeline, removal
from engine.alerts.watch import Watch
from engine.forecasting import Forecasting
from engine.intake import Intake
from engine.labels import Labels
from engine.ledger import Ledger
from engine.naming import Names
from engine.overperforming import Overperforming
from engine.pipeline import Engine
from engine.rawlines import RawLines
from engine.rising import Rising
from engine.sequence import Sequencer
from engine.topics import Topics
from engine.volumes import Volumes
from engine.windows import Window
from models import language, sentiment
from models.copies import Copies
from models.stories import Stories
from models.themes import Themes

TRIALS = 2_000


class Opened(NamedTuple):
    """The calls of a class or module that open a stage."""

    stage: str
    owner: Any
    calls: tuple[str, ...]


# In the order that a post comes through them.
OPENED = (
    Opened("decode", Intake, ("take",)),
    Opened("lines kept", RawLines, ("offer", "settle", "expire")),
    Opened("order", Sequencer, ("take", "quiet", "rest")),
    Opened("language", language, ("judge_all", "judge_tokens")),
    Opened("sentiment", sentiment, ("polarities", "polarities_of")),
    Opened("tags and terms", pipeline, ("analyse_all", "analysed")),
    Opened("ledger", Ledger, ("add", "bars", "buried", "counted", "react", "respond", "remove", "outlive")),
    Opened("ledger", removal, ("expire",)),
    Opened("windows", Window, ("move", "add", "add_all", "expire", "remove", "assign", "react", "settle")),
    Opened("bursts", Rising, ("posts", "placed", "turn", "forget", "merge")),
    Opened("copies", Copies, ("find",)),
    Opened("stories", Topics, ("turn", "add", "drop", "finish")),
    Opened("stories", Engine, ("_place",)),
    Opened("themes", Themes, ("update", "place", "merge", "forget")),
    Opened("themes", Stories, ("sampled", "largest", "terms")),
    Opened("names", Names, ("update", "merge", "forget")),
    Opened("forecasts", Volumes, ("placed", "merge")),
    Opened("forecasts", Forecasting, ("tell", "know", "forecast")),
    Opened("learning", Labels, ("lessons", "teach")),
    Opened("labels", Labels, ("collect", "track", "fill_up", "thin_out", "forget")),
    Opened("over-performers", Overperforming, ("admit", "collect", "forget", "keep")),
    Opened("alerts", Watch, ("record", "post", "turn")),
)
NAMES = tuple(dict.fromkeys(opened.stage for opened in OPENED))
OF_TOPICS = frozenset({"copies", "stories", "themes", "names"})  # not there without topics


class Spent(NamedTuple):
    """Seconds of a thread by stage, and what the clocks cost it outside all stages."""

    seconds: dict[str, float]
    outside: float


class Clocks:
    """Adds up what each stage takes."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self.inner: Counter[str] = Counter()  # calls out of a stage into another; "" out of none
        self._open: list[str] = [""]
        self._within: list[float] = [0.0]

    def around(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call`, with what it takes put down to `stage`."""

        @wraps(call)
        def clocked(*args: Any, **named: Any) -> Any:
            self.inner[self._open[-1]] += 1
            self.calls[stage] += 1
            self._open.append(stage)
            self._within.append(0.0)
            start = thread_time()
            try:
                return call(*args, **named)
            finally:
                taken = thread_time() - start
                self.seconds[stage] += taken - self._within.pop()
                self._open.pop()
                self._within[-1] += taken

        return clocked

    def spent(self) -> Spent:
        """By stage, without what the clocks cost."""
        own, around = _cost()
        seconds = {
            stage: max(self.seconds[stage] - self.calls[stage] * own - self.inner[stage] * around, 0.0)
            for stage in NAMES
        }
        return Spent(seconds, self.inner[""] * around)


def _cost() -> tuple[float, float]:
    """Seconds that a clock takes inside its stage, and outside, in that which calls it."""
    clocks = Clocks()
    nothing = clocks.around("inside", lambda: None)

    def calls() -> None:
        for _ in range(TRIALS):
            nothing()

    clocks.around("outside", calls)()
    return clocks.seconds["inside"] / TRIALS, clocks.seconds["outside"] / TRIALS


@contextmanager
def clocked() -> Iterator[Clocks]:
    """Put a clock around each stage of every engine of this process. Engines are to be made inside."""
    clocks = Clocks()
    with ExitStack() as stack:
        for stage, owner, calls in OPENED:
            for name in calls:
                call = getattr(owner, name)
                stack.callback(setattr, owner, name, call)
                setattr(owner, name, clocks.around(stage, call))
        yield clocks
