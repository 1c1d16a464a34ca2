"""Adapter folders from elsewhere: of another library, base or way of making, each told as what it is."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from scalearn_core.adapters import catalog
from scalearn_core.adapters.adapterhub import read_adapter
from scalearn_core.encoders.encoder import Encoder
from tests.core.adapters.test_adapterhub import refused, save
from tests.core.test_cli import COLUMNS, documents, shell, write_table
from tests.core.tiny import WIDTH, random_adapter


def edit(folder: Path, **changes: Any) -> Path:
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), "utf-8")
    return folder


def told(folder: Path, encoder: Encoder) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(catalog.load([str(folder)], encoder)) == 1
    return [str(warning.message) for warning in caught if warning.category is catalog.OtherBaseWarning]


# PEFT


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("LORA", "a LoRA adapter of PEFT"),
        ("IA3", "an IA3 adapter of PEFT"),
        ("PREFIX_TUNING", "a prefix tuning adapter of PEFT"),
        ("HIRA", "a hira adapter of PEFT"),
        (None, "a nameless adapter of PEFT"),
    ],
)
def test_a_folder_of_peft_is_named(kind: str | None, named: str, tmp_path: Path) -> None:
    config = {"base_model_name_or_path": "x/y", "r": 8, "lora_alpha": 16, "target_modules": ["query"]}
    (tmp_path / "adapter_config.json").write_text(
        json.dumps(config | ({"peft_type": kind} if kind else {})), "utf-8"
    )
    weights = {"base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight": torch.zeros(8, WIDTH)}
    save_file(weights, tmp_path / "adapter_model.safetensors")
    assert refused(tmp_path) == (
        f"The adapter {tmp_path.name} is of another kind ({named}); "
        "only `seq_bn` (Pfeiffer) bottlenecks can be scaled."
    )


# another base


@pytest.mark.parametrize("base", ["google/electra-other-base", "bert-base-uncased", "/models/mine/", "C:\\mine"])
def test_an_adapter_of_another_base_is_read_with_a_word(base: str, tmp_path: Path, encoder: Encoder) -> None:
    folder = edit(save(tmp_path / "a", random_adapter("mnli")), model_name=base)
    (word,) = told(folder, encoder)
    assert f"mnli says that it was made for {base}, not for " in word


@pytest.mark.parametrize("base", [None, "", "tiny-bert", "someone/Tiny-BERT", "/elsewhere/tiny-bert/"])
def test_the_same_base_by_another_spelling_is_no_word_worth(
    base: str | None, tmp_path: Path, encoder: Encoder
) -> None:
    assert told(edit(save(tmp_path / "a", random_adapter("mnli")), model_name=base), encoder) == []


def test_a_fingerprint_decides_before_a_name(tmp_path: Path, encoder: Encoder) -> None:
    folder = edit(save(tmp_path / "a", random_adapter("mnli")), model_name="another")
    (folder / "card.json").write_text(json.dumps({"encoder": {"fingerprint": encoder.fingerprint}}), "utf-8")
    assert told(folder, encoder) == []


def test_the_encoders_of_the_studio_are_known_by_their_names(tmp_path: Path) -> None:
    folder = edit(
        save(tmp_path / "a", random_adapter("mnli")), model_name="sentence-transformers/all-MiniLM-L6-v2"
    )
    assert catalog.made_for_others([folder], None) == catalog.made_for_others([folder], "english") == []
    (word,) = catalog.made_for_others([folder], "multilingual")
    assert "not for multilingual-e5-small" in word
    assert (
        catalog.made_for_others([edit(folder, model_name="intfloat/multilingual-e5-small")], "multilingual") == []
    )


# two of one name


@pytest.mark.parametrize("command", ["forecast", "train"])
def test_two_of_one_name_are_told_before_anything_is_loaded(command: str, tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.csv", documents(12))
    other = edit(save(tmp_path / "other", random_adapter("x")), name="trec6")
    options = ["--out", tmp_path / "m"] if command == "train" else []
    again = "The source trec6 is given twice."
    two = "Two of the sources are called trec6: "
    for sources, says in ((f"trec6,{other}", two), (f"{other},{other}", again), ("trec6,trec6", again)):
        found = shell(command, "--table", table, *COLUMNS, "--sources", sources, *options)
        assert (found.code, found.out) == (2, "")
        assert found.err.startswith(says)
        assert found.err.count("\n") == 1


# the plug-in interface


def plugged(folder: Path, *, layers: str = "encoder.layer", **interface: Any) -> Path:
    """As `adapters` 1.3.0 saves an adapter of a model that was given an interface."""
    save(folder, random_adapter("mnli"), prefix="")
    tensors = load_file(folder / "adapter.safetensors")
    renamed = {
        re.sub(r"^encoder\.layer\.(\d)\.output\.", rf"{layers}.\1.output_adapters.", key): tensor
        for key, tensor in tensors.items()
    }
    save_file(renamed, folder / "adapter.safetensors")
    places = {
        "model_layers": layers,
        "layer_output_proj": "output.dense",
        "layer_pre_ffn": None,
        "layer_ln_2": None,
    }
    stored = {"interface": places | interface, "model_type": "bert", "version": "adapters.1.3.0"}
    (folder / "adapter_interface.json").write_text(json.dumps(stored), "utf-8")
    return folder


def test_an_adapter_of_the_plug_in_interface_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert "plug-in interface" in refused(plugged(tmp_path / "a"))
    lost = plugged(tmp_path / "b")
    (lost / "adapter_interface.json").unlink()  # whoever hands it on may take the two usual files alone
    assert "plug-in interface" in refused(lost)
    # The keys of DistilBERT's own class, so that only the interface tells them apart.
    alike = edit(plugged(tmp_path / "c", layers="transformer.layer"), model_type="distilbert")
    assert "plug-in interface" in refused(alike)


def test_the_interface_that_the_library_itself_has_for_modernbert_is_read(tmp_path: Path) -> None:
    own = {"layer_output_proj": "mlp.Wo", "layer_pre_ffn": "mlp"}
    folder = edit(plugged(tmp_path / "a", layers="layers", **own), model_type="modernbert")
    assert read_adapter(folder).name == "mnli"
    another = edit(plugged(tmp_path / "b", layers="layers", layer_output_proj="mlp.Wi"), model_type="modernbert")
    assert "plug-in interface" in refused(another)
