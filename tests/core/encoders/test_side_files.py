"""What sentence-transformers writes beside the weights is honoured, or refused by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import EncoderError
from tests.core.tiny import save_encoder


@pytest.fixture
def folder(encoder_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(encoder_folder, tmp_path / "copy"))


def write(folder: Path, name: str, content: Any) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content), "utf-8")


def refused(folder: Path) -> EncoderError:
    with pytest.raises(EncoderError) as caught:
        Encoder.load(folder)
    return caught.value


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [(None, 11, 11), (12, None, 12), (12, 11, 12), (None, 10**30, 48), (500, None, 48)],
)
def test_the_length_stands_with_the_tokenizer_since_version_6(
    older: int | None, newer: int | None, expected: int, folder: Path
) -> None:
    if older is not None:
        write(folder, "sentence_bert_config.json", {"max_seq_length": older})
    config = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    if newer is not None:
        write(folder, "tokenizer_config.json", {**config, "model_max_length": newer})
    encoder = Encoder.load(folder)
    assert encoder.max_length == expected
    assert encoder.tokenize(["word " * 80]).lengths == [expected]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"text": {"max_length": 9}}, 9),
        ({"text": {"max_length": 30, "truncation": True}}, 30),
        ({"common": {"max_length": 9}}, 9),
        ({"text": {"max_length": 9}, "common": {"max_length": 13}}, 9),
        ({"text": {"padding": True}, "chat_template": {}}, 12),
        ({}, 12),
        ({"text": {"max_length": 9_000}}, 48),
    ],
)
def test_the_length_may_be_an_option_of_the_call(options: dict[str, Any], expected: int, folder: Path) -> None:
    write(folder, "sentence_bert_config.json", {"max_seq_length": 12, "processing_kwargs": options})
    encoder = Encoder.load(folder)
    assert encoder.max_length == expected
    assert encoder.tokenize(["word " * 80]).lengths == [expected]


def test_a_length_that_holds_no_text_is_refused(folder: Path) -> None:
    write(folder, "sentence_bert_config.json", {"max_seq_length": 2})
    assert "reads 2 tokens" in str(refused(folder))


@pytest.mark.parametrize(
    ("said", "prefix"),
    [
        ({"prompts": {"query": "query: ", "default": "text: "}, "default_prompt_name": "default"}, "text: "),
        ({"prompts": {"query": "query: ", "document": ""}, "default_prompt_name": "query"}, "query: "),
        ({"prompts": {"query": "query: ", "document": "passage: "}, "default_prompt_name": None}, ""),
        ({"prompts": {}}, ""),
    ],
)
def test_the_default_prompt_stands_before_every_text(said: dict[str, Any], prefix: str, folder: Path) -> None:
    plain = Encoder.load(folder)
    write(folder, "config_sentence_transformers.json", said)
    encoder = Encoder.load(folder)
    assert encoder.prefix == prefix
    assert encoder.tokenize(["my vpn"]).ids == plain.tokenize([f"{prefix}my vpn"]).ids


def test_a_default_prompt_that_is_not_there_is_refused(folder: Path) -> None:
    said = {"prompts": {"query": "query: "}, "default_prompt_name": "classify"}
    write(folder, "config_sentence_transformers.json", said)
    error = refused(folder)
    assert error.code == "encoder.prompt_missing"
    assert "classify" in str(error) and "query" in str(error)


def test_lower_case_is_refused_unless_the_tokenizer_makes_it_itself(folder: Path, tmp_path: Path) -> None:
    write(folder, "sentence_bert_config.json", {"do_lower_case": True})
    Encoder.load(folder)  # its own normaliser does so
    save_encoder(tmp_path / "cased", "roberta")
    write(tmp_path / "cased", "sentence_bert_config.json", {"do_lower_case": True})
    assert refused(tmp_path / "cased").code == "encoder.lower_case"


@pytest.mark.parametrize(
    ("said", "pooling"),
    [
        ({}, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": ["mean"]}, "mean"),
        ({"pooling_mode": "mean", "include_prompt": False}, "mean"),
    ],
)
def test_one_pooling_in_every_notation(said: dict[str, Any], pooling: str, folder: Path) -> None:
    write(folder, "modules.json", [{"idx": 1, "name": "1", "path": "2_Other", "type": "any.Pooling"}])
    write(folder, "2_Other/config.json", said)
    assert Encoder.load(folder).pooling == pooling


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}, "max + mean"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}, "cls + mean"),
        ({"pooling_mode": ["mean", "cls"]}, "cls + mean"),
        ({"pooling_mode": "lasttoken"}, "lasttoken"),
    ],
)
def test_pooling_by_several_means_is_refused_by_name(said: dict[str, Any], named: str, folder: Path) -> None:
    write(folder, "1_Pooling/config.json", said)
    error = refused(folder)
    assert error.code == "encoder.unsupported_pooling"
    assert f"tokens by {named};" in str(error)


def test_a_mean_without_the_prompt_is_refused_where_there_is_one(folder: Path) -> None:
    write(folder, "1_Pooling/config.json", {"pooling_mode": "mean", "include_prompt": False})
    said = {"prompts": {"text": "text: "}, "default_prompt_name": "text"}
    write(folder, "config_sentence_transformers.json", said)
    assert "include_prompt" in str(refused(folder))
