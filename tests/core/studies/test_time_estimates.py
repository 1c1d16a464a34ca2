"""The guess grows with what it is made of."""

from __future__ import annotations

import pytest

from scalearn_core.studies import STUDIES
from scalearn_core.studies.time_estimates import estimate_seconds
from tests.records import training

SECONDS = {"embedding": 2.0, "forecast": 10.0, "training": 20.0, "baselines": 99.0}


def guess(study: str, recipe: str = "auto", **seconds: float) -> float:
    counts = {"train": 40, "validation": 0, "test": 20}
    result = training(recipe=recipe, seconds=SECONDS | seconds, dataset={"counts": counts})
    return estimate_seconds(result, study)


@pytest.mark.parametrize("recipe", ["auto", "paper"])
@pytest.mark.parametrize("study", [study for study in STUDIES if study != "sources"])
def test_a_slower_training_makes_every_study_slower(study: str, recipe: str) -> None:
    assert guess(study, recipe) > 20
    assert guess(study, recipe, training=40.0) > 1.3 * guess(study, recipe)
    assert guess(study, recipe, baselines=500.0) == guess(study, recipe), "no study needs these"


def test_the_ladder_shares_the_forecast() -> None:
    assert guess("ladder", forecast=100.0) == guess("ladder")
    assert guess("seeds", forecast=100.0) > guess("seeds")
