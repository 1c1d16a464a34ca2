"""What repeats when the training is repeated."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.records.studies import Seeds
from scalearn_core.storage.codec import to_json
from scalearn_core.studies.run import run_study
from scalearn_core.studies.seeds import MORE, repeats
from tests.core.studies.conftest import Stopped, stop_after
from tests.core.tiny import LAYERS


@pytest.fixture(scope="module")
def found(trained_model: TrainedModel) -> Any:
    return run_study("seeds", trained_model, lambda share: None)


def test_the_first_is_the_model_at_hand(found: Seeds, trained_model: TrainedModel) -> None:
    assert list(found.seeds) == [13, 14, 15, 16]
    assert found.sources == ("s1", "s2", "own")
    assert np.array(found.contribution).shape == (MORE + 1, LAYERS, 3)
    assert found.contribution[0] == pytest.approx(np.array(trained_model.result.scales.contribution), rel=1e-4)
    omega = trained_model.model.scales.omega.detach().mean(-1).numpy()
    assert np.array(found.raw[0]) == pytest.approx(omega, rel=1e-5)
    json.dumps(to_json(found), allow_nan=False)


def test_other_seeds_give_others_and_the_summary_is_theirs(found: Seeds) -> None:
    values = np.array(found.contribution)
    assert len({part.tobytes() for part in values}) == MORE + 1
    assert np.array(found.mean) == pytest.approx(values.mean(0))
    assert np.array(found.sd) == pytest.approx(values.std(0, ddof=1))
    assert np.array(found.totals.mean) == pytest.approx(np.abs(values).mean((0, 1)))
    scores = found.macro_f1
    assert found.score.sd == pytest.approx(np.std(scores, ddof=1))
    assert (found.score.lowest, found.score.highest) == (min(scores), max(scores))
    assert np.array(found.repeats).shape == (LAYERS, 3)


def test_the_same_again_gives_the_same(
    found: Seeds, plain_trained_model: TrainedModel, trained_model: TrainedModel
) -> None:
    assert run_study("seeds", trained_model, lambda share: None) == found


@pytest.mark.parametrize(
    "values, expected",
    [
        ([0.2, 0.3, 0.25, 0.2], True),
        ([-0.2, -0.3, -0.25, -0.2], True),
        ([0.2, 0.3, 0.25, -0.01], False),  # one sign differs
        ([0.01, 0.01, 0.01, 0.9], False),  # one sign, and a mean within one deviation
        ([0.0, 0.0, 0.0, 0.0], False),  # nothing there to repeat
        ([0.2, 0.2, 0.0, 0.2], False),
    ],
)
def test_what_repeats(values: list[float], expected: bool) -> None:
    assert repeats(np.array(values).reshape(4, 1, 1)).tolist() == [[expected]]


def test_it_stops_when_it_is_told(trained_model: TrainedModel) -> None:
    with pytest.raises(Stopped):
        run_study("seeds", trained_model, stop_after(0.4))


def test_progress_grows_to_the_end(plain_trained_model: TrainedModel) -> None:
    told: list[float] = []
    run_study("seeds", plain_trained_model, told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)
