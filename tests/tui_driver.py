"""Drives the app in tests: presses keys and reads the screen as text, and waits for work to be done, never for time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakSet

from textual import events
from textual._compositor import Compositor
from textual._context import active_app
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget

from engine.postdetail import PostDetail
from engine.protocol import FindPosts, OpenPost
from engine.snapshot import PostRow
from tests import plot_fakes
from tests import tui_fakes as fakes
from tui.app import TrendtopApp
from tui.messages import EngineSaid
from tui.screen_options import Options

_CHARACTERS = {"space": " ", "left_square_bracket": "[", "right_square_bracket": "]", "question_mark": "?"}


_parse = Stylesheet._parse_rules
_parsed: dict[tuple[Any, ...], list[RuleSet]] = {}


def _parse_once(sheet: Stylesheet, css: str, read_from: Any, *how: Any, **named: Any) -> list[RuleSet]:
    """Every app has the same styles; to parse them is a quarter of its start."""
    of_what = (css, read_from, how, *named.items(), *sheet._variables.items())
    if of_what not in _parsed:
        _parsed[of_what] = _parse(sheet, css, read_from, *how, **named)
    return _parsed[of_what]


Stylesheet._parse_rules = _parse_once  # type: ignore[method-assign]


_paint = Compositor.render_update
_unpainted: WeakSet[Compositor] = WeakSet()


def _paint_later(compositor: Compositor, full: bool = False, **named: Any) -> Any:
    """Where there is no terminal, what is painted over before anybody can look is not painted at all."""
    if full or not active_app.get().is_headless:
        return _paint(compositor, full, **named)
    _unpainted.add(compositor)
    return None


Compositor.render_update = _paint_later  # type: ignore[method-assign]


async def settle(app: TrendtopApp) -> None:
    """Let the app do all it has to do now: until its event loop has nothing ready and nothing is left to paint."""
    loop = asyncio.get_running_loop()
    for _ in range(3):
        idle = 0
        while idle < 3:
            await asyncio.sleep(0)
            idle = 0 if loop._ready else idle + 1  # type: ignore[attr-defined]
        if app.is_running and app.screen_stack:
            app.screen._on_timer_update()
    if app.is_running and app.screen_stack and (compositor := app.screen._compositor) in _unpainted:
        _unpainted.discard(compositor)
        _paint(compositor, screen_stack=app._background_screens)


class Monitor:
    """The app under test."""

    def __init__(self, app: TrendtopApp, engine: fakes.FakeEngine, pilot: Pilot[None]) -> None:
        self.app, self.engine, self._pilot = app, engine, pilot

    async def press(self, *keys: str) -> None:
        for key in keys:
            character = key if len(key) == 1 else _CHARACTERS.get(key)
            self.app.post_message(events.Key(_character_to_key(key) if len(key) == 1 else key, character))
            await settle(self.app)

    async def type_ahead(self, *letters: str) -> None:
        """Press letters faster than the app can follow."""
        for letter in letters:
            self.app.post_message(events.Key(letter, letter))
        await settle(self.app)

    async def tab_to(self, panel: str) -> None:
        """Go from panel to panel until one has the focus."""
        for _ in range(12):
            if self.focus == panel:
                return
            await self.press("tab")
        raise AssertionError(f"no tab leads to {panel}")

    async def hear(self, *said: EngineSaid) -> None:
        for one in said:
            self.engine.say(one)
        await settle(self.app)

    async def resize(self, width: int, height: int) -> None:
        await self._pilot.resize_terminal(width, height)
        await settle(self.app)

    async def click(self, selector: str, offset: tuple[int, int], times: int = 1) -> None:
        await self._pilot.click(selector, offset=offset, times=times)
        await settle(self.app)

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await settle(self.app)

    @property
    def text(self) -> str:
        """The whole screen, without trailing spaces."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(line.text.rstrip() for line in lines)

    def text_of(self, selector: str) -> str:
        """What a panel shows, without its frame."""
        widget = self.app.screen_stack[0].query_one(selector, Widget)
        return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))

    def shows(self, selector: str) -> bool:
        """Whether a panel has a place on the overview."""
        return self.app.screen_stack[0].query_one(selector, Widget).region.area > 0

    @property
    def focus(self) -> str | None:
        return self.app.focused.id if self.app.focused else None

    @property
    def events(self) -> str:
        return self.text_of("#events")

    @property
    def header(self) -> str:
        return self.text_of("#header")


@asynccontextmanager
async def monitor(
    *said: EngineSaid,
    size: tuple[int, int] = (160, 34),
    debounce: float = 0.0,
    find: Callable[[FindPosts], list[PostRow]] | None = fakes.behind,
    tell: Callable[[OpenPost], PostDetail] | None = None,
    sheet: Callable[[Any], Any] | None = plot_fakes.sheet,
    **options: Any,
) -> AsyncIterator[Monitor]:
    """The app on a fake engine that says `said` at once, or a busy feed."""
    engine = fakes.FakeEngine(*(said or (fakes.shown(),)), score=fakes.scored, find=find, tell=tell, sheet=sheet)
    app = TrendtopApp(engine, Options(title="jetstream.jsonl", debounce=debounce, **options))
    async with app.run_test(size=size) as pilot:
        await settle(app)
        yield Monitor(app, engine, pilot)
