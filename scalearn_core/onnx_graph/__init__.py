"""The folded model as one ONNX graph, and how it is run."""
