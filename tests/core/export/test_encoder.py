"""An exported encoder is read by transformers alone, and computes the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ModelError
from scalearn_core.export.encoder import export_encoder
from tests.core.encoders.test_four_bit import four_bit_encoder
from tests.core.tiny import KINDS, save_encoder

TEXTS = ["my invoice", "the VPN drops again", "", "</s> a <s> b", "[SEP] a [MASK] b [CLS]", "  two  blanks "]


def test_transformers_reads_it_and_computes_the_same(tmp_path: Path, encoder_folder: Path) -> None:
    encoder = four_bit_encoder(tmp_path, encoder_folder)
    encoder.prefix = "query: "
    export_encoder(encoder, tmp_path / "out")
    model = AutoModel.from_pretrained(tmp_path / "out", add_pooling_layer=False).eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    batch = tokenizer(["query: " + text for text in TEXTS], padding=True, return_tensors="pt")
    ours = encoder.pad(encoder.tokenize(TEXTS), range(len(TEXTS)))
    assert batch["input_ids"].tolist() == ours.input_ids.tolist()
    with torch.no_grad():
        theirs = model(**batch).last_hidden_state
    assert torch.equal(theirs, encoder.hidden_states(*ours))


@pytest.mark.parametrize("kind", KINDS)
def test_the_tokenizers_class_is_one_that_older_versions_know(kind: str, tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder", kind)
    encoder = Encoder.load(tmp_path / "encoder")
    export_encoder(encoder, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "tokenizer_config.json").read_text("utf-8"))
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert ("token_type_ids" in config["model_input_names"]) == encoder.segments
    again = Encoder.load(tmp_path / "out")
    assert again.tokenize(TEXTS) == encoder.tokenize(TEXTS)
    assert again.fingerprint == encoder.fingerprint


def test_modernberts_settings_stand_under_their_older_names_too(tmp_path: Path) -> None:
    save_encoder(tmp_path / "encoder", "modernbert")
    encoder = Encoder.load(tmp_path / "encoder")
    encoder.model.config.rope_parameters["sliding_attention"]["rope_theta"] = 500.0
    export_encoder(encoder, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "config.json").read_text("utf-8"))
    assert (config["local_rope_theta"], config["global_rope_theta"]) == (500.0, 160_000.0)
    assert config["global_attn_every_n_layers"] == 2


def test_a_tokenizer_that_the_folder_would_read_otherwise_is_refused(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Encoder.load(encoder_folder)
    monkeypatch.setattr("scalearn_core.export.encoder.tokenizer_file", lambda encoder: _keeping_capitals(encoder))
    with pytest.raises(ModelError, match="gives other tokens than the encoder's own"):
        export_encoder(encoder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _keeping_capitals(encoder: Encoder) -> str:
    return json.dumps({**json.loads(encoder.tokenizer.backend_tokenizer.to_str()), "normalizer": None})


def test_pooling_length_and_prefix_go_along(tmp_path: Path, encoder_folder: Path) -> None:
    encoder = four_bit_encoder(tmp_path, encoder_folder)
    encoder.prefix, encoder.pooling, encoder.max_length = "query: ", "mean", 17
    export_encoder(encoder, tmp_path / "out")
    again = Encoder.load(tmp_path / "out")
    assert (again.pooling, again.max_length) == ("mean", 17)
    prompts = json.loads((tmp_path / "out" / "config_sentence_transformers.json").read_text("utf-8"))
    assert prompts["prompts"] == {"query": "query: ", "document": "query: ", "default": "query: "}
    assert prompts["default_prompt_name"] == "default"
    encoder.prefix = ""
    export_encoder(encoder, tmp_path / "out")
    prompts = json.loads((tmp_path / "out" / "config_sentence_transformers.json").read_text("utf-8"))
    assert prompts == {"prompts": {}, "default_prompt_name": None}


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(ModelError):
        export_encoder(encoder, tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["letter.txt"]
