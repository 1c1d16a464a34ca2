"""Classify new documents with a trained model."""
