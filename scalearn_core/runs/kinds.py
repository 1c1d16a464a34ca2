"""The kinds of run there are: what each does, and the queue it waits in. The only list of them in the core."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scalearn_core.errors import RunError

LOCAL, RAY = "local", "ray"
LAUNCHERS = (LOCAL, RAY)
"""Where a run works: as a process of this machine, or on a cluster (`on_ray.py`)."""
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


def lane_of_run(run_id: str, kind: str, config: Mapping[str, Any]) -> str:
    """The queue of one run. On a cluster it has one of its own: there the cluster's scheduler is the queue."""
    return f"{RAY} {run_id}" if config.get("launcher") == RAY else lane_of(kind)


@dataclass(frozen=True)
class Asked:
    """What a run asks of a cluster."""

    cpus: int
    """Which it computes on with so many threads."""
    gpus: int


def asked_of_cluster(config: Mapping[str, Any]) -> Asked:
    """By a run's config; where that says nothing one CPU, and a GPU where it is to compute on one."""
    return Asked(int(config.get("cpus") or 1), int(config.get("gpus") or (config.get("device") == "cuda")))


def with_launcher(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    """The config of a run with the launcher that `SCALEARN_LAUNCHER` names for what takes minutes to hours.

    Raises:
        RunError: `run.launcher`.
    """
    setting = os.environ.get("SCALEARN_LAUNCHER") or LOCAL
    if setting not in LAUNCHERS:
        raise RunError("run.launcher", value=setting, known=", ".join(LAUNCHERS))
    if "launcher" in config or setting == LOCAL or lane_of(kind) != LONG:
        return config
    return config | {"launcher": setting}


def for_the_job(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a run's config asks of its job, wherever that works: the same work has the same settings."""
    return {name: value for name, value in config.items() if name not in ("launcher", "cpus", "gpus")}


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
