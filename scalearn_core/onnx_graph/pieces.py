"""A recorded graph cut between its layers, so that a document can leave it early and others go on from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from scalearn_core.onnx_graph.feeds import OUTPUT
from scalearn_core.onnx_graph.int8 import products

IDS = "input_ids"


def narrow_places(graph: onnx.GraphProto) -> dict[str, int]:
    """The tensors that alone carry on what the ids have become, in order; of each, the products before it.

    Only outputs of a norm count: there the states of a layer begin. What depends on the shape of a tensor alone
    (the attention's mask does) is no part of it.
    """
    weighted = {node.output[0] for node, _ in products(graph)}
    uses = Counter(name for node in graph.node for name in node.input)
    carried = {IDS}
    waiting = {IDS: uses[IDS]}
    places: dict[str, int] = {}
    done = 0
    for node in graph.node:
        for name in node.input:
            if name in waiting:
                waiting[name] -= 1
        waiting = {name: left for name, left in waiting.items() if left}
        done += node.output[0] in weighted
        if node.op_type != "Shape" and carried.intersection(node.input):
            carried.update(node.output)
            waiting |= {name: uses[name] for name in node.output if uses[name]}
        [*alone] = waiting
        if len(alone) == 1 and node.op_type == "LayerNormalization" and node.output[0] == alone[0]:
            places[alone[0]] = done
    return places


def cuts(graph: onnx.GraphProto, parts: int) -> list[str]:
    """Where the layers begin, and the places that divide their products into `parts` shares most evenly.

    Fewer, or none, where the graph is narrow nowhere near.
    """
    places = narrow_places(graph)
    total = sum(1 for _ in products(graph))
    first = [name for name, done in places.items() if done == 0][-1:]
    inner = []
    for goal in (total * part / parts for part in range(1, parts)):
        nearest = min(places, key=lambda name: abs(places[name] - goal), default="")
        if nearest and abs(places[nearest] - goal) <= total / (4 * parts):
            inner.append(nearest)
    return [*first, *dict.fromkeys(inner)] if first else []


def between(model: onnx.ModelProto, begin: str | None, end: str) -> onnx.ModelProto:
    """The part of the graph from one tensor (None: the inputs) to another, as a graph of its own.

    Shapes of tensors before `begin` are read off `begin` itself, which has the same: `[batch, seq, width]`.
    """
    graph = model.graph
    maker = {name: node for node in graph.node for name in node.output}
    needed: set[str] = set()
    waiting = [end]
    before = _before(graph, begin)
    while waiting:
        name = waiting.pop()
        if name == begin or name not in maker or maker[name].output[0] in needed:
            continue
        node = maker[name]
        needed.add(node.output[0])
        waiting += [begin] if begin and node.op_type == "Shape" and node.input[0] in before else node.input
    nodes = []
    for node in graph.node:
        if node.output[0] not in needed:
            continue
        if begin and node.op_type == "Shape" and node.input[0] in before:
            node = helper.make_node("Shape", [begin], node.output)
        nodes.append(node)
    used = {name for node in nodes for name in node.input}
    inputs = [entry for entry in graph.input if entry.name in used]
    if begin:
        inputs = [*inputs, _states(begin)]
    outputs = [entry for entry in graph.output if entry.name == end] if end == OUTPUT else [_states(end)]
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    made = helper.make_graph(nodes, graph.name, inputs, outputs, tensors)
    return helper.make_model(made, opset_imports=model.opset_import, ir_version=model.ir_version)


def word_vectors(graph: onnx.GraphProto, weights: Mapping[str, np.ndarray]) -> NDArray[np.float32] | None:
    """The table the ids are looked up in, `[words, width]`; None where they are read otherwise.

    Args:
        weights: those that the graph names without holding them (`stored.py`).
    """
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Gather" and node.input[1] == IDS and node.input[0] in constants:
            name = node.input[0]
            table = weights[name] if name in weights else numpy_helper.to_array(constants[name])
            return np.asarray(table, dtype=np.float32)
    return None


def _before(graph: onnx.GraphProto, begin: str | None) -> set[str]:
    """What is computed from the ids until `begin`."""
    found = {IDS}
    for node in graph.node:
        if begin in node.output:
            break
        if node.op_type != "Shape" and found.intersection(node.input):
            found.update(node.output)
    return found - {IDS}


def _states(name: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", "length", "width"])
