"""The AdapterHub layout: every version and container read, other kinds refused by name."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from scalearn_core.adapters.adapterhub import check_fits, read_adapter, write_adapter
from scalearn_core.adapters.bottleneck import Adapter, new_adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import AdapterError
from tests.core.tiny import LAYERS, WIDTH, random_adapter

CASE = Path(__file__).parents[2] / "data" / "bert" / "adapters"
OLDEST = {
    "adapter_residual_before_ln": False, "cross_adapter": False, "inv_adapter": None,
    "inv_adapter_reduction_factor": None, "leave_out": [], "ln_after": False, "ln_before": False,
    "mh_adapter": False, "non_linearity": "relu", "original_ln_after": True, "original_ln_before": True,
    "output_adapter": True, "reduction_factor": 8, "residual_before_ln": True,
}  # fmt: skip
"""The 14 keys of the oldest files on the hub."""
Z = torch.randn(2, 5, WIDTH, generator=torch.Generator().manual_seed(0))


def save(
    folder: Path,
    adapter: Adapter,
    *,
    version: str | None = "adapters.1.3.0",
    prefix: str = "bert.",
    group: str = "adapters",
    container: str = "safetensors",
    **config: Any,
) -> Path:
    """Write an adapter folder as other libraries do, apart from our own writer."""
    folder.mkdir(exist_ok=True)
    parts = {
        "adapter_down.0.weight": "down_weight",
        "adapter_down.0.bias": "down_bias",
        "adapter_up.weight": "up_weight",
        "adapter_up.bias": "up_bias",
    }
    tensors = {
        f"{prefix}encoder.layer.{i}.output.{group}.{adapter.name}.{key}": getattr(adapter.bottleneck(i), part).data
        for i in range(len(adapter.layers))
        for key, part in parts.items()
        if adapter.bottleneck(i).rank
    }
    if container == "safetensors":
        save_file(tensors, folder / "adapter.safetensors")
    else:
        torch.save(tensors, folder / "pytorch_adapter.bin")
    stored = {"config": {**OLDEST, **config}, "hidden_size": WIDTH, "model_type": "bert", "name": adapter.name}
    if version:
        stored["version"] = version
    (folder / "adapter_config.json").write_text(json.dumps(stored), "utf-8")
    return folder


def assert_same(first: Adapter, second: Adapter) -> None:
    assert len(first.layers) == len(second.layers)
    for layer in range(len(first.layers)):
        assert torch.equal(first.output(layer, Z), second.output(layer, Z))


def refused(folder: Path) -> str:
    with pytest.raises(AdapterError) as caught:
        read_adapter(folder)
    return str(caught.value)


@pytest.mark.parametrize("container", ["safetensors", "bin"])
@pytest.mark.parametrize("version", [None, "3.2.1", "adapters.1.3.0"])
@pytest.mark.parametrize("prefix", ["bert.", "roberta.", ""])
def test_all_versions_containers_and_prefixes(
    tmp_path: Path, container: str, version: str | None, prefix: str
) -> None:
    adapter = random_adapter("mnli")
    read = read_adapter(save(tmp_path / "a", adapter, version=version, prefix=prefix, container=container))
    assert (read.name, read.non_linearity, read.model_type) == ("mnli", "relu", "bert")
    assert_same(read, adapter)
    assert read.sha256() == adapter.sha256()
    assert not any(parameter.requires_grad for parameter in read.layers.parameters())


@pytest.mark.parametrize("group", ["layer_text_task_adapters", "layer_text_lang_adapters"])
def test_names_from_before_2021(tmp_path: Path, group: str) -> None:
    adapter = random_adapter("mnli")
    read = read_adapter(save(tmp_path / "a", adapter, version=None, group=group, container="bin"))
    assert_same(read, adapter)


def test_a_file_of_the_papers_code() -> None:
    adapter = read_adapter(CASE / "mnli")
    assert (adapter.name, adapter.width, len(adapter.layers), adapter.reduction_factor) == ("mnli", 32, 3, 4)
    assert adapter.bottleneck(0).rank == 8
    assert len(adapter.label_names) > 1


@pytest.mark.parametrize(
    ("version", "stored", "function"),
    [
        (None, "gelu", lambda x: F.gelu(x, approximate="tanh")),
        (None, "gelu_orig", F.gelu),
        (None, "relu", F.relu),
        ("3.2.1", "gelu", F.gelu),
        ("adapters.1.3.0", "gelu_new", lambda x: F.gelu(x, approximate="tanh")),
        ("adapters.1.3.0", "swish", F.silu),
        ("adapters.1.3.0", "LeakyReLU", F.leaky_relu),
    ],
)
def test_non_linearities(tmp_path: Path, version: str | None, stored: str, function) -> None:
    adapter = random_adapter("a")
    read = read_adapter(save(tmp_path / "a", adapter, version=version, non_linearity=stored))
    layer = adapter.bottleneck(0)
    wanted = function(Z @ layer.down_weight.T + layer.down_bias) @ layer.up_weight.T + layer.up_bias
    assert torch.allclose(read.output(0, Z), wanted, atol=1e-5)


def test_layers_of_different_rank_and_left_out_layers(tmp_path: Path) -> None:
    adapter = random_adapter("a", rank=4, layers=4, left_out=(0, 3))
    adapter.layers[2] = random_adapter("b", rank=16).layers[0]
    factors = {"1": 8, "default": 2}
    read = read_adapter(save(tmp_path / "a", adapter, leave_out=[0, 3], reduction_factor=factors))
    assert [read.bottleneck(i).rank for i in range(4)] == [0, 4, 16, 0]
    assert not read.output(0, Z).any()
    assert_same(read, adapter)
    write_adapter(read, tmp_path / "again")
    again = read_adapter(tmp_path / "again")
    assert again.sha256() == adapter.sha256()
    stored = json.loads((tmp_path / "again" / "adapter_config.json").read_text("utf-8"))["config"]
    assert stored["leave_out"] == [0, 3]
    widths = {layer: int(WIDTH // factor) for layer, factor in stored["reduction_factor"].items()}
    assert (widths["1"], widths["2"]) == (4, 16)  # what the `adapters` library would build


def test_a_fixed_scaling_is_part_of_the_weights(tmp_path: Path) -> None:
    adapter = random_adapter("a")
    read = read_adapter(save(tmp_path / "a", adapter, scaling=2.5))
    assert torch.allclose(read.output(1, Z), 2.5 * adapter.output(1, Z), atol=1e-5)
    write_adapter(read, tmp_path / "b")
    assert_same(read_adapter(tmp_path / "b"), read)


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"mh_adapter": True}, "mh_adapter=True"),  # houlsby, double_seq_bn
        ({"is_parallel": True}, "is_parallel=True"),
        ({"phm_layer": True}, "phm_layer=True"),  # compacter
        ({"use_gating": True}, "use_gating=True"),
        ({"ln_before": True}, "ln_before=True"),
        ({"ln_after": True}, "ln_after=True"),
        ({"output_adapter": False}, "output_adapter=False"),
        ({"original_ln_before": False}, "original_ln_before=False"),
        ({"residual_before_ln": "post_add"}, "residual_before_ln=post_add"),
        ({"adapter_residual_before_ln": True}, "adapter_residual_before_ln=True"),
        ({"architecture": "lora"}, "architecture=lora"),
        ({"architecture": "prefix_tuning"}, "architecture=prefix_tuning"),
        ({"architecture": "union"}, "architecture=union"),
        ({"scaling": "learned"}, "scaling=learned"),
        ({"scaling": "channel"}, "scaling=channel"),
        ({"non_linearity": "mish"}, "non_linearity=mish"),
    ],
)
def test_other_kinds_are_refused_by_name(tmp_path: Path, config: dict[str, Any], named: str) -> None:
    sentence = refused(save(tmp_path / "a", random_adapter("mnli"), **config))
    assert sentence == (
        f"The adapter mnli is of another kind ({named}); only `seq_bn` (Pfeiffer) bottlenecks can be scaled."
    )


def test_an_invertible_adapter_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"), inv_adapter="nice")
    read_adapter(folder)  # a task adapter may list it without holding its weights
    tensors = load_file(folder / "adapter.safetensors")
    tensors["bert.invertible_adapters.mnli.F.0.weight"] = torch.zeros(16, 16)
    save_file(tensors, folder / "adapter.safetensors")
    assert "invertible" in refused(folder)


class _RunsCode:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.marker),)


def test_a_pickle_that_runs_code_is_refused_and_does_not_run(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"), container="bin")
    torch.save({"encoder": _RunsCode(tmp_path / "ran")}, folder / "pytorch_adapter.bin")
    sentence = refused(folder)
    assert "pytorch_adapter.bin" in sentence
    assert "weights_only" not in sentence  # torch's message advises to run it all the same
    assert not (tmp_path / "ran").exists()


def _cut(folder: Path) -> None:
    file = folder / "adapter.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def _change(folder: Path, change: dict[str, torch.Tensor | None]) -> None:
    tensors = load_file(folder / "adapter.safetensors")
    for end, tensor in change.items():
        key = next(key for key in tensors if key.endswith(end))
        del tensors[key]
        if tensor is not None:
            tensors[key] = tensor
    save_file(tensors, folder / "adapter.safetensors")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_cut, "adapter.safetensors"),
        (lambda f: (f / "adapter.safetensors").write_bytes(b"not weights"), "adapter.safetensors"),
        (lambda f: (f / "adapter.safetensors").unlink(), "adapter.safetensors is missing"),
        (lambda f: (f / "adapter_config.json").unlink(), "adapter_config.json is missing"),
        (lambda f: (f / "adapter_config.json").write_text("{"), "adapter_config.json"),
        (lambda f: (f / "adapter_config.json").write_text("[]"), "not a JSON object"),
        (lambda f: (f / "adapter_config.json").write_text('{"name": "a"}'), "no `config`"),
        (
            lambda f: _change(f, {"layer.0.output.adapters.mnli.adapter_down.0.weight": None}),
            "layer 0 is incomplete",
        ),
        (lambda f: _change(f, {"layer.1.output.adapters.mnli.adapter_up.bias": None}), "layer 1 is incomplete"),
        (lambda f: _change(f, {"layer.1.output.adapters.mnli.adapter_up.bias": torch.zeros(7)}), "shapes differ"),
        (lambda f: _change(f, {"adapter_up.weight": torch.full((WIDTH, 4), torch.nan)}), "not all finite"),
        (lambda f: (f / "card.json").write_text('{"encoder": "text"}'), "could not be read"),
        (
            lambda f: (f / "head_config.json").write_text('{"config": {"label2id": {"a": "x"}}}'),
            "could not be read",
        ),
    ],
)
def test_damaged_folders(tmp_path: Path, damage, says: str) -> None:
    folder = save(tmp_path / "mnli", random_adapter("mnli"))
    read_adapter(folder)
    damage(folder)
    assert says in refused(folder)


def test_junk_in_a_bin_file(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"), container="bin")
    for junk in (b"", b"junk", b"\x80\x02junk" * 20):
        (folder / "pytorch_adapter.bin").write_bytes(junk)
        assert "pytorch_adapter.bin" in refused(folder)


def test_weights_elsewhere_are_no_bottleneck(tmp_path: Path) -> None:
    folder = save(tmp_path / "a", random_adapter("mnli"), group="attention_text_task_adapters")
    assert "no bottleneck weights" in refused(folder)


@pytest.mark.parametrize("name", ["mnli", "名前 😀", "../../up", "v1.2", 'quo"te', "a/b"])
def test_written_and_read_again(tmp_path: Path, name: str) -> None:
    adapter = random_adapter(name, non_linearity="gelu")
    write_adapter(adapter, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "adapter.safetensors",
        "adapter_config.json",
        "out",
    ]
    read = read_adapter(tmp_path / "out")
    assert read.name == name
    assert_same(read, adapter)
    assert read.sha256() == adapter.sha256()
    assert read.reduction_factor == adapter.reduction_factor


@pytest.mark.parametrize(
    ("model_type", "prefix"), [("bert", "bert"), ("roberta", "roberta"), ("xlm-roberta", "roberta")]
)
def test_written_keys_are_those_of_the_library(tmp_path: Path, model_type: str, prefix: str) -> None:
    write_adapter(random_adapter("mnli", model_type=model_type), tmp_path)
    keys = set(load_file(tmp_path / "adapter.safetensors"))
    assert len(keys) == 4 * LAYERS
    assert f"{prefix}.encoder.layer.1.output.adapters.mnli.adapter_down.0.weight" in keys
    stored = json.loads((tmp_path / "adapter_config.json").read_text("utf-8"))
    assert stored["model_type"] == model_type
    assert OLDEST.keys() <= stored["config"].keys()


def test_a_file_without_a_type_can_be_written_again(tmp_path: Path, encoder: Encoder) -> None:
    folder = save(tmp_path / "a", random_adapter("a"), prefix="")
    stored = json.loads((folder / "adapter_config.json").read_text("utf-8"))
    del stored["model_type"]
    (folder / "adapter_config.json").write_text(json.dumps(stored))
    adapter = read_adapter(folder)
    check_fits(adapter, encoder)
    write_adapter(adapter, tmp_path / "b")
    assert read_adapter(tmp_path / "b").sha256() == adapter.sha256()


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ({"model_type": "distilbert"}, r"made for an encoder of type distilbert, but tiny-bert is of type bert\."),
        ({"model_type": "roberta"}, r"made for an encoder of type roberta, but tiny-bert is of type bert\."),
        ({"width": 48}, r"has width 48, but tiny-bert has 32\."),
        ({"layers": 12}, r"has 12 layers, but tiny-bert has 2\."),
    ],
)
def test_an_adapter_for_another_encoder_is_refused(made: dict[str, Any], says: str, encoder: Encoder) -> None:
    with pytest.raises(AdapterError, match=rf"^The adapter mnli .*{says} Choose one"):
        check_fits(random_adapter("mnli", **made), encoder)


def test_an_adapter_for_other_weights_is_refused(tmp_path: Path, encoder: Encoder) -> None:
    folder = save(tmp_path / "mnli", random_adapter("mnli"))
    card = {"encoder": {"name": "tiny-bert", "fingerprint": encoder.fingerprint}}
    (folder / "card.json").write_text(json.dumps(card))
    check_fits(read_adapter(folder), encoder)
    card["encoder"]["fingerprint"] = "0123456789abcdef"
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(
        AdapterError, match=rf"0123456789ab, but tiny-bert has {re.escape(encoder.fingerprint[:12])}\."
    ):
        check_fits(read_adapter(folder), encoder)


def test_a_new_adapter_starts_small_and_from_its_seed() -> None:
    def made(seed: int) -> Adapter:
        return new_adapter("a", layers=4, width=256, model_type="bert", reduction_factor=16, seed=seed)

    adapter = made(0)
    assert [adapter.bottleneck(i).rank for i in range(4)] == [16] * 4
    weights = torch.cat(
        [p.detach().flatten() for key, p in adapter.layers.named_parameters() if key.endswith("weight")]
    )
    assert weights.std() == pytest.approx(0.02, rel=0.03)
    assert all(not p.any() for key, p in adapter.layers.named_parameters() if key.endswith("bias"))
    assert made(0).sha256() == adapter.sha256() != made(1).sha256()


def test_the_hash_sees_weights_and_non_linearity_but_not_the_name() -> None:
    adapter = random_adapter("a")
    assert random_adapter("b").sha256() == adapter.sha256()
    assert random_adapter("a", non_linearity="gelu").sha256() != adapter.sha256()
    adapter.bottleneck(1).up_bias[3] += 1e-6
    assert random_adapter("a").sha256() != adapter.sha256()
