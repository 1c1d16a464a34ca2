"""Eight-bit matrix products: weights of seven bits per output column, activations of eight by ranges measured
beforehand.

On x86 processors without VNNI the two neighbouring products are added in 16 bits and stop at 32,767: weights of at
most 63 keep 2 x 255 x 63 below, so that every processor gives the same result.

ONNX Runtime's own dynamic quantisation takes each activation's range from the batch at hand, so a document's
result depends on its neighbours. Here the ranges are measured once on documents and kept with the model: the
result of a document is its own, and no time is spent on finding ranges.

A few channels of a transformer reach far beyond the others and would leave those only a few of the 256 steps. They
are multiplied apart, in fp32 (as in LLM.int8, Dettmers et al. 2022, with fixed channels).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import helper, numpy_helper

APART = 16
"""One channel of so many is multiplied apart."""
LARGEST_WEIGHT = 63


class Range(NamedTuple):
    """What is known of an activation that enters a matrix product."""

    low: float
    high: float
    """Smallest and largest value in the channels that are not apart; zero lies within."""
    apart: list[int]
    """The channels that reach farthest."""


Ranges = dict[str, Range]
"""By the activation's name in the graph."""


def products(graph: onnx.GraphProto) -> Iterator[tuple[onnx.NodeProto, onnx.TensorProto]]:
    """The matrix products with a constant right side, each with that constant."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            yield node, constants[node.input[1]]


def with_ranges(model: onnx.ModelProto) -> tuple[onnx.ModelProto, list[str]]:
    """A copy that gives besides its first output, for each name, smallest and largest value per channel."""
    measuring = onnx.ModelProto()
    measuring.CopyFrom(model)
    del measuring.graph.output[1:]
    names = list(dict.fromkeys(node.input[0] for node, _ in products(model.graph)))
    for name in names:
        for end in ("Min", "Max"):
            output = f"{name}.{end}"
            node = helper.make_node(f"Reduce{end}", [name], [output], axes=[0, 1], keepdims=0)
            measuring.graph.node.append(node)
            value = helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, ["channels"])
            measuring.graph.output.append(value)
    return measuring, names


def widest(measured: Iterable[list[np.ndarray]], names: list[str]) -> Ranges:
    """The ranges that hold all of `measured`: per document, smallest and largest values `[channels]` by name."""
    documents = list(measured)
    ranges = {}
    for place, name in enumerate(names):
        low = np.minimum(np.min([values[2 * place] for values in documents], axis=0), 0)
        high = np.maximum(np.max([values[2 * place + 1] for values in documents], axis=0), 0)
        reach = np.argsort(-np.maximum(high, -low), kind="stable")
        apart, others = reach[: len(reach) // APART], reach[len(reach) // APART :]
        ranges[name] = Range(float(low[others].min()), float(high[others].max()), sorted(apart.tolist()))
    return ranges


def quantise(
    model: onnx.ModelProto, ranges: Ranges, left_out: Mapping[str, np.ndarray] = MappingProxyType({})
) -> onnx.ModelProto:
    """The graph with 8-bit products; raises KeyError where `ranges` is of another graph.

    Args:
        left_out: weights that the graph names without holding them (`stored.py`).
    """
    graph = model.graph
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    vectors = {tensor.name for tensor in graph.initializer if len(tensor.dims) == 1}
    weights = {
        node.output[0]: left_out[weight.name] if weight.name in left_out else numpy_helper.to_array(weight)
        for node, weight in products(graph)
    }
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
            low, high, apart = ranges[entering]
            step = max(high - low, 1e-6) / 255
            zero = np.uint8(np.clip(round(-low / step), 0, 255))
            limits = [constant(f"{entering}.s", np.float32(step)), constant(f"{entering}.z", zero)]
            nodes.append(helper.make_node("QuantizeLinear", [entering, *limits], [f"{entering}.q"]))
            if apart:
                chosen = constant(f"{entering}.i", np.array(apart, dtype=np.int64))
                nodes.append(helper.make_node("Gather", [entering, chosen], [f"{entering}.a"], axis=-1))
        apart = ranges[entering].apart
        rest = weights[out].copy()
        rest[apart] = 0
        column = np.maximum(np.abs(rest).max(0), 1e-12) / LARGEST_WEIGHT
        weight = constant(f"{out}.w", np.round(rest / column).astype(np.int8))
        far = constant(f"{out}.f", weights[out][apart]) if apart else ""
        columns = constant(f"{out}.c", column.astype(np.float32))
        bias = ""
        if len(users[out]) == 1 and users[out][0].op_type == "Add":
            [other] = [name for name in users[out][0].input if name != out]
            if other in vectors:  # added within the product
                bias, out = other, users[out][0].output[0]
                absorbed.add(out)
        inputs = [f"{entering}.q", weight, f"{entering}.s", columns, f"{entering}.z", "", bias]
        near = f"{out}.n" if apart else out
        nodes.append(helper.make_node("MatMulIntegerToFloat", inputs, [near], domain="com.microsoft"))
        if apart:
            nodes.append(helper.make_node("MatMul", [f"{entering}.a", far], [f"{out}.p"]))
            nodes.append(helper.make_node("Add", [near, f"{out}.p"], [out]))
    used = {name for node in nodes for name in node.input}
    tensors = [tensor for tensor in (*graph.initializer, *added) if tensor.name in used]
    made = helper.make_graph(nodes, graph.name, graph.input, graph.output, tensors)
    opsets = [*model.opset_import, helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=model.ir_version)
