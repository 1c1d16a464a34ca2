"""Scores of repeated cross-validation and how far they can be trusted.

The trainings of cross-validation share most of their documents, so their scores vary less together than those of
independent trainings would. The corrected resampled t-test (Nadeau and Bengio 2003, "Inference for the
generalization error", Machine Learning 52) adds to the variance of the mean of J scores, s² / J, the share
s² · n_test / n_train that the common documents hide.
"""

from __future__ import annotations

import numpy as np

from scalearn_core.evaluation.intervals import CONFIDENCE, Interval
from scalearn_core.evaluation.metrics import FloatArray


def corrected_interval(scores: FloatArray, *, tested: float, learned: float) -> Interval:
    """The mean score with its 95% interval, by Student's t with J - 1 degrees of freedom.

    Args:
        scores: of the J trainings, or differences of two methods in each, shape [J]; two or more.
        tested: documents each was tested on, in the mean.
        learned: documents each learned from, in the mean.
    """
    from scipy.stats import t

    mean, n = float(np.mean(scores)), len(scores)
    error = np.sqrt(np.var(scores, ddof=1) * (1 / n + tested / learned))
    reach = float(t.ppf((1 + CONFIDENCE) / 2, n - 1) * error)
    return Interval(mean, mean - reach, mean + reach)
