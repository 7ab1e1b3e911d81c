"""All that is known of an alert, as lines for a page."""

from engine.clean import clean_line
from engine.snapshot import AlertRow, AlertRule
from tui.facts import fact, long_fact
from tui.format import count, day_and_clock, duration
from tui.lines import Line
from tui.widgets.alerts import figure

MEANING = {
    "threshold": "a figure of the posts that match, over the last 5 minutes or as long as `over` says, past a bound "
    "for as long as `for` says. Looked at every 5 seconds of the feed's own time",
    "burst": "something rises against its own past: the page of what is rising says why",
    "silence": "nothing came for that long, by the feed's own time: known when the feed speaks again",
}


def alert_lines(alert: AlertRow, width: int) -> list[Line]:
    """What it watches, since when it was true, and how far it went."""
    end = f"{day_and_clock(alert.end)} UTC" if alert.end else "it still is"
    lasted = f"  {duration((alert.end - alert.start).total_seconds())}" if alert.end else ""
    lines = [
        *long_fact("alert", clean_line(alert.rule), width),
        *(long_fact("what", clean_line(alert.what), width) if alert.what else ()),
        fact("true since", (f"{day_and_clock(alert.start)} UTC", "")),
        fact("raised", (f"{day_and_clock(alert.raised)} UTC", "")),
        fact("until", (end, "live" if alert.end is None else ""), (lasted, "muted")),
    ]
    if alert.metric:
        name = alert.metric if alert.kind == "threshold" else "score"
        lines.append(fact(name, (figure(alert.metric, alert.value), "strong")))
        lines.append(fact("worst", (figure(alert.metric, alert.worst), ""), (f"  {count(alert.posts)} posts", "muted")))
    if alert.times > 1:
        lines.append(fact("times", (count(alert.times), ""), ("  true again within 5 minutes", "muted")))
    return [*lines, *long_fact("meaning", MEANING[alert.kind], width)]


def rule_lines(rule: AlertRule, width: int) -> list[Line]:
    """What is watched for, since when, and how it stands."""
    since = "the beginning of the feed" if rule.since is None else f"{day_and_clock(rule.since)} UTC"
    on = (f"yes, {count(rule.on)} of it", "warning") if rule.on else ("no", "")
    lines = [
        *long_fact("alert", clean_line(rule.rule), width),
        fact("watched since", (since, "")),
        fact("on", on),
        fact("raised", (count(rule.raised), ""), ("  as far back as they are kept", "muted")),
    ]
    if rule.kind == "threshold":
        lines.append(fact(rule.metric, (figure(rule.metric, rule.value), "strong"), ("  at the last look", "muted")))
    return [*lines, *long_fact("meaning", MEANING[rule.kind], width)]
