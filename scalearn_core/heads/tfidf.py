"""A baseline without a neural network: TF-IDF features and a logistic regression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scalearn_core.evaluation.metrics import score
from scalearn_core.heads.majority import predict_majority
from scalearn_core.heads.solver import cross_validated_c, fit_path
from scalearn_core.heads.thresholds import choose_thresholds, thresholds_out_of_fold
from scalearn_core.targets import Targets, are_multi_label, decide

if TYPE_CHECKING:
    from scalearn_core.data.split import Split

C_GRID = (1.0, 10.0, 100.0)
"""Inverse regularisation strengths tried, strongest regularisation first. Rows of TF-IDF have length 1."""
TOLERANCE = 1e-4
"""Largest gradient at which a fit is done; ten times less takes three times as long for the same answers."""
MAX_FEATURES = 20_000
"""The most frequent terms are kept; more would cost minutes with many classes and hardly move the score."""
SPACED_SHARE = 0.08
"""Scripts with spaces between words have 11% and more of them, Japanese or Chinese below 6%."""


def predict_tfidf(
    train: Split, validation: Split, texts: Sequence[str], *, seed: int, limited: bool = True
) -> Targets:
    """Classes for `texts` (`targets.py`) by a model of the training rows.

    The features are words and pairs of words; for texts without spaces between words (see `uses_words`) they
    are runs of 1 to 3 characters. C is the one of `C_GRID` with the best macro-F1 on the validation rows,
    the smallest of equals, and the model is not fitted again on both, so that it learns from the same rows as
    ScaLearn; without validation rows `cross_validated_c` chooses. If `train` has one class, that is the answer.
    Limits of several labels are chosen on the same rows (`heads/thresholds.py`).

    Args:
        train: rows to learn from; at least one.
        validation: rows to choose C on; may be empty.
        texts: documents to classify.
        seed: of the folds, and handed to the solver (lbfgs, which draws nothing at random).
        limited: whether several labels take limits of their own, or are all given from one half on.
    """
    from scipy.special import expit

    multi_label = are_multi_label(train.targets)
    if not len(texts) or (not multi_label and len(np.unique(train.targets)) == 1):
        return predict_majority(train, texts)
    vectorizer = make_vectorizer(train.texts)
    features = vectorizer.fit_transform(train.texts)
    held_out = vectorizer.transform(validation.texts) if len(validation) else None
    grid: tuple[float, ...] = C_GRID
    if held_out is None:
        grid = (cross_validated_c(features, train.targets, C_GRID, tolerance=TOLERANCE, seed=seed),)
    text_features = vectorizer.transform(texts)
    best_score, best = -1.0, predict_majority(train, [])
    for model in fit_path(features, train.targets, grid, tolerance=TOLERANCE, seed=seed):
        macro_f1 = 0.0 if held_out is None else score("macro_f1", validation.targets, model.predict(held_out))
        if macro_f1 > best_score:
            best_score, best = macro_f1, model.predict(text_features).astype(np.int64)
            if multi_label and limited:
                said = None if held_out is None else expit(model.decision_function(held_out))
                limits = (
                    thresholds_out_of_fold(features, train.targets, model.C, tolerance=TOLERANCE, seed=seed)
                    if said is None else choose_thresholds(said, validation.targets)
                )  # fmt: skip
                best = decide(expit(model.decision_function(text_features)), multi_label=True, thresholds=limits)
    return best


def uses_words(texts: Sequence[str]) -> bool:
    """Whether the texts have words to split at: 8% of their characters are spaces, and some are letters."""
    characters = sum(map(len, texts))
    spaces = sum(len(re.findall(r"\s", text)) for text in texts)
    return spaces >= SPACED_SHARE * characters and any(re.search(r"\w", text) for text in texts)


def make_vectorizer(texts: Sequence[str]) -> Any:
    """A scikit-learn `TfidfVectorizer`, not fitted, for texts of this kind."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if uses_words(texts):
        # Unlike the default pattern, this one keeps words of one character: "C", "5", "x".
        kind = {"analyzer": "word", "token_pattern": r"(?u)\b\w+\b", "ngram_range": (1, 2)}
    else:
        kind = {"analyzer": "char_wb", "ngram_range": (1, 3)}
    return TfidfVectorizer(sublinear_tf=True, max_features=MAX_FEATURES, dtype=np.float64, **kind)
