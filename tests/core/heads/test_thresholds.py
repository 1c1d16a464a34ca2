"""From which probability on each of several labels is given."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ModelError
from scalearn_core.heads.thresholds import (
    FEWEST,
    as_stored,
    choose_thresholds,
    from_stored,
    thresholds_out_of_fold,
)
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import confidence_in, decide
from tests.core.multi_label import with_random_head
from tests.core.tiny import as_of_before, random_adapter


def table(*columns: tuple[list[float], list[int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p for p, _ in columns]).T, np.array([y for _, y in columns]).T


def test_each_label_takes_the_limit_of_best_f1() -> None:
    low = [0.3] * 12 + [0.1] * 28
    high = [0.9] * 12 + [0.7] * 28
    has = [1] * 12 + [0] * 28
    found = choose_thresholds(*table((low, has), (high, has)))
    assert found.tolist() == [0.3, 0.71], "of equally good ones the nearest to one half"


def test_what_is_divided_at_one_half_stays_there() -> None:
    probabilities, targets = table(([0.9] * 20 + [0.1] * 20, [1] * 20 + [0] * 20))
    assert choose_thresholds(probabilities, targets).tolist() == [0.5]


def test_a_rare_label_takes_the_shared_limit() -> None:
    common = ([0.3] * 20 + [0.1] * 20, [1] * 20 + [0] * 20)
    rare_has = [1] * (FEWEST - 1) + [0] * (41 - FEWEST)
    alone = ([0.93] * (FEWEST - 1) + [0.92] * (41 - FEWEST), rare_has)
    found = choose_thresholds(*table(common, common, alone))
    assert found[0] == found[1] == found[2] == 0.3
    enough = ([0.93] * FEWEST + [0.92] * (40 - FEWEST), [1] * FEWEST + [0] * (40 - FEWEST))
    assert choose_thresholds(*table(common, common, enough))[2] == 0.93


def test_limits_keep_within_bounds_and_are_the_same_again() -> None:
    generator = np.random.default_rng(0)
    targets = (generator.random((200, 6)) < [0.5, 0.9, 0.05, 0.3, 0.02, 0.0]).astype(np.int64)
    for scale in (1e-3, 1.0):
        probabilities = scale * generator.random((200, 6))
        found = choose_thresholds(probabilities, targets)
        assert ((found >= 0.05) & (found <= 0.95)).all()
        assert np.array_equal(found, choose_thresholds(probabilities, targets))


def test_without_any_label_it_is_one_half() -> None:
    assert choose_thresholds(np.zeros((5, 3)), np.zeros((5, 3), dtype=np.int64)).tolist() == [0.5] * 3
    assert choose_thresholds(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64)).tolist() == [0.5] * 3


def test_limits_raise_f1_on_documents_that_had_no_part_in_them() -> None:
    from scalearn_core.evaluation.metrics import score
    from scalearn_core.heads.logistic import fit_frozen_head, fit_head

    generator = np.random.default_rng(1)
    targets = (generator.random((600, 8)) < 0.06).astype(np.int64)
    features = targets @ generator.normal(size=(8, 20)) + 1.2 * generator.normal(size=(600, 20))
    nothing = features[:0], targets[:0]
    for head in (
        fit_frozen_head(features[:300], targets[:300], *nothing, 8, seed=0),
        fit_frozen_head(features[:200], targets[:200], features[200:300], targets[200:300], 8, seed=0),
        fit_head(features[:300], targets[:300], 8, c=0.1, seed=0),
    ):
        assert head.thresholds is not None
        before = score("macro_f1", targets[300:], decide(head.predict_proba(features[300:]), multi_label=True))
        assert score("macro_f1", targets[300:], head.predict(features[300:])) > before
    assert thresholds_out_of_fold(features[:1], targets[:1], 1.0, tolerance=1e-4, seed=0) is None


def test_confidence_is_of_what_is_given() -> None:
    probabilities = np.array([[0.3, 0.6]])
    given = decide(probabilities, multi_label=True, thresholds=[0.2, 0.7])
    assert given.tolist() == [[1, 0]]
    assert confidence_in(probabilities, multi_label=True, given=given) == pytest.approx(0.3 * 0.4)
    assert confidence_in(probabilities, multi_label=True) == pytest.approx(0.7 * 0.6)
    assert decide([[0.3, 0.6]], multi_label=False, thresholds=[0.2, 0.7]).tolist() == [1], (
        "one label: the likeliest"
    )


def test_limits_in_files() -> None:
    limits = np.array([0.25, 0.5])
    assert as_stored(limits, ("a", "b")) == {"a": 0.25, "b": 0.5}
    assert as_stored(None, ("a", "b")) is None
    assert from_stored(None, ("a", "b")) is None
    found = from_stored({"a": 0.25}, ("a", "b"))
    assert found is not None
    assert np.array_equal(found, limits)
    for wrong in ({"c": 0.5}, {"a": 0.0}, {"a": float("nan")}, {"a": 1.5}, [0.5], 0.5):
        with pytest.raises(ValueError, match="its limits are"):
            from_stored(wrong, ("a", "b"))


def test_a_model_keeps_its_limits_and_hands_them_on(encoder: Encoder, tmp_path: Path) -> None:
    texts = ["my invoice", "the vpn drops", "lamp", "a new desk", "router", "refund"]
    model = ScaLearnModel(encoder, [random_adapter("s")], labels=("a", "b"), separator="|")
    with_random_head(model, texts)
    at_half = model.predict(texts)
    model.thresholds = np.array([0.05, 0.95])
    expected = model.predict(texts)
    assert expected != at_half
    model.save(tmp_path / "model")
    assert ScaLearnModel.load(tmp_path / "model").predict(texts) == expected
    assert [found.label for found in Predictor(model).predict(texts)] == expected
    for export in (model.export_onnx, model.export_adapter):
        export(tmp_path / "out")
        stored = json.loads((tmp_path / "out" / "thresholds.json").read_text("utf-8"))
        assert stored == {"a": 0.05, "b": 0.95}
        shutil.rmtree(tmp_path / "out")

    as_of_before(tmp_path / "model", thresholds={"a": 2.0})
    with pytest.raises(ModelError, match="limits are no probabilities"):
        ScaLearnModel.load(tmp_path / "model")
    as_of_before(tmp_path / "model", thresholds=None)
    assert ScaLearnModel.load(tmp_path / "model").predict(texts) == at_half, "as models of before"
