"""Trained on parts, scored on the same documents; `test_power_law.py` has the curve itself."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest

from scalearn_core.config import TrainingConfig
from scalearn_core.data.parts import Part
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.metrics import score
from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.heads.logistic import unit
from scalearn_core.records.studies import LearningCurve
from scalearn_core.storage.codec import to_json
from scalearn_core.studies.learning_curve import METHODS
from scalearn_core.studies.run import run_study
from scalearn_core.studies.training import with_training
from tests.core.studies.conftest import Stopped, make_trained, stop_after


@pytest.fixture(scope="module")
def told() -> list[float]:
    return []


@pytest.fixture(scope="module")
def larger(encoder: Encoder) -> TrainedModel:
    return make_trained(encoder, 150, "scalearn_uniform", TrainingConfig())


@pytest.fixture(scope="module")
def found(larger: TrainedModel, told: list[float]) -> Any:
    return run_study("learning_curve", larger, told.append)


def test_both_methods_on_every_part(found: LearningCurve, larger: TrainedModel) -> None:
    n = len(larger.train)
    sizes = [point.documents for point in found.methods["scalearn"].points]
    assert sizes[0] == n == found.documents
    assert len(set(sizes)) == 5
    assert sizes == [point.documents for point in found.methods["frozen_head"].points]
    assert found.reach == 3 * n
    assert set(found.methods) == set(METHODS)
    json.dumps(to_json(found), allow_nan=False)


def test_all_documents_means_the_model_at_hand(found: LearningCurve, larger: TrainedModel) -> None:
    test = larger.test
    plain = larger.frozen_head.predict(
        unit(embed(larger.model.encoder, larger.model.encoder.tokenize(test.texts)))
    )
    predicted = {"scalearn": larger.model.predict_proba(test.texts).argmax(1), "frozen_head": plain}
    for name in METHODS:
        expected = score("macro_f1", test.targets, predicted[name])
        assert found.methods[name].points[0].macro_f1 == pytest.approx(expected)


def test_a_fitted_curve_comes_with_its_gain(found: LearningCurve) -> None:
    fitted = [method for method in found.methods.values() if method.code != "misfit"]
    assert fitted
    for method in fitted:
        low, high = method.more.interval
        assert 0 <= low <= high
        assert method.more.gain <= method.double.gain + 1e-9
        assert len({len(values) for values in vars(method.curve).values()}) == 1


def test_progress_grows_to_the_end(found: LearningCurve, told: list[float]) -> None:
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)
    assert max(later - earlier for earlier, later in itertools.pairwise(told)) < 0.2


def test_too_few_documents_have_no_curve(encoder: Encoder) -> None:
    small = make_trained(encoder, 30, "scalearn_uniform_pp", TrainingConfig(own_adapter=False))
    found = run_study("learning_curve", small, lambda share: None)
    assert [found.methods[name].code for name in METHODS] == ["few_documents"] * 2
    assert found.notes == ("few_documents",)
    assert run_study("learning_curve", small, lambda share: None) == found, "the same again"


def test_it_stops_when_it_is_told(trained_model: TrainedModel) -> None:
    with pytest.raises(Stopped):
        run_study("learning_curve", trained_model, stop_after(0.3))


def test_a_part_leaves_the_test_documents_alone(trained_model: TrainedModel) -> None:
    kept = np.arange(len(trained_model.train)) % 3 == 0
    part = with_training(trained_model.dataset, kept)
    assert part.train.texts == tuple(np.array(trained_model.train.texts)[kept])
    assert part.test.texts == trained_model.test.texts
    assert (part.parts == Part.TEST).sum() == len(trained_model.test)
    assert len(part.validation) == 0
