"""The alerts that the user has the engine watch for: what to send when one comes or goes, or the engine is another."""

from engine.alerts.rules import Rule
from engine.protocol import Asked, Command, SetAlerts
from engine.snapshot import Snapshot
from tui.lines import cut

MOST = 50  # alerts watched for: each of them looks at every post


def asked_for(standing: SetAlerts | None, snapshot: Snapshot) -> tuple[Asked, ...]:
    """The alerts watched for: as they were last asked for, or as the command line had them."""
    if standing is not None:
        return standing.alerts
    return tuple(Asked(row.rule, row.since) for row in snapshot.watched)


def refused(asked: tuple[Asked, ...], rule: Rule) -> str:
    """Why an alert cannot be added; "" if it can."""
    if any(one.text == rule.text for one in asked):
        return f"that is watched for already: {cut(rule.text, 60)}"
    return f"{MOST} alerts are watched for, which is the most there can be" if len(asked) >= MOST else ""


def with_one_more(asked: tuple[Asked, ...], rule: Rule) -> SetAlerts:
    """One more, from now on."""
    return SetAlerts((*asked, Asked(rule.text, None, dict(rule.filters))))


def without(asked: tuple[Asked, ...], text: str) -> SetAlerts:
    """All but one."""
    return SetAlerts(tuple(one for one in asked if one.text != text))


def told_anew(command: Command, snapshot: Snapshot | None) -> Command:
    """A standing command for an engine started anew.

    It is to watch for each alert from the event time on from which it was watched for, as `snapshot` last said.
    """
    if not isinstance(command, SetAlerts) or snapshot is None:
        return command
    known = {row.rule: row.since for row in snapshot.watched}
    return SetAlerts(
        tuple(Asked(one.text, known.get(one.text, one.since or snapshot.as_of), one.filters) for one in command.alerts)
    )
