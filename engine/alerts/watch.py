"""Which alerts are on: told of every post and of event time, the same live as in a replay."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.alerts.rules import Rule
from engine.alerts.sums import Recent, Seen
from engine.alerts.unknown import Unknown
from engine.config import MINUTE, SECOND
from engine.filters.matching import matcher
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


class Watch:
    """The alerts of a feed: `raised` holds them oldest first, `news` those that nobody has been told of yet."""

    def __init__(self, rules: Sequence[Rule], rising: Rising) -> None:
        self.raised: deque[Alert] = deque()
        self.news: list[Alert] = []
        self.rules = rules
        self._rising = rising
        self._thresholds = [_Threshold(rule) for rule in rules if rule.kind == "threshold"]
        shares = [one.rule for one in self._thresholds if one.rule.metric == "share"]
        self._all = {rule.over: Recent(rule.over) for rule in shares}  # the posts that these are shares of
        self._bursts = [rule for rule in rules if rule.kind == "burst"]
        self._by_burst: dict[tuple[int, int], Alert] = {}
        self._silences = [rule for rule in rules if rule.kind == "silence"]
        self._last: int | None = None  # event time of the newest record
        self._looked = 0
        self._ids = 0

    def __bool__(self) -> bool:
        return bool(self.rules)

    def post(self, entry: Entry) -> None:
        """A post has come, in the order of time."""
        if not self._thresholds:
            return
        seen = Seen(entry.time, author_of(entry), entry.analysis.compound)
        for recent in self._all.values():
            recent.add(seen)
        for one in self._thresholds:
            if one.test(entry):
                one.recent.add(seen)

    def turn(self, time: int) -> None:
        """All records before `time` have been told: look at the end of the step that was, and at the present one."""
        if not self.rules:
            return
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
        if self.rules:
            self._look(max(time + 1, self._looked))

    def record(self, time: int) -> None:
        """A record has come, the newest by its time."""
        if self._last is not None:
            for rule in self._silences:
                if time - self._last >= rule.hold:
                    self._raise(rule, self._last, self._last + rule.hold).end = time
        self._last = time if self._last is None else max(self._last, time)

    def _look(self, now: int) -> None:
        self._looked = now
        for recent in self._all.values():
            recent.move(now)
        for one in self._thresholds:
            one.recent.move(now)
            self._judge(one, now)
        if self._bursts:
            self._follow_bursts()

    def _judge(self, one: "_Threshold", now: int) -> None:
        value = one.recent.figure(one.rule.metric, len(self._all.get(one.rule.over, ())))
        if value is None or not _HOLDS[one.rule.sign](float(value), one.rule.number):
            one.since = None
            if one.alert is not None:
                one.alert.end, one.before, one.alert = now, one.alert, None
            return
        one.since = now if one.since is None else one.since
        if one.alert is None and now - one.since >= one.rule.hold:
            one.alert = self._again(one.before, now) or self._raise(one.rule, one.since, now)
        if one.alert is not None:
            _note(one.alert, value, len(one.recent))

    def _again(self, before: Alert | None, now: int) -> Alert | None:
        """The alert that was over a moment ago and goes on."""
        if before is None or before.end is None or now - before.end > MERGED:
            return None
        before.end = None
        before.times += 1
        return before

    def _follow_bursts(self) -> None:
        for event in self._rising.events.values():
            if not event.sure:
                continue
            _, rise = event.lead()
            for place, rule in enumerate(self._bursts):
                alert = self._by_burst.get((place, event.id))
                if alert is None and event.end is None and rise.score >= rule.number:
                    alert = self._by_burst[place, event.id] = self._raise(rule, event.start, self._looked)
                    alert.burst = event.id
                if alert is not None:
                    alert.end = event.end
                    _note(alert, rise.score, len(event.posts) + event.dropped)
        known = self._rising.events.keys()
        for place, number in [key for key in self._by_burst if key[1] not in known]:
            alert = self._by_burst.pop((place, number))
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


class _Threshold:
    """A rule with the posts it is about."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.test = (lambda _: True) if rule.where is None else matcher(rule.where, Unknown())
        self.recent = Recent(rule.over)
        self.since: int | None = None
        self.alert: Alert | None = None
        self.before: Alert | None = None


def _note(alert: Alert, value: float, posts: int) -> None:
    """Keep the figure, and the worst that it was."""
    alert.value = value
    worse = alert.worst is None or (value < alert.worst if alert.rule.sign in ("<", "<=") else value > alert.worst)
    if worse:
        alert.worst, alert.posts = value, posts
