"""How far a training is: one bar and one time to go over all its steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scalearn_core.evidence.time_estimates import Step

SURE = 0.1
"""Share of the planned work after which what was seen of the pace weighs as much as what was expected."""


@dataclass(frozen=True)
class Far:
    """Where a training stands."""

    share: float
    """Done of the planned work, 0 to 1."""
    to_go: float
    """Seconds, at the pace so far."""


class Pace:
    """Follows a training through its planned steps. A step that is left out, or ends early, makes the bar jump.

    Args:
        steps: as planned, in order.
        slower: how many times slower than planned it is expected to go (`time_estimates.busy`).
        clock: seconds that only grow.
    """

    def __init__(
        self, steps: Sequence[Step], slower: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = {step.stage: (step.least + step.most) / 2 for step in steps}
        self._total = sum(self._seconds.values())
        self._slower, self._clock = slower, clock
        self._stage = steps[0].stage
        self._began = clock()
        self._worked = 0.0
        """Planned seconds of the steps that were really done."""

    def begin(self, stage: str) -> Far:
        """The step `stage` begins, and the one before has ended."""
        if stage != self._stage:
            self._worked += self._seconds.get(self._stage, 0.0)
            self._stage = stage
        return self.at(0.0)

    def at(self, fraction: float) -> Far:
        """Where it stands with this share of the current step done."""
        stages = list(self._seconds)
        place = stages.index(self._stage) if self._stage in stages else len(stages)
        now = self._seconds.get(self._stage, 0.0) * min(max(fraction, 0.0), 1.0)
        before = sum(self._seconds[stage] for stage in stages[:place])
        worked, known = self._worked + now, SURE * self._total
        elapsed = self._clock() - self._began
        pace = (elapsed + self._slower * known) / (worked + known)
        return Far((before + now) / self._total, pace * (self._total - before - now))
