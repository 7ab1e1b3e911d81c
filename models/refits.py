"""When models are refitted, and when a finished refit is taken over: by labels and event time, never by the clock.

The fitting itself runs beside the feed. It falls due with a label and is taken over with the first label that is due a
set span of event time later, so that what is predicted does not depend on how fast the machine is: a live feed never
waits for it, and a replay that is faster than the fitting waits there.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.features import HOUR, MINUTE
from models.fits import BLENDED, NAMES, Fits, Params, fit_all

Floats = NDArray[np.float64]

FIRST_FIT = 60  # labels before which there is nothing to fit
FEW = 120  # labels under which only what is blended is fitted: the others take longer, and then hardly lead
MIN_NEW = 22  # labels between two refits, at the least
GROWTH = 0.25  # a refit is due when this share more has matured ...
MAX_AGE = 12 * HOUR  # ... or when the newest fit is this old in event time
FITTING = MINUTE // 2  # event time that a refit may take


class Refit(NamedTuple):
    """A refit that was taken over."""

    matured: int  # labels that there were when it fell due
    due: int  # event time at which it fell due, microseconds
    seconds: dict[str, float]  # by model: how long it took on this machine


class _Job(NamedTuple):
    """A refit that falls due, with what it learns from: the same job gives the same fits."""

    matured: int
    due: int
    rows: Floats
    labels: Floats
    created: Floats
    seed: int
    params: Params

    def begin(self) -> Future[Fits]:
        names = (*BLENDED, "blend") if len(self.rows) < FEW else NAMES
        return _pool().submit(fit_all, self.rows, self.labels, self.created, self.seed, self.params, names)


class Refits:
    """The refits of one horizon. What is running is begun anew where a pickle of it is loaded."""

    def __init__(self, seed: int, params: Params) -> None:
        self._seed = seed
        self._params = params
        self._job: _Job | None = None
        self._running: Future[Fits] | None = None  # what comes of the job
        self._stopped = False
        self._matured_at_fit = 0
        self._fitted_at: int | None = None
        self.taken: list[Refit] = []

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_running": None}

    def adopt(self, params: Params) -> None:
        """Refit with these parameters from now on."""
        self._params = params

    def stop(self) -> None:
        """Refit no more."""
        self._stopped = True

    @property
    def version(self) -> int:
        """Refits taken over so far."""
        return len(self.taken)

    def of(self, name: str) -> int:
        """How many of them fitted a model."""
        fitted = BLENDED[0] if name == "blend" else name
        return sum(fitted in refit.seconds for refit in self.taken)

    def finished(self, due: int) -> tuple[int, Fits] | None:
        """A refit that is to be taken over at event time `due`, with the labels that it knows of; waits for it."""
        job = self._job
        if job is None or due < job.due + FITTING:
            return None
        fits = (self._running or job.begin()).result()
        self._job = self._running = None
        self.taken.append(Refit(job.matured, job.due, dict(fits.seconds)))
        return job.matured, fits

    def submit(self, matured: int, due: int, window: Callable[[], tuple[Floats, Floats, Floats]]) -> None:
        """Begin a refit if one is due at event time `due`; `window` gives rows, labels and times of posting."""
        if self._stopped or self._job is not None or not self._is_due(matured, due):
            return
        rows, labels, created = (values.copy() for values in window())
        self._matured_at_fit, self._fitted_at = matured, due
        self._job = _Job(matured, due, rows, labels, created, self._seed + self.version, self._params)
        self._running = self._job.begin()

    def _is_due(self, matured: int, due: int) -> bool:
        new = matured - self._matured_at_fit
        if matured < FIRST_FIT or new < MIN_NEW:
            return False
        aged = self._fitted_at is None or due - self._fitted_at >= MAX_AGE
        return new >= GROWTH * matured or aged


@cache
def _pool() -> ThreadPoolExecutor:
    """A thread will do: scikit-learn lets go of the interpreter while it fits.

    One for all horizons: as it fits, scikit-learn empties and restores the process's warning filters, and two of it
    at once would leave them as neither found them.
    """
    return ThreadPoolExecutor(1, thread_name_prefix="refit")
