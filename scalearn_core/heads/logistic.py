"""A linear head on the embeddings of the frozen encoder: what the encoder can do without any source adapter.

Embeddings are taken as given, logits = embeddings @ weight.T + bias; who wants them of length 1, as the trained
models have them, gives them so (`unit`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalearn_core.heads.solver import C_DEFAULT, CERTAIN, cross_validated_c, fit_path, label_losses
from scalearn_core.heads.thresholds import choose_thresholds, thresholds_out_of_fold
from scalearn_core.targets import Targets, are_multi_label, decide

Embeddings = NDArray[np.float32] | NDArray[np.float64]

C_GRID = (0.1, 1.0, 10.0, 100.0)
"""Inverse regularisation strengths tried for classes, strongest regularisation first."""
TOLERANCE = 1e-5
"""Largest gradient at which a fit is done. At scikit-learn's 1e-4 all large values of C give one head."""
ALPHA_GRID = (1000.0, 100.0, 10.0, 1.0, 0.1)
"""Regularisation strengths tried for similarity scores, strongest first."""
ALPHA_DEFAULT = 1.0
"""Used where validation cannot choose."""
BIAS_OF_UNSEEN = -CERTAIN
"""Logit of a class without training rows: next to never."""


@dataclass(frozen=True, eq=False)
class FrozenHead:
    """A linear classifier on embeddings of width d."""

    weight: NDArray[np.float32]
    """`[classes, d]`; zeros for a class without training rows."""
    bias: NDArray[np.float32]
    """`[classes]`; `BIAS_OF_UNSEEN` for a class without training rows."""
    C: float
    """Inverse regularisation strength it was fitted with."""
    multi_label: bool = False
    """Whether each label stands for itself (`targets.py`), so that the logits are those of single labels."""
    thresholds: NDArray[np.float64] | None = None
    """Of several labels, from which probability on each is given, `[classes]`; None: one half."""

    def logits(self, embeddings: Embeddings) -> NDArray[np.float64]:
        """`[n, classes]` from embeddings `[n, d]`."""
        return np.asarray(embeddings, dtype=np.float64) @ self.weight.T.astype(np.float64) + self.bias

    def predict(self, embeddings: Embeddings) -> Targets:
        """The likeliest class of each row, or all likely ones (`targets.py`), from embeddings `[n, d]`."""
        logits = self.logits(embeddings)
        if not self.multi_label:
            return np.asarray(logits.argmax(axis=1), dtype=np.int64)
        return decide(self.predict_proba(embeddings), multi_label=True, thresholds=self.thresholds)

    def predict_proba(self, embeddings: Embeddings) -> NDArray[np.float64]:
        """Of several labels the probability of each, `[n, classes]`."""
        from scipy.special import expit

        return np.asarray(expit(self.logits(embeddings)))

    def losses(self, embeddings: Embeddings, targets: Targets) -> NDArray[np.float64]:
        """Log-loss of each row, `[n]`, in nats; of several labels the sum over them."""
        if self.multi_label:
            return label_losses(self.logits(embeddings), targets)
        return -self.predict_log_proba(embeddings)[np.arange(len(targets)), targets]

    def predict_log_proba(self, embeddings: Embeddings) -> NDArray[np.float64]:
        """Natural logarithms of the class probabilities, `[n, classes]`, of one class per row."""
        logits = self.logits(embeddings)
        shifted = logits - logits.max(axis=1, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


@dataclass(frozen=True, eq=False)
class FrozenRegression:
    """A linear regression on embeddings of width d, for similarity scores."""

    weight: NDArray[np.float32]
    """`[d]`"""
    bias: float
    alpha: float
    """Regularisation strength it was fitted with."""

    def predict(self, embeddings: Embeddings) -> NDArray[np.float64]:
        """One score per row, `[n]`, in the unit of the training scores, from embeddings `[n, d]`."""
        return np.asarray(embeddings, dtype=np.float64) @ self.weight.astype(np.float64) + self.bias


def fit_frozen_head(
    embeddings: Embeddings,
    targets: Targets,
    val_embeddings: Embeddings,
    val_targets: Targets,
    n_classes: int,
    *,
    seed: int,
) -> FrozenHead:
    """Fit a multinomial logistic regression (L2) and choose its C on validation.

    C walks up `C_GRID` as long as the log-loss on the validation rows falls, and stops at the first rise:
    the loss has one valley along this path, and the weakest regularisations are the slowest to fit.
    Validation rows of a class without training rows say nothing about C and are left out. If fewer than two
    classes remain, or there are no validation rows, `cross_validated_c` chooses among the training rows. If all
    training rows are of one class, the head always chooses it. Where rows have several labels (`targets.py`) it is
    one regression against the rest for each label, with limits chosen on the validation rows, or out of fold.

    Args:
        embeddings: training rows, `[n, d]`, n at least 1.
        targets: their classes, from 0 to `n_classes` - 1.
        val_embeddings: validation rows, `[m, d]`; m may be 0.
        val_targets: their classes.
        n_classes: rows of the head, 2 or more; two classes give two rows as well.
        seed: of the folds, and handed to the solver (lbfgs, which draws nothing at random).
    """
    multi_label = are_multi_label(targets)
    seen = np.arange(n_classes) if multi_label else np.unique(targets)
    if len(seen) == 1:
        width = np.asarray(embeddings).shape[1]
        return _spread(np.zeros((1, width)), np.zeros(1), seen, n_classes, C_DEFAULT)
    features = np.asarray(embeddings, dtype=np.float64)
    # Centring helps the solver and, as the intercept is not regularised, leaves the optimum where it is.
    centre = features.mean(axis=0)
    known = np.ones(len(val_targets), dtype=np.bool_) if multi_label else np.isin(val_targets, seen)
    can_choose = bool(val_targets.any()) if multi_label else len(np.unique(val_targets[known])) >= 2
    best_loss, best = np.inf, None
    grid: tuple[float, ...] = C_GRID
    if not can_choose:
        # One standard error: of few documents the folds hardly tell C apart, and a small one errs less. Not so
        # where documents have several labels: most labels are rare, and a small C gives none at all.
        c = cross_validated_c(
            features - centre, targets, C_GRID, tolerance=TOLERANCE, seed=seed,
            standard_errors=0.0 if multi_label else 1.0,
        )  # fmt: skip
        grid = (c,)
    for model in fit_path(features - centre, targets, grid, tolerance=TOLERANCE, seed=seed):
        head = _as_head(model, centre, seen, n_classes, multi_label)
        if not can_choose:
            return _limited(head, features - centre, targets, seed) if multi_label else head
        loss = float(head.losses(val_embeddings[known], val_targets[known]).mean())
        if best is not None and loss >= best_loss:
            break
        best_loss, best = loss, head
    assert best is not None  # the grid is not empty
    if not multi_label:
        return best
    return replace(best, thresholds=choose_thresholds(best.predict_proba(val_embeddings), val_targets))


def fit_head(embeddings: Embeddings, targets: Targets, n_classes: int, *, c: float, seed: int) -> FrozenHead:
    """The same with the given C, and limits chosen out of fold; arguments as in `fit_frozen_head`."""
    multi_label = are_multi_label(targets)
    seen = np.arange(n_classes) if multi_label else np.unique(targets)
    features = np.asarray(embeddings, dtype=np.float64)
    if len(seen) == 1:
        return _spread(np.zeros((1, features.shape[1])), np.zeros(1), seen, n_classes, c)
    centre = features.mean(axis=0)
    (model,) = fit_path(features - centre, targets, (c,), tolerance=TOLERANCE, seed=seed)
    head = _as_head(model, centre, seen, n_classes, multi_label)
    return _limited(head, features - centre, targets, seed) if multi_label else head


def _limited(head: FrozenHead, features: NDArray[np.float64], targets: Targets, seed: int) -> FrozenHead:
    """The head with the limits that its training rows choose out of fold."""
    limits = thresholds_out_of_fold(features, targets, head.C, tolerance=TOLERANCE, seed=seed)
    return replace(head, thresholds=limits)


def unit(embeddings: Embeddings) -> NDArray[np.float32]:
    """Each row brought to length 1, `[n, d]`; a row of zeros stays."""
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.asarray(embeddings / np.maximum(lengths, 1e-12), dtype=np.float32)


def fit_frozen_regression(
    embeddings: Embeddings,
    scores: NDArray[np.float64],
    val_embeddings: Embeddings,
    val_scores: NDArray[np.float64],
) -> FrozenRegression:
    """Fit a ridge regression; alpha is the one of `ALPHA_GRID` with the least squared error on validation.

    Without validation rows alpha is `ALPHA_DEFAULT`.

    Args:
        embeddings: training rows, `[n, d]`, n at least 1.
        scores: their scores, `[n]`.
        val_embeddings: validation rows, `[m, d]`; m may be 0.
        val_scores: their scores, `[m]`.
    """
    from sklearn.linear_model import Ridge

    features = np.asarray(embeddings, dtype=np.float64)
    fitted = []
    for alpha in ALPHA_GRID if len(val_scores) else (ALPHA_DEFAULT,):
        model = Ridge(alpha=alpha).fit(features, np.asarray(scores, dtype=np.float64))
        fitted.append(FrozenRegression(model.coef_.astype(np.float32), float(model.intercept_), alpha))
    if len(fitted) == 1:
        return fitted[0]
    errors = [np.mean((regression.predict(val_embeddings) - val_scores) ** 2) for regression in fitted]
    return fitted[int(np.argmin(errors))]


def _as_head(
    model: Any, centre: NDArray[np.float64], seen: NDArray[np.int64], n_classes: int, multi_label: bool
) -> FrozenHead:
    """A model of the `seen` classes, fitted on embeddings less their `centre`, for all classes."""
    weight, bias = model.coef_, model.intercept_
    if multi_label:
        bias = bias - weight @ centre
        return FrozenHead(weight.astype(np.float32), bias.astype(np.float32), C=float(model.C), multi_label=True)
    if len(seen) == 2:  # scikit-learn gives the logit of the second class alone; halves keep its softmax
        weight, bias = np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    return _spread(weight, bias - weight @ centre, seen, n_classes, model.C)


def _spread(
    weight: NDArray[np.float64], bias: NDArray[np.float64], seen: NDArray[np.int64], n_classes: int, c: float
) -> FrozenHead:
    """The head for all classes from the rows of the `seen` ones: weight `[seen, d]`, bias `[seen]`."""
    full_weight = np.zeros((n_classes, weight.shape[1]), dtype=np.float32)
    full_bias = np.full(n_classes, BIAS_OF_UNSEEN, dtype=np.float32)
    full_weight[seen], full_bias[seen] = weight, bias
    return FrozenHead(weight=full_weight, bias=full_bias, C=float(c))
