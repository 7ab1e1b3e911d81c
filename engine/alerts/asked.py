"""Has an engine watch for the alerts that the screen asks for."""

from contextlib import suppress

from engine.alerts.rules import AlertError, read_rule
from engine.pipeline import Engine
from engine.protocol import SetAlerts
from engine.units import micros


def watch_alerts(engine: Engine, command: SetAlerts) -> None:
    """Watch for these and no others, new ones from now on where they do not say since when."""
    watched = {rule.text: rule for rule in engine.alerts.rules}
    wanted = []
    for asked in command.alerts:
        with suppress(AlertError):  # the screen has told of it
            rule = watched.get(asked.text) or read_rule(asked.text, asked.filters)
            wanted.append((rule, None if asked.since is None else micros(asked.since)))
    engine.alerts.watch(wanted, engine.now, engine.ledger.posts)
