"""The graph of a model in its folder: without the encoder's weights, which are in the encoder's own files.

What is left is a few MB: the folded sources, the head, and how all is computed. A weight that is left out is named
as external data, in ONNX's own words: `encoder/<name>`, or `encoder.T/<name>` where the graph holds it turned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import onnx
from onnx import numpy_helper

from scalearn_core.scaling.seal import GRAPH

SMALL = 4096
"""Bytes of a constant that stays in the graph, whatever it is."""
MOST = 256 * 2**20
"""Bytes of a file that is read."""
_AS_IS, _TURNED = "encoder/", "encoder.T/"


def without_weights(graph: onnx.ModelProto, weights: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """`graph` with the encoder's `weights`, found by their content, named and not held; it is changed in place."""
    places: dict[tuple[object, ...], str] = {}
    for name in weights:
        numbers = weights[name]
        if numbers.nbytes >= SMALL:
            places[_identity(numbers)] = _AS_IS + name
            if numbers.ndim == 2:
                places.setdefault(_identity(np.ascontiguousarray(numbers.T)), _TURNED + name)
    for tensor in graph.graph.initializer:
        if len(tensor.raw_data) < SMALL:
            continue
        if place := places.get(_identity(numpy_helper.to_array(tensor))):
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            entry = tensor.external_data.add()
            entry.key, entry.value = "location", place
    return graph


def left_out(graph: onnx.ModelProto, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights that a graph names without holding them, by the names it gives them.

    Raises:
        KeyError, ValueError: it names what the encoder does not have, or what is of another shape or type.
    """
    found = {}
    for tensor in graph.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        [place] = [entry.value for entry in tensor.external_data]
        turned = place.startswith(_TURNED)
        numbers = weights[place.removeprefix(_TURNED if turned else _AS_IS)]
        numbers = np.ascontiguousarray(numbers.T) if turned else numbers
        kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
        if numbers.shape != tuple(tensor.dims) or numbers.dtype != kind:
            raise ValueError(f"{tensor.name} is not of the shape of {place}")
        found[tensor.name] = numbers
    return found


def read_graph(content: bytes) -> onnx.ModelProto:
    """A graph from a file.

    Raises:
        ValueError: it is too large, or one of its constants would be read from a file.
        Exception: it is no graph (protobuf's DecodeError).
    """
    if len(content) > MOST:
        raise ValueError(f"{GRAPH} has {len(content):,} bytes; at most {MOST:,} are read")
    graph = onnx.load_from_string(content)
    inside = [attribute.t for node in graph.graph.node for attribute in node.attribute]
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in inside) or graph.functions:
        raise ValueError(f"{GRAPH} names a file")
    return graph


def _identity(numbers: np.ndarray) -> tuple[object, ...]:
    return numbers.shape, numbers.dtype.str, hashlib.sha256(np.ascontiguousarray(numbers).data).digest()
