"""The kinds of run there are: what each does, and the queue it waits in. The only list of them in the core."""

from __future__ import annotations

import os
from dataclasses import dataclass

from scalearn_core.errors import RunError

LONG = "train"
"""The queue of what takes minutes to hours."""


@dataclass(frozen=True)
class Kind:
    """One kind of run."""

    job: str
    """ "module:function"; imported only in the run's own process, and only at its turn."""

    own_lane: bool = False
    """Whether it waits only for its like: what takes seconds, or comes first, must not queue behind a training."""


KINDS = {
    "train": Kind("scalearn_core.jobs.train:run"),
    "predict": Kind("scalearn_core.jobs.predict:run", own_lane=True),
    "evaluate": Kind("scalearn_core.jobs.evaluate:run", own_lane=True),
    "forecast": Kind("scalearn_core.jobs.forecast:run", own_lane=True),
    "study": Kind("scalearn_core.jobs.study:run"),
    "check": Kind("scalearn_core.jobs.check:run", own_lane=True),
    "pile": Kind("scalearn_core.jobs.pile:run", own_lane=True),
    "selfcheck": Kind("scalearn_core.runs.jobs:selfcheck"),
}


def lane_of(kind: str) -> str:
    """The queue a kind of run waits in; one of another version waits with the trainings."""
    return kind if kind in KINDS and KINDS[kind].own_lane else LONG


def slots_of(lane: str) -> int:
    """How many runs of a lane may work at once: 1, or what `SCALEARN_SLOTS` says (of trainings and studies), or
    `SCALEARN_SLOTS_PREDICT` and the like of a lane of its own.

    Raises:
        RunError: `run.slots`, if the setting is not a whole number from 1.
    """
    name = "SCALEARN_SLOTS" if lane == LONG else f"SCALEARN_SLOTS_{lane.upper()}"
    setting = os.environ.get(name, "1")
    if not (setting.isascii() and setting.isdigit() and int(setting) >= 1):
        raise RunError("run.slots", name=name, value=setting)
    return int(setting)
