"""The exported graph gives the model's probabilities, by its README's own example too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import tokenizers
import torch
from transformers import BertJapaneseTokenizer

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


@pytest.mark.parametrize("long_texts", ["head", "windows"])
def test_by_the_readmes_lines_the_prefix_stands_once_before_every_text(
    long_texts: str, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = encoder.reading(long_texts)
    encoder.prefix = "please help: "
    model = randomised(ScaLearnModel(encoder, same_kind(), labels=("x", "y")))
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 0.5, generator=torch.Generator().manual_seed(0))
    model.export_onnx(tmp_path / "out")
    told = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "`please help: ` before every text" in told
    texts = ["my invoice", " vpn", "", "[CLS]", "[SEP] a [SEP] b [MASK]", "請求書 😀", "the vpn drops " * 40]
    lines = told.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path / "out")
    there: dict[str, Any] = {}
    exec(lines.replace('texts = ["Where is my parcel?"]', f"texts = {texts}"), there)
    assert len(there["probabilities"]) == len(texts)
    assert np.abs(np.array(there["probabilities"]) - model.predict_proba(texts)).max() < 1e-4


def test_a_tokenizer_that_is_no_file_is_refused_before_anything_is_written(
    encoder: Encoder, tmp_path: Path
) -> None:
    (tmp_path / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"請求書"]), "utf-8"
    )
    slow = encoder.reading("head")
    slow.tokenizer = BertJapaneseTokenizer(
        str(tmp_path / "vocab.txt"), word_tokenizer_type="basic", subword_tokenizer_type="character"
    )
    with pytest.raises(ModelError, match="BertJapaneseTokenizer"):
        ScaLearnModel(slow, same_kind(), labels=("x", "y")).export_onnx(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_tokenizer_whose_file_reads_otherwise_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    encoder = Encoder.load(encoder_folder)
    encoder.tokenizer.split_special_tokens = True  # a setting that tokenizer.json does not hold
    with pytest.raises(ModelError, match="gives other tokens than the encoder's own"):
        ScaLearnModel(encoder, same_kind(), labels=("x", "y")).export_onnx(tmp_path / "out")
    assert not (tmp_path / "out").exists()


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
