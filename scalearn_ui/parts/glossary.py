"""The terms of the studio: for the glossary page, and for the help beside a term."""

from __future__ import annotations

from scalearn_ui.text import Markdown, t

TERMS = {
    "documents": ("category", "training_documents", "test_documents", "unlabelled", "duplicates"),
    "model": ("encoder", "source", "scale", "task_adapter", "layer", "contribution", "forecast", "seed", "model"),
    "evidence": (
        "plain_classifier",
        "control",
        "balanced_score",
        "accuracy",
        "interval",
        "verdict",
        "confidence",
        "threshold",
        "found",
        "correct",
    ),
}
"""Group -> terms, in the order in which a reader meets them."""


def name(term: str) -> Markdown:
    """What the term is called on screen."""
    return t(f"term.{term}")


def meaning(term: str) -> Markdown:
    """The term in a sentence or two, without any other term that needs a sentence."""
    return t(f"meaning.{term}")
