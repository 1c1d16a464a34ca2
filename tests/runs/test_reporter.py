"""Progress is written twice a second, a cancel is seen within a quarter, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core.runs import Cancelled, Reporter
from scalearn_core.runs.store import Store

RUN = "20261123-201502-k3f9qz"


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(workspace: Path) -> Store:
    store = Store(workspace)
    store.insert(RUN, kind="selfcheck", lane="train", title="", config={}, created_at=1.0)
    store.claim(RUN, slots=1)
    return store


def test_metrics_are_gathered_and_all_written_at_the_end(store: Store) -> None:
    clock = Clock()
    report = Reporter(store, RUN, clock=clock)
    written = []
    for step in range(1, 101):
        clock.now = step / 100  # 100 values within a second
        report.metric(step, "loss", 1 / step)
        written.append(len(store.metrics(RUN)))
    assert sorted(set(written)) == [1, 51]
    report.flush()
    assert [(m.step, m.value) for m in store.metrics(RUN)] == [(s, 1 / s) for s in range(1, 101)]


def test_a_stage_is_shown_at_once_and_progress_stays_in_range(store: Store) -> None:
    report = Reporter(store, RUN, clock=Clock())
    report.stage("embedding", progress=0.25)
    report.progress(1.0000001, eta_seconds=9.0)
    shown = store.run(RUN)
    assert shown is not None
    assert (shown.stage, shown.progress, shown.eta_seconds) == ("embedding", 0.25, None)
    report.flush()
    shown = store.run(RUN)
    assert shown is not None
    assert (shown.progress, shown.eta_seconds) == (1.0, 9.0)


def test_a_cancel_is_seen_within_a_quarter_of_a_second(store: Store) -> None:
    clock = Clock()
    report = Reporter(store, RUN, clock=clock)
    report.check()
    store.request_cancel(RUN)
    clock.now = 0.2
    report.check()
    clock.now = 0.25
    with pytest.raises(Cancelled):
        report.progress(0.5)


def test_a_deleted_run_stops(store: Store) -> None:
    store.delete(RUN)
    with pytest.raises(Cancelled):
        Reporter(store, RUN).check()
