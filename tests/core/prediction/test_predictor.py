"""Classifying new documents: any text, any table, one prediction per row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from scalearn_core import evaluate
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError, ModelError
from scalearn_core.prediction import shards
from scalearn_core.prediction.answerer import Answerer
from scalearn_core.prediction.in_place import ADDED, in_place
from scalearn_core.prediction.predictor import CHUNK, Predictor, free_name
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.tables.reader import read_table
from tests.core.tables.building import sheet_rows, xlsx
from tests.core.tiny import dataset, random_adapter

LABELS = ("invoices", "network", "rooms")


@pytest.fixture
def predictor(encoder: Encoder, sources: list[Adapter]) -> Predictor:
    model = ScaLearnModel(encoder, sources, labels=LABELS)
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 0.1, generator=torch.Generator().manual_seed(0))
    return Predictor(model)


@pytest.mark.parametrize(
    "text",
    [
        "my invoice is wrong",
        "",
        " \n\t",
        "😀🎉",
        "請求書の再発行をお願いします。",
        "word " * 30_000,
        "\x00\ufeff",
        "a" * 100_000,
    ],
)
def test_any_text_gets_a_prediction(text: str, predictor: Predictor) -> None:
    [prediction] = predictor.predict([text])
    assert list(prediction.probabilities) == list(LABELS)
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert prediction.confidence == max(prediction.probabilities.values())
    assert prediction.probabilities[prediction.label] == prediction.confidence


def test_no_texts_give_no_predictions(predictor: Predictor) -> None:
    assert predictor.predict([]) == []
    assert predictor.predict_proba([]).shape == (0, len(predictor.labels))
    assert predictor.model.predict([]) == []


def test_predictions_keep_their_order_whatever_the_lengths(predictor: Predictor) -> None:
    texts = [f"{'please ' * (i * 7 % 40)}{word}" for i, word in enumerate(["lamp", "vpn", "bill", "door"] * 5)]
    together = predictor.predict(texts)
    for text, prediction in zip(texts, together, strict=True):
        [alone] = predictor.predict([text])
        assert alone.probabilities == pytest.approx(prediction.probabilities, abs=1e-5)
    assert len({prediction.confidence for prediction in together}) > 10


def test_a_table_keeps_its_rows_and_columns(predictor: Predictor) -> None:
    texts = ["my invoice", "", "the vpn", "   ", "a lamp"]
    frame = pd.DataFrame({"id": list("vwxyz"), "body": texts}, index=[2, 3, 5, 8, 9])
    told: list[int] = []
    classified = predictor.predict_table(frame, "body", told.append)
    assert list(classified.frame.columns) == ["id", "body", "row", "predicted", "confidence"]
    assert classified.frame[["id", "body"]].equals(frame)
    assert list(classified.labels == "") == [False, True, False, True, False]
    for row in (0, 2, 4):
        [alone] = predictor.predict([texts[row]])
        assert classified.labels.iloc[row] == alone.label
        assert float(classified.confidences.iloc[row]) == pytest.approx(alone.confidence, abs=1e-4)
    assert list(classified.confidences == "") == [False, True, False, True, False]
    assert told == [3]
    assert list(frame.columns) == ["id", "body"]  # the given table is left as it was


@pytest.mark.parametrize(
    ("content", "texts_by_row"),
    [
        (b"id,text\n1,a lamp\n2,the vpn, which is new\n\n3,my invoice\n", {2: "a lamp", 5: "my invoice"}),
        (
            xlsx(sheet_rows(["id", "text"], ["1", "a lamp"], [], ["3", "my fee"])),
            {2: "a lamp", 4: "my fee"},
        ),
        (b'{"text": "a lamp"}\n\n{"text": "my invoice"}\n', {1: "a lamp", 3: "my invoice"}),
    ],
    ids=["a comma too many", "spacer rows", "blank lines"],
)
def test_a_classified_table_lines_up_with_the_file(
    content: bytes, texts_by_row: dict[int, str], predictor: Predictor
) -> None:
    classified = predictor.predict_table(read_table(content).frame, "text").frame
    assert dict(zip(classified["row"], classified["text"], strict=True)) == texts_by_row


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"id,text\n1,a lamp\n2,the vpn, which is new\n\n3,my invoice\n4,\n",
            {2: "", 3: "too many fields", 4: "", 5: "", 6: "blank text"},
        ),
        (
            xlsx(sheet_rows(["report", ""], ["id", "text"], ["1", "a lamp"], [], ["3", "my fee"])),
            {3: "", 4: "", 5: ""},
        ),
        (b'{"text": "a lamp"}\n{"text"\n{"text": "my invoice"}\n', {1: "", 2: "not json", 3: ""}),
    ],
    ids=["a comma too many", "spacer rows", "a broken line"],
)
def test_every_row_of_the_file_is_in_its_place(
    content: bytes, expected: dict[int, str], predictor: Predictor, tmp_path: Path
) -> None:
    table = read_table(content)
    cut = shards.cut([table], "text", tmp_path, "this way", 2)
    shards.answer_all(Answerer(predictor), cut)
    whole = pd.concat(in_place(shards.classified(cut), cut.rejected, cut.first, below=1.0, model="m", version="3"))
    assert list(whole.columns) == [*table.frame.columns, *ADDED]
    assert dict(zip(whole["row"], whole["note"], strict=True)) == expected
    answered = whole[whole["confidence"] != ""]
    assert answered.index.tolist() == [row for row in table.frame.index if table.frame["text"][row]]
    assert answered["text"].tolist() == [text for text in table.frame["text"] if text]
    assert set(answered["check"]) == {"yes"} and set(answered["version"]) == {"3"}
    others = whole.drop(answered.index)
    assert (others[["predicted", "confidence", "check", "model", "version"]] == "").all().all()


def test_a_long_table_reports_as_it_goes(predictor: Predictor) -> None:
    told: list[int] = []
    frame = pd.DataFrame({"body": [f"lamp {i}" for i in range(CHUNK + 3)]})
    classified = predictor.predict_table(frame, "body", told.append)
    assert told == [CHUNK, CHUNK + 3]
    assert (classified.labels != "").all()


@pytest.mark.parametrize("texts", [[], ["", "  "]])
def test_tables_without_texts(texts: list[str], predictor: Predictor) -> None:
    told: list[int] = []
    classified = predictor.predict_table(pd.DataFrame({"body": texts}, dtype=str), "body", told.append)
    assert len(classified.frame) == len(texts)
    assert (classified.labels == "").all()
    assert told == []


def test_taken_names_get_a_number_and_the_predictions_are_still_found(predictor: Predictor) -> None:
    frame = pd.DataFrame({"predicted": ["a lamp"], "predicted_2": ["x"], "confidence": ["y"], "row": ["z"]})
    classified = predictor.predict_table(frame, "predicted")
    columns = ["predicted", "predicted_2", "confidence", "row", "row_2", "predicted_3", "confidence_2"]
    assert list(classified.frame.columns) == columns
    assert classified.frame["predicted"].tolist() == ["a lamp"]
    assert classified.labels.iloc[0] in LABELS
    assert 0 < float(classified.confidences.iloc[0]) <= 1
    assert free_name("other", frame) == "other"


def test_loaded_it_predicts_the_same(predictor: Predictor, tmp_path: Path) -> None:
    texts = ["my invoice is wrong", "lamp"]
    predictor.model.save(tmp_path / "model")
    loaded = Predictor.load(tmp_path / "model")
    assert loaded.labels == LABELS
    for found, expected in zip(loaded.predict(texts), predictor.predict(texts), strict=True):
        assert found.label == expected.label
        assert found.probabilities == pytest.approx(expected.probabilities, abs=1e-5)
    with pytest.raises(ModelError, match="There is no model"):
        Predictor.load(tmp_path / "nothing")


def test_evaluating_agrees_with_predicting(predictor: Predictor) -> None:
    data = dataset(60).split()
    report = evaluate(predictor.model, data.test)
    labels = [data.labels[target] for target in data.test.targets]
    right = np.mean([a == b for a, b in zip(predictor.model.predict(data.test.texts), labels, strict=True)])
    assert report.accuracy.value == pytest.approx(right)


def test_evaluating_on_other_labels_is_refused(predictor: Predictor, encoder: Encoder) -> None:
    other = ScaLearnModel(encoder, predictor.model.sources, labels=["x", "y"])
    with pytest.raises(ConfigError, match="categories invoices, network, rooms; the model was made for x, y"):
        evaluate(other, dataset(60).split().test)


def test_an_answer_that_is_no_number_is_never_sure(encoder: Encoder) -> None:
    for separator in (None, "|"):
        model = ScaLearnModel(encoder, [random_adapter("s")], labels=("a", "b"), separator=separator)
        with torch.no_grad():
            model.head[-1].bias[0] = torch.nan
        with pytest.raises(ModelError, match="For 2 of 2 documents the model's answer is not a number"):
            Predictor(model).predict(["my invoice", "the vpn"])
        with pytest.raises(ModelError, match="is not a number"):
            model.predict(["my invoice"])
