"""The head on frozen embeddings: the optimum, the choice of C, missing classes, and similarity scores."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from scalearn_core.heads.logistic import (
    ALPHA_DEFAULT,
    BIAS_OF_UNSEEN,
    C_DEFAULT,
    C_GRID,
    fit_frozen_head,
    fit_frozen_regression,
)

WIDTH = 12
NOTHING = np.empty((0, WIDTH), dtype=np.float32), np.empty(0, dtype=np.int64)


def clouds(n: int, n_classes: int, seed: int, width: int = WIDTH, noise: float = 1.0) -> tuple:
    """Embeddings around one centre per class, far from the origin as those of an encoder are."""
    centres = np.random.default_rng(99).normal(size=(n_classes, width)) + 3.0
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, n_classes, n)
    return (centres[targets] + noise * rng.normal(size=(n, width))).astype(np.float32), targets


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_it_is_the_logistic_regression_of_scikit_learn(n_classes: int) -> None:
    embeddings, targets = clouds(120, n_classes, seed=0)
    head = fit_frozen_head(embeddings, targets, *NOTHING, n_classes, seed=0)
    model = LogisticRegression(C=C_DEFAULT, tol=1e-8, max_iter=5000).fit(embeddings.astype(float), targets)
    asked, _ = clouds(40, n_classes, seed=1)
    assert head.weight.shape == (n_classes, WIDTH)
    assert head.bias.shape == (n_classes,)
    assert head.weight.dtype == head.bias.dtype == np.float32
    np.testing.assert_allclose(
        np.exp(head.predict_log_proba(asked)), model.predict_proba(asked.astype(float)), atol=2e-3
    )
    np.testing.assert_array_equal(head.predict(asked), model.predict(asked.astype(float)))


def test_weight_and_bias_alone_give_the_logits() -> None:
    embeddings, targets = clouds(90, 3, seed=0)
    head = fit_frozen_head(embeddings, targets, *NOTHING, 3, seed=0)
    logits = embeddings @ head.weight.T + head.bias
    np.testing.assert_allclose(head.logits(embeddings), logits, atol=1e-4)
    np.testing.assert_array_equal(head.predict(embeddings), logits.argmax(axis=1))
    np.testing.assert_allclose(np.exp(head.predict_log_proba(embeddings)).sum(axis=1), 1.0)


@pytest.mark.parametrize("noise", [0.3, 1.0, 3.0])
def test_validation_chooses_the_c_of_least_log_loss(noise: float) -> None:
    (embeddings, targets), (held_out, expected) = (clouds(n, 3, s, noise=noise) for n, s in ((60, 0), (200, 1)))
    head = fit_frozen_head(embeddings, targets, held_out, expected, 3, seed=0)
    losses = []
    for c in C_GRID:
        model = LogisticRegression(C=c, tol=1e-7, max_iter=5000).fit(embeddings.astype(float), targets)
        losses.append(-model.predict_log_proba(held_out)[np.arange(200), expected].mean())
    assert C_GRID[int(np.argmin(losses))] == head.C
    assert -head.predict_log_proba(held_out)[np.arange(200), expected].mean() == pytest.approx(
        min(losses), abs=5e-3
    )


def test_noise_calls_for_more_regularisation() -> None:
    quiet, loud = (
        fit_frozen_head(*clouds(60, 3, 0, noise=noise), *clouds(200, 3, 1, noise=noise), 3, seed=0).C
        for noise in (0.1, 5.0)
    )
    assert loud < quiet


@pytest.mark.parametrize("val_targets", [[], [1, 1, 1], [2, 2]])
def test_validation_that_cannot_choose_leaves_it_to_the_training_rows(val_targets: list[int]) -> None:
    """None, one class, and only a class that the training rows lack (2)."""
    embeddings, targets = clouds(60, 2, seed=0)
    held_out = np.zeros((len(val_targets), WIDTH), dtype=np.float32)
    head = fit_frozen_head(embeddings, targets, held_out, np.array(val_targets, dtype=np.int64), 3, seed=0)
    assert head.C == C_DEFAULT


def test_classes_without_training_rows_are_next_to_impossible() -> None:
    embeddings, targets = clouds(90, 3, seed=0)
    targets = np.array([0, 2, 4])[targets]
    head = fit_frozen_head(embeddings, targets, embeddings, targets, 5, seed=0)
    assert head.bias[[1, 3]].tolist() == [BIAS_OF_UNSEEN] * 2
    assert not head.weight[[1, 3]].any()
    assert set(head.predict(embeddings).tolist()) == {0, 2, 4}
    assert np.exp(head.predict_log_proba(embeddings))[:, [1, 3]].max() < 1e-6


def test_two_of_three_classes_keep_their_places() -> None:
    embeddings, targets = clouds(80, 2, seed=0, noise=0.1)
    head = fit_frozen_head(embeddings, 2 * targets, *NOTHING, 3, seed=0)
    np.testing.assert_array_equal(head.predict(embeddings), 2 * targets)


def test_one_class_is_always_chosen() -> None:
    embeddings, _ = clouds(10, 2, seed=0)
    head = fit_frozen_head(embeddings, np.full(10, 1), *NOTHING, 3, seed=0)
    assert head.predict(embeddings).tolist() == [1] * 10


def test_it_is_deterministic() -> None:
    data = (*clouds(60, 3, 0), *clouds(30, 3, 1), 3)
    first, again = (fit_frozen_head(*data, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.weight, again.weight)
    np.testing.assert_array_equal(first.bias, again.bias)


def test_a_large_table_is_fast() -> None:
    """A third of 12,000 rows, 384 wide, in 77 classes: half a minute of one processor would be too long."""
    train, held_out = (clouds(n, 77, seed, width=384, noise=3.0) for n, seed in ((4000, 0), (500, 1)))
    start = time.process_time()
    head = fit_frozen_head(*train, *held_out, 77, seed=0)
    assert time.process_time() - start < 30
    assert (head.predict(held_out[0]) == held_out[1]).mean() > 0.9


def scored(n: int, seed: int, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    weight = np.random.default_rng(98).normal(size=WIDTH)
    rng = np.random.default_rng(seed)
    embeddings = rng.normal(size=(n, WIDTH)) + 3.0
    return embeddings.astype(np.float32), embeddings @ weight + 2.0 + noise * rng.normal(size=n)


def test_regression_is_the_ridge_of_scikit_learn() -> None:
    embeddings, scores = scored(80, seed=0)
    asked, _ = scored(20, seed=1)
    regression = fit_frozen_regression(embeddings, scores, NOTHING[0], np.empty(0))
    model = Ridge(alpha=ALPHA_DEFAULT).fit(embeddings.astype(float), scores)
    assert regression.alpha == ALPHA_DEFAULT
    np.testing.assert_allclose(regression.predict(asked), model.predict(asked.astype(float)), atol=1e-4)


def test_validation_chooses_alpha() -> None:
    quiet, loud = (
        fit_frozen_regression(*scored(30, 0, noise=noise), *scored(100, 1, noise=noise)).alpha
        for noise in (0.01, 50.0)
    )
    assert quiet == 0.1
    assert loud > quiet
