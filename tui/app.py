"""The Textual app: what the engine says becomes what is on screen, and keys become commands. It computes nothing."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from engine.protocol import (
    Asked,
    Command,
    Correct,
    CountFilters,
    Export,
    FindPosts,
    OpenGrades,
    OpenPost,
    OpenTopics,
    Pin,
    ScoreDraft,
    SetAlerts,
    SetFilter,
    SetWindow,
)
from engine.snapshot import DraftScore, Frame, Snapshot
from tui import watching
from tui.actions import ACTIONS, bindings
from tui.asking import CorrectionWanted, PinWanted, PostsWanted, PostWanted
from tui.client import Client
from tui.correcting import answered
from tui.format import window
from tui.keeping import keep_setting, save_picture
from tui.keeping_alerts import keep_alerts
from tui.keymap import USUAL, key, use
from tui.messages import (
    CorrectionMade,
    DraftWasScored,
    EngineDied,
    EngineFailed,
    EngineSaid,
    ExportFinished,
    FiltersWereCounted,
    FrameArrived,
    PostsWereFound,
    PostWasOpened,
    SheetWasOpened,
)
from tui.monitor import run_monitor
from tui.palette import OURS
from tui.pins import Pins
from tui.revival import MOST_DEATHS, Revival, diagnosis, obituary
from tui.saved_filters import default_path
from tui.screen_options import Options
from tui.screens.alerts import AlertsScreen, AlertsToKeep, AlertUnwanted, Log
from tui.screens.base import PageWanted, Resumed, ViewScreen
from tui.screens.export import ExportScreen
from tui.screens.filters import FiltersScreen, VoicesWanted
from tui.screens.help import help_lines, keys_of
from tui.screens.model import ModelScreen
from tui.screens.opening import page_on
from tui.screens.overview import Overview
from tui.screens.page import LivePageScreen, PageScreen
from tui.screens.plots import SheetWanted
from tui.screens.posts import PostsScreen
from tui.screens.tables import AuthorsScreen, RisingScreen, TablesScreen
from tui.screens.topics import TopicsScreen
from tui.settings import config_path
from tui.theme import THEMES
from tui.view import View, next_window
from tui.widgets import alerts
from tui.widgets.alert_bar import AlertWanted
from tui.widgets.composer import DraftsToCompare
from tui.widgets.filter_bar import FilterWanted
from tui.widgets.health import health_lines
from tui.widgets.rising import going_on, in_a_line

SECOND = 1_000_000  # microseconds
SAID = 200  # messages that are kept for the page of alerts
STANDING = (
    SetWindow,
    SetFilter,
    SetAlerts,
    Pin,
)  # commands that hold from then on: an engine started anew is told them again
PAUSED_PACE = 1.0  # seconds between two looks at what arrives while the display is frozen

__all__ = ["TrendtopApp", "run_monitor"]


class Heard(Message):
    """The engine has said something."""

    def __init__(self, said: EngineSaid) -> None:
        super().__init__()
        self.said = said

    def can_replace(self, message: Message) -> bool:
        """A newer frame makes one that still waits needless."""
        return (
            isinstance(message, Heard)
            and isinstance(message.said, FrameArrived)
            and isinstance(self.said, FrameArrived)
        )


Answer = DraftWasScored | PostsWereFound | PostWasOpened | SheetWasOpened | FiltersWereCounted
Question = ScoreDraft | FindPosts | OpenPost | OpenGrades | OpenTopics | CountFilters


class TrendtopApp(App[None]):
    """The monitor on an engine.

    `failure` is why the app has left without showing anything, "" if it has not.
    """

    TITLE = "trendtop"
    CSS_PATH: ClassVar = ["app.tcss", "overview.tcss", "dialogs.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")

    def __init__(self, client: Client, options: Options) -> None:
        with _no_color(options.colourless):  # Textual asks the environment, once, here
            super().__init__(ansi_color=True if options.colourless else None)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "ansi-dark" if options.colourless else options.theme
        self.set_class(options.ascii, "-ascii")
        self.failure = ""
        self._options = options
        self._keys = options.keymap or USUAL
        self.set_keymap(self._keys.keys)
        use(self._keys)
        self._client = client
        self._latest: Frame | None = None
        self._view = View(options.title)
        self._count = 0
        self._standing: dict[type[Command], Command] = {}
        self._revival = Revival()
        self._waiting: Timer | None = None
        self._asked: dict[type[Answer], tuple[Question, Callable[[Any], None]]] = {}
        self._unanswered: set[type[Answer]] = set()
        self._pins = Pins()
        self._warned_of_quitting = False
        self._silent: list[str] = []
        self._spoken: Log = deque(maxlen=SAID)
        self._overview = Overview(options.debounce, self.score)

    def get_default_screen(self) -> Screen[None]:
        """The overview lies under everything."""
        return self._overview

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice, but patient where it would be the usual one."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from tui.keyboard import PatientDriver  # noqa: PLC0415 - there are systems without it

        return PatientDriver

    def on_mount(self) -> None:
        """Listen to the engine."""
        self._client.attach(self._hear)
        self._overview.show(self._view)
        if self._keys.told:
            self._say("; ".join(self._keys.told), "warning")
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))  # the shell has written over it
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit, None, 128 + number)

    def _hear(self, said: EngineSaid) -> None:
        self.post_message(Heard(said))

    # -- what the engine says --------------------------------------------------------------------------------------

    @on(Heard)
    def heard(self, event: Heard) -> None:
        """Act on what the engine has said."""
        match event.said:
            case FrameArrived(frame=frame):
                self._arrived(frame)
            case DraftWasScored() | PostsWereFound() | PostWasOpened() | SheetWasOpened() | FiltersWereCounted():
                self._answer(event.said)
            case ExportFinished(paths=paths, error=error):
                if error:
                    self._say(f"not exported: {error}", "error")
                else:
                    self._say(f"wrote {_named(paths)}", "good")
            case CorrectionMade():
                self._tell_of_mark(event.said)
            case EngineFailed():
                self._failed(event.said)
            case EngineDied():
                self._died(event.said)

    def _answer(self, said: Answer) -> None:
        """Hand an answer on to whoever asked, unless something else of its kind has been asked since."""
        question, take = self._asked.get(type(said), (None, None))
        if question is not None and take is not None and question.id == said.id:
            self._unanswered.discard(type(said))
            take(said)

    def _arrived(self, frame: Frame) -> None:
        if self._view.stale and not self._revival.has_caught_up(frame):
            self._look(replace(self._view, progress=frame.health))
            return
        if self._view.stale:
            self._revived()
        self._take(frame)

    def _take(self, frame: Frame) -> None:
        self._latest = frame
        view = self._view
        if view.paused and view.frame is not None:
            arrived = frame.snapshot.meters.read - view.frame.snapshot.meters.read
            self._look(replace(view, arrived=max(arrived, 0)))
            return
        asked = None if view.asked == frame.snapshot.window else view.asked
        wanted = None if view.filter_asked == frame.snapshot.filter else view.filter_asked
        if view.frame is not None:
            self._announce(view.frame.snapshot, frame.snapshot)
            self._alert(view.frame.snapshot, frame)
        self._look(replace(view, frame=frame, asked=asked, filter_asked=wanted))
        if isinstance(self.screen, LivePageScreen):
            self.screen.show(frame)

    def _lost(self, trouble: str, reason: str) -> None:
        if self._latest is None:
            self.failure = reason
            self.exit(return_code=1)
            return
        self._look(replace(self._view, trouble=trouble, stale=False))
        self._say(f"{reason} · {key('restart')} starts it anew", "error", lasting=True)

    def _failed(self, failed: EngineFailed) -> None:
        """Start the engine anew once after an error of its own, unless it has never shown anything."""
        if self._latest is None:
            self._lost("FAILED", failed.message)
            return
        wait = self._revival.failed(self._latest.snapshot.as_of)
        self._look(replace(self._view, trouble="FAILED", stale=False))
        self._say(diagnosis(failed, wait, self._options.again), "error", lasting=True)
        self._waiting = None if wait is None else self.set_timer(wait, self._revive)

    def _died(self, died: EngineDied) -> None:
        """Start the engine anew by itself, unless it has never shown anything or dies again and again."""
        if self._latest is None:
            self._lost("DIED", f"the engine died: {died.reason}")
            return
        if self._waiting is not None:
            self._waiting.stop()  # for what died before
        wait = self._revival.died(self._latest.snapshot.as_of)
        if wait is None:
            self._lost("DIED", f"the engine died {MOST_DEATHS} times in a minute: {died.reason}")
            return
        self._look(replace(self._view, trouble="DIED", stale=False))
        self._say(obituary(died, wait, self._options.again), "error", lasting=True)
        self._waiting = self.set_timer(wait, self._revive) if wait else None
        if not wait:
            self._revive()

    def _revive(self) -> bool:
        """Start the engine, and tell it what the one before had been told."""
        if self._waiting is not None:
            self._waiting.stop()
        try:
            self._client.restart()
        except OSError as error:
            self._say(f"the engine cannot be started: {error} · {key('restart')} tries again", "error", lasting=True)
            return False
        self._look(replace(self._view, trouble="", stale=True, progress=None))
        for command in [*self._standing.values()]:
            self._send(watching.told_anew(command, self._latest.snapshot if self._latest else None))
        return True

    def _revived(self) -> None:
        """The new engine is as far as the one that died."""
        self._look(replace(self._view, stale=False, progress=None))
        self._revival.recovered()
        for screen in self._views():  # on each of them it stands that the engine died
            screen.say("the engine is up to date again", "good")
        for kind, (question, _) in self._asked.items():
            if kind in self._unanswered:
                self._send(question)

    def _announce(self, before: Snapshot, now: Snapshot) -> None:
        """Tell once of the bursts that have begun since."""
        if before.filter != now.filter:
            return  # other bursts are listed, which need not be new
        known = {burst.id for burst in before.bursts}
        new = [burst for burst in going_on(now.bursts) if burst.id not in known]
        if new:
            others = f" and {len(new) - 1} more ({key('rising')})" if len(new) > 1 else ""
            for screen in self._views()[:1]:
                screen.announce(f"now rising: {in_a_line(new[0])}{others}")
            if self._options.bell:
                self.bell()

    def _alert(self, before: Snapshot, now: Frame) -> None:
        """Tell once of the alerts that have been raised since."""
        known = {alert.id for alert in before.alerts}
        new = [alert for alert in now.snapshot.alerts if alert.id not in known]
        if new:
            others = f" and {len(new) - 1} more ({key('alerts')})" if len(new) > 1 else ""
            self._say(f"{alerts.in_a_line(new[0])}{others}", "warning")
            self._ring(now)
        silent = [text for text in now.health.silent if text not in self._silent]
        self._silent = now.health.silent
        if silent:
            self._say(alerts.silence_in_a_line(silent[0], now.snapshot), "warning")
            self._ring(now)

    def _ring(self, now: Frame) -> None:
        if self._options.bell and now.health.state != "catching up":
            self.bell()

    def _look(self, view: View) -> None:
        changed = view.trouble != self._view.trouble
        self._view = view
        for screen in self._views()[:1]:  # none is left when the last frame comes as the app is leaving
            screen.show(view)
        if changed:
            self.refresh_bindings()

    @on(Resumed)
    def resumed(self, event: Resumed) -> None:
        """A screen that was covered is on top again."""
        event.screen.show(self._view)

    # -- the screens -----------------------------------------------------------------------------------------------

    def _views(self) -> list[ViewScreen]:
        """The screens that show the feed, the topmost first: it hides the others."""
        return [screen for screen in reversed(self.screen_stack) if isinstance(screen, ViewScreen)]

    def _say(self, text: str, role: str = "", lasting: bool = False) -> None:
        self._spoken.append((datetime.now(UTC), text, role))
        for screen in self._views() if lasting else self._views()[:1]:
            screen.say(text, role, lasting)

    # -- what goes to the engine -----------------------------------------------------------------------------------

    def _ask(self, kind: type[Answer], question: Question, take: Callable[[Any], None]) -> None:
        """Send a question; of those that have the same kind of answer only the newest is answered."""
        self._count = question.id
        self._asked[kind] = (question, take)
        self._unanswered.add(kind)
        self._send(question)

    def score(self, text: str, answer: Callable[[DraftScore], None]) -> None:
        """Have a text scored."""
        question = ScoreDraft(self._count + 1, text)
        self._ask(DraftWasScored, question, lambda said: answer(said.score))

    @on(DraftsToCompare)
    def drafts_to_compare(self, event: DraftsToCompare) -> None:
        """Have two texts scored at the same moment; the newest question of either kind is answered."""
        question = ScoreDraft(self._count + 1, event.second, beside=event.first)
        self._ask(DraftWasScored, question, event.answer)

    @on(CorrectionWanted)
    def correction_wanted(self, event: CorrectionWanted) -> None:
        """Have a post marked."""
        self._send(Correct(event.key, event.mood))

    def _tell_of_mark(self, made: CorrectionMade) -> None:
        """Say what has come of it where it was asked for."""
        self._say(answered(made), "warning" if made.error else "good")
        for screen in self._views() if not made.error else ():
            screen.mark(made.key, made.mood)

    @on(PostsWanted)
    def posts_wanted(self, event: PostsWanted) -> None:
        """Ask for the posts behind a thing."""
        question = event.question(self._count + 1)
        self._ask(PostsWereFound, question, lambda said: event.take(said.posts, said.total))

    @on(FilterWanted)
    def filter_wanted(self, event: FilterWanted) -> None:
        """Have only the posts shown that match."""
        if not self._send(SetFilter(event.text)):
            return
        self._look(replace(self._view, filter_asked=event.text))
        if self._view.paused:
            self._say(f"the filter is applied when you go on ({key('pause')})")

    @on(AlertWanted)
    def alert_wanted(self, event: AlertWanted) -> None:
        """Have another alert watched for."""
        asked = self._alerts_asked_for()
        if why := watching.refused(asked, event.rule):
            self._say(why, "warning")
        elif self._send(watching.with_one_more(asked, event.rule)):
            shown = f"; shown when you go on ({key('pause')})" if self._view.paused else ""
            self._say(f"watched for from now on: {event.rule.text}{shown}", "good")

    @on(AlertUnwanted)
    def alert_unwanted(self, event: AlertUnwanted) -> None:
        """Have an alert watched for no longer."""
        if self._send(watching.without(self._alerts_asked_for(), event.text)):
            self._say(f"no longer watched for: {event.text}", "good")

    @on(AlertsToKeep)
    def alerts_to_keep(self) -> None:
        """Have the user's file name the alerts that are watched for."""
        texts = [one.text for one in self._alerts_asked_for()]
        told = f"{len(texts)} alert{'' if len(texts) == 1 else 's'} kept" if texts else "no alerts are kept any more"
        self._keep(lambda path: keep_alerts(path, texts), f"{told} in {{}}")

    def _alerts_asked_for(self) -> tuple[Asked, ...]:
        standing = self._standing.get(SetAlerts)
        assert self._latest is not None, "the page asks for nothing before there is a picture"
        return watching.asked_for(standing if isinstance(standing, SetAlerts) else None, self._latest.snapshot)

    @on(SheetWanted)
    def sheet_wanted(self, event: SheetWanted) -> None:
        """Ask for the figures of a plot."""
        self._ask(SheetWasOpened, event.question(self._count + 1), lambda said: event.answer(said.sheet))

    @on(VoicesWanted)
    def voices_wanted(self, event: VoicesWanted) -> None:
        """Have the saved filters counted."""
        question = CountFilters(self._count + 1, event.expressions)
        self._ask(FiltersWereCounted, question, lambda said: event.page.hear(said.voices))

    @on(PostWanted)
    def post_wanted(self, event: PostWanted) -> None:
        """Ask for all that is known of a post."""
        self._ask(PostWasOpened, event.question(self._count + 1), lambda said: event.take(said.detail))

    @on(PinWanted)
    def pin_wanted(self, event: PinWanted) -> None:
        """Pin a post, or unpin it."""
        said, role = self._pins.toggle(event.key, self._latest.snapshot.pinned if self._latest else [])
        if self._send(Pin(self._pins.keys)):
            self._say(said, role)

    @on(PageWanted)
    def page_wanted(self, event: PageWanted) -> None:
        """Show all that is known of a thing; a key pressed once too often opens no second page."""
        if event.source is self.screen:
            self.push_screen(page_on(event.item, event.snapshot))

    def _send(self, command: Command) -> bool:
        sent = self._client.send(command)
        if sent and isinstance(command, STANDING):
            self._standing[type(command)] = command
        if not sent and not self._view.trouble:  # of its trouble the screen has told already
            self._say("the engine is busy and takes nothing more: try again", "warning")
        return sent

    # -- what the keys do ------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to restart while the engine lives."""
        return bool(self._view.trouble) if action == "restart" else super().check_action(action, parameters)

    def action_toggle_pause(self) -> None:
        """Freeze the display, or show what the engine has by now."""
        if self._view.paused:
            self._look(replace(self._view, paused=False, arrived=0))
            if self._latest is not None:
                self._take(self._latest)
            self._client.pace(0)
        elif self._view.frame is not None:
            self._look(replace(self._view, paused=True))
            self._client.pace(PAUSED_PACE)

    def action_window(self, step: int) -> None:
        """Ask for the next longer or shorter window."""
        view = self._view
        shown = view.frame.snapshot.window if view.frame else self._options.window
        current = shown if view.asked is None else view.asked
        wanted = next_window(current, step)
        if wanted == current:
            self._say(f"{window(current)} is the {'longest' if step > 0 else 'shortest'} window")
        elif self._send(SetWindow(wanted * SECOND)):
            self._look(replace(view, asked=wanted))
            if view.paused:
                self._say(f"window {window(wanted)}: shown when you go on ({key('pause')})")

    def action_export(self) -> None:
        """Ask where to, and have it written."""
        table = self._views()[0].table_in_focus()
        as_of = self._latest.snapshot.as_of if self._latest else None
        stamp = f"-{as_of:%Y%m%dT%H%M%SZ}" if as_of else ""

        def chosen(path: str | None) -> None:
            if path:
                self._count += 1
                if self._send(Export(self._count, path, table)):
                    self._say(f"writing {path}")

        self.push_screen(ExportScreen(table, f"trendtop-{table}{stamp}.csv"), chosen)

    def action_rising(self) -> None:
        """The page of what is rising."""
        self._turn_to(RisingScreen())

    def action_topics(self) -> None:
        """The page of clusters and stories."""
        self._turn_to(TopicsScreen())

    def action_alerts(self) -> None:
        """The page of alerts, and of what was said."""
        self._turn_to(AlertsScreen(self._spoken, self._options.filters or default_path()))

    def action_model(self) -> None:
        """The page of the models, at the horizon that the overview shows."""
        self._turn_to(ModelScreen(self._overview.horizon))

    def action_authors(self) -> None:
        """The page of over-performers and authors."""
        self._turn_to(AuthorsScreen())

    def action_filters(self) -> None:
        """The page of saved filters."""
        self._turn_to(FiltersScreen(self._options.filters or default_path()))

    def action_posts(self) -> None:
        """The page of posts."""
        self._turn_to(PostsScreen())

    def _turn_to(self, page: TablesScreen) -> None:
        while len(self.screen_stack) > 2 and isinstance(self.screen, TablesScreen):
            self.pop_screen()
        if not isinstance(self.screen, TablesScreen):
            self._overview.hush()
            self.push_screen(page)
        elif not isinstance(self.screen, type(page)):
            self.switch_screen(page)

    def action_health(self) -> None:
        """The page of the feed's health."""
        self.push_screen(LivePageScreen("Feed health", health_lines, self._view.frame))

    def action_help(self) -> None:
        """The help page."""
        if not isinstance(self.screen, PageScreen):
            self.push_screen(PageScreen("Help", partial(help_lines, keymap=self._keys)))

    def action_restart(self) -> None:
        """Start the engine anew once it has gone."""
        self._revival.forgive()
        if self._revive():
            self._say(f"the engine starts anew: {self._options.again}", lasting=True)

    def action_next_theme(self) -> None:
        """Our themes in turn; it lasts as long as the screen does, unless it is kept."""
        if self._options.colourless:
            self._say("no colours here: NO_COLOR is set")
            return
        names = [palette.name for palette in OURS.values()]
        at = names.index(self.theme) + 1 if self.theme in names else 0
        self.theme = names[at % len(names)]
        self._say(f"theme {list(OURS)[at % len(names)]}; to keep it: ctrl+p, keep the theme")

    def action_keep_theme(self) -> None:
        """Have the user's file name the theme."""
        short = {palette.name: name for name, palette in OURS.items()}
        name = short.get(self.theme, self.theme)
        self._keep(lambda path: keep_setting(path, "theme", name), "the theme is kept in {}")

    def _keep(self, write: Callable[[Path], None], told: str) -> None:
        """Write something into the user's file, and say so; `told` has {} where the file is named."""
        path = config_path()
        try:
            write(path)
        except (OSError, ValueError) as error:
            self._say(f"not kept: {error}", "error")
            return
        self._say(told.format(path), "good")

    def action_save_picture(self) -> None:
        """Write the screen as it is into a file."""
        as_of = self._view.frame.snapshot.as_of if self._view.frame else None
        try:
            path = save_picture(self.export_screenshot(), as_of)
        except OSError as error:
            self._say(f"not saved: {error}", "error")
            return
        self._say(f"wrote {path}", "good")

    def action_help_quit(self) -> None:
        """Ctrl+c: a hint the first time, for it is easily pressed to copy; then quit."""
        if self._warned_of_quitting:
            self.exit()
        self._warned_of_quitting = True
        self._say(f"ctrl+c again quits, and so does {key('quit')}")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Our actions in the palette, then Textual's."""
        front = self._views()[0]
        for action in ACTIONS:
            if action.palette and (
                action.scope in front.SCOPES or action.scope not in ("overview", "horizons", "plots", "saved", "alerts")
            ):
                yield SystemCommand(
                    action.help, keys_of(action, self._keys), partial(self.run_action, action.run, front)
                )
        if not self._options.colourless:
            yield SystemCommand("theme", "colours of the screen", self.action_change_theme)
            yield SystemCommand("keep the theme", "write it into the settings", self.action_keep_theme)


def _named(paths: list[str]) -> str:
    """The file written, or how many and where."""
    return paths[0] if len(paths) == 1 else f"{len(paths)} files in {os.path.dirname(paths[0])}" if paths else "nothing"


@contextmanager
def _no_color(wanted: bool) -> Iterator[None]:
    """The environment variable as wanted, for as long as it takes to make an App."""
    before = os.environ.pop("NO_COLOR", None)
    try:
        if wanted:
            os.environ["NO_COLOR"] = "1"
        yield
    finally:
        os.environ.pop("NO_COLOR", None)
        if before is not None:
            os.environ["NO_COLOR"] = before
