"""One bar and one time to go over all steps of a training."""

from __future__ import annotations

import pytest

from scalearn_core.evidence.pace import Pace
from scalearn_core.evidence.time_estimates import Step

STEPS = tuple(Step(stage, seconds, seconds) for stage, seconds in (("loading", 10), ("training", 60), ("end", 30)))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_planned_is_what_is_told_at_first() -> None:
    assert Pace(STEPS, 1.0, clock=Clock()).begin("loading").to_go == pytest.approx(100)
    assert Pace(STEPS, 3.0, clock=Clock()).begin("loading").to_go == pytest.approx(300)


def test_the_time_to_go_is_never_that_of_one_step_alone() -> None:
    clock = Clock()
    pace = Pace(STEPS, 1.0, clock=clock)
    pace.begin("loading")
    clock.now = 10.0
    pace.begin("training")
    clock.now = 69.0
    far = pace.at(59 / 60)
    assert far.share == pytest.approx(0.69)
    assert far.to_go == pytest.approx(31)


def test_a_slower_machine_is_noticed_on_the_way() -> None:
    clock = Clock()
    pace = Pace(STEPS, 1.0, clock=clock)
    pace.begin("loading")
    clock.now = 50.0
    pace.begin("training")
    clock.now = 350.0
    assert pace.begin("end").to_go == pytest.approx(5 * 30, rel=0.15)


def test_a_step_that_was_left_out_counts_as_done_and_not_as_worked() -> None:
    clock = Clock()
    pace = Pace(STEPS, 1.0, clock=clock)
    pace.begin("loading")
    clock.now = 10.0
    far = pace.begin("end")
    assert far.share == pytest.approx(0.7)
    assert far.to_go == pytest.approx(30)


def test_the_bar_only_grows() -> None:
    pace = Pace(STEPS, 1.0, clock=Clock())
    shares = [pace.begin("loading").share, pace.at(0.5).share, pace.at(1.5).share, pace.begin("training").share]
    shares += [pace.at(0.2).share, pace.begin("end").share, pace.at(1.0).share]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
