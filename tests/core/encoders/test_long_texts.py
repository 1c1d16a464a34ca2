"""Documents beyond the encoder's length: what is read, and that every path reads the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from scalearn_core.cli.parser import make_parser
from scalearn_core.config import LONG_TEXTS, MOST_WINDOWS, TrainingConfig
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.lengths import LengthReport, text_lengths
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.errors import ConfigError, ModelError
from scalearn_core.onnx_graph import fast_mode as fast
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.stage_two import train_scales
from tests.core.scaling.test_merge import randomised, same_kind
from tests.core.tiny import FILLER, KINDS, TOPICS, as_of_before, random_adapter, save_encoder
from tests.core.tiny import dataset as tiny_dataset

WORDS = [*FILLER, *(word for words in TOPICS.values() for word in words)]
LONG = " ".join(WORDS[number * 7 % len(WORDS)] for number in range(100))
VERY_LONG = " ".join(WORDS[number * 5 % len(WORDS)] for number in range(1000))
TEXTS = ["my invoice", LONG, "", VERY_LONG, "the vpn drops again"]


def reader(encoder: Encoder, how: str, prefix: str = "") -> Encoder:
    other = encoder.reading(how)
    other.max_length, other.prefix = 12, prefix
    return other


@pytest.fixture(scope="module", params=["", "please help: "])
def prefix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_short_documents_are_the_same_tokens_in_every_way(encoder: Encoder, prefix: str) -> None:
    texts = ["my invoice", "", "the vpn drops", "lamp lamp lamp lamp lamp lamp lamp"]
    expected = reader(encoder, "head", prefix).tokenize(texts)
    assert all(reader(encoder, how, prefix).tokenize(texts) == expected for how in LONG_TEXTS)


def test_head_and_tail(encoder: Encoder, prefix: str) -> None:
    whole = encoder.tokenizer(prefix + LONG)["input_ids"]
    [found] = reader(encoder, "head_tail", prefix).tokenize([LONG]).ids
    begun = 1 + len(encoder.tokenizer(prefix, add_special_tokens=False)["input_ids"])
    room = 12 - begun - 1
    assert len(found) == 12
    assert found == whole[: begun + room - room // 2] + whole[len(whole) - 1 - room // 2 :]


def test_windows_reach_from_the_first_token_to_the_last(encoder: Encoder, prefix: str) -> None:
    few, many = reader(encoder, "windows", prefix).tokenize(["lamp " * 14, VERY_LONG]).ids
    whole = encoder.tokenizer(prefix + VERY_LONG)["input_ids"]
    begun = 1 + len(encoder.tokenizer(prefix, add_special_tokens=False)["input_ids"])
    room = 12 - begun - 1
    assert len(few) == -(-14 // room) * 12, "as many as it needs"
    assert len(many) == MOST_WINDOWS * 12 == reader(encoder, "windows", prefix).reach
    windows = [many[start : start + 12] for start in range(0, len(many), 12)]
    assert all(window[:begun] == whole[:begun] and window[-1] == whole[-1] for window in windows)
    assert windows[0][begun:-1] == whole[begun : begun + room]
    assert windows[-1][begun:-1] == whole[-1 - room : -1]


@pytest.mark.parametrize("pooling", ["mean", "cls"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_document_of_windows_is_the_mean_of_its_windows(kind: str, pooling: str, tmp_path: Path) -> None:
    save_encoder(tmp_path, kind)
    encoder = reader(Encoder.load(tmp_path), "windows")
    encoder.pooling = pooling
    adapter = random_adapter("a", seed=1, rank=4, model_type=kind)
    tokens = encoder.tokenize(TEXTS)

    def adapt(layer: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        return adapter.output(layer, z)

    found = embed(encoder, tokens, adapt)
    for ids, embedding in zip(tokens.ids, found, strict=True):
        parts = [torch.tensor([ids[start : start + 12]]) for start in range(0, len(ids), 12)]
        with torch.no_grad():
            pooled = [
                encoder.pool(encoder.hidden_states(part, torch.ones_like(part), torch.zeros_like(part), adapt),
                             torch.ones_like(part))[0].numpy()
                for part in parts
            ]  # fmt: skip
        assert np.abs(np.mean(pooled, axis=0) - embedding).max() < 1e-5
    for layer in (0, 1):
        cached = CachedDocuments(encoder, tokens, layer)
        plain = CachedDocuments(encoder, tokens, layer, memory=0)
        for documents in (cached, plain):
            assert np.abs(embed(encoder, documents) - embed(encoder, tokens)).max() < 1e-5
    everything, start = CachedDocuments(encoder, tokens, 0).batch(range(len(tokens)))  # short beside long
    with torch.no_grad():
        hidden = encoder.hidden_states(*everything, adapt=adapt, start=start)
        assert np.abs(encoder.pool(hidden, everything.attention_mask).numpy() - found).max() < 1e-5


@pytest.fixture(params=LONG_TEXTS)
def model(request: pytest.FixtureRequest, encoder: Encoder) -> ScaLearnModel:
    made = randomised(ScaLearnModel(reader(encoder, request.param), same_kind(), labels=("x", "y", "z")))
    with torch.no_grad():
        for parameter in made.head.parameters():
            parameter.normal_(0, 3, generator=torch.Generator().manual_seed(0))
    return made


def test_a_saved_model_and_its_fast_mode_read_alike(model: ScaLearnModel, tmp_path: Path) -> None:
    expected = model.predict_proba(TEXTS)
    tokens = model.encoder.tokenize(TEXTS)
    model.fast_mode = fast.measure_fast_mode(model, tokens, tokens, np.array([0, 1, 2, 1, 0]))
    assert "ranges" in model.fast_mode
    model.save(tmp_path / "model")
    again = ScaLearnModel.load(tmp_path / "model")
    assert again.encoder.long_texts == model.encoder.long_texts
    assert np.array_equal(again.predict_proba(TEXTS), expected)
    engine = fast.prepare(again, "auto")
    assert engine.kind == "fp32"
    assert np.abs(engine.look_at(again, again.encoder.tokenize(TEXTS))[0] - expected).max() < 1e-5
    assert [found.label for found in Predictor(again, "auto").predict(TEXTS)] == model.predict(TEXTS)
    if fast.exact_integer_products():
        rough = fast.prepare(again, "fast")
        assert rough.kind == "int8"
        assert np.abs(rough.look_at(again, again.encoder.tokenize(TEXTS))[0] - expected).max() < 0.1


def test_models_on_one_encoder_read_as_each_was_trained(model: ScaLearnModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    before = model.encoder.long_texts
    other = model.encoder.reading("head" if before != "head" else "windows")
    assert ScaLearnModel.load(tmp_path / "model", other).encoder.long_texts == before
    assert other.long_texts != before


def test_a_folder_without_the_key_reads_the_beginning(model: ScaLearnModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    file = tmp_path / "model" / "model.json"
    description = json.loads(file.read_text("utf-8"))
    assert description["encoder"].pop("long_texts") == model.encoder.long_texts
    as_of_before(tmp_path / "model", encoder=description["encoder"])
    assert ScaLearnModel.load(tmp_path / "model").encoder.long_texts == "head"
    as_of_before(tmp_path / "model", encoder=description["encoder"] | {"long_texts": "backwards"})
    with pytest.raises(ModelError, match="way of reading long documents"):
        ScaLearnModel.load(tmp_path / "model")


def test_the_example_of_the_export_reads_alike(model: ScaLearnModel, tmp_path: Path) -> None:
    model.encoder.prefix = "please help: "
    model.export_onnx(tmp_path / "out")
    example = (tmp_path / "out" / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    for text in TEXTS:
        code = example.replace("Where is my parcel?", text)
        assert text in code
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path / "out", capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == str(model.predict([text]))
    names = [entry.name for entry in onnxruntime.InferenceSession(tmp_path / "out" / "model.onnx").get_inputs()]
    assert ("owners" in names) == (model.encoder.long_texts == "windows")
    model.export_adapter(tmp_path / "adapter")
    told = "beginning alone" in (tmp_path / "adapter" / "README.md").read_text("utf-8")
    assert told == (model.encoder.long_texts != "head")


@pytest.mark.parametrize("how", LONG_TEXTS)
def test_training_reads_as_it_is_told(how: str, encoder: Encoder) -> None:
    dataset = tiny_dataset().split(seed=0)
    model = ScaLearnModel(reader(encoder, "head"), same_kind(), labels=dataset.labels)
    train_scales(model, dataset, TrainingConfig(long_texts=how, epochs=1))
    assert model.encoder.long_texts == how
    assert model.training_record["long_texts"] == how


def test_the_shell_offers_all_ways() -> None:
    arguments = ["train", "--table", "t.csv", "--text", "a", "--label", "b", "--out", "m"]
    assert make_parser().parse_args(arguments).long_texts == "head"
    for how in LONG_TEXTS:
        assert make_parser().parse_args([*arguments, "--long-texts", how]).long_texts == how


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ConfigError, match="in the way middle"):
        TrainingConfig(long_texts="middle")


def test_documents_that_are_not_read_whole(encoder: Encoder, prefix: str) -> None:
    room = 11 - len(encoder.tokenizer(prefix)["input_ids"]) + 1
    texts = ["lamp " * words for words in (room, room + 1, 8 * room, 8 * room + 1)]
    for how, expected in (("head", 3), ("head_tail", 3), ("windows", 1)):
        assert sum(reader(encoder, how, prefix).tokenize(texts).cut) == expected
    assert not reader(encoder, "head").tokenize([]).cut


def test_what_would_be_cut(encoder: Encoder) -> None:
    tiny = reader(encoder, "windows")
    assert text_lengths([], tiny) == LengthReport(0, 0.0, 12, 0)
    assert text_lengths(["lamp " * 10, "lamp"], tiny) == LengthReport(0, 0.0, 12, 2)
    assert text_lengths(["lamp " * 11, "lamp " * 25], tiny) == LengthReport(2, (1 + 15) / 40, 12, 2)
    assert text_lengths(["lamp"] * 1999 + ["lamp " * 30] * 2, tiny).looked_at == 2000
