"""A model on a table it was not made from: scores, comparison, languages, and what it has seen before."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from scalearn_core import evaluate
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.document_numbers import document_numbers
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import DataError
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evidence.other_table import CHUNK, evaluate_on_table
from scalearn_core.evidence.reference import NOTHING, Reference
from scalearn_core.heads.logistic import FrozenHead, fit_frozen_head, unit
from scalearn_core.records.tables import TableEvaluation
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, to_json
from tests.core.tiny import dataset, random_adapter


def table(rows: list[tuple[str, str]]) -> TextDataset:
    lines = ["text,label", *(f"{text},{label}" for text, label in rows)]
    return TextDataset.from_table("\n".join(lines).encode(), text="text", label="label", name="t")


def head_on(encoder: Encoder, learned: TextDataset) -> FrozenHead:
    """The plain classifier, fitted on a whole table."""
    split = learned.whole()
    embeddings = unit(embed(encoder, encoder.tokenize(split.texts)))
    none = np.zeros(0, np.int64)
    return fit_frozen_head(embeddings, split.targets, embeddings[:0], none, len(split.labels), seed=0)


def random_model(encoder: Encoder, labels: tuple[str, ...]) -> ScaLearnModel:
    """A model whose head and adapter are random, so that it errs and does not answer as the plain classifier."""
    adapter = random_adapter("own", rank=4, width=encoder.width, layers=len(encoder.layers))
    model = ScaLearnModel(encoder, [adapter], labels=labels, seed=3)
    for parameter in model.head.parameters():
        parameter.data.normal_()
    return model


@pytest.fixture
def model(encoder: Encoder) -> ScaLearnModel:
    built = random_model(encoder, dataset().labels)
    built.training_record = {"dataset_fingerprint": dataset(60).fingerprint}
    return built


@pytest.fixture
def reference(encoder: Encoder) -> Reference:
    learned = dataset(60)
    numbers = document_numbers(learned.frame["text"].tolist())
    return Reference({"en": 1.0}, 0, head_on(encoder, learned), numbers)


def test_model_and_plain_classifier_are_compared_on_the_same_documents(
    model: ScaLearnModel, reference: Reference, encoder: Encoder
) -> None:
    other = dataset(90)
    evaluation = evaluate_on_table(model, reference, other)
    result, split = evaluation.result, other.whole(model.labels)
    assert vars(evaluate(model, split)).items() <= vars(result).items()
    assert reference.frozen_head is not None
    plain = reference.frozen_head.predict(unit(embed(encoder, encoder.tokenize(split.texts))))
    accuracy = float((plain == split.targets).mean())
    assert result.frozen_head.accuracy.value == pytest.approx(accuracy) != result.accuracy.value
    ours = model.predict_proba(split.texts).argmax(1)
    assert result.comparison == compare_predictions(split.targets, ours, plain, n_classes=3)
    assert result.majority.accuracy.value == pytest.approx(1 / 3)
    assert from_json(TableEvaluation, json.loads(json.dumps(to_json(result), allow_nan=False))) == result
    frame = evaluation.predictions
    assert list(frame.columns) == ["row", "text", "label", "predicted", "confidence"]
    assert frame["predicted"].tolist() == [model.labels[index] for index in ours]
    assert frame["row"].tolist() == list(range(2, 92))


def test_documents_learned_from_are_counted(model: ScaLearnModel, reference: Reference) -> None:
    assert evaluate_on_table(model, reference, dataset(60)).result.same_table is True
    result = evaluate_on_table(model, reference, dataset(90)).result
    assert (result.same_table, result.learned_from) == (False, 60)


def test_the_table_is_known_again_whatever_documents_without_label_stood_beside_it(
    model: ScaLearnModel, reference: Reference
) -> None:
    labelled = dataset(60)
    beside = dataclasses.replace(labelled, unlabelled=pd.Series(["a question"], index=[99], dtype="str"))
    model.training_record = {
        "dataset_fingerprint": beside.fingerprint, "labelled_fingerprint": beside.labelled_fingerprint,
    }  # fmt: skip
    for table, same in ((labelled, True), (beside, True), (dataset(61), False)):
        assert evaluate_on_table(model, reference, table).result.same_table == same


def test_without_evidence_there_is_no_comparison(model: ScaLearnModel) -> None:
    result = evaluate_on_table(model, NOTHING, dataset(90)).result
    kept = ("frozen_head", "majority", "comparison", "learned_from", "cross_language")
    assert [getattr(result, key) for key in kept] == [None, None, None, None, False]


def test_progress_is_told_by_the_chunk(model: ScaLearnModel, reference: Reference) -> None:
    done: list[int] = []
    evaluate_on_table(model, reference, dataset(CHUNK + 6), on_progress=done.append)
    assert done == [CHUNK, CHUNK + 6]


def test_a_label_the_model_does_not_know_is_named(model: ScaLearnModel, reference: Reference) -> None:
    other = table([("my invoice", "invoices"), ("a bill", "invoices"), ("a sofa", "sofas"), ("sofa", "sofas")])
    with pytest.raises(DataError) as caught:
        evaluate_on_table(model, reference, other)
    assert (caught.value.code, caught.value.values["unknown"]) == ("data.unknown_labels", "sofas")


ENGLISH = [
    ("The striker scored two goals and the team won the cup final.", "sports"),
    ("She ran the marathon faster than any other athlete this year.", "sports"),
    ("The coach praised the players after the basketball match.", "sports"),
    ("He won a gold medal in swimming at the Olympic Games.", "sports"),
    ("The chef fries the onions and adds salt to the soup.", "food"),
    ("This restaurant serves fresh bread with cheese and olives.", "food"),
    ("Bake the cake for forty minutes and let it cool.", "food"),
    ("The noodles were delicious and the fish was grilled well.", "food"),
]
JAPANESE = [
    ("サッカーの試合で日本代表が二点を決めて勝ちました。", "sports"),
    ("彼は水泳大会で金メダルを獲得した。", "sports"),
    ("監督は試合後に選手たちをほめました。", "sports"),
    ("野球チームが決勝戦で延長の末に負けた。", "sports"),
    ("このレストランのラーメンはとてもおいしい。", "food"),
    ("玉ねぎを炒めてから塩を加え、スープを煮込みます。", "food"),
    ("焼きたてのパンとチーズを朝食に食べました。", "food"),
    ("魚を焼いて、しょうゆをかけて食べる。", "food"),
]


def test_what_is_learned_in_english_serves_japanese() -> None:
    encoder, learned = Encoder.load("multilingual"), table(ENGLISH)
    reference = Reference({"en": 1.0}, 0, head_on(encoder, learned), document_numbers([t for t, _ in ENGLISH]))
    result = evaluate_on_table(random_model(encoder, learned.labels), reference, table(JAPANESE)).result
    assert result.frozen_head.accuracy.value >= 7 / 8
    assert (result.languages, result.training_languages) == ({"ja": 1.0}, {"en": 1.0})
    assert (result.cross_language, result.unread_languages, result.learned_from) == (True, (), 0)
    both = evaluate_on_table(
        random_model(encoder, learned.labels), dataclasses.replace(reference, languages={"ja": 0.6, "en": 0.4}),
        table(JAPANESE * 3 + ENGLISH * 2),
    ).result  # fmt: skip
    assert both.cross_language is False
    assert [(row.language, row.documents) for row in both.scores_by_language] == [("ja", 24), ("en", 16)]
    assert set(both.scores_by_language[0].scores) == {"scalearn", "frozen_head", "majority"}


def test_a_language_the_encoder_does_not_read_is_named() -> None:
    encoder = Encoder.load()
    model = random_model(encoder, ("food", "sports"))
    assert evaluate_on_table(model, NOTHING, table(JAPANESE)).result.unread_languages == ("ja",)
    assert evaluate_on_table(model, NOTHING, table(ENGLISH)).result.unread_languages == ()
