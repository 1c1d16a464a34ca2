"""The exported adapter, read by a second, independent computation from its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from scalearn_core.adapters.adapterhub import check_fits, read_adapter
from scalearn_core.encoders.encoder import Batch, Encoder
from scalearn_core.errors import AdapterError, ModelError
from scalearn_core.export.adapter_readme import PLACED_BY_HAND
from scalearn_core.heads.modules import two_layer_head
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.conftest import TEXTS
from tests.core.scaling.test_merge import randomised, same_kind
from tests.core.tiny import random_adapter, save_encoder


@pytest.mark.parametrize("layers", [1, 2])
def test_files_give_the_same_outputs(layers: int, encoder: Encoder, batch: Batch, tmp_path: Path) -> None:
    model = randomised(ScaLearnModel(encoder, same_kind(), labels=("b", "a", "ü")))
    generator = torch.Generator().manual_seed(0)
    if layers == 2:
        model.head = two_layer_head(encoder.width, 3, generator=generator).eval()
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 0.3, generator=generator)
    model.export_adapter(tmp_path / "out")
    weights = load_file(tmp_path / "out" / "adapter.safetensors")

    def output(layer: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        prefix = f"bert.encoder.layer.{layer}.output.adapters.scalearn"
        inner = torch.relu(
            z @ weights[f"{prefix}.adapter_down.0.weight"].T + weights[f"{prefix}.adapter_down.0.bias"]
        )
        return inner @ weights[f"{prefix}.adapter_up.weight"].T + weights[f"{prefix}.adapter_up.bias"]

    hidden = encoder.hidden_states(*batch, adapt=output)
    assert torch.allclose(hidden, model.hidden_states(*batch), atol=1e-5)
    head = load_file(tmp_path / "out" / "model_head.safetensors")
    values = encoder.pool(hidden, batch.attention_mask)
    if layers == 1:
        values = torch.nn.functional.normalize(values, dim=1)
    else:
        values = torch.tanh(values @ head["heads.scalearn.1.weight"].T + head["heads.scalearn.1.bias"])
    last = 4 if layers == 2 else 1
    values = values @ head[f"heads.scalearn.{last}.weight"].T + head[f"heads.scalearn.{last}.bias"]
    assert np.allclose(values.softmax(-1), model.predict_proba(TEXTS), atol=1e-5)

    config = json.loads((tmp_path / "out" / "head_config.json").read_text("utf-8"))
    assert config["config"]["label2id"] == {"b": 0, "a": 1, "ü": 2}
    assert config["config"]["layers"] == layers
    pickled = torch.load(tmp_path / "out" / "pytorch_adapter.bin", weights_only=True)
    assert all(torch.equal(pickled[key], weights[key]) for key in weights)
    factors = json.loads((tmp_path / "out" / "adapter_config.json").read_text())["config"]["reduction_factor"]
    assert [int(encoder.width // factors[layer]) for layer in "01"] == [7, 4]


def test_it_can_be_a_source_again(encoder: Encoder, tmp_path: Path) -> None:
    model = randomised(ScaLearnModel(encoder, same_kind(), labels=("a", "b")))
    model.export_adapter(tmp_path)
    adapter = read_adapter(tmp_path)
    check_fits(adapter, encoder)
    again = ScaLearnModel(encoder, [adapter], labels=("a", "b"))
    with torch.no_grad():
        again.scales.omega.fill_(1)
    tokens = encoder.tokenize(TEXTS)
    batch = encoder.pad(tokens, range(len(TEXTS)))
    assert torch.allclose(again.hidden_states(*batch), model.hidden_states(*batch), atol=1e-5)


def test_the_reader_is_told_how_to_pool(encoder: Encoder, tmp_path: Path) -> None:
    model = ScaLearnModel(encoder, same_kind(), labels=("a", "b"))
    model.export_adapter(tmp_path)
    said = (tmp_path / "README.md").read_text()
    assert ("(hidden * mask).sum(1)" in said) == (encoder.pooling == "mean")
    assert "normalize(pooled, dim=1)" in said
    model.head = two_layer_head(encoder.width, 2, generator=torch.Generator())
    encoder.pooling = "cls"
    model.export_adapter(tmp_path)
    assert 'model(**batch, head="scalearn").logits' in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize("kind", PLACED_BY_HAND)
@pytest.mark.parametrize("layers", [1, 2])
def test_where_the_library_does_not_know_the_encoder_the_lines_do_without_it(
    kind: str, layers: int, tmp_path: Path
) -> None:
    model, encoder = model_of(kind, tmp_path, layers)
    encoder.prefix = "query: "
    model.export_adapter(tmp_path / "out")
    told = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert f"does not know encoders of type {kind}" in told
    texts = [*TEXTS, "", "<s> a </s> b"]
    there = {"ENCODER": str(tmp_path / "encoder"), "THIS_FOLDER": str(tmp_path / "out"), "texts": texts}
    exec(told.split("```python\n")[1].split("```")[0], there)
    found: Any = there["probabilities"]
    assert np.abs(found.detach().numpy() - model.predict_proba(texts)).max() < 1e-5


@pytest.mark.parametrize(("kind", "bias"), [("deberta", "in_proj.bias"), ("modernbert", "Wqkv.bias")])
def test_biases_that_the_library_makes_up_are_taken_back(kind: str, bias: str, tmp_path: Path) -> None:
    model, _ = model_of(kind, tmp_path, 1)
    model.export_adapter(tmp_path / "out")
    told = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert f'key.endswith("{bias}")' in told
    assert ("AutoAdapterModel.from_pretrained" in told) == (kind == "deberta")
    assert "return_token_type_ids=False" in told


def model_of(kind: str, folder: Path, layers: int) -> tuple[ScaLearnModel, Encoder]:
    """A model on a random encoder of `kind`, and that encoder."""
    save_encoder(folder / "encoder", kind)
    encoder = Encoder.load(folder / "encoder")
    sources = [
        random_adapter("x", seed=1, model_type=kind, non_linearity="gelu_new"),
        random_adapter("y", seed=2, model_type=kind, non_linearity="gelu_new", left_out=(1,)),
    ]
    model = randomised(ScaLearnModel(encoder, sources, labels=("a", "b", "c")))
    generator = torch.Generator().manual_seed(0)
    if layers == 2:
        model.head = two_layer_head(encoder.width, 3, generator=generator).eval()
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 0.5, generator=generator)
    return model, encoder


def test_nothing_is_written_where_it_cannot_be(encoder: Encoder, sources: list[object], tmp_path: Path) -> None:
    mixed = ScaLearnModel(encoder, sources, labels=("a", "b"))  # type: ignore[arg-type]
    with pytest.raises(AdapterError, match="one non-linearity"):
        mixed.export_adapter(tmp_path / "mixed")
    assert not (tmp_path / "mixed").exists()
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(ModelError, match="already holds something"):
        ScaLearnModel(encoder, same_kind(), labels=("a", "b")).export_adapter(tmp_path)
    assert (tmp_path / "diary.txt").read_text() == "mine"
