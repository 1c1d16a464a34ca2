"""The methods that a training is scored beside, by their codes."""

from __future__ import annotations

OURS = "scalearn"
METHODS = (OURS, "own_adapter", "shuffled_sources", "single_source", "frozen_head", "tfidf", "majority")
"""Ours first, then from the strongest to the simplest; page and shell list them in this order. The second and the
third are controls, of which a training has one (`evaluation/verdict.py`)."""
