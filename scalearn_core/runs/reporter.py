"""What a job uses to report its progress, and to learn that it should stop.

A module of its own, because `worker.py` runs as `__main__`: an exception defined there would be
another class than the one a job imports.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from scalearn_core.errors import RunError
from scalearn_core.runs.records import Metric, Run
from scalearn_core.runs.store import Store
from scalearn_core.runs.upkeep import look

_WRITE_SECONDS = 0.5
_CHECK_SECONDS = 0.25
_REST_SECONDS = 10.0
"""So long a list of runs that cannot be used is left alone: the work goes on meanwhile."""

logger = logging.getLogger(__name__)


class Cancelled(Exception):
    """The run was cancelled, or its process shall leave. A job may catch this to save, and must raise it again."""


class Reporter:
    """Writes a run's progress at most twice a second, and checks for a cancel four times.

    Every method may be called as often as the job likes, and raises `Cancelled` when asked to stop. None fails
    because the list of runs cannot be used: what was not written is kept, and written when it can be again.

    Args:
        store: Where to write.
        run_id: The run that works.
        clock: Seconds that only grow.
    """

    def __init__(self, store: Store, run_id: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._run_id, self._clock = store, run_id, clock
        self._stage, self._progress = "starting", 0.0
        self._eta: float | None = None
        self._metrics: list[Metric] = []
        self._written = self._checked = self._again = float("-inf")
        self._known: Run | None = None
        self._leaving = False
        self.cancelled = False
        """Whether somebody asked the run to stop."""

    def leave(self) -> None:
        """The process shall leave soon, whoever wants it; the next check raises `Cancelled`."""
        self._leaving, self._checked, self._again = True, float("-inf"), float("-inf")

    def stage(self, code: str, progress: float | None = None) -> None:
        """The job begins another part; `code` becomes words in the interface. Written at once."""
        self._stage, self._eta = code, None
        if progress is not None:
            self._progress = min(max(progress, 0.0), 1.0)
        self.flush()
        self.check()

    def progress(self, fraction: float, eta_seconds: float | None = None) -> None:
        """How much of the whole run is done (0 to 1), and the seconds to go, if known."""
        self._progress, self._eta = min(max(fraction, 0.0), 1.0), eta_seconds
        self._write_sometimes()

    def metric(self, step: int, name: str, value: float) -> None:
        """One point of a curve; the same step again replaces it."""
        self._metrics.append(Metric(step, name, float(value)))
        self._write_sometimes()

    def check(self) -> None:
        """Raise `Cancelled` if the run was cancelled.

        Raises:
            Cancelled: Somebody asked the run to stop.
        """
        now = self._clock()
        if now < max(self._again, self._checked + _CHECK_SECONDS):
            return
        self._checked = now
        try:
            run = look(self._store, self._run_id, self._known)
        except (RunError, OSError) as problem:
            self._rest(problem)
            run = self._known
        else:
            self.cancelled = run is None or run.cancel_requested
        if self._leaving or self.cancelled:
            raise Cancelled
        self._known = run

    def flush(self, *, last: bool = False) -> None:
        """Write what was not written yet; the `last` time even if the list could not be used a moment ago."""
        if self._clock() < self._again and not last:
            return
        try:
            self._store.record(
                self._run_id,
                stage=self._stage,
                progress=self._progress,
                eta_seconds=self._eta,
                metrics=self._metrics,
            )
        except RunError as problem:
            self._rest(problem)
        else:
            self._metrics, self._written = [], self._clock()

    def _rest(self, problem: Exception) -> None:
        logger.warning("The work goes on, but cannot be followed for now: %s", problem)
        self._again = self._clock() + _REST_SECONDS

    def _write_sometimes(self) -> None:
        if self._clock() - self._written >= _WRITE_SECONDS:
            self.flush()
        self.check()
