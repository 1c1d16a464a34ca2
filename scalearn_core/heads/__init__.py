"""Classifiers on top of embeddings or words, and the limits from which on they give a label."""
