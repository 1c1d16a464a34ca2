"""Eight-bit matrix products: weights per output column, activations by ranges measured beforehand.

ONNX Runtime's own dynamic quantisation takes each activation's range from the batch at hand, so a document's
result depends on its neighbours. Here the ranges are measured once on documents and kept with the model: the
result of a document is its own, and no time is spent on finding ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

Ranges = dict[str, tuple[float, float]]
"""Smallest and largest value of each activation that enters a matrix product, by its name in the graph."""


def products(graph: onnx.GraphProto) -> Iterator[tuple[onnx.NodeProto, onnx.TensorProto]]:
    """The matrix products with a constant right side, each with that constant."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            yield node, constants[node.input[1]]


def with_ranges(model: onnx.ModelProto) -> tuple[onnx.ModelProto, list[str]]:
    """A copy that gives besides its output, for each name in turn, the smallest and the largest value."""
    measuring = onnx.ModelProto()
    measuring.CopyFrom(model)
    names = list(dict.fromkeys(node.input[0] for node, _ in products(model.graph)))
    for name in names:
        for end in ("Min", "Max"):
            output = f"{name}.{end}"
            measuring.graph.node.append(helper.make_node(f"Reduce{end}", [name], [output], keepdims=0))
            measuring.graph.output.append(helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, []))
    return measuring, names


def widest(measured: Iterable[np.ndarray], names: list[str]) -> Ranges:
    """The ranges that hold all of `measured`, each `[len(names), 2]`; zero always lies within."""
    stacked = np.stack(list(measured))
    low, high = np.minimum(stacked[..., 0].min(0), 0), np.maximum(stacked[..., 1].max(0), 0)
    return {name: (float(a), float(b)) for name, a, b in zip(names, low, high, strict=True)}


def quantise(model: onnx.ModelProto, ranges: Ranges) -> onnx.ModelProto:
    """The graph with 8-bit products; raises KeyError where `ranges` is of another graph."""
    graph = model.graph
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    vectors = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 1}
    weights = {node.output[0]: numpy_helper.to_array(weight) for node, weight in products(graph)}
    nodes: list[onnx.NodeProto] = []
    added: list[onnx.TensorProto] = []
    rounded: set[str] = set()
    absorbed: set[str] = set()

    def constant(name: str, value: Any) -> str:
        added.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    for node in graph.node:
        out = node.output[0]
        if out in absorbed:
            continue
        if out not in weights:
            nodes.append(node)
            continue
        entering = node.input[0]
        if entering not in rounded:  # once for query, key and value
            rounded.add(entering)
            low, high = ranges[entering]
            step = max(high - low, 1e-6) / 255
            zero = np.uint8(np.clip(round(-low / step), 0, 255))
            limits = [constant(f"{entering}.s", np.float32(step)), constant(f"{entering}.z", zero)]
            nodes.append(helper.make_node("QuantizeLinear", [entering, *limits], [f"{entering}.q"]))
        column = np.maximum(np.abs(weights[out]).max(0), 1e-12) / 127
        weight = constant(f"{out}.w", np.round(weights[out] / column).astype(np.int8))
        columns = constant(f"{out}.c", column.astype(np.float32))
        bias = ""
        if len(users[out]) == 1 and users[out][0].op_type == "Add":
            [other] = [name for name in users[out][0].input if name != out]
            if other in vectors:  # added within the product
                bias, out = other, users[out][0].output[0]
                absorbed.add(out)
        inputs = [f"{entering}.q", weight, f"{entering}.s", columns, f"{entering}.z", "", bias]
        nodes.append(helper.make_node("MatMulIntegerToFloat", inputs, [out], domain="com.microsoft"))
    used = {name for node in nodes for name in node.input}
    tensors = [tensor for tensor in (*graph.initializer, *added) if tensor.name in used]
    made = helper.make_graph(nodes, graph.name, graph.input, graph.output, tensors)
    opsets = [*model.opset_import, helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=model.ir_version)
