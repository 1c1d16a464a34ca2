"""Adapters that would take too much or compute no numbers: refused when they are read, not after a training."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from scalearn_core.adapters.adapterhub import read_adapter, write_adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import AdapterError
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.adapters.test_adapterhub import refused, save
from tests.core.tiny import LAYERS, WIDTH, random_adapter

FAR = 10**7


def with_layer(folder: Path, layer: int) -> Path:
    """The adapter with one tensor more, in a layer of its own choice."""
    tensors = load_file(folder / "adapter.safetensors")
    tensors[f"bert.encoder.layer.{layer}.output.adapters.mnli.adapter_up.bias"] = torch.zeros(WIDTH)
    save_file(tensors, folder / "adapter.safetensors")
    return folder


def test_a_key_of_a_far_layer_is_refused_by_the_encoders_layers(tmp_path: Path, encoder: Encoder) -> None:
    folder = with_layer(save(tmp_path / "a", random_adapter("mnli"), leave_out=[5, FAR]), FAR)
    assert "at most 128" in refused(folder)
    with pytest.raises(AdapterError, match=rf"has {FAR + 1} layers, but tiny-bert has {LAYERS}\."):
        read_adapter(folder, encoder)


@pytest.mark.parametrize("left_out", [[FAR], [-1], ["x"], [math.inf], 7])
def test_a_far_layer_left_out_is_refused(left_out: Any, tmp_path: Path, encoder: Encoder) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"), leave_out=left_out)
    refused(folder)
    with pytest.raises(AdapterError):
        read_adapter(folder, encoder)


@pytest.mark.parametrize("scaling", [math.inf, -math.inf, math.nan, 1e39])
def test_a_scaling_that_leaves_no_numbers_is_refused(scaling: float, tmp_path: Path) -> None:
    assert "could not be read" in refused(save(tmp_path / "a", random_adapter("mnli"), scaling=scaling))


@pytest.mark.parametrize("factor", [0, -1, math.inf, math.nan, "x", None, {"0": 0, "default": 8}, {"1": math.nan}])
def test_a_reduction_factor_that_gives_no_rank_is_refused(factor: Any, tmp_path: Path) -> None:
    assert "could not be read" in refused(save(tmp_path / "a", random_adapter("mnli"), reduction_factor=factor))


def test_rank_0_in_the_file_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"))
    tensors = load_file(folder / "adapter.safetensors")
    shapes = {
        "adapter_down.0.weight": (0, FAR * FAR),
        "adapter_down.0.bias": (0,),
        "adapter_up.weight": (WIDTH, 0),
    }
    for key in tensors:
        for end, shape in shapes.items():
            if key.endswith(end):
                tensors[key] = torch.zeros(shape)
    save_file(tensors, folder / "adapter.safetensors")
    assert "layer 0 has rank 0" in refused(folder)


def test_a_width_that_is_not_the_declared_one_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli", width=48))  # the configuration says 32
    assert "layer 0: shapes differ" in refused(folder)


def test_more_than_twice_the_declared_numbers_are_refused(tmp_path: Path, encoder: Encoder) -> None:
    read_adapter(save(tmp_path / "a", random_adapter("mnli", rank=7), reduction_factor=8), encoder)
    with pytest.raises(AdapterError, match="numbers; by its configuration"):
        read_adapter(save(tmp_path / "b", random_adapter("mnli", rank=10), reduction_factor=8), encoder)


def test_finite_weights_whose_products_overflow_are_refused(tmp_path: Path) -> None:
    adapter = random_adapter("mnli")
    adapter.bottleneck(1).down_weight *= 1e25
    write_adapter(adapter, tmp_path / "down")
    read_adapter(tmp_path / "down")  # still a number
    adapter.bottleneck(1).up_weight *= 1e25
    write_adapter(adapter, tmp_path / "both")
    assert "what layer 1 computes is not all finite" in refused(tmp_path / "both")


@pytest.mark.parametrize("name", ["a", "invertible_adapters", "my_invertible_adapters.x", "two\nlines", "x" * 500])
def test_a_name_that_is_read_can_be_saved_and_loaded(name: str, encoder: Encoder, tmp_path: Path) -> None:
    adapter = read_adapter(save(tmp_path / "a", random_adapter(name)), encoder)
    assert adapter.name == name
    ScaLearnModel(encoder, [adapter], labels=["a", "b"]).save(tmp_path / "model")
    assert ScaLearnModel.load(tmp_path / "model", encoder).sources[0].name == name


def test_a_name_that_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"))
    stored = json.loads((folder / "adapter_config.json").read_text("utf-8"))
    (folder / "adapter_config.json").write_text(json.dumps(stored | {"name": "\ud800"}))
    assert "could not be read" in refused(folder)


def test_a_configuration_of_far_too_much_text_is_not_read(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"))
    with (folder / "adapter_config.json").open("r+b") as file:
        file.truncate(10**10)
    assert "bytes; at most" in refused(folder)
