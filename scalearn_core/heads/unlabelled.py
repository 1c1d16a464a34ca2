"""A linear head that learns from documents without label beside the labelled ones.

Three heads see unit-length embeddings `e`, and the mean of their logits is the head:

- the logistic regression of the labelled documents alone;
- *self-training*: the regression gives the others their probabilities p, and is fitted again with p² / Σ p² as
  their answers, each weighed by how sure it is, all together by at most `MOST_WEIGHT` times the labelled ones;
- *expectation maximisation*: a Gaussian per class, all with one covariance that is drawn towards a multiple of the
  identity (`SHRINKAGE`), fitted to both kinds, its answers tied to those of the regression (`TIE`).

No one of them is best on all tables (`docs/quality.md`): the second finds what the labels already say, the third
finds how the documents lie together. The mean was hardly ever far from the best.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scalearn_core.heads.logistic import BIAS_OF_UNSEEN, Embeddings, FrozenHead
from scalearn_core.heads.solver import MAX_ITERATIONS, on_one_core
from scalearn_core.targets import Targets

Logits = NDArray[np.float64]
ROUNDS = 4
"""Of self-training."""
MOST_WEIGHT = 3.0
STEPS = 10
"""Of expectation maximisation."""
SHRINKAGE = 0.5
TIE = 0.5
TEMPER = 0.5
"""Factor of the Gaussians' log-probabilities, which are far too sure in so many dimensions."""
TOLERANCE = 1e-4
"""Largest gradient at which a fit is done."""


def fit_beside_unlabelled(
    embeddings: Embeddings, targets: Targets, unlabelled: Embeddings, n_classes: int, *, c: float
) -> FrozenHead:
    """The head described above; deterministic.

    Args:
        embeddings: labelled documents, `[n, d]`, of length 1 each.
        targets: their classes, one each, of two or more.
        unlabelled: the others, `[m, d]`, m at least 1.
        n_classes: rows of the head; a class without documents is next to never given.
        c: inverse regularisation strength of the regressions.
    """
    seen, numbers = np.unique(targets, return_inverse=True)
    centre = np.concatenate([embeddings, unlabelled]).astype(np.float64).mean(0)
    labelled, others = (np.asarray(part, dtype=np.float64) - centre for part in (embeddings, unlabelled))
    with on_one_core():
        answers = np.eye(len(seen))[numbers]
        plain = _regression(labelled, answers, np.ones(len(labelled)), c)
        heads = (
            plain,
            _self_trained(labelled, answers, others, plain, c),
            _gaussians(labelled, answers, others, plain),
        )
    weight, bias = (np.mean([head[part] for head in heads], axis=0) for part in (0, 1))
    bias = bias - weight @ centre
    spread_weight, spread_bias = np.zeros((n_classes, len(centre))), np.full(n_classes, BIAS_OF_UNSEEN)
    spread_weight[seen], spread_bias[seen] = weight, bias
    return FrozenHead(spread_weight.astype(np.float32), spread_bias.astype(np.float32), c)


Linear = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Weight `[classes, d]` and bias `[classes]`."""


def log_probabilities(logits: Logits) -> Logits:
    """`[n, classes]`, each row's exponentials adding up to 1."""
    from scipy.special import log_softmax

    return np.asarray(log_softmax(logits, axis=1))


def _regression(
    features: Logits, answers: Logits, weights: NDArray[np.float64], c: float, start: Linear | None = None
) -> Linear:
    """Minimise `c Σ_i w_i Σ_k q_ik (- log p_ik) + |W|² / 2`; answers q may be probabilities."""
    from scipy.optimize import minimize

    n, (classes, width) = weights.sum(), (answers.shape[1], features.shape[1])
    wanted = answers * weights[:, None]

    def loss_and_gradient(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix = flat.reshape(classes, width + 1)
        log_p = log_probabilities(features @ matrix[:, :-1].T + matrix[:, -1])
        error = (np.exp(log_p) * weights[:, None] - wanted) / n
        gradient = np.empty_like(matrix)
        gradient[:, :-1] = error.T @ features + matrix[:, :-1] / (c * n)
        gradient[:, -1] = error.sum(0)
        loss = -(wanted * log_p).sum() / n + (matrix[:, :-1] ** 2).sum() / (2 * c * n)
        return float(loss), gradient.ravel()

    begin = np.zeros((classes, width + 1)) if start is None else np.column_stack(start)
    ran = minimize(
        loss_and_gradient, begin.ravel(), method="L-BFGS-B", jac=True,
        options={"maxiter": MAX_ITERATIONS, "gtol": TOLERANCE},
    )  # fmt: skip
    solution = ran.x.reshape(classes, width + 1)
    return solution[:, :-1], solution[:, -1]


def _logits(head: Linear) -> Callable[[Logits], Logits]:
    return lambda features: np.asarray(features @ head[0].T + head[1])


def _self_trained(labelled: Logits, answers: Logits, others: Logits, plain: Linear, c: float) -> Linear:
    head, classes = plain, answers.shape[1]
    features = np.concatenate([labelled, others])
    for _ in range(ROUNDS):
        sharper = np.exp(2 * log_probabilities(_logits(head)(others)))
        sharper /= sharper.sum(1, keepdims=True)
        sure = (sharper.max(1) - 1 / classes) / (1 - 1 / classes)
        sure *= min(1.0, MOST_WEIGHT * len(labelled) / max(float(sure.sum()), 1e-9))
        weights = np.concatenate([np.ones(len(labelled)), sure])
        head = _regression(features, np.concatenate([answers, sharper]), weights, c, head)
    return head


def _gaussians(labelled: Logits, answers: Logits, others: Logits, plain: Linear) -> Linear:
    features, width = np.concatenate([labelled, others]), labelled.shape[1]
    known = log_probabilities(_logits(plain)(others))
    second_moment, belonging = features.T @ features, np.exp(known)
    for _ in range(STEPS):
        shares = np.concatenate([answers, belonging])
        sizes = shares.sum(0) + 1e-6
        means = shares.T @ features / sizes[:, None]
        covariance = (second_moment - (means.T * sizes) @ means) / sizes.sum()
        spherical = np.eye(width) * max(float(np.trace(covariance)) / width, 1e-9)
        covariance = (1 - SHRINKAGE) * covariance + SHRINKAGE * spherical
        weight = np.linalg.solve(covariance, means.T).T
        bias = -0.5 * (weight * means).sum(1) + np.log(sizes / sizes.sum())
        head = TEMPER * weight, TEMPER * bias
        predicted = log_probabilities(_logits(head)(others))
        belonging = np.exp(log_probabilities((1 - TIE) * predicted + TIE * known))
    return head
