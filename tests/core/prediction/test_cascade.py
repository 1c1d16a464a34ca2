"""Leaving early: the promise holds on documents that were not used to choose, whatever they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from scalearn_core.prediction.cascade import (
    ALLOWED,
    RISK,
    Question,
    at_most,
    choose_level,
    first_exit,
    learn_exit,
    mean_states,
    others,
)


def test_the_chance_is_the_binomial_one() -> None:
    for count, documents in ((0, 598), (1, 1000), (7, 3000), (3000, 3000)):
        assert at_most(count, documents) == pytest.approx(binom.cdf(count, documents, ALLOWED), rel=1e-9)


def test_margins_and_answers_of_one_label() -> None:
    question = Question(multi_label=False)
    p = np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3]], dtype=np.float32)
    logits = question.logits(p)
    assert question.given(logits).tolist() == [0, 1]
    np.testing.assert_allclose(
        question.margin(logits, np.array([0, 1])), np.log([0.7 / 0.2, 0.4 / 0.3]), rtol=1e-5
    )
    assert (question.margin(logits, np.array([1, 0])) < 0).all()
    np.testing.assert_allclose(question.probabilities(logits), p, rtol=1e-5)


def test_margins_and_answers_of_several_labels() -> None:
    question = Question(multi_label=True, thresholds=np.array([0.2, 0.5]))
    p = np.array([[0.3, 0.4], [0.1, 0.9]], dtype=np.float32)
    logits = question.logits(p)
    assert question.given(logits).tolist() == [[1, 0], [0, 1]]
    assert question.margin(logits, question.given(logits))[0] == pytest.approx(
        min(np.log(0.3 / 0.7) - np.log(0.2 / 0.8), -np.log(0.4 / 0.6)), rel=1e-5
    )
    np.testing.assert_allclose(question.probabilities(logits), p, rtol=1e-5)


def test_documents_leave_at_the_first_exit_that_is_sure() -> None:
    sureness = np.array([[3.0, 1.0, 1.0], [9.0, 2.0, 1.9]])
    assert first_exit(sureness, 2.0).tolist() == [0, 1, 2]
    same = np.array([[False, False, True], [True, False, False]])
    assert others(sureness, same, 2.0) == 2
    assert others(sureness, same, 10.0) == 0


def test_too_few_documents_show_nothing() -> None:
    sureness, same = np.full((1, 500), 9.0), np.ones((1, 500), dtype=np.bool_)
    assert math.isinf(choose_level(sureness, same))
    assert choose_level(np.full((1, 600), 9.0), np.ones((1, 600), dtype=np.bool_)) < 1


def test_the_promise_is_broken_no_more_often_than_said() -> None:
    """Where estimates are far worse than their spread says, too: 120 draws of documents to check on."""
    generator = np.random.default_rng(0)
    for heavy in (False, True):
        broken, trials = 0, 120
        noise = generator.standard_t(2, (2, 60_000)) if heavy else generator.normal(size=(2, 60_000))
        true = 3 * generator.normal(size=60_000)
        estimated = true + np.array([[1.5], [0.7]]) * noise
        sureness, same = np.abs(estimated) / np.array([[1.5], [0.7]]), (estimated > 0) == (true > 0)
        for _ in range(trials):
            drawn = generator.choice(60_000, 1_000, replace=False)
            level = choose_level(sureness[:, drawn], same[:, drawn])
            broken += others(sureness, same, level) / 60_000 > ALLOWED
        assert binom.sf(broken - 1, trials, RISK) > 0.001, (heavy, broken)


def test_an_exit_estimates_what_the_states_tell() -> None:
    generator = np.random.default_rng(1)
    states = generator.normal(size=(600, 20)).astype(np.float32)
    truth = states[:, :3].astype(np.float64) * 2
    truth -= truth.mean(1, keepdims=True)
    question = Question(multi_label=False)
    learned = learn_exit(states[:400], truth[:400], question)
    estimated = learned.logits(states[400:])
    assert (question.given(estimated) == question.given(truth[400:])).mean() > 0.95
    assert 0 < learned.spread < 1
    again = learn_exit(states[:400], truth[:400], question)
    assert np.array_equal(again.weights, learned.weights)


def test_mean_states() -> None:
    table = np.arange(12, dtype=np.float32).reshape(6, 2)
    found = mean_states(table, [np.array([0, 1], dtype=np.int32), np.array([5], dtype=np.int32)])
    np.testing.assert_array_equal(found, [[1, 2], [10, 11]])
