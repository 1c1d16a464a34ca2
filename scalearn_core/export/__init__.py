"""Trained models for other programs: one ordinary adapter, or one ONNX graph."""
