"""Fast prediction: what it costs is measured, and whatever fails, something slower answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.onnx_graph import fast_mode as fast
from scalearn_core.onnx_graph import int8
from scalearn_core.onnx_graph.session import exact_integer_products
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.scaling.test_merge import randomised

TEXTS = [f"{'please ' * (i * 7 % 40)}{word} {i}" for i, word in enumerate(["lamp", "vpn", "bill", "door"] * 8)]
HOSTILE = ["", "😀🎉", "請求書の再発行をお願いします。", "word " * 30_000, "\x00\ufeff"]


@pytest.fixture
def model(encoder: Encoder, sources: list[Adapter]) -> ScaLearnModel:
    model = randomised(ScaLearnModel(encoder, sources, labels=("x", "y", "z")))
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0, 0.3, generator=torch.Generator().manual_seed(0))
    return model


def measured(model: ScaLearnModel) -> dict[str, object]:
    tokens = model.encoder.tokenize(TEXTS)
    return fast.measure_fast_mode(model, tokens.take(range(8)), tokens, model.predict_proba(TEXTS).argmax(1))


def test_measured_and_saved_it_predicts_nearly_the_same(model: ScaLearnModel, tmp_path: Path) -> None:
    found = measured(model)
    assert found["documents"] == len(TEXTS)
    assert found["macro_f1_exact"] == 1
    assert found["within_limit"] == (found["macro_f1_fast"] >= 1 - fast.LIMIT)
    assert 0 < found["largest_difference"] < 0.1
    model.fast_mode = {**found, "within_limit": True}
    model.save(tmp_path / "model")
    loaded = Predictor.load(tmp_path / "model")
    times = {"speedup"}  # what differs from one measuring to the next is no part of a model
    assert loaded.model.fast_mode == {key: model.fast_mode[key] for key in model.fast_mode.keys() - times}
    assert (loaded.engine.kind, loaded.engine.reason) == (
        ("int8", None)
        if exact_integer_products()
        else ("fp32", "the 8-bit products of this processor are not exact")
    )
    exact = model.predict_proba([*TEXTS, *HOSTILE])
    probabilities = [list(prediction.probabilities.values()) for prediction in loaded.predict([*TEXTS, *HOSTILE])]
    assert np.abs(np.array(probabilities) - exact).max() < 0.1
    assert loaded.predict([]) == []


def test_a_document_s_result_is_its_own(model: ScaLearnModel) -> None:
    model.fast_mode = measured(model)
    predictor = Predictor(model, "fast")
    together = predictor.predict(TEXTS)
    for text, prediction in zip(TEXTS, together, strict=True):
        [alone] = predictor.predict([text])
        assert alone.probabilities == pytest.approx(prediction.probabilities, abs=2e-3)


def test_two_threads_at_once(model: ScaLearnModel) -> None:
    predictor = Predictor(model, "auto")
    expected = predictor.predict(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(lambda _: predictor.predict(TEXTS), range(8)))


def test_where_it_costs_too_much_fp32_answers(model: ScaLearnModel) -> None:
    model.fast_mode = {**measured(model), "within_limit": False}
    auto = fast.prepare(model, "auto")
    assert auto.kind == "fp32"
    assert "not shown to lose at most 0.003" in str(auto.reason)
    tokens = model.encoder.tokenize(TEXTS)
    assert np.abs(auto.look_at(model, tokens)[0] - model.predict_proba(TEXTS)).max() < 1e-5
    assert fast.prepare(model, "fast").kind in ("int8", "fp32")
    assert fast.prepare(model, "exact") == fast.Engine("torch")


@pytest.mark.parametrize("ranges", [{}, {"x": [1, 2, []]}, {"x": [0, float("nan"), []]}, {"x": 3}, "no"])
def test_bad_ranges_are_not_used(ranges: object, model: ScaLearnModel) -> None:
    model.fast_mode = {"ranges": ranges, "within_limit": True}
    engine = fast.prepare(model)
    assert engine.kind == "fp32"
    assert engine.reason


def test_a_runtime_that_fails_is_replaced(model: ScaLearnModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("no such instruction\nand more")

    monkeypatch.setattr(fast, "Session", broken)
    engine = fast.prepare(model)
    assert (engine.kind, engine.reason) == ("torch", "the graph could not be made (no such instruction)")
    tokens = model.encoder.tokenize(TEXTS)
    assert np.array_equal(engine.look_at(model, tokens)[0], model.predict_proba(TEXTS))
    assert measured(model) == {"reason": "no such instruction"}


def test_channels_that_reach_far_do_not_cost_the_others_their_steps() -> None:
    """A product with one channel a thousand times as large as the rest."""
    generator = np.random.default_rng(0)
    weight = generator.normal(size=(32, 5)).astype(np.float32)
    values = generator.normal(size=(1, 40, 32)).astype(np.float32)
    values[..., 7] *= 1000
    entry = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 40, 32])
    result = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 40, 5])
    product = onnx.helper.make_node("MatMul", ["x", "w"], ["p"])
    plus = onnx.helper.make_node("Add", ["b", "p"], ["y"])
    constants = [onnx.numpy_helper.from_array(weight, "w"), onnx.numpy_helper.from_array(weight[0], "b")]
    graph = onnx.helper.make_graph([product, plus], "one", [entry], [result], constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    ranges = int8.widest([[values.min((0, 1)), values.max((0, 1))]], ["x"])
    assert 7 in ranges["x"].apart
    quantised = int8.quantise(model, ranges)
    [stored] = [
        onnx.numpy_helper.to_array(tensor) for tensor in quantised.graph.initializer if tensor.name == "p.w"
    ]
    assert 2 * 255 * np.abs(stored.astype(np.int64)).max() < 2**15, "sums of 16 bits, on processors without VNNI"
    session = onnxruntime.InferenceSession(quantised.SerializeToString())
    [found] = session.run(None, {"x": values})
    assert (
        np.abs(found - (values @ weight + weight[0])).max() < 0.5
    )  # on one scale for all it would be 10 and more
    with pytest.raises(KeyError):
        int8.quantise(model, {})
