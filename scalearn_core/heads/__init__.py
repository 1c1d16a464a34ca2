"""Classifiers on top of embeddings or words, and the thresholds above which they assign a label."""
