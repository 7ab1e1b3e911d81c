"""What a snapshot says of the alerts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from engine.alerts.rules import Rule
from engine.alerts.watch import Alert
from engine.picture_bursts import bursts
from engine.pipeline import Engine
from engine.snapshot import AlertRow, AlertRule, Burst
from engine.units import moment

DIGITS = 4


def alerts(engine: Engine, rising: Sequence[Burst], limit: int | None) -> list[AlertRow]:
    """Those that are on first, then the newest."""
    raised = sorted(engine.alerts.raised, key=lambda alert: (alert.end is not None, -alert.raised, -alert.id))
    names = {burst.id: burst.name for burst in rising}
    return [_row(alert, names) for alert in raised[:limit]]


def watched(engine: Engine) -> list[AlertRule]:
    """What is watched for, in the order it was asked for."""
    raised = Counter(alert.rule.text for alert in engine.alerts.raised)
    on = Counter(alert.rule.text for alert in engine.alerts.raised if alert.end is None)
    return [
        AlertRule(
            rule=one.rule.text,
            kind=one.rule.kind,
            since=None if one.since is None else moment(one.since),
            metric="score" if one.rule.kind == "burst" else one.rule.metric,
            value=_rounded(one.value),
            on=on[one.rule.text],
            raised=raised[one.rule.text],
        )
        for one in engine.alerts.watched
    ]


def alert_rows(engine: Engine, alerts: Sequence[Alert]) -> list[AlertRow]:
    """These alerts. A burst is called what its posts call it by now."""
    named = any(alert.burst is not None for alert in alerts)
    names = {burst.id: burst.name for burst in bursts(engine, None)} if named else {}
    return [_row(alert, names) for alert in alerts]


def _row(alert: Alert, names: Mapping[int, str]) -> AlertRow:
    rule = alert.rule
    return AlertRow(
        id=alert.id,
        rule=rule.text,
        kind=rule.kind,
        start=moment(alert.start),
        raised=moment(alert.raised),
        end=None if alert.end is None else moment(alert.end),
        metric="score" if rule.kind == "burst" else rule.metric,
        value=_rounded(alert.value),
        worst=_rounded(alert.worst),
        posts=alert.posts,
        times=alert.times,
        what="" if alert.burst is None else names.get(alert.burst, ""),
    )


def silence_row(rule: Rule, since: int) -> AlertRow:
    """That nothing has come since an event time, while it is so."""
    return AlertRow(
        id=0,
        rule=rule.text,
        kind="silence",
        start=moment(since),
        raised=moment(since + rule.hold),
        end=None,
        metric="",
        value=None,
        worst=None,
        posts=0,
        times=1,
        what="",
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
