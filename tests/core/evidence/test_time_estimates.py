"""What a training is said to take grows with what it does."""

from __future__ import annotations

import pytest

from scalearn_core.evidence import time_estimates
from scalearn_core.evidence.time_estimates import estimate_seconds


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of one speed, so that two estimates differ by the work alone."""
    monkeypatch.setattr(time_estimates, "matmul_speed", lambda device, width: 1e11)


def test_documents_without_label_may_take_longer_and_need_not() -> None:
    none, some, many, beyond = (
        estimate_seconds(200, 9, "cpu", True, 200, unlabelled=count) for count in (0, 100, 1_000, 50_000)
    )
    assert none[0] == some[0] == many[0], "where the labels teach too little, none joins"
    assert none[1] < some[1] < many[1]
    assert many[1] == beyond[1], "no more are read than stated"


@pytest.mark.parametrize(("recipe", "own_adapter"), [("paper", True), ("auto", False)])
def test_where_they_cannot_join_they_take_no_time(recipe: str, own_adapter: bool) -> None:
    without, beside = (
        estimate_seconds(200, 9, "cpu", own_adapter, 200, recipe, unlabelled=count) for count in (0, 1_000)
    )
    assert without == beside
