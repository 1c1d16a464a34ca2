"""Scores for each language of the test documents, if there is more than one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scalearn_core.data.languages import UNKNOWN, language_shares, languages_of
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.targets import Targets

LEAST_DOCUMENTS = 10
"""Fewer documents of a language give no score."""


@dataclass(frozen=True)
class Scores:
    """The two scores of one method."""

    macro_f1: Interval
    accuracy: Interval


@dataclass(frozen=True)
class LanguageScores:
    """One language of the test documents."""

    language: str
    documents: int
    scores: dict[str, Scores]
    """By method."""


def scores_by_language(
    texts: Sequence[str],
    targets: Targets,
    predicted: Mapping[str, Targets],
    labels: Sequence[str],
    *,
    seed: int,
) -> tuple[LanguageScores, ...]:
    """Scores of each method per language, most frequent first; empty for one alone.

    Args:
        texts: the test documents.
        targets: their classes (`targets.py`).
        predicted: the classes each method gave them, alike.
        seed: of the intervals.
    """
    languages = np.array(languages_of(texts))
    shares = language_shares(languages.tolist())
    if len(shares) < 2:
        return ()
    counts = Counter(languages[languages != UNKNOWN].tolist())
    by_language = []
    for language in shares:
        if counts[language] < LEAST_DOCUMENTS:
            continue
        rows = np.flatnonzero(languages == language)
        scores = {}
        for name, classes in predicted.items():
            report = evaluate_predictions(targets[rows], classes[rows], labels, seed=seed)
            scores[name] = Scores(report.macro_f1, report.accuracy)
        by_language.append(LanguageScores(language, counts[language], scores))
    return tuple(by_language)
