"""Which alerts are on: told of every post and of event time, the same live as in a replay."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from engine.alerts.rules import Rule
from engine.alerts.sums import Recent, Seen
from engine.alerts.unknown import Unknown
from engine.config import MINUTE, SECOND
from engine.filters.matching import matcher
from engine.labels import FAR
from engine.ledger import Entry
from engine.risen import author_of
from engine.rising import Rising

MERGED = 5 * MINUTE  # an alert that is true again so soon is the same one, and nobody is told twice
KEPT = 200  # alerts that are over
STEP = 5 * SECOND  # of event time, between two looks

_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": float.__lt__,
    "<=": float.__le__,
    ">": float.__gt__,
    ">=": float.__ge__,
}


@dataclass(slots=True)
class Alert:
    """An alert that was raised. Times are microseconds of event time."""

    id: int
    rule: Rule
    start: int  # since when it was true
    raised: int  # when it had been true for long enough
    end: int | None = None  # None while it is
    value: float | None = None  # the figure as it is or was last
    worst: float | None = None  # the figure farthest past the threshold
    posts: int = 0  # matching posts of the span at the worst
    times: int = 1  # how often it came back within MERGED
    burst: int | None = None  # id of the burst


class Watched:
    """A rule with what it needs to be judged, from the event time `since` on; None: from the first record."""

    def __init__(self, rule: Rule, since: int | None) -> None:
        self.rule, self.since = rule, since
        self.value: float | None = None  # the figure as it was last looked at
        self.recent = Recent(rule.over)  # the posts that match
        self.all = Recent(rule.over)  # those that they are a share of
        self.held: int | None = None  # since when the condition is true
        self.alert: Alert | None = None
        self.before: Alert | None = None
        self.by_burst: dict[int, Alert] = {}
        self._test = _matcher(rule)

    def __getstate__(self) -> dict[str, Any]:
        """All but the test, which is no plain data."""
        return {name: value for name, value in self.__dict__.items() if name != "_test"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._test = _matcher(self.rule)

    def begun(self, now: int) -> bool:
        """Whether it is watched at `now`."""
        return self.since is None or now >= self.since

    def post(self, entry: Entry, seen: Seen) -> None:
        """A post has come."""
        if self.rule.kind != "threshold":
            return
        if self.rule.metric == "share":
            self.all.add(seen)
        if self._test(entry):
            self.recent.add(seen)

    def alerts(self) -> list[Alert]:
        """The alerts of it that may not be over."""
        return [*self.by_burst.values(), *([self.alert] if self.alert else [])]


def _matcher(rule: Rule) -> Callable[[Entry], bool]:
    return (lambda _: True) if rule.where is None else matcher(rule.where, Unknown())


class Watch:
    """The alerts of a feed: `raised` holds them oldest first, `news` those that nobody has been told of yet."""

    def __init__(self, rules: Sequence[Rule], rising: Rising) -> None:
        self.raised: deque[Alert] = deque()
        self.news: list[Alert] = []
        self._watched = {rule.text: Watched(rule, None) for rule in rules}
        self.watching = bool(self._watched)  # whether it is to be told of every post and record, or of the last one
        self._patience = self._shortest()
        self._rising = rising
        self._last: int | None = None  # event time of the newest record
        self._looked = 0
        self._ids = 0

    @property
    def watched(self) -> list[Watched]:
        """What is watched, in the order it was asked for."""
        return [*self._watched.values()]

    @property
    def rules(self) -> list[Rule]:
        """The rules of it."""
        return [one.rule for one in self._watched.values()]

    def watch(self, wanted: Iterable[tuple[Rule, int | None]], now: int | None, posts: dict[str, Entry]) -> None:
        """Watch these rules and no others: new ones from the time given on, or from `now`.

        `posts` are those there are, in the order they came: the first figure of a new rule is of its whole span. What
        a rule has raised that is no longer watched is over.
        """
        before, self._watched = self._watched, {}
        for rule, since in wanted:
            if rule.text in before and before[rule.text].rule == rule:
                self._watched[rule.text] = before.pop(rule.text)
                continue
            new = self._watched[rule.text] = Watched(rule, now if since is None else since)
            if now is not None:
                _fill(new, now, posts)
        self.watching = bool(self._watched)
        self._patience = self._shortest()
        for one in before.values():
            for alert in one.alerts():
                alert.end = now if alert.end is None else alert.end

    def carry_on(self, before: Iterable[str], wanted: Sequence[Rule], now: int | None, posts: dict[str, Entry]) -> None:
        """Watch, in a later run, for what is wanted there and for what was asked for while this one ran.

        `before` are the rules that this run was begun with.
        """
        begun = {*before}
        asked = [rule for rule in self.rules if rule.text not in begun and rule.text not in {w.text for w in wanted}]
        self.watch([(rule, None) for rule in (*wanted, *asked)], now, posts)

    def post(self, entry: Entry) -> None:
        """A post has come. One that is late is not counted: alerts go by what came in the order of time."""
        if self._watched and not entry.late:
            seen = _seen(entry)
            for one in self._watched.values():
                one.post(entry, seen)

    def turn(self, time: int) -> None:
        """All records before `time` have been told: look at the end of the step that was, and at the present one."""
        present = time // STEP * STEP
        if self._looked and self._looked + STEP < present:
            self._look(self._looked + STEP)  # nothing came since: what was of that step may be all there is
        self._look(present)

    def take_news(self) -> list[Alert]:
        """The alerts raised since this was last asked."""
        news, self.news = self.news, []
        return news

    def finish(self, time: int) -> None:
        """The feed is over at `time`: look at what came last."""
        self._look(max(time + 1, self._looked))

    def record(self, time: int) -> None:
        """A record has come, the newest by its time."""
        if self._last is not None and time - self._last >= self._patience:
            for one in self._watched.values():
                silent = one.rule.kind == "silence" and time - self._last >= one.rule.hold
                if silent and (one.since is None or time > one.since):
                    self._raise(one.rule, self._last, self._last + one.rule.hold).end = time
        if self._last is None or time > self._last:
            self._last = time

    def _shortest(self) -> int:
        """The shortest silence that is watched for."""
        return min((one.rule.hold for one in self._watched.values() if one.rule.kind == "silence"), default=FAR)

    def _look(self, now: int) -> None:
        self._looked = now
        for one in self._watched.values():
            if one.rule.kind == "threshold":
                one.all.move(now)
                one.recent.move(now)
                one.value = one.recent.figure(one.rule.metric, len(one.all))
                if one.begun(now):
                    self._judge(one, now)
            elif one.rule.kind == "burst" and one.begun(now):
                self._follow_bursts(one)

    def _judge(self, one: Watched, now: int) -> None:
        value = one.value
        if value is None or not _HOLDS[one.rule.sign](float(value), one.rule.number):
            one.held = None
            if one.alert is not None:
                one.alert.end, one.before, one.alert = now, one.alert, None
            return
        one.held = now if one.held is None else one.held
        if one.alert is None and now - one.held >= one.rule.hold:
            one.alert = self._again(one.before, now) or self._raise(one.rule, one.held, now)
        if one.alert is not None:
            _note(one.alert, value, len(one.recent))

    def _again(self, before: Alert | None, now: int) -> Alert | None:
        """The alert that was over a moment ago and goes on."""
        if before is None or before.end is None or now - before.end > MERGED:
            return None
        before.end = None
        before.times += 1
        return before

    def _follow_bursts(self, one: Watched) -> None:
        for event in self._rising.events.values():
            if not event.sure:
                continue
            _, rise = event.lead()
            alert = one.by_burst.get(event.id)
            if alert is None and event.end is None and rise.score >= one.rule.number:
                alert = one.by_burst[event.id] = self._raise(one.rule, event.start, self._looked)
                alert.burst = event.id
            if alert is not None:
                alert.end = event.end
                _note(alert, rise.score, len(event.posts) + event.dropped)
        for number in one.by_burst.keys() - self._rising.events.keys():
            alert = one.by_burst.pop(number)
            alert.end = self._looked if alert.end is None else alert.end

    def _raise(self, rule: Rule, start: int, now: int) -> Alert:
        self._ids += 1
        alert = Alert(self._ids, rule, start, now)
        self.raised.append(alert)
        self.news.append(alert)
        over = [one for one in self.raised if one.end is not None]
        if len(over) > KEPT:
            self.raised.remove(over[0])
        return alert


def _fill(new: Watched, now: int, posts: dict[str, Entry]) -> None:
    """Tell a new rule of the posts of its span that have come already."""
    if new.rule.kind != "threshold":
        return
    newest = (entry for entry in reversed(posts.values()) if not entry.late)
    for entry in reversed([*takewhile(lambda entry: entry.time >= now - new.rule.over, newest)]):
        new.post(entry, _seen(entry))


def _seen(entry: Entry) -> Seen:
    return Seen(entry.time, author_of(entry), entry.analysis.compound)


def _note(alert: Alert, value: float, posts: int) -> None:
    """Keep the figure, and the worst that it was."""
    alert.value = value
    worse = alert.worst is None or (value < alert.worst if alert.rule.sign in ("<", "<=") else value > alert.worst)
    if worse:
        alert.worst, alert.posts = value, posts
