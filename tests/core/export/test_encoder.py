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

TEXTS = ["my invoice", "the vpn drops again"]


def test_transformers_reads_it_and_computes_the_same(tmp_path: Path, encoder_folder: Path) -> None:
    encoder = four_bit_encoder(tmp_path, encoder_folder)
    encoder.prefix = "query: "
    export_encoder(encoder, tmp_path / "out")
    model = AutoModel.from_pretrained(tmp_path / "out", add_pooling_layer=False).eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    batch = tokenizer(["query: " + text for text in TEXTS], padding=True, return_tensors="pt")
    ours = encoder.pad(encoder.tokenize(TEXTS), range(2))
    assert batch["input_ids"].tolist() == ours.input_ids.tolist()
    with torch.no_grad():
        theirs = model(**batch).last_hidden_state
    assert torch.equal(theirs, encoder.hidden_states(*ours))


def test_pooling_length_and_prefix_go_along(tmp_path: Path, encoder_folder: Path) -> None:
    encoder = four_bit_encoder(tmp_path, encoder_folder)
    encoder.prefix, encoder.pooling, encoder.max_length = "query: ", "mean", 17
    export_encoder(encoder, tmp_path / "out")
    again = Encoder.load(tmp_path / "out")
    assert (again.pooling, again.max_length) == ("mean", 17)
    prompts = json.loads((tmp_path / "out" / "config_sentence_transformers.json").read_text("utf-8"))
    assert prompts["prompts"][prompts["default_prompt_name"]] == "query: "


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(ModelError):
        export_encoder(encoder, tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["letter.txt"]
