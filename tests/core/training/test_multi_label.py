"""Documents of several labels: the loss, and whole trainings with all that is asked of them afterwards."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.devices import Device
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError, ModelError
from scalearn_core.evidence.other_table import evaluate_on_table
from scalearn_core.evidence.pipeline import Outcome, train_with_evidence
from scalearn_core.evidence.reference import load_reference
from scalearn_core.evidence.trained import load_trained
from scalearn_core.explain.held_back import divide_test, watched
from scalearn_core.explain.lever_settings import Levers
from scalearn_core.explain.levers import LeverBoard
from scalearn_core.onnx_graph.feeds import feeds
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.records.training import TrainingRecord
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.studies import STUDIES
from scalearn_core.studies.run import run_study
from scalearn_core.training.contrastive import class_batches, contrastive_loss, shared_labels
from scalearn_core.training.forecast import forecast
from scalearn_core.training.loss import classification_loss
from scalearn_core.training.stage_two import train_scales
from tests.core.tiny import TOPICS, as_of_before, random_adapter

CPU = Device("cpu", "cpu", None, 1)
NAMES = list(TOPICS)


def table(documents: int = 160) -> TextDataset:
    """Documents of one topic or two, told apart by their words, each with a number of its own."""
    rows = ["text,label"]
    for i in range(documents):
        topics = sorted({NAMES[i % 3], NAMES[i // 3 % 3]})
        said = " and ".join(f"{TOPICS[topic][i % 2]} {TOPICS[topic][i // 2 % 3]}" for topic in topics)
        rows.append(f"{said} {i},{' | '.join(topics)}")
    return TextDataset.from_table("\n".join(rows).encode(), text="text", label="label", name="several")


def train(encoder: Encoder, folder: Path, **settings: Any) -> Outcome:
    names = []
    for number in range(3):
        source = random_adapter(f"source{number}", seed=number)
        write_adapter(source, folder / source.name)
        names.append(str(folder / source.name))
    config = TrainingConfig(**({"seed": 5, "epochs": 3} | settings))
    return train_with_evidence(
        table().split(seed=5),
        sources=names,
        variant="scalearn_uniform",
        config=config,
        device=CPU,
        encoder=encoder,
    )


@pytest.fixture(scope="module")
def kept(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """One training and where it was saved."""
    folder = tmp_path_factory.mktemp("several")
    outcome = train(encoder, folder, epochs=8)
    outcome.save(folder / "model", evidence=folder)
    return outcome, folder


def test_the_loss_of_pairs_is_the_published_one_for_one_label() -> None:
    embeddings = torch.randn(12, 8, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([0, 1, 2] * 4)
    multi_label = torch.nn.functional.one_hot(targets, 3)
    assert torch.allclose(contrastive_loss(embeddings, targets), contrastive_loss(embeddings, multi_label))


def test_pairs_count_by_the_share_of_common_labels() -> None:
    weights = shared_labels(torch.tensor([[1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0]]))
    assert weights[0].tolist() == pytest.approx([1.0, 0.5, 1.0, 0.0, 0.0])
    assert weights[4].tolist() == [0.0] * 5, "a document without labels has no partner"
    assert contrastive_loss(torch.randn(2, 4), torch.tensor([[1, 0], [0, 1]])).item() == 0


def test_batches_hold_partners_of_each_label_and_no_document_twice() -> None:
    rng = np.random.default_rng(0)
    targets = (rng.random((60, 5)) < [0.6, 0.4, 0.2, 0.1, 0.05]).astype(np.int64)
    targets[:2, 4] = 1
    batches = class_batches(targets, 10, rng)
    seen: set[int] = set()
    for _ in range(40):
        rows = next(batches)
        assert len(rows) == len(set(rows)) <= 10
        seen |= set(rows)
    assert not targets.any(1).all(), "some have none of the labels"
    assert seen == set(range(60))


def test_cross_entropy_is_binary_where_labels_stand_for_themselves() -> None:
    logits = torch.tensor([[0.0, 2.0]])
    wanted = (np.log(2) + np.log(1 + np.exp(2))) / 2
    assert classification_loss(logits, torch.tensor([[1, 0]])).item() == pytest.approx(wanted)


@pytest.mark.parametrize(
    "settings", [{}, {"own_adapter": False}, {"recipe": "paper"}, {"recipe": "paper", "own_adapter": True}]
)
def test_a_training_is_judged_whatever_its_recipe(
    settings: dict[str, Any], encoder: Encoder, tmp_path: Path
) -> None:
    result = train(encoder, tmp_path, **settings).result
    assert result.dataset.separator == "|"
    assert len(result.forecast) == 3
    report = result.scores["scalearn"]
    assert report.confusion == () and report.accuracy.value <= report.micro_f1.value
    assert all(0 <= (row.hits or 0) <= min(row.given or 0, row.support) for row in report.per_class)
    assert result.confidence is not None and result.confidence.conformal is None
    assert set(result.scores) >= {"frozen_head", "tfidf", "majority", "single_source"}
    assert from_json(TrainingRecord, json.loads(json.dumps(to_json(result)))) == result


def test_the_same_training_twice_is_the_same(kept: tuple[Outcome, Path], encoder: Encoder, tmp_path: Path) -> None:
    again = train(encoder, tmp_path, epochs=8)
    assert np.array_equal(again.probabilities, kept[0].probabilities)


def test_it_learns(kept: tuple[Outcome, Path]) -> None:
    scores = kept[0].result.scores
    assert scores["scalearn"].micro_f1.value > 0.8 > scores["majority"].micro_f1.value
    table = kept[0].test_predictions
    assert set("|".join(table["label"]).split("|")) == set(NAMES)
    assert (table["label"] == table["predicted"]).mean() == pytest.approx(scores["scalearn"].accuracy.value)


def test_a_saved_model_says_the_same_and_knows_its_separator(
    kept: tuple[Outcome, Path], encoder: Encoder, tmp_path: Path
) -> None:
    outcome, folder = kept
    loaded = ScaLearnModel.load(folder / "model", encoder)
    assert (loaded.separator, loaded.multi_label) == ("|", True)
    texts = list(outcome.test_predictions["text"])
    assert np.array_equal(loaded.predict_proba(texts), outcome.probabilities)
    assert loaded.predict(texts) == outcome.test_predictions["predicted"].tolist()
    for wrong in ("", 3):
        shutil.copytree(folder / "model", tmp_path / f"with {wrong}")
        as_of_before(tmp_path / f"with {wrong}", separator=wrong)
        with pytest.raises(ModelError, match="separator"):
            ScaLearnModel.load(tmp_path / f"with {wrong}", encoder)


def test_predictions_name_all_labels_or_none(kept: tuple[Outcome, Path]) -> None:
    predictor = Predictor(kept[0].model)
    (both,) = predictor.predict(["invoice payment and vpn wifi"])
    assert both.label == "|".join(both.labels)
    thresholds = kept[0].result.thresholds
    likely = [label for label, share in both.probabilities.items() if share >= thresholds[label]]
    assert list(both.labels) == likely
    by_label = both.probabilities.items()
    expected = np.prod([share if label in both.labels else 1 - share for label, share in by_label])
    assert both.confidence == pytest.approx(expected, abs=1e-6)
    with torch.no_grad():
        kept[0].model.head[-1].bias -= 50
    try:
        (none,) = predictor.predict(["invoice"])
        assert (none.labels, none.label) == ((), "") and none.confidence > 0.99
    finally:
        with torch.no_grad():
            kept[0].model.head[-1].bias += 50
    assert predictor.predict([]) == []


def test_the_graph_computes_sigmoids(kept: tuple[Outcome, Path], tmp_path: Path) -> None:
    model = kept[0].model
    model.export_onnx(tmp_path / "onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "onnx" / "model.onnx"))
    tokens = model.encoder.tokenize(["invoice payment", "room chair and vpn"])
    names = [entry.name for entry in session.get_inputs()]
    (found,) = session.run(None, feeds(model.encoder, tokens, [0, 1], names))
    assert np.abs(found - model.predict_proba_of(tokens)).max() < 1e-5
    assert "sigmoid" in (tmp_path / "onnx" / "README.md").read_text("utf-8")
    head = model.head
    model.export_adapter(tmp_path / "adapter")
    config = json.loads((tmp_path / "adapter" / "head_config.json").read_text("utf-8"))["config"]
    assert config["head_type"] == "multilabel_classification" and head is model.head


def test_another_table_is_scored(kept: tuple[Outcome, Path]) -> None:
    outcome, folder = kept
    found = evaluate_on_table(outcome.model, load_reference(folder, outcome.model), table(60)).result
    assert found.confusion == () and found.majority and found.majority.macro_f1.value < found.macro_f1.value
    assert found.comparison is not None
    assert (found.learned_from or 0) > 0
    rows = "".join(f"{topic} {number},{topic}\n" for number in range(4) for topic in NAMES)
    one = TextDataset.from_table(f"text,label\n{rows}".encode(), text="text", label="label")
    with pytest.raises(ConfigError, match="separates the categories"):
        train_scales(outcome.model.like(outcome.model.sources[:-1]), one.split(test=0.4))


ASKED_ALREADY = ("sources", "ladder", "seeds", "learning_curve")
"""With more to compare them with, in `tests/core/studies/test_multi_label.py`."""


@pytest.mark.parametrize("study", [study for study in STUDIES if study not in ASKED_ALREADY])
def test_a_study_can_be_asked_of_the_saved_model(study: str, kept: tuple[Outcome, Path], encoder: Encoder) -> None:
    _, folder = kept
    trained_model = load_trained(folder, folder / "model", table(), "cpu")
    trained_model.model.encoder = encoder
    found = run_study(study, trained_model, lambda share: None)
    json.dumps(to_json(found))
    assert found.documents == 160 and set(found.scores) == {"scalearn", "frozen_head"}


def test_levers_at_rest_change_nothing(kept: tuple[Outcome, Path]) -> None:
    divided = divide_test(table().split(seed=5))
    board = LeverBoard(kept[0].model, watched(divided))
    rest = board.look(Levers())
    assert (rest.changed, rest.mended, rest.broken) == (0, 0, 0)
    off = board.look(Levers(factors={"own": 0.0}))
    assert off.changed >= off.mended + off.broken


def test_a_forecast_needs_labels_that_some_have_and_some_have_not(encoder: Encoder) -> None:
    sources = [random_adapter("one", seed=1)]
    tokens = encoder.tokenize([f"invoice {number}" for number in range(20)])
    everything = np.ones((20, 2), dtype=np.int64)
    everything[0, 1] = 0  # all but one
    nothing_to_ask = forecast(encoder, sources, tokens, everything, seed=0)
    assert nothing_to_ask.loss is None and nothing_to_ask.sources[0].gain is None
    everything[:9, 1] = 0
    asked = forecast(encoder, sources, tokens, everything, seed=0)
    assert asked.loss is not None and asked.documents == 20
