"""The exported graph gives the model's probabilities, by its README's own example too."""

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

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ModelError
from scalearn_core.export import onnx as export
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.scaling.test_merge import randomised, same_kind
from tests.core.tiny import random_adapter, save_encoder

TEXTS = ["my invoice", "", "the vpn drops again " * 40, "請求書 😀", "a lamp and a desk"]


@pytest.mark.parametrize("kind", ["bert", "roberta"])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_graph_and_tokenizer_give_the_same(kind: str, pooling: str, tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder", kind)
    encoder = Encoder.load(tmp_path / "encoder")
    encoder.pooling = pooling
    sources = [
        random_adapter("a", seed=1, rank=4, model_type=kind),
        random_adapter("b", seed=2, rank=3, model_type=kind, non_linearity="gelu", left_out=(1,)),
    ]
    model = randomised(ScaLearnModel(encoder, sources, labels=("x", "ü")))
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 0.3, generator=torch.Generator().manual_seed(0))
    model.export_onnx(tmp_path / "out")
    session = onnxruntime.InferenceSession(tmp_path / "out" / "model.onnx")
    encoded = tokenizers.Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json")).encode_batch(TEXTS)
    values = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    inputs = {i.name: np.array([getattr(e, values[i.name]) for e in encoded]) for i in session.get_inputs()}
    found = session.run(None, inputs)[0]
    assert np.abs(found - model.predict_proba(TEXTS)).max() < 1e-4
    assert json.loads((tmp_path / "out" / "labels.json").read_text("utf-8")) == ["x", "ü"]

    example = (tmp_path / "out" / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    ran = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path / "out", capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == str(model.predict(["Where is my parcel?"]))


def test_the_tokenizer_puts_the_prefix_before_every_text(encoder: Encoder, tmp_path: Path) -> None:
    encoder = copy.copy(encoder)
    encoder.prefix = "please help: "
    model = randomised(ScaLearnModel(encoder, same_kind(), labels=("x", "y")))
    model.export_onnx(tmp_path / "out")
    exported = tokenizers.Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    texts = ["my invoice", " vpn", "請求書 😀", "Signal lost"]
    ours = encoder.tokenize(texts).ids
    assert [
        encoded.ids[: len(ids)] for encoded, ids in zip(exported.encode_batch(texts), ours, strict=True)
    ] == ours
    assert "`please help: ` before every text" in (tmp_path / "out" / "README.md").read_text("utf-8")
    model.export_adapter(tmp_path / "adapter")
    assert "['please help: ' + text for text in texts]" in (tmp_path / "adapter" / "README.md").read_text("utf-8")


def test_a_graph_that_differs_is_refused(
    encoder: Encoder, sources: list[Adapter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = randomised(ScaLearnModel(encoder, sources, labels=("x", "y")))
    other = randomised(ScaLearnModel(encoder, sources, labels=("x", "y")))
    with torch.no_grad():
        for parameter in other.head.parameters():
            parameter.fill_(0.1).view(-1)[0] = 2
    graph = export.record(other)
    monkeypatch.setattr(export, "record", lambda model: graph)
    with pytest.raises(ModelError, match="differs from the model"):
        model.export_onnx(tmp_path / "out")
    assert not (tmp_path / "out").exists()
