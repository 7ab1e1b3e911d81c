"""Drawing inside a process, without a terminal: milliseconds of processor, and rows counted."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from screen import changing

PAGES = ("m", "c")  # the pages that have plots
LINES = 3000  # read for the overview


class Answering:
    """Stands for the engine: says what it is given, and has the figures of plots ready."""

    def __init__(self, engine: Any) -> None:
        self._engine, self._known = engine, {}  # type: ignore[var-annotated]

    def attach(self, listener: Callable[[Any], None]) -> None:
        """Listen."""
        self.say = listener

    def send(self, command: Any) -> bool:
        """Take a command, and answer what a plot asks for."""
        from engine.picture_grades import grade_sheet
        from engine.picture_topics import topic_sheet
        from engine.protocol import OpenGrades, OpenTopics
        from tui.messages import SheetWasOpened

        made: dict[type, Callable[[], Any]] = {
            OpenGrades: lambda: grade_sheet(self._engine, command.horizon),
            OpenTopics: lambda: topic_sheet(self._engine, command.cluster),
        }
        if make := made.get(type(command)):
            about = getattr(command, "horizon", None), getattr(command, "cluster", None), type(command)
            if about not in self._known:
                self._known[about] = make()
            self.say(SheetWasOpened(command.id, self._known[about]))
        return True

    def pace(self, _seconds: float) -> None:
        """Nothing to slow down."""

    def restart(self) -> None:
        """Nothing to start."""

    def close(self) -> None:
        """Nothing to end."""


class Stage:
    """The app at a size, shown pictures of `engine`."""

    def __init__(self, engine: Any) -> None:
        from engine.picture import snapshot
        from tui.app import TrendtopApp
        from tui.screen_options import Options

        self.picture = snapshot(engine, 60)
        self._engine = Answering(engine)
        self.app = TrendtopApp(self._engine, Options(title="bench"))

    async def show(self, picture: Any) -> None:
        """Show a picture, and wait until it is painted."""
        from tui.messages import FrameArrived

        self._engine.say(FrameArrived(picture))
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything is painted."""
        loop, idle = asyncio.get_running_loop(), 0
        while idle < 3:
            await asyncio.sleep(0)
            idle = 0 if loop._ready else idle + 1  # type: ignore[attr-defined]
        self.app.screen._on_timer_update()
        await asyncio.sleep(0)


def read(lines: list[bytes]) -> Any:
    """An engine that has read them."""
    from engine.config import EngineConfig
    from engine.pipeline import Engine

    engine = Engine(EngineConfig())
    engine.feed(0, lines, 4_102_444_800_000_000)
    return engine


async def spent(what: Callable[[], Awaitable[None]]) -> float:
    """Milliseconds of processor."""
    start = time.process_time()
    await what()
    return 1000 * (time.process_time() - start)


async def overview(engine: Any, size: tuple[int, int], rounds: int) -> dict[str, float]:
    """To paint everything, to paint where a fifth of the rows or all of them changed, and the timeline."""
    from msgspec.structs import replace

    from engine.health import Health
    from engine.snapshot import Frame

    stage = Stage(engine)
    picture = stage.picture
    health = Health(state="live", rate=1.0, lag=None, backlog=None, cpu=0.0, memory=0, sources=[])
    fifth = replace(
        picture,
        clusters=[replace(c, posts=c.posts + 1) if at % 5 == 0 else c for at, c in enumerate(picture.clusters)],
        posts=[replace(p, text=f"{p.text} and") if at % 5 == 0 else p for at, p in enumerate(picture.posts)],
        hashtags=[replace(h, posts=h.posts + 1) if at % 5 == 0 else h for at, h in enumerate(picture.hashtags)],
    )
    moved = replace(picture, timeline=[replace(m, posts=m.posts + 1 + at % 7) for at, m in enumerate(picture.timeline)])

    async def cost(*shown: Any) -> float:
        """Milliseconds for one picture after the other, by picture."""

        async def all_of_them() -> None:
            for one in shown:
                await stage.show(one)

        return median([await spent(all_of_them) / len(shown) for _ in range(rounds * 5)])

    async def whole() -> None:
        for panel in stage.app.screen.query(".panel"):
            panel.refresh()
        await stage.settle()

    async with stage.app.run_test(size=size):
        still, *others = [Frame(snapshot=one, health=health) for one in (picture, fifth, moved)]
        await stage.show(still)
        changes = changing.frames(picture)
        counts = await rows(stage, changes)
        return {
            "full_repaint_ms": median([await spent(whole) for _ in range(rounds * 5)]),
            "fifth_changed_ms": await cost(others[0], still),
            "timeline_ms": await cost(others[1], still),
            "all_changed_ms": await cost(*changes),
            **counts,
        }


async def rows(stage: Stage, changes: list[Any]) -> dict[str, float]:
    """How many rows the tables in sight show, and how many of them change from one picture to the next at least."""
    from tui.widgets.table import Table

    def shown() -> list[object]:
        tables = [table for table in stage.app.screen.query(Table) if table.size.height and table.items]
        return [line for table in tables for line in table._lines[table._header : table._header + len(table.items)]]

    least = 0.0
    await stage.show(changes[0])
    for at, change in enumerate(changes[1:]):
        before = shown()
        await stage.show(change)
        same = sum(old == new for old, new in zip(before, shown(), strict=True))
        least = len(before) - same if not at else min(least, len(before) - same)
    return {"rows_shown": float(len(shown())), "rows_changing": least}


async def plots(engine: Any, size: tuple[int, int], rounds: int) -> dict[str, float]:
    """To turn to the next plot and paint it, once plotext is loaded; and what a picture costs that changes nothing."""
    from engine.health import Health
    from engine.snapshot import Frame
    from tui.plots import load
    from tui.widgets.plots import Plots

    load()
    stage = Stage(engine)
    health = Health(state="live", rate=1.0, lag=None, backlog=None, cpu=0.0, memory=0, sources=[])
    still = Frame(snapshot=stage.picture, health=health)
    turned: dict[tuple[str, int], list[float]] = {}
    same: list[float] = []
    painted = 0
    async with stage.app.run_test(size=size) as pilot:
        await stage.show(still)
        for page in PAGES:
            await pilot.press(page)
            await stage.settle()
            screen: Any = stage.app.screen
            for number in range(screen.PLOTS * (rounds + 1)):

                async def turn(screen: Any = screen) -> None:
                    screen.action_plots(1)
                    await stage.settle()
                    await stage.settle()  # the first plot is laid out in between

                if not (number + 1) % (screen.PLOTS + 1):  # the tables come after the last
                    await turn()
                    continue
                turned.setdefault((page, screen.shown), []).append(await spent(turn))
                with counted(Plots) as lines:
                    same.append(await spent(lambda: stage.show(still)))
                painted += len(lines)
    medians = [median(times) for times in turned.values()]
    return {
        "plot_ms": median(medians),
        "slowest_plot_ms": max(medians),
        "plot_unchanged_ms": median(same),
        "plot_unchanged_lines": float(painted),
    }


@contextmanager
def counted(widget: Any) -> Iterator[list[int]]:
    """The lines that are painted of a widget meanwhile."""
    lines: list[int] = []
    paint = widget.paint_line

    def noted(self: Any, brush: Any, y: int, width: int) -> Any:
        lines.append(y)
        return paint(self, brush, y, width)

    widget.paint_line = noted
    try:
        yield lines
    finally:
        widget.paint_line = paint
