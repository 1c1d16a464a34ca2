"""The trials of a sweep as tasks of a Ray cluster. What they share lies in its memory, once per machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scalearn_core.errors import RunError
from scalearn_core.records.sweep import Trial
from scalearn_core.runs.cluster import connected
from scalearn_core.studies.sweep import Prepared, TrialResult, run_trial

MOST_RETRIES = 3
"""Of a trial whose worker died."""


def trials_on_ray(
    prepared: Prepared, trials: Sequence[Trial], *, workers: int, address: str | None, cpus: int, gpus: int
) -> Iterator[tuple[int, TrialResult]]:
    """Number and result of each trial, as they end; at most `workers` at a time.

    Raises:
        RunError: as `cluster.connected`, and `run.cluster_failed`.
    """
    with connected(address, cpus=workers * cpus) as ray:
        task = ray.remote(run_trial).options(num_cpus=cpus, num_gpus=gpus, max_retries=MOST_RETRIES)
        shared, waiting, at_work = ray.put(prepared), list(enumerate(trials))[::-1], dict[object, int]()
        while waiting or at_work:
            while waiting and len(at_work) < workers:
                number, trial = waiting.pop()
                at_work[task.remote(shared, trial)] = number
            [ended], _ = ray.wait(list(at_work), num_returns=1)
            try:
                yield at_work.pop(ended), ray.get(ended)
            except ray.exceptions.RayError as error:
                raise RunError("run.cluster_failed", detail=str(error)[-500:]) from error
