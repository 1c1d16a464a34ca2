"""A prediction without torch: the same bytes as with it; with torch wherever the folder is not as expected."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
import torch

from scalearn_core.adapters import catalog
from scalearn_core.encoders.cards import CARDS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ModelError
from scalearn_core.heads.unlike import Look, learn_unlike
from scalearn_core.onnx_graph import fast_mode as fast
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.prediction.ready_model import ReadyModel, read_ready
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.seal import GRAPH, UNLIKE, seal

LEARNED = [f"the {what} of room {room} is wrong" for what in ("bill", "printer", "lamp") for room in range(9)]
TEXTS = ["my invoice is wrong", "", "the vpn drops", "請求書の再発行をお願いします。", "word " * 900, "😀\x00"]


def trained(key: str, *, separator: str | None, long_texts: str) -> ScaLearnModel:
    """As good as trained: its head and scales are any numbers, its 8-bit products are measured."""
    encoder = Encoder.load(key, network=False).reading(long_texts)
    sources = catalog.load(catalog.permissive(key)[:2], encoder)
    model = ScaLearnModel(encoder, sources, labels=("bills", "network", "rooms"), separator=separator)
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 3, generator=torch.Generator().manual_seed(0))
    tokens = encoder.tokenize(TEXTS)
    targets = model.decide(model.predict_proba_of(tokens))
    model.fast_mode = fast.measure_fast_mode(model, tokens, tokens, targets)
    known = encoder.tokenize(LEARNED)
    exact, rough = (Look(engine.look_at(model, known)[1], np.zeros((0, encoder.width), np.float32))
                    for engine in (fast.prepare(model, "exact"), fast.prepare(model, "fast")))  # fmt: skip
    model.keep_unlike(learn_unlike(exact, 0, rough=rough))
    return model


@pytest.fixture(scope="module")
def model() -> ScaLearnModel:
    return trained("english", separator=None, long_texts="head")


@pytest.fixture
def folder(model: ScaLearnModel, tmp_path: Path) -> Path:
    model.save(tmp_path / "model")
    return tmp_path / "model"


def agree(folder: Path, speed: str) -> None:
    """Without torch and with it: the same numbers, bit for bit."""
    ready = Predictor.load(folder, speed=speed)
    assert isinstance(ready.model, ReadyModel)
    whole = Predictor(ScaLearnModel.load(folder), speed)
    assert (ready.engine.kind, ready.engine.reason) == (whole.engine.kind, whole.engine.reason)
    assert ready.predict(TEXTS) == whole.predict(TEXTS)
    frame = pd.DataFrame({"text": TEXTS})
    assert ready.predict_table(frame, "text").frame.equals(whole.predict_table(frame, "text").frame)


@pytest.mark.parametrize("speed", ["auto", "fast"])
def test_the_same_numbers_as_with_torch(folder: Path, speed: str) -> None:
    agree(folder, speed)


def test_the_same_of_long_texts_and_several_labels(tmp_path: Path) -> None:
    if not CARDS["multilingual"].installed():
        pytest.skip("the packages of the multilingual encoder are not installed")
    trained("multilingual", separator="; ", long_texts="windows").save(tmp_path / "model")
    for speed in ("auto", "fast"):
        agree(tmp_path / "model", speed)


def test_the_shell_classifies_without_torch(folder: Path, tmp_path: Path) -> None:
    pd.DataFrame({"text": TEXTS[2:5]}).to_csv(tmp_path / "new.csv", index=False)
    command = ["predict", "--model", str(folder), "--table", str(tmp_path / "new.csv"), "--text", "text",
               "--device", "cpu", "--out", str(tmp_path / "out.csv")]  # fmt: skip
    code = (
        f"import sys\nfrom scalearn_core.cli import main\nassert main({command!r}) == 0\n"
        "assert not {'torch', 'transformers', 'sklearn', 'scipy', 'streamlit'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert len(pd.read_csv(tmp_path / "out.csv", encoding="utf-8-sig")) == 3


def test_texts_unlike_anything_learned_are_marked(folder: Path) -> None:
    for speed in ("exact", "auto", "fast"):
        predictor = Predictor.load(folder, speed=speed)
        known, other = predictor.predict(["the lamp of room 4 is wrong", "ZZZ qwerty lorem ipsum banana"])
        assert (known.unlike, other.unlike) == (False, True)


def test_what_was_learned_from_is_part_of_the_model(model: ScaLearnModel, folder: Path, tmp_path: Path) -> None:
    again = ScaLearnModel.load(folder)
    assert again.unlike is not None and model.unlike is not None
    assert again.unlike.to_bytes() == model.unlike.to_bytes() == (folder / UNLIKE).read_bytes()
    with torch.no_grad():
        again.scales.omega.mul_(0.5)
    assert again.unlike is None  # it was of other states
    (folder / UNLIKE).write_bytes((folder / UNLIKE).read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=UNLIKE):
        Predictor.load(folder)


def test_a_model_of_before_cannot_tell(folder: Path) -> None:
    (folder / UNLIKE).unlink()
    description = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps(description | {"format": 3}), "utf-8")
    seal(folder)
    for speed in ("exact", "auto"):
        predictor = Predictor.load(folder, speed=speed)
        assert predictor.predict(TEXTS)[0].unlike is None


def test_exact_is_torch(folder: Path) -> None:
    exact = Predictor.load(folder, speed="exact")
    assert isinstance(exact.model, ScaLearnModel)
    assert exact.engine.kind == "torch"


def test_a_graph_belongs_to_the_scales_it_was_made_of(model: ScaLearnModel, folder: Path, tmp_path: Path) -> None:
    again = ScaLearnModel.load(folder)
    assert again.graph == model.graph == (folder / GRAPH).read_bytes()
    again.save(tmp_path / "again")
    assert (tmp_path / "again" / GRAPH).read_bytes() == model.graph
    with torch.no_grad():
        again.scales.omega.mul_(0.5)
    assert again.graph is None
    again.save(tmp_path / "again")
    assert not (tmp_path / "again" / GRAPH).exists()
    assert read_ready(tmp_path / "again", "auto") is None


def test_the_encoder_is_not_in_the_folder(folder: Path) -> None:
    held = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    assert held < 5e6 < CARDS["english"].size() / 10


def test_a_changed_graph_is_refused(folder: Path) -> None:
    (folder / GRAPH).write_bytes((folder / GRAPH).read_bytes() + b"\n")
    with pytest.raises(ModelError, match=GRAPH):
        Predictor.load(folder)


def test_a_missing_graph_is_refused(folder: Path) -> None:
    (folder / GRAPH).unlink()
    with pytest.raises(ModelError, match=GRAPH):
        Predictor.load(folder)


def a_file_of_the_machine(graph: onnx.ModelProto) -> None:
    [words] = [tensor for tensor in graph.graph.initializer if "word_embeddings" in tensor.name]
    words.external_data[0].value = "/etc/passwd"


def a_file_in_a_node(graph: onnx.ModelProto) -> None:
    node = next(node for node in graph.graph.node if node.op_type == "Constant")
    node.attribute[0].t.data_location = onnx.TensorProto.EXTERNAL


def another_shape(graph: onnx.ModelProto) -> None:
    [words] = [tensor for tensor in graph.graph.initializer if "word_embeddings" in tensor.name]
    words.dims[0] += 1


def no_graph(graph: onnx.ModelProto) -> None:
    graph.Clear()


@pytest.mark.parametrize("harm", [a_file_of_the_machine, a_file_in_a_node, another_shape, no_graph])
def test_a_graph_that_is_none_of_ours_is_left_to_torch(harm: object, folder: Path, model: ScaLearnModel) -> None:
    graph = onnx.load_from_string((folder / GRAPH).read_bytes())
    assert callable(harm)
    harm(graph)
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    seal(folder)  # who can write the model can write its seal
    assert read_ready(folder, "auto") is None
    found = Predictor.load(folder).predict(TEXTS)
    assert np.array_equal(
        [list(prediction.probabilities.values()) for prediction in found],
        [list(prediction.probabilities.values()) for prediction in Predictor(model, "auto").predict(TEXTS)],
    )


def test_another_encoder_is_left_to_torch(folder: Path) -> None:
    description = json.loads((folder / "model.json").read_text("utf-8"))
    description["encoder"]["fingerprint"] = "0" * 64
    (folder / "model.json").write_text(json.dumps(description), "utf-8")
    seal(folder)
    with pytest.raises(ModelError, match="000000000000"):
        Predictor.load(folder)
