"""What is read while it stands still must not outlive a deletion: when to look whether all of it is still there."""

from engine.snapshot import Snapshot

FRAMES = 20  # at least between two looks: about five seconds


class Deletions:
    """Counts frames and deletions since something was asked for."""

    def __init__(self) -> None:
        self._known: int | None = None
        self._frames = 0

    def due(self, snapshot: Snapshot) -> bool:
        """Whether anything was deleted since the last look, and that was long enough ago."""
        now = snapshot.meters.deletes + snapshot.meters.edits
        if self._known is None:
            self._known = now
        self._frames += 1
        if now == self._known or self._frames < FRAMES:
            return False
        self._known, self._frames = now, 0
        return True
