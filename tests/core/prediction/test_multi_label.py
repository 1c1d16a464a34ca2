"""New documents of several labels: all that are likely, perhaps none, and how sure the model is of the whole."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scalearn_core import evaluate
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.labels import split_labels
from scalearn_core.data.mapping import Mapping
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError, ModelError
from scalearn_core.onnx_graph import fast_mode as fast
from scalearn_core.onnx_graph.session import exact_integer_products
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.tables.export import csv_text
from scalearn_core.targets import confidence_in, decide
from tests.core.multi_label import LABELS, multi_label_table, with_random_head
from tests.core.tiny import as_of_before, dataset

TEXTS = [f"{'please ' * (i * 7 % 40)}{word} {i}" for i, word in enumerate(["lamp", "vpn", "bill", "door"] * 10)]


@pytest.fixture
def model(encoder: Encoder, sources: list[Adapter]) -> ScaLearnModel:
    """Its random head gives some of `TEXTS` no label, some one and some more (token 0 hardly tells them apart)."""
    encoder = copy.copy(encoder)
    encoder.pooling = "mean"
    return with_random_head(ScaLearnModel(encoder, sources, labels=LABELS, separator=" | "), TEXTS)


def test_probabilities_are_of_each_label_by_itself(model: ScaLearnModel) -> None:
    found = model.predict_proba(TEXTS)
    assert found.dtype == np.float32 and ((found > 0) & (found < 1)).all()
    assert np.abs(found.sum(1) - 1).max() > 0.2
    one = ScaLearnModel(model.encoder, model.sources, labels=LABELS)
    one.head, one.scales = model.head, model.scales
    logits = np.log(found.astype(np.float64)) - np.log1p(-found.astype(np.float64))
    powers = np.exp(logits)
    np.testing.assert_allclose(one.predict_proba(TEXTS), powers / powers.sum(1, keepdims=True), atol=1e-4)


def test_all_likely_labels_are_given_perhaps_none(model: ScaLearnModel) -> None:
    predictions = Predictor(model).predict(TEXTS)
    assert len({len(prediction.labels) for prediction in predictions}) > 1
    for prediction, row, text in zip(predictions, model.predict_proba(TEXTS), TEXTS, strict=True):
        assert prediction.probabilities == pytest.approx(dict(zip(LABELS, row.tolist(), strict=True)), abs=1e-6)
        assert prediction.labels == tuple(
            label for label, chance in prediction.probabilities.items() if chance >= 0.5
        )
        assert prediction.label == " | ".join(prediction.labels) == model.predict([text])[0]
        assert split_labels(prediction.label, " | ") == prediction.labels
        assert prediction.confidence == pytest.approx(np.maximum(row, 1 - row).prod(), rel=1e-5)


def test_a_document_may_get_no_label(model: ScaLearnModel) -> None:
    *_, bias = model.head.parameters()
    bias.data.fill_(-1e3)
    [prediction] = Predictor(model).predict(["a lamp"])
    assert (prediction.labels, prediction.label) == ((), "")
    assert prediction.confidence > 0.999, "it is sure of that"
    bias.data.fill_(1e3)
    [prediction] = Predictor(model).predict(["a lamp"])
    assert (prediction.labels, prediction.label) == (LABELS, " | ".join(LABELS))


def test_no_texts_give_no_predictions(model: ScaLearnModel) -> None:
    assert Predictor(model).predict([]) == []
    assert model.predict([]) == []
    assert model.decide(model.predict_proba([])).shape == (0, 3)


def test_a_table_tells_a_row_without_text_from_one_without_label(model: ScaLearnModel) -> None:
    *_, bias = model.head.parameters()
    bias.data.fill_(-1e3)
    frame = pd.DataFrame({"body": ["my invoice", " "]})
    classified = Predictor(model).predict_table(frame, "body")
    assert classified.labels.tolist() == ["[]", ""]
    assert classified.confidences.tolist() == ["1.0000", ""]
    assert (classified.got_none.tolist(), classified.counts(model.separator)) == ([True, False], {})


def test_a_classified_table_reads_back_the_same(model: ScaLearnModel) -> None:
    """None of the labels is an answer and stays one; a row without text is set apart."""
    frame = pd.DataFrame({"body": [*TEXTS, " "]}, index=pd.RangeIndex(2, len(TEXTS) + 3, name="row"))
    classified = Predictor(model).predict_table(frame, "body")
    mapping = Mapping("body", "predicted", model.separator, "leave_out")
    again = TextDataset.from_table(csv_text(classified.frame).encode(), mapping, to_learn=False)
    assert again.rejected["reason"].tolist() == ["blank_text"]
    assert again.frame["label"].tolist() == model.predict(TEXTS)
    assert 0 < (again.frame["label"] == "").sum() == classified.got_none.sum()


def test_evaluating_agrees_with_predicting(model: ScaLearnModel) -> None:
    test = multi_label_table(64, separator=" | ").split().test
    report = evaluate(model, test)
    right = np.mean([given == truth for given, truth in zip(model.predict(test.texts), test.names(), strict=True)])
    assert report.accuracy.value == pytest.approx(right)
    assert report.confusion == ()


def test_one_label_and_several_are_not_mixed(model: ScaLearnModel) -> None:
    single = ScaLearnModel(model.encoder, model.sources, labels=LABELS)
    with pytest.raises(ConfigError) as caught:
        evaluate(model, dataset(60).split().test)
    assert caught.value.code == "config.other_separator"
    with pytest.raises(ConfigError) as caught:
        evaluate(single, multi_label_table(64).split().test)
    assert caught.value.code == "config.other_separator"
    assert evaluate(model, multi_label_table(64, separator="/").split().test).n > 0, (
        "another table may use another separator"
    )


# on disk


def test_saved_and_loaded_it_says_the_same(model: ScaLearnModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    loaded = ScaLearnModel.load(tmp_path / "model", model.encoder)
    assert (loaded.separator, loaded.multi_label) == (" | ", True)
    assert np.array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert loaded.predict(TEXTS) == model.predict(TEXTS)
    assert loaded.like(model.sources).separator == " | "


@pytest.mark.parametrize("separator", ["", 5, ["|"], True, {"a": 1}])
def test_a_separator_that_is_no_text_is_refused(separator: object, model: ScaLearnModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    as_of_before(tmp_path / "model", separator=separator)
    with pytest.raises(ModelError) as caught:
        ScaLearnModel.load(tmp_path / "model", model.encoder)
    assert caught.value.code == "model.damaged"
    assert "separator" in str(caught.value)


def test_folders_of_before_have_one_label_per_document(model: ScaLearnModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    file = tmp_path / "model" / "model.json"
    content = json.loads(file.read_text("utf-8"))
    del content["separator"]
    file.write_text(json.dumps(content), "utf-8")
    as_of_before(tmp_path / "model")
    loaded = ScaLearnModel.load(tmp_path / "model", model.encoder)
    assert not loaded.multi_label
    assert loaded.predict_proba(TEXTS).sum(1) == pytest.approx(1, abs=1e-5)


# fast mode


def test_fast_mode_is_measured_and_answers_nearly_the_same(model: ScaLearnModel, tmp_path: Path) -> None:
    exact = model.predict_proba(TEXTS)
    tokens = model.encoder.tokenize(TEXTS)
    found = fast.measure_fast_mode(model, tokens.take(range(8)), tokens, decide(exact, multi_label=True))
    assert found["documents"] == len(TEXTS)
    assert found["macro_f1_exact"] == 1
    assert 0 < found["largest_difference"] < 0.1
    assert found["agreement"] > 0.8
    model.fast_mode = found
    quick = Predictor(model, "fast")
    assert quick.engine.kind == ("int8" if exact_integer_products() else "fp32")
    probabilities = np.array([list(prediction.probabilities.values()) for prediction in quick.predict(TEXTS)])
    assert np.abs(probabilities - exact).max() < 0.1
    plain = fast.prepare(model, "auto") if not found["within_limit"] else None
    if plain is not None:
        tokens = model.encoder.tokenize(TEXTS)
        assert np.abs(plain.look_at(model, tokens)[0] - exact).max() < 1e-5
    told = [prediction.confidence for prediction in quick.predict(TEXTS)]
    assert told == pytest.approx(confidence_in(probabilities, multi_label=True).tolist(), abs=1e-6)
