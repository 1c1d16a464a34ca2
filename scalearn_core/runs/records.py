"""What is known of a run: plain values, read from its row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

Status = Literal["queued", "running", "succeeded", "failed", "cancelled", "interrupted"]


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
    """A key of `jobs.JOBS`."""
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
    """Process and process group of the running job. For information: the lock says whether it lives."""
    created_at: float
    started_at: float | None
    finished_at: float | None

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ValueError(f"status must be one of {get_args(Status)}, found {self.status!r}")

    @property
    def active(self) -> bool:
        """Whether it waits or works; an ended run never becomes active again."""
        return self.status in ("queued", "running")
