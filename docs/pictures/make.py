"""Draws the pictures of the README from the demo's own feed: python docs/pictures/make.py

Nothing is made up: the simulated feed of `trendtop demo` goes through the real engine and onto the real screen. Seed
and span of event time are fixed and no clock is read, so the same code draws the same pictures.
"""

import asyncio
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from engine.config import HOUR, MINUTE, EngineConfig  # noqa: E402
from engine.draft import score_draft  # noqa: E402
from engine.picture import snapshot  # noqa: E402
from engine.picture_grades import grade_sheet  # noqa: E402
from engine.picture_topics import topic_sheet  # noqa: E402
from engine.pipeline import Engine  # noqa: E402
from engine.platforms.decode import Decoder  # noqa: E402
from engine.protocol import Command, OpenGrades, OpenTopics, ScoreDraft  # noqa: E402
from engine.simulate.live import endless  # noqa: E402
from engine.snapshot import Frame, Health, Source  # noqa: E402
from tui.app import TrendtopApp  # noqa: E402
from tui.client import Listener  # noqa: E402
from tui.messages import DraftWasScored, FrameArrived, SheetWasOpened  # noqa: E402
from tui.screen_options import Options  # noqa: E402

SEED = 3
START = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
SPAN = 2 * HOUR + 2 * MINUTE  # event time, in microseconds
POSTS_PER_MINUTE = 36.0
ROWS = 60
DRAFT = "I love the lantern parade, but the queue was awful #LanternWeek"

PICTURES = (
    ("overview-160x48", (160, 48), ()),
    ("overview-80x24", (80, 24), ()),
    ("composer-120x36", (120, 36), ("t", *DRAFT)),
    ("model-120x36", (120, 36), ("m",)),
    ("correlations-120x36", (120, 36), ("m", *["v"] * 6)),
    ("cloud-120x36", (120, 36), ("c", "v")),
)
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)


class StillEngine:
    """An engine that has read its feed and stands still: it shows one frame and scores drafts."""

    def __init__(self, engine: Engine, frame: Frame) -> None:
        self._engine, self._frame = engine, frame
        self._listener: Listener | None = None

    def attach(self, listener: Listener) -> None:
        """Say the one frame."""
        self._listener = listener
        listener(FrameArrived(self._frame))

    def send(self, command: Command) -> bool:
        """Answer a draft, and what plots are drawn from."""
        assert self._listener is not None
        match command:
            case ScoreDraft():
                self._listener(DraftWasScored(command.id, score_draft(self._engine, command.text)))
            case OpenGrades():
                self._listener(SheetWasOpened(command.id, grade_sheet(self._engine, command.horizon)))
            case OpenTopics():
                self._listener(SheetWasOpened(command.id, topic_sheet(self._engine, command.cluster)))
        return True

    def pace(self, seconds: float) -> None:
        """There is one frame only."""

    def restart(self) -> None:
        """It never ends."""

    def close(self) -> None:
        """Nothing to end."""


def fed() -> Engine:
    """An engine that has read the demo's feed for SPAN of event time."""
    start = int(START.timestamp()) * 1_000_000
    engine = Engine(EngineConfig(seed=SEED), Decoder())
    for at, line in endless(SEED, start, POSTS_PER_MINUTE):
        if at > start + SPAN:
            return engine
        engine.feed(0, [line], at)
    raise AssertionError("the simulated feed has no end")


def frame_of(engine: Engine) -> Frame:
    """What the screen is told, with fixed facts of the machine."""
    source = Source(name="simulated feed", state="live", lines=engine.intake.lines, detail="30x event time")
    health = Health(state="live", rate=228.0, lag=None, backlog=None, cpu=0.12, memory=231_000_000, sources=[source])
    return Frame(snapshot=snapshot(engine, ROWS), health=health)


async def draw(client: StillEngine, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    """The screen as SVG after some keys. It names no font to be fetched."""
    app = TrendtopApp(client, Options(title="demo", debounce=0))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press(*("space" if key == " " else key for key in keys))
        await pilot.pause()
        return FONT_FACE.sub("", app.export_screenshot(title="trendtop demo"))


def main() -> None:
    """Draw all pictures beside this file."""
    engine = fed()
    client = StillEngine(engine, frame_of(engine))
    for name, size, keys in PICTURES:
        path = HERE / f"{name}.svg"
        path.write_text(asyncio.run(draw(client, size, keys)), encoding="utf-8")
        print(f"{path.relative_to(HERE.parent.parent)}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
