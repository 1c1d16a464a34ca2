"""What a job is given to tell how far it is, and to learn that it shall stop.

A module of its own, because `worker.py` runs as `__main__`: an exception defined there would be
another class than the one a job imports.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from scalearn_core.runs.records import Metric
from scalearn_core.runs.store import Store

_WRITE_SECONDS = 0.5
_CHECK_SECONDS = 0.25


class Cancelled(Exception):
    """Somebody asked the run to stop. A job may catch it to save, and raises it again."""


class Reporter:
    """Writes a run's progress at most twice a second, and looks for a cancel four times.

    Every method may be called as often as the job likes, and raises `Cancelled` when asked to stop.

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
        self._written = self._checked = float("-inf")

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
        """Leave if asked to.

        Raises:
            Cancelled: Somebody asked the run to stop.
        """
        now = self._clock()
        if now - self._checked < _CHECK_SECONDS:
            return
        self._checked = now
        run = self._store.run(self._run_id)
        if run is None or run.cancel_requested:
            raise Cancelled

    def flush(self) -> None:
        """Write what was not written yet."""
        self._store.record(
            self._run_id,
            stage=self._stage,
            progress=self._progress,
            eta_seconds=self._eta,
            metrics=self._metrics,
        )
        self._metrics, self._written = [], self._clock()

    def _write_sometimes(self) -> None:
        if self._clock() - self._written >= _WRITE_SECONDS:
            self.flush()
        self.check()
