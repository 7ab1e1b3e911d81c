"""What evaluation asks of whatever clusters posts: engine/topics.py, or a method to compare it with."""

from collections.abc import Sequence
from typing import Protocol


class Placement(Protocol):
    """Where a post was put; -1 for nowhere."""

    @property
    def key(self) -> str:
        """The post, as it was added."""
        ...

    @property
    def story(self) -> int:
        """Its story."""
        ...

    @property
    def theme(self) -> int:
        """Its theme."""
        ...


class Stories(Protocol):
    """The stories there are."""

    @property
    def live(self) -> int:
        """How many are alive."""
        ...


class Placer(Protocol):
    """Puts posts into stories and themes, each some time after it was added."""

    @property
    def stories(self) -> Stories:
        """The stories there are."""
        ...

    def turn(self, time: int) -> Sequence[Placement]:
        """Event time has come to `time`, microseconds that never fall; called before `add`."""
        ...

    def add(self, key: str, terms: Sequence[str], time: int) -> Sequence[Placement]:
        """Take a post; returns those placed by now. A post that was placed before may be told again."""
        ...

    def finish(self) -> Sequence[Placement]:
        """The feed is over; returns the rest."""
        ...

    def drop(self, key: str) -> None:
        """A post was deleted that may still wait."""
        ...

    def silhouette(self) -> tuple[float | None, int]:
        """Of the themes, with its sample size."""
        ...
