"""What is known of a run: plain values, read from its row."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from scalearn_core.errors import RunError
from scalearn_core.runs.processes import Process

Status = Literal["queued", "running", "succeeded", "failed", "cancelled", "interrupted"]
DAMAGED = "run.record_damaged"
"""Error of a run whose row cannot be read."""
_MAY_BE_UNKNOWN = {"eta_seconds", "started_at", "finished_at"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Metric:
    """One value of a curve."""

    step: int
    name: str
    value: float
    """NaN where the job measured NaN."""


@dataclass(frozen=True)
class Run:
    """One run as its row was when it was read. Times are seconds since 1970 (UTC)."""

    id: str
    kind: str
    """A key of `kinds.KINDS`, or one of another version."""
    title: str
    """What the user sees; free text."""
    status: Status
    config: dict[str, Any]
    """What the job was asked, as given to `submit`."""
    progress: float
    """0 to 1."""
    stage: str
    """A short code ("waiting", "starting", then the job's own), in words by the interface."""
    eta_seconds: float | None
    """Seconds to go, if the job can say."""
    error_code: str | None
    error_values: dict[str, Any]
    """Fill the sentence of `error_code` in any language."""
    error_text: str | None
    """The English sentence."""
    cancel_requested: bool
    """Asked to stop; until `status` says so, it is on its way."""
    pid: int | None
    """Process and process group of the run, once it has told."""
    pid_started: str | None
    """When that process started, as the system says it: ids are used again, both together are not."""
    created_at: float
    started_at: float | None
    finished_at: float | None
    owner: str = ""
    """Who started it, where people sign in."""
    note: str = ""
    """What somebody wrote about it."""
    pinned: bool = False
    """Whether lists show it first."""
    repeats: str | None = None
    """Id of the run that this one repeats, to be compared with it."""

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ValueError(f"status must be one of {get_args(Status)}, found {self.status!r}")
        for name in ("config", "error_values"):
            if not isinstance(getattr(self, name), dict):
                raise TypeError(f"{name} must be an object, found {getattr(self, name)!r}")
        for name in ("id", "kind", "title", "stage", "owner", "note"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be text, found {getattr(self, name)!r}")
        for name in ("progress", "created_at", "eta_seconds", "started_at", "finished_at"):
            value = getattr(self, name)
            if not isinstance(value, int | float) and not (value is None and name in _MAY_BE_UNKNOWN):
                raise TypeError(f"{name} must be a number, found {value!r}")

    @property
    def process(self) -> Process | None:
        """The second sign of life, beside the lock."""
        return None if self.pid is None or self.pid_started is None else Process(self.pid, self.pid_started)

    @property
    def active(self) -> bool:
        """Whether it waits or works; an ended run never becomes active again."""
        return self.status in ("queued", "running")


def run_of_row(row: Mapping[str, Any]) -> Run:
    """The run of a row; of one that cannot be read, a failed run that says so, and can be deleted."""
    fields = {key: row[key] for key in Run.__dataclass_fields__}
    try:
        for key in ("config", "error_values"):
            fields[key] = json.loads(fields[key])
        return Run(**{**fields, **{name: bool(row[name]) for name in ("cancel_requested", "pinned")}})
    except (ValueError, TypeError, RecursionError) as error:
        logger.warning("The row of run %s cannot be read: %s", row["id"], error)
    reason = RunError("run.record_damaged", run=str(row["id"]))
    created = row["created_at"] if isinstance(row["created_at"], float) else 0.0
    return Run(
        id=str(row["id"]), kind=str(row["kind"]), title=str(row["title"]), status="failed", config={},
        progress=0.0, stage="", eta_seconds=None, error_code=reason.code, error_values=reason.values,
        error_text=str(reason), cancel_requested=False, pid=None, pid_started=None, created_at=created,
        started_at=None, finished_at=None,
    )  # fmt: skip
