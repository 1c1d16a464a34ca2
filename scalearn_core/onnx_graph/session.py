"""A graph that is ready to classify, run by ONNX Runtime on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import onnx
import onnxruntime

from scalearn_core.devices import wanted_threads
from scalearn_core.encoders.batching import ordered_batches
from scalearn_core.encoders.reading import Reader, Tokens
from scalearn_core.onnx_graph.feeds import feeds

BATCH_TOKENS = 512
"""Padded tokens per batch: larger ones leave the processor's cache (`python -m benchmarks.prediction`)."""


NO_WEIGHTS: Mapping[str, np.ndarray] = MappingProxyType({})


class Session:
    """Class probabilities from token ids; the same for the same documents, safe in several threads."""

    def __init__(
        self,
        graph: onnx.ModelProto,
        encoder: Reader,
        *,
        weights: Mapping[str, np.ndarray] = NO_WEIGHTS,
        threads: int | None = None,
    ) -> None:
        """Takes any graph whose inputs are among `INPUTS`.

        Args:
            weights: those that the graph names without holding them (`stored.py`).
            threads: by default the usable cores.
        """
        self._weights = weights  # the session reads them where they are
        self._session = opened(graph, weights=weights, threads=threads or wanted_threads())
        self._names = [entry.name for entry in self._session.get_inputs()]
        self.encoder = encoder

    def outputs(self, tokens: Tokens, rows: list[int]) -> list[np.ndarray]:
        """All outputs of the graph for one batch of documents."""
        arrays: list[np.ndarray] = self._session.run(None, feeds(self.encoder, tokens, rows, self._names))
        return arrays

    def predict_proba(self, tokens: Tokens) -> np.ndarray:
        """`[documents, labels]`, float32."""
        return self.look_at(tokens)[0]

    def look_at(self, tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities `[documents, labels]` and states `[documents, width]`, float32 (`ScaLearnModel.look_at`).

        The states of a graph that was recorded without them have no width.
        """
        parts = [(rows, self.outputs(tokens, rows)) for rows in ordered_batches(tokens.lengths, BATCH_TOKENS)]
        return _joined(parts, 0, len(tokens)), _joined(parts, 1, len(tokens))


def _joined(parts: list[tuple[list[int], list[np.ndarray]]], output: int, count: int) -> np.ndarray:
    """One output of all documents, from its rows of each batch; without width where the graph lacks it."""
    given = [(rows, outputs[output]) for rows, outputs in parts if len(outputs) > output]
    joined = np.zeros((count, given[0][1].shape[1] if given else 0), dtype=np.float32)
    for rows, values in given:
        joined[rows] = values
    return joined


def opened(
    graph: onnx.ModelProto, *, weights: Mapping[str, np.ndarray] = NO_WEIGHTS, threads: int = 1
) -> onnxruntime.InferenceSession:
    """The graph ready to run; several threads may run it at once, best where it has one thread itself.

    Args:
        weights: those that the graph names without holding them (`stored.py`); are read where they are, so whoever
            keeps the session keeps them too.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors are raised; its warnings are about graph details
    if weights:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(numbers) for numbers in weights.values()]
        options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"],
        # On CPUs sum and norm in one operator are slower than the two it replaces.
        disabled_optimizers=["SkipLayerNormFusion"],
    )  # fmt: skip


def exact_integer_products() -> bool:
    """Whether this processor's 8-bit products are exact; without VNNI some add up in 16 bits and saturate."""
    node = onnx.helper.make_node("MatMulInteger", ["a", "b"], ["c"])
    kinds = {"a": onnx.TensorProto.UINT8, "b": onnx.TensorProto.INT8, "c": onnx.TensorProto.INT32}
    a, _, c = (onnx.helper.make_tensor_value_info(name, kind, [32, 32]) for name, kind in kinds.items())
    weight = onnx.numpy_helper.from_array(np.full((32, 32), 127, np.int8), "b")
    graph = onnx.helper.make_graph([node], "exact", [a], [c], [weight])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    [product] = session.run(None, {"a": np.full((32, 32), 255, np.uint8)})
    return bool((product == 255 * 127 * 32).all())
