"""Worker processes that read lines ahead of the engine: loky's, which joblib brings along."""

import os
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from typing import Any

from engine.intake import Prepared
from engine.platforms.decode import Decoder
from engine.preparing import unpack

LONGEST = 60.0  # seconds after which a worker is taken to be stuck
ALONE = "goes on in one process"

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def usual_jobs() -> int:
    """How many processes to read with where nobody says: two, if this one may use as many processors."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(2, processors)


class Crew:
    """`size` workers, started in the background when there is work. Once one of them has died there is no other."""

    def __init__(self, size: int, decoder: Decoder, keep_withheld: bool) -> None:
        self.size = size
        self.trouble = ""  # one line, once there are no workers any more
        self._begin = (decoder.anew(), keep_withheld)
        self._executor: Any = None
        self._warm: list[Future[None]] = []

    def start(self) -> None:
        """Have the workers get ready, if they are not about it. This returns at once."""
        if self._executor is not None or self.trouble:
            return
        try:
            from joblib.externals.loky import ProcessPoolExecutor  # noqa: PLC0415 - heavy

            from engine.crew_member import begin, warm_up  # noqa: PLC0415

            self._executor = ProcessPoolExecutor(
                self.size, initializer=begin, initargs=(*self._begin, os.getpid()), env=_ONE_THREAD
            )
            self._warm = [self._executor.submit(warm_up) for _ in range(self.size)]
        except (BrokenExecutor, ImportError, OSError, RuntimeError) as error:
            self.fail(f"no worker process can be started ({error})")

    @property
    def ready(self) -> bool:
        """Whether there is a worker that can take lines at once."""
        if not any(warm.done() for warm in self._warm):
            return False
        if any(warm.done() and warm.exception() is not None for warm in self._warm):
            self.fail("a worker process died")
        return not self.trouble

    def give(self, lines: Sequence[bytes]) -> "Future[bytes] | None":
        """Have lines read; None if nobody can."""
        if self._executor is None:
            return None
        from engine.crew_member import work  # noqa: PLC0415

        try:
            given: Future[bytes] = self._executor.submit(work, lines)
        except (BrokenExecutor, OSError, RuntimeError):
            self.fail("a worker process died")
            return None
        return given

    def outcome(self, lines: Sequence[bytes], given: "Future[bytes]", patience: float) -> Prepared:
        """What was found in lines, none if they are to be read here. Raises TimeoutError: not yet."""
        try:
            sent = given.result(patience)
            return unpack(lines, sent) if sent else Prepared()
        except TimeoutError:
            raise
        except (BrokenExecutor, CancelledError):
            self.fail("a worker process died")
        except Exception:  # whatever it met there, it will be met here, where it is known what to do
            return Prepared()
        return Prepared()

    def fail(self, why: str) -> None:
        """Do without workers from now on."""
        if not self.trouble:
            self.trouble = f"{why}: {ALONE}"
        self._leave(kill_workers=True)

    def rest(self) -> None:
        """Let the workers go until there is work again."""
        self._leave(kill_workers=False)

    def _leave(self, kill_workers: bool) -> None:
        executor, self._executor, self._warm = self._executor, None, []
        if executor is not None:
            executor.shutdown(wait=False, kill_workers=kill_workers)
