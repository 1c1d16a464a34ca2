"""The plain classifier beside the evidence: read back as it was, damage named, older evidence accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.data.document_numbers import document_numbers
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ModelError
from scalearn_core.evidence.reference import FILE, NOTHING, load_reference, save_reference
from scalearn_core.heads.logistic import FrozenHead
from scalearn_core.records.training import FrozenHeadFacts
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import to_json
from tests.core.tiny import TOPICS, WIDTH
from tests.records import training

TEXTS = ["my invoice", "请求", "a lamp", "a lamp"]


@pytest.fixture
def model(encoder: Encoder, sources: list[Adapter]) -> ScaLearnModel:
    built = ScaLearnModel(encoder, sources, labels=sorted(TOPICS))
    built.training_record = {"dataset_fingerprint": "f"}
    return built


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    head = FrozenHead(
        generator.normal(size=(3, WIDTH)).astype(np.float32), generator.normal(size=3).astype(np.float32), C=10.0
    )
    write(tmp_path, frozen_head=save_reference(head, TEXTS, tmp_path))
    return tmp_path


def write(folder: Path, frozen_head: FrozenHeadFacts | None = None) -> None:
    counts = {"invoices": 2, "network": 5, "rooms": 5}
    record = training(dataset={"class_counts": counts}, languages={"en": 1.0})
    stored = to_json(replace(record, frozen_head=frozen_head))
    (folder / "result.json").write_text(json.dumps(stored), "utf-8")


def damaged(folder: Path, model: ScaLearnModel) -> str:
    with pytest.raises(ModelError) as caught:
        load_reference(folder, model)
    assert caught.value.code == "model.damaged"
    return str(caught.value)


def test_what_was_saved_is_read_back(evidence: Path, model: ScaLearnModel) -> None:
    reference = load_reference(evidence, model)
    head, saved = reference.frozen_head, load_file(evidence / FILE)
    assert head is not None and reference.documents is not None
    assert head.C == 10.0
    np.testing.assert_array_equal(head.weight, saved["weight"])
    np.testing.assert_array_equal(head.bias, saved["bias"])
    assert np.isin(document_numbers([" A LAMP ", "another"]), reference.documents).tolist() == [True, False]
    assert len(reference.documents) == 3, "the same text is kept once"
    assert (reference.languages, model.labels[reference.majority or 0]) == ({"en": 1.0}, "network")


def test_without_evidence_nothing_is_known(tmp_path: Path, model: ScaLearnModel) -> None:
    assert load_reference(tmp_path, model) is NOTHING


def test_evidence_of_before_has_no_plain_classifier(tmp_path: Path, model: ScaLearnModel) -> None:
    write(tmp_path)
    reference = load_reference(tmp_path, model)
    assert (reference.frozen_head, reference.documents, reference.majority) == (None, None, 1)


def test_evidence_of_another_training_is_refused(evidence: Path, model: ScaLearnModel) -> None:
    model.training_record = {"dataset_fingerprint": "g"}
    assert "of another training" in damaged(evidence, model)


def test_evidence_of_another_model_is_refused(evidence: Path, model: ScaLearnModel, tmp_path: Path) -> None:
    result = json.loads((evidence / "result.json").read_text("utf-8"))
    result["model_id"] = model.save(tmp_path / "model")
    (evidence / "result.json").write_text(json.dumps(result), "utf-8")
    load_reference(evidence, model)
    model.labels = tuple(reversed(model.labels))  # the same training, turned round and sealed anew
    model.save(tmp_path / "model")
    assert "of another model" in damaged(evidence, model)


def test_damage_is_named(evidence: Path, model: ScaLearnModel) -> None:
    tensors = load_file(evidence / FILE)
    save_file({**tensors, "bias": tensors["bias"] + 1}, evidence / FILE)
    assert f"{FILE} was changed" in damaged(evidence, model)
    (evidence / FILE).unlink()
    assert FILE in damaged(evidence, model)
    (evidence / "result.json").write_text("{", "utf-8")
    damaged(evidence, model)


@pytest.mark.parametrize("shape", [(2, WIDTH), (3, WIDTH + 1)])
def test_a_head_of_another_shape_is_refused(tmp_path: Path, model: ScaLearnModel, shape: tuple[int, int]) -> None:
    head = FrozenHead(np.zeros(shape, np.float32), np.zeros(shape[0], np.float32), C=1.0)
    write(tmp_path, frozen_head=save_reference(head, TEXTS, tmp_path))
    assert f"{list(shape)}" in damaged(tmp_path, model)
