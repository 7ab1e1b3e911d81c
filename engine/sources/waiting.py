"""Sleeping until there may be something to read."""

import contextlib
import os
import select
import threading
import time
from collections.abc import Iterable, Sequence
from types import TracebackType

from watchfiles import Change, watch

from engine.sources.base import Source
from engine.sources.mounts import tells_all

_POLL = 0.25  # seconds between looks at files of which no change may be reported, as of network file systems
_RETRY = 5.0  # seconds until watching is tried again after it failed
# watchfiles looks for changes every `step` milliseconds, and tells of one a step later: its delay and most of its cost.
_STEP_BUSY = 10
_STEP_QUIET = 125
_DEBOUNCE = 50  # milliseconds
_QUIET_AFTER = 5_000  # milliseconds without a change


class Waiter:
    """Waits on many sources at once, and on other descriptors (`extra_fds`) besides.

    Changes of files are told by watchfiles, on a thread of its own; they only wake the waiter up, and are never taken
    as a fact about a file. Where watching fails a wait ends when a file, or its folder, looks another way than at the
    last look, of which there are four a second. `sources` may grow, as `Sources` does.
    """

    def __init__(self, sources: Iterable[Source], extra_fds: Sequence[int] = ()) -> None:
        self._sources = sources
        self._extra = tuple(extra_fds)
        self._watch: _Watch | None = None
        self._retry_at = 0.0
        self._looks: list[tuple[int, ...]] = []
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def wait(self, timeout: float) -> None:
        """Sleep until something may be readable or `timeout` seconds have passed. May return early."""
        paths = frozenset(path for source in self._sources for path in source.watched())
        self._keep_watching(paths)
        poller = select.poll()
        for fd in (self._woken, *self._extra, *_descriptors(self._sources)):
            poller.register(fd, select.POLLIN)
        left = max(0.0, timeout)
        look = bool(paths) and not (self._watch is not None and self._watch.misses_nothing)
        while not poller.poll(1000 * (min(left, _POLL) if look else left)):
            left -= _POLL
            if left <= 0 or not look or self._looks_changed(paths):
                break
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 1 << 16)

    def close(self) -> None:
        """Stop watching. The extra descriptors stay open."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        os.close(self._woken)
        os.close(self._wake)

    def __enter__(self) -> "Waiter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _looks_changed(self, paths: frozenset[str]) -> bool:
        """Whether anything looks another way than when this was last asked: a look is all that a quiet feed costs."""
        before, self._looks = self._looks, [_look(path) for path in sorted(paths)]
        return self._looks != before

    def _keep_watching(self, paths: frozenset[str]) -> None:
        """Have the right folders watched: they change with the sources, and a folder may be made anew."""
        now = time.monotonic()
        if not paths or (self._watch is not None and self._watch.serves(paths)):
            return
        if self._watch is not None:
            if self._watch.paths == paths and now < self._retry_at:
                return
            self._watch.stop()
        self._retry_at = now + _RETRY
        self._watch = _Watch(paths, self._wake)


class _Watch:
    """A thread that writes a byte to `wake` when a file of one of these names may have changed in its folder."""

    def __init__(self, paths: frozenset[str], wake: int) -> None:
        self.paths = paths
        self._wake = wake
        self._stop = threading.Event()
        self._names = {os.path.basename(path) for path in _with_targets(paths)}
        self._folders = _folders(paths)
        self._identity = _identities(self._folders)
        self._told_all = all(map(tells_all, self._folders))
        self._thread = threading.Thread(target=self._run, name="file-watch", daemon=True)
        self._thread.start()

    def serves(self, paths: frozenset[str]) -> bool:
        """Whether it is at work on these very paths, in the folders as they are now."""
        return self.paths == paths and self._thread.is_alive() and self._identity == _identities(self._folders)

    @property
    def misses_nothing(self) -> bool:
        """Whether it is at work where every change is reported."""
        return self._told_all and self._thread.is_alive()

    def stop(self) -> None:
        """End the thread and wait for its end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        # Whatever goes wrong (no such folder, no watches left, a name that is no UTF-8): the waiter looks on its own.
        with contextlib.suppress(Exception):
            step = _STEP_BUSY
            while not self._stop.is_set():
                step = self._run_at(step)

    def _run_at(self, step: int) -> int:
        """Watch at this step until the feed turns quiet or busy; return the step to go on with."""
        changes = watch(
            *self._folders,
            watch_filter=self._is_ours,
            debounce=_DEBOUNCE,
            step=step,
            stop_event=self._stop,
            rust_timeout=_QUIET_AFTER,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
        )
        with contextlib.closing(changes):
            for changed in changes:
                if changed:
                    self._signal()
                wanted = _STEP_BUSY if changed else _STEP_QUIET
                if wanted != step:
                    return wanted
        return step

    def _is_ours(self, _change: Change, path: str) -> bool:
        return os.path.basename(path) in self._names

    def _signal(self) -> None:
        with contextlib.suppress(BlockingIOError):  # a full pipe wakes up as well
            os.write(self._wake, b"\0")


def _look(path: str) -> tuple[int, ...]:
    """What a change of a file shows in, also one of its folder, as when it is rotated."""
    try:
        folder = os.stat(os.path.dirname(path) or ".").st_mtime_ns
        file = os.stat(path)
    except (OSError, ValueError):
        return ()
    return folder, file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns


def _descriptors(sources: Iterable[Source]) -> list[int]:
    return [fd for source in sources if (fd := source.fileno()) is not None]


def _with_targets(paths: frozenset[str]) -> set[str]:
    return {*paths, *map(os.path.realpath, paths)}


def _folders(paths: frozenset[str]) -> list[str]:
    return sorted({os.path.dirname(os.path.abspath(path)) for path in _with_targets(paths)})


def _identities(folders: list[str]) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for folder in folders:
        try:
            status = os.stat(folder)
            found.append((status.st_dev, status.st_ino))
        except OSError:
            found.append(None)
    return found
