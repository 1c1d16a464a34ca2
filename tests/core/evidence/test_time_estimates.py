"""What a training is said to take grows with what it does, and with what else runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from scalearn_core.devices import has_bfloat16_units, told_of_bfloat16_units, usable_cores
from scalearn_core.evidence import time_estimates
from scalearn_core.evidence.time_estimates import busy, estimate, matmul_speed, plan_steps, stages


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quiet machine of one speed, so that two estimates differ by the work alone."""
    monkeypatch.setattr(time_estimates, "matmul_speed", lambda device, width: 1e11)
    monkeypatch.setattr(time_estimates, "busy", lambda device: 1.0)


def seconds(*arguments: Any, **more: Any) -> tuple[float, float]:
    return estimate(plan_steps(*arguments, **more), "cpu")


def test_documents_without_label_may_take_longer_and_need_not() -> None:
    none, some, many, beyond = (
        seconds(200, 9, "cpu", True, 200, unlabelled=count) for count in (0, 100, 1_000, 50_000)
    )
    assert none[0] == some[0] == many[0], "where the labels teach too little, none joins"
    assert none[1] < some[1] < many[1]
    assert many[1] == beyond[1], "no more are read than stated"


@pytest.mark.parametrize(("recipe", "own_adapter"), [("paper", True), ("auto", False)])
def test_where_they_cannot_join_they_take_no_time(recipe: str, own_adapter: bool) -> None:
    without, beside = (seconds(200, 9, "cpu", own_adapter, 200, recipe, unlabelled=count) for count in (0, 1_000))
    assert without == beside


@pytest.mark.parametrize("recipe", ["auto", "paper"])
@pytest.mark.parametrize("own_adapter", [True, False])
@pytest.mark.parametrize("unlabelled", [0, 300])
def test_the_steps_planned_are_those_that_are_numbered(recipe: str, own_adapter: bool, unlabelled: int) -> None:
    planned = plan_steps(200, 9, "cpu", own_adapter, 200, recipe, unlabelled=unlabelled)
    assert tuple(step.stage for step in planned) == stages(recipe, own_adapter, unlabelled > 0)
    assert all(0 <= step.least <= step.most for step in planned)


def test_few_documents_to_learn_from_take_less_than_many() -> None:
    assert seconds(200, 9, "cpu", True, 200, test_share=0.9) < seconds(200, 9, "cpu", True, 200)


def test_a_busy_machine_makes_it_longer_and_the_range_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_estimates, "busy", busy)
    cores = usable_cores()
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    quiet = seconds(200, 9, "cpu", True, 200)
    monkeypatch.setattr(os, "getloadavg", lambda: (3.0 * cores, 0.0, 0.0))
    loaded = seconds(200, 9, "cpu", True, 200)
    assert loaded[0] == pytest.approx(2 * quiet[0]) and loaded[1] == pytest.approx(4 * quiet[1])
    assert busy("cuda") == 1.0


def test_the_speed_of_this_machine_is_that_of_its_cores() -> None:
    speed = matmul_speed("cpu", 384) / usable_cores()
    assert 1e9 < speed < 1e12, "operations per second that one core gives"


@pytest.mark.parametrize(("recipe", "device"), [("auto", "cpu"), ("auto", "cuda"), ("paper", "cpu")])
def test_only_steps_in_bfloat16_take_less_time(recipe: str, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Linux tells of the processor is read from its file; here the one machine is both kinds."""
    found = []
    for told in (False, True):
        monkeypatch.setattr(
            time_estimates, "told_of_bfloat16_units", lambda kind, told=told: told and kind == "cpu"
        )
        found.append(seconds(200, 9, device, True, 200, recipe)[0])
    assert (found[1] < found[0]) is (recipe == "auto" and device == "cpu")


@pytest.mark.skipif(not Path("/proc/cpuinfo").is_file(), reason="only Linux tells")
def test_linux_tells_of_the_units_that_torch_finds() -> None:
    assert told_of_bfloat16_units("cpu") == has_bfloat16_units(torch.device("cpu"))
    assert not told_of_bfloat16_units("cuda")
