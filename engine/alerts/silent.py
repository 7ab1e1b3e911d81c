"""That a live feed is silent now, by this machine's clock: the engine itself knows only once the feed speaks again."""

from collections.abc import Sequence

from engine.alerts.rules import Rule
from engine.config import SECOND


class Listening:
    """Alerts of silence on a live feed. `silent` are those that are on."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.silent: list[Rule] = []
        self.watch(rules)
        self._heard: float | None = None
        self._lines = 0

    def watch(self, rules: Sequence[Rule]) -> None:
        """Listen for these, and no others."""
        self._rules = [rule for rule in rules if rule.kind == "silence"]
        self.silent = [rule for rule in self.silent if rule in self._rules]

    def look(self, now: float, lines: int, live: bool) -> list[Rule]:
        """The alerts that come on at `now` (seconds), with so many lines read so far, if the feed is `live`."""
        if lines != self._lines or not live or self._heard is None:
            self._heard, self._lines, self.silent = now, lines, []
            return []
        silent = [rule for rule in self._rules if now - self._heard >= rule.hold / SECOND]
        new = [rule for rule in silent if rule not in self.silent]
        self.silent = silent
        return new
