"""Models of several labels written for other programs: sigmoids in the graph, a head for several labels."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import tokenizers
import torch
from safetensors.torch import load_file

from scalearn_core.adapters.adapterhub import read_adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.heads.modules import two_layer_head
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.multi_label import LABELS, with_random_head
from tests.core.scaling.test_merge import randomised, same_kind

TEXTS = ["my invoice", "", "the vpn drops again " * 40, "請求書 😀", "a lamp and a desk", "Where is my parcel?"]


@pytest.fixture(params=["mean", "cls"])
def model(request: pytest.FixtureRequest, encoder: Encoder) -> ScaLearnModel:
    encoder = copy.copy(encoder)
    encoder.pooling = request.param
    return with_random_head(
        randomised(ScaLearnModel(encoder, same_kind(), labels=LABELS, separator=";")), TEXTS
    )  # fmt: skip


def test_the_graph_gives_the_models_own_probabilities(model: ScaLearnModel, tmp_path: Path) -> None:
    model.export_onnx(tmp_path / "out")
    session = onnxruntime.InferenceSession(tmp_path / "out" / "model.onnx")
    encoded = tokenizers.Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json")).encode_batch(TEXTS)
    values = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    inputs = {i.name: np.array([getattr(e, values[i.name]) for e in encoded]) for i in session.get_inputs()}
    found = session.run(None, inputs)[0]
    expected = model.predict_proba(TEXTS)
    assert np.abs(found - expected).max() < 1e-4
    assert np.abs(expected.sum(1) - 1).max() > 0.2, "each label stands for itself"
    assert json.loads((tmp_path / "out" / "labels.json").read_text("utf-8")) == list(LABELS)


def test_the_example_of_the_graph_gives_all_likely_labels(model: ScaLearnModel, tmp_path: Path) -> None:
    model.export_onnx(tmp_path / "out")
    text = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "head and sigmoid in" in text
    ran = subprocess.run(
        [sys.executable, "-c", text.split("```python\n")[1].split("```")[0]],
        cwd=tmp_path / "out", capture_output=True, text=True, check=True,
    )  # fmt: skip
    (expected,) = model.predict(["Where is my parcel?"])
    assert ran.stdout.strip() == str([[label for label in expected.split(";") if label]])


def test_the_two_layers_of_the_paper_are_written_too(model: ScaLearnModel, tmp_path: Path) -> None:
    model.head = two_layer_head(model.encoder.width, 3, generator=torch.Generator().manual_seed(0)).eval()
    for parameter in model.head.parameters():
        parameter.data.mul_(10.0)
    model.export_onnx(tmp_path / "out")  # compares itself with the model
    session = onnxruntime.InferenceSession(tmp_path / "out" / "model.onnx")
    assert session.get_outputs()[0].name == "probabilities"


def test_the_adapters_head_is_for_several_labels(model: ScaLearnModel, tmp_path: Path) -> None:
    model.export_adapter(tmp_path)
    config = json.loads((tmp_path / "head_config.json").read_text("utf-8"))["config"]
    assert config["head_type"] == "multilabel_classification"
    assert (config["num_labels"], config["label2id"]) == (3, {label: i for i, label in enumerate(LABELS)})
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert ".sigmoid()" in readme and "softmax" not in readme

    tensors, adapter, encoder = (
        load_file(tmp_path / "model_head.safetensors"),
        read_adapter(tmp_path),
        model.encoder,
    )
    batch = encoder.pad(encoder.tokenize(TEXTS), range(len(TEXTS)))
    hidden = encoder.hidden_states(*batch, adapt=lambda layer, z, f: adapter.output(layer, z))
    pooled = torch.nn.functional.normalize(encoder.pool(hidden, batch.attention_mask), dim=1)
    logits = pooled @ tensors["heads.scalearn.1.weight"].T + tensors["heads.scalearn.1.bias"]
    np.testing.assert_allclose(logits.sigmoid().detach().numpy(), model.predict_proba(TEXTS), atol=1e-4)


def test_of_one_label_the_head_is_as_before(encoder: Encoder, tmp_path: Path) -> None:
    ScaLearnModel(encoder, same_kind(), labels=LABELS).export_adapter(tmp_path)
    config = json.loads((tmp_path / "head_config.json").read_text("utf-8"))["config"]
    assert config["head_type"] == "classification"
    assert ".softmax(-1)" in (tmp_path / "README.md").read_text("utf-8")
