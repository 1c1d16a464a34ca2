"""Rivals where documents have several labels: one regression for each label, all fitted at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from scalearn_core.baselines.fine_tuning import fit_fine_tuned, fit_own_adapter
from scalearn_core.data.splits import stratified_folds
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.metrics import score
from scalearn_core.heads.logistic import C_GRID, fit_frozen_head, fit_head, unit
from scalearn_core.heads.majority import always, predict_majority
from scalearn_core.heads.solver import (
    C_DEFAULT,
    CERTAIN,
    askable,
    cross_validated_c,
    cross_validated_losses,
    fit_path,
    label_losses,
)
from scalearn_core.heads.tfidf import predict_tfidf
from scalearn_core.heads.thresholds import choose_thresholds
from tests.core.multi_label import multi_label_table, random_targets

GRID = (0.1, 1.0, 10.0)


def clouds(documents: int = 80, noise: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features that know something of four labels, the last one rare."""
    targets = random_targets(documents, [0.5, 0.3, 0.8, 0.08], seed)
    rng = np.random.default_rng(seed + 1)
    return targets @ rng.normal(size=(4, 10)) + noise * rng.normal(size=(documents, 10)), targets


def label_by_label(features: np.ndarray, targets: np.ndarray, c: float) -> np.ndarray:
    """Logits by scikit-learn, `[documents, labels]`."""
    models = [LogisticRegression(C=c, max_iter=5000, tol=1e-9).fit(features, column) for column in targets.T]
    return np.stack([model.decision_function(features) for model in models], axis=1)


@pytest.mark.parametrize("sparse", [False, True])
def test_every_label_is_fitted_as_scikit_learn_fits_it_alone(sparse: bool) -> None:
    features, targets = clouds()
    given = csr_array(np.where(np.abs(features) > 1, features, 0.0)) if sparse else features
    path = fit_path(given, targets, GRID, tolerance=1e-8, seed=0)
    for c, model in zip(GRID, path, strict=True):
        expected = label_by_label(given, targets, c)
        np.testing.assert_allclose(model.decision_function(given), expected, atol=1e-4)
        assert np.array_equal(model.predict(given), (expected >= 0).astype(int))
        assert (model.C, model.coef_.shape, model.intercept_.shape) == (c, (4, 10), (4,))


def test_a_start_from_the_last_fit_ends_where_a_new_one_does() -> None:
    features, targets = clouds()
    *_, last = fit_path(features, targets, GRID, tolerance=1e-8, seed=0)
    (alone,) = fit_path(features, targets, GRID[-1:], tolerance=1e-8, seed=0)
    np.testing.assert_allclose(last.coef_, alone.coef_, atol=1e-4)


def test_labels_do_not_touch_one_another() -> None:
    features, targets = clouds()
    (together,) = fit_path(features, targets, (1.0,), tolerance=1e-8, seed=0)
    (alone,) = fit_path(features, targets[:, [1]], (1.0,), tolerance=1e-8, seed=0)
    np.testing.assert_allclose(together.coef_[1], alone.coef_[0], atol=1e-4)


def test_a_label_of_all_or_of_none_is_certain_and_finite() -> None:
    features, targets = clouds(40)
    targets[:, 0], targets[:, 1] = 1, 0
    (model,) = fit_path(features, targets, (1.0,), tolerance=1e-8, seed=0)
    logits = model.decision_function(features)
    assert (logits[:, 0] == CERTAIN).all() and (logits[:, 1] == -CERTAIN).all()
    np.testing.assert_allclose(logits[:, 2:], label_by_label(features, targets[:, 2:], 1.0), atol=1e-4)
    (constant,) = fit_path(features, targets[:, :2], (1.0,), tolerance=1e-8, seed=0)
    assert constant.predict(features).tolist() == [[1, 0]] * 40
    assert np.isfinite(label_losses(logits, 1 - targets)).all()


def test_losses_add_up_over_labels() -> None:
    features, targets = clouds(30)
    logits = label_by_label(features, targets, 1.0)
    probabilities = 1 / (1 + np.exp(-logits))
    expected = -np.log(np.where(targets == 1, probabilities, 1 - probabilities)).sum(1)
    np.testing.assert_allclose(label_losses(logits, targets), expected)
    assert np.isfinite(label_losses(np.array([[1e4, -1e4]]), np.array([[0, 1]]))).all()


def test_held_out_losses_are_of_classifiers_that_did_not_see_the_document() -> None:
    features, targets = clouds(60)
    found = cross_validated_losses(features, targets, (1.0,), folds=5, tolerance=1e-8, seed=3)
    expected = np.zeros(60)
    for train, held_out in stratified_folds(targets, 5, 3):
        for column in targets.T:
            model = LogisticRegression(max_iter=5000, tol=1e-9).fit(features[train], column[train])
            chances = model.predict_proba(features[held_out])
            expected[held_out] -= np.log(chances[np.arange(len(held_out)), column[held_out]])
    np.testing.assert_allclose(found, expected[None], atol=1e-4)


def test_c_is_that_of_least_held_out_loss() -> None:
    for noise in (0.3, 3.0):
        features, targets = clouds(60, noise)
        losses = cross_validated_losses(features, targets, GRID, folds=5, tolerance=1e-6, seed=1).mean(1)
        found = cross_validated_c(features, targets, GRID, tolerance=1e-6, seed=1)
        assert found == GRID[int(losses.argmin())]
    assert cross_validated_c(features, targets, GRID, tolerance=1e-6, seed=1, standard_errors=1e3) == GRID[0]


def test_what_says_nothing_is_not_asked() -> None:
    targets = np.zeros((6, 5), dtype=np.int64)
    targets[:1, 0], targets[:2, 1], targets[:4, 2], targets[:5, 3], targets[:, 4] = 1, 1, 1, 1, 1
    assert np.array_equal(askable(targets), targets[:, [1, 2]])
    features = np.random.default_rng(0).normal(size=(6, 3))
    assert cross_validated_c(features, targets[:, [0, 3, 4]], GRID, tolerance=1e-4, seed=0) == C_DEFAULT


# the heads


def test_the_frozen_head_is_that_regression() -> None:
    features, targets = clouds()
    head = fit_head(features + 5.0, targets, 4, c=1.0, seed=0)
    expected = label_by_label(features + 5.0, targets, 1.0)
    np.testing.assert_allclose(head.logits(features + 5.0), expected, atol=2e-3)
    assert (head.weight.dtype, head.weight.shape, head.multi_label) == (np.float32, (4, 10), True)
    assert head.thresholds is not None and head.thresholds.shape == (4,)
    probabilities = 1 / (1 + np.exp(-head.logits(features + 5.0)))
    assert np.array_equal(head.predict(features + 5.0), (probabilities >= head.thresholds).astype(int))
    at_half = replace(head, thresholds=None)
    assert np.array_equal(at_half.predict(features + 5.0), (head.logits(features + 5.0) >= 0).astype(int))
    np.testing.assert_allclose(head.losses(features, targets), label_losses(head.logits(features), targets))


@pytest.mark.parametrize("noise", [0.3, 3.0])
def test_validation_chooses_c(noise: float) -> None:
    features, targets = clouds(120, noise)
    head = fit_frozen_head(features[:60], targets[:60], features[60:], targets[60:], 4, seed=0)
    losses = [fit_head(features[:60], targets[:60], 4, c=c, seed=0).losses(features[60:], targets[60:]).mean()
              for c in C_GRID]  # fmt: skip
    rises = next((place for place in range(1, len(losses)) if losses[place] >= losses[place - 1]), len(losses))
    assert C_GRID[rises - 1] == head.C


def test_without_validation_or_labels_in_it_folds_choose() -> None:
    features, targets = clouds(60)
    without = fit_frozen_head(features, targets, features[:0], targets[:0], 4, seed=0)
    empty = fit_frozen_head(features, targets, features[:5], np.zeros((5, 4), dtype=np.int64), 4, seed=0)
    assert without.C == empty.C
    np.testing.assert_array_equal(without.weight, empty.weight)


def test_a_label_that_validation_alone_has_is_never_given() -> None:
    features, targets = clouds(60)
    validation = targets[:20].copy()
    validation[:, 3] = 1
    targets[:, 3] = 0
    head = fit_frozen_head(features, targets, features[:20], validation, 4, seed=0)
    assert not head.predict(features)[:, 3].any()


def test_single_label_targets_are_fitted_as_before() -> None:
    features, targets = clouds(60)
    numbers = targets[:, 0] + targets[:, 1]
    head = fit_head(features, numbers, 3, c=1.0, seed=0)
    model = LogisticRegression(max_iter=5000, tol=1e-9).fit(features, numbers)
    assert not head.multi_label
    np.testing.assert_allclose(head.predict_log_proba(features), model.predict_log_proba(features), atol=1e-3)


# the methods


def test_the_most_frequent_label_alone_is_given_to_all() -> None:
    train = multi_label_table(64).split(validation=0.0).train
    assert train.labels == ("invoices", "network", "rooms")
    assert train.targets.sum(0).argmax() == 1
    assert predict_majority(train, ["a", "b"]).tolist() == [[0, 1, 0], [0, 1, 0]]
    assert predict_majority(train, []).shape == (0, 3)
    assert always(2, 2, 3, multi_label=False).tolist() == [2, 2]


@pytest.mark.parametrize("validation", [0.2, 0.0])
def test_tfidf_learns_topics(validation: float) -> None:
    data = multi_label_table(120).split(test=0.3, validation=validation)
    predicted = predict_tfidf(data.train, data.validation, data.test.texts, seed=0)
    assert predicted.shape == data.test.targets.shape and set(np.unique(predicted)) == {0, 1}
    assert score("macro_f1", data.test.targets, predicted) > 0.9
    assert np.array_equal(predicted, predict_tfidf(data.train, data.validation, data.test.texts, seed=0))
    assert predict_tfidf(data.train, data.validation, [], seed=0).shape == (0, 3)


def test_the_plain_classifier_learns_topics(encoder: Encoder) -> None:
    data = multi_label_table(120).split(test=0.3, validation=0.0)
    features = [unit(embed(encoder, encoder.tokenize(part.texts))) for part in (data.train, data.test)]
    head = fit_frozen_head(
        features[0], data.train.targets, features[0][:0], data.validation.targets, 3, seed=0
    )  # fmt: skip
    majority = predict_majority(data.train, data.test.texts)
    assert score("macro_f1", data.test.targets, head.predict(features[1])) > 0.1 + score(
        "macro_f1", data.test.targets, majority
    )


def test_fine_tuning_gives_any_number_of_labels(encoder: Encoder) -> None:
    data = multi_label_table(48).split(test=0.3, validation=0.2)
    before = {key: value.clone() for key, value in encoder.model.state_dict().items()}
    classify = fit_fine_tuned(encoder, data.train, data.validation, seed=0)
    predicted = classify(data.test.texts)
    assert predicted.shape == data.test.targets.shape
    logits = classify.all_logits(classify.encoder.tokenize(data.test.texts))
    held_back = classify.all_logits(classify.encoder.tokenize(data.validation.texts)).sigmoid().numpy()
    assert classify.thresholds is not None
    assert np.array_equal(classify.thresholds, choose_thresholds(held_back, data.validation.targets))
    assert np.array_equal(predicted, (logits.sigmoid().numpy() >= classify.thresholds).astype(int))
    alone = fit_fine_tuned(encoder, data.train, data.without_validation().validation, seed=0)
    assert alone.thresholds is not None and ((alone.thresholds >= 0.05) & (alone.thresholds <= 0.95)).all()
    assert classify([]).shape == (0, 3)
    assert all(torch.equal(value, before[key]) for key, value in encoder.model.state_dict().items())


def test_an_own_adapter_alone_gives_any_number_of_labels(encoder: Encoder) -> None:
    data = multi_label_table(120).split(test=0.3, validation=0.2)
    classify = fit_own_adapter(encoder, data.train, data.validation, seed=0)
    predicted = classify(data.test.texts)
    assert predicted.shape == data.test.targets.shape and set(np.unique(predicted)) <= {0, 1}
    assert np.array_equal(classify(data.test.texts[:3]), predicted[:3])
    assert classify([]).shape == (0, 3)
