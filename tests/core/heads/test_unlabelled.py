"""The head beside documents without label: its parts against what is known of them, and what must not happen."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from scalearn_core.heads.logistic import BIAS_OF_UNSEEN, fit_head, unit
from scalearn_core.heads.unlabelled import _regression, fit_beside_unlabelled

Points = NDArray[np.float32]


def clusters(of_each: int, *, apart: float, seed: int, classes: int = 3) -> tuple[Points, NDArray[np.int64]]:
    """Points of length 1 around a direction per class, one class after the other."""
    directions = np.eye(16)[:classes] * apart
    noise = np.random.default_rng(seed).standard_normal((classes * of_each, 16)) / 4
    targets = np.repeat(np.arange(classes), of_each)
    return unit(directions[targets] + noise), targets


def test_answers_that_are_probabilities_count_as_so_many_documents() -> None:
    points, _ = clusters(6, apart=1.0, seed=1)
    answers = np.random.default_rng(2).dirichlet(np.ones(3), len(points))
    weights = np.linspace(0.2, 2.0, len(points))
    weight, bias = _regression(points.astype(np.float64), answers, weights, 10.0)
    again = LogisticRegression(C=10.0, tol=1e-6, max_iter=1000).fit(
        np.tile(points.astype(np.float64), (3, 1)),
        np.repeat(np.arange(3), len(points)),
        sample_weight=(answers * weights[:, None]).T.ravel(),
    )
    ours = points @ weight.T + bias
    theirs = again.decision_function(points)
    assert np.allclose(ours - ours.mean(1, keepdims=True), theirs - theirs.mean(1, keepdims=True), atol=0.02)


def test_one_label_each_suffices_where_the_documents_lie_in_heaps() -> None:
    labelled, targets = clusters(1, apart=0.6, seed=5)
    others, _ = clusters(200, apart=0.6, seed=6)
    new, answers = clusters(200, apart=0.6, seed=7)
    alone = fit_head(labelled, targets, 3, c=10.0, seed=0)
    beside = fit_beside_unlabelled(labelled, targets, others, 3, c=10.0)
    right, before = ((head.predict(new) == answers).mean() for head in (beside, alone))
    assert right > before + 0.02
    assert right > 0.8


def test_a_class_without_documents_is_never_given() -> None:
    labelled, targets = clusters(4, apart=1.0, seed=1)
    others, _ = clusters(20, apart=1.0, seed=2)
    head = fit_beside_unlabelled(labelled, 2 * targets, others, 6, c=10.0)
    assert head.weight.shape == (6, 16)
    assert not head.weight[[1, 3, 5]].any()
    assert (head.bias[[1, 3, 5]] == np.float32(BIAS_OF_UNSEEN)).all()
    assert set(head.predict(others)) == {0, 2, 4}


@pytest.mark.parametrize("others", [1, 2, 50])
def test_documents_that_are_all_alike_do_no_harm(others: int) -> None:
    labelled, targets = clusters(5, apart=1.0, seed=3)
    head = fit_beside_unlabelled(labelled, targets, np.tile(labelled[:1], (others, 1)), 3, c=10.0)
    assert np.isfinite(head.weight).all()
    assert np.isfinite(head.bias).all()
    assert (head.predict(labelled) == targets).mean() > 0.9


def test_the_same_documents_give_the_same_bytes() -> None:
    labelled, targets = clusters(5, apart=0.5, seed=3)
    others, _ = clusters(40, apart=0.5, seed=4)
    first, second = (fit_beside_unlabelled(labelled, targets, others, 3, c=10.0) for _ in range(2))
    assert first.weight.tobytes() == second.weight.tobytes()
    assert first.bias.tobytes() == second.bias.tobytes()
