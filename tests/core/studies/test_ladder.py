"""Every rung is trained and measured on the same documents, and the model at hand stays as it is."""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import Any

import pytest
import torch

from scalearn_core.config import VARIANTS, TrainingConfig
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.metrics import score
from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.records.studies import Ladder, RungRecord
from scalearn_core.storage.codec import to_json
from scalearn_core.studies import ladder
from scalearn_core.studies.run import run_study
from scalearn_core.studies.training import Progress
from tests.core.studies.conftest import Stopped, make_trained, stop_after
from tests.core.tiny import LAYERS, WIDTH

SOURCES, LABELS = 2, 3


@pytest.fixture(scope="module")
def told() -> list[float]:
    return []


@pytest.fixture(scope="module")
def found(trained_model: TrainedModel, told: list[float]) -> Any:
    return run_study("ladder", trained_model, told.append)


def rung(found: Ladder, name: str) -> RungRecord:
    return next(row for row in found.rungs if row.name == name)


def test_the_rungs_from_the_plain_classifier_to_the_whole_encoder(
    found: Ladder, trained_model: TrainedModel
) -> None:
    assert [row.name for row in found.rungs] == list(ladder.RUNGS)
    scales = [row.learned.scales for row in found.rungs]
    own_scales = LAYERS * (SOURCES + 1)
    assert scales == [0, SOURCES, LAYERS * SOURCES, SOURCES * WIDTH, LAYERS * SOURCES * WIDTH, own_scales, 0]
    assert {row.learned.head for row in found.rungs} == {LABELS * (WIDTH + 1)}
    own = trained_model.model.parameter_counts()["own_adapter"]
    assert [row.learned.own_adapter for row in found.rungs] == [0, 0, 0, 0, 0, own, 0]
    assert rung(found, "fine_tuning").learned.encoder == trained_model.model.encoder.parameter_count()
    assert all(row.bytes == 4 * row.learned.total for row in found.rungs)
    json.dumps(to_json(found), allow_nan=False)


def test_each_rung_is_scored_and_measured(found: Ladder) -> None:
    for row in found.rungs:
        assert row.skipped is None
        assert row.macro_f1.low <= row.macro_f1.value <= row.macro_f1.high
        assert row.seconds > 0
        assert row.documents_per_second > 0
        assert row.is_model or row.memory is None or row.memory > 50e6
    assert found.stop in ladder.RUNGS
    assert all(row.comparison.against == found.stop for row in found.rungs if row.name != found.stop)
    assert found.notes == ("few_documents",)
    assert (found.documents.train, found.documents.test) == (42, 18)


def test_the_own_rung_is_the_model_itself(found: Ladder, trained_model: TrainedModel) -> None:
    assert [row.name for row in found.rungs if row.is_model] == ["own_adapter"]
    predicted = trained_model.model.predict_proba(trained_model.test.texts).argmax(1)
    expected = score("macro_f1", trained_model.test.targets, predicted)
    assert rung(found, "own_adapter").macro_f1.value == pytest.approx(expected)


def test_a_rung_is_what_training_it_alone_gives(found: Ladder, plain_trained_model: TrainedModel) -> None:
    """The model without own adapter was trained in the ordinary way; the other ladder's rung must equal it."""
    model = plain_trained_model.model
    climbed = rung(found, "scalearn_uniform")
    predicted = model.predict_proba(plain_trained_model.test.texts).argmax(1)
    assert climbed.macro_f1.value == pytest.approx(score("macro_f1", plain_trained_model.test.targets, predicted))
    assert climbed.learned.scales == model.parameter_counts()["scales"]


def test_progress_grows_to_the_end(found: Ladder, told: list[float]) -> None:
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)
    assert max(later - earlier for earlier, later in itertools.pairwise(told)) < 0.2


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
def test_it_stops_when_it_is_told(trained_model: TrainedModel, share: float) -> None:
    """At once, while scales are trained, and while the whole encoder is."""
    omega = trained_model.model.scales.omega.clone()
    states = {key: value.clone() for key, value in trained_model.model.encoder.model.state_dict().items()}
    with pytest.raises(Stopped):
        run_study("ladder", trained_model, stop_after(share))
    assert torch.equal(trained_model.model.scales.omega, omega)
    for key, value in trained_model.model.encoder.model.state_dict().items():
        assert torch.equal(states[key], value)
    assert not trained_model.model.encoder.model.training


@pytest.mark.parametrize("limit, value, code", [("FREE_SHARE", 1e-9, "memory"), ("LONGEST", 0.0, "time")])
def test_what_does_not_fit_is_left_out_and_said(
    trained_model: TrainedModel, monkeypatch: pytest.MonkeyPatch, limit: str, value: float, code: str
) -> None:
    monkeypatch.setattr(ladder, limit, value)
    progress = Progress(lambda share: None, [1.0])
    skipped = ladder.fine_tune(trained_model, progress)
    assert (skipped.skipped, skipped.predict, skipped.seconds) == (code, None, None)
    assert skipped.learned.encoder == trained_model.model.encoder.parameter_count()


def test_without_a_known_forecast_each_rung_asks_for_its_own(
    trained_model: TrainedModel, found: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with results of the first releases; the same seed asks the same and gets the same."""
    monkeypatch.setattr(ladder, "FREE_SHARE", 1e-9)  # the whole encoder has no forecast
    unknown = dataclasses.replace(
        trained_model, result=dataclasses.replace(trained_model.result, start=None, forecast=())
    )
    again = run_study("ladder", unknown, lambda share: None)
    for name in VARIANTS:
        assert rung(again, name).macro_f1 == rung(found, name).macro_f1


def test_the_paper_recipe_climbs_too(encoder: Encoder) -> None:
    config = TrainingConfig(recipe="paper", epochs=1)
    trained_model = make_trained(encoder, 60, "scalearn_pp", config)
    found = run_study("ladder", trained_model, lambda share: None)
    assert [row.is_model for row in found.rungs].index(True) == 3
    assert rung(found, "own_adapter").learned.scales == SOURCES + 1
