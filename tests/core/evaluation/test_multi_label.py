"""Several labels per document: scores as scikit-learn has them, and intervals that hold what they claim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from scalearn_core.errors import ConfigError, DataError
from scalearn_core.evaluation.calibration import at_temperature, brier_scores, log_losses
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.confidence import confidence_report
from scalearn_core.evaluation.costs import expected_costs, same_cost
from scalearn_core.evaluation.metrics import macro_f1, micro_f1, score, total_classes
from scalearn_core.evaluation.report import EvaluationReport, evaluate_predictions
from scalearn_core.evaluation.stored_probabilities import load_test_probabilities, save_test_probabilities
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.targets import confidence_in, decide, in_turns, indicators, names_of, same

LABELS = ["a", "b", "c", "d"]


def drawn(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """True labels and probabilities that know something of them."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((n, 4)) < [0.5, 0.3, 0.2, 0.05]).astype(np.int64)
    logits = 3 * targets - 1.5 + rng.normal(0, 1.5, targets.shape)
    return targets, 1 / (1 + np.exp(-logits))


def test_scores_are_those_of_scikit_learn() -> None:
    targets, probabilities = drawn()
    predicted = decide(probabilities, multi_label=True)
    report = evaluate_predictions(targets, predicted, LABELS, resamples=50)
    assert report.accuracy.value == pytest.approx(accuracy_score(targets, predicted)), "all labels of a document"
    assert report.macro_f1.value == pytest.approx(f1_score(targets, predicted, average="macro"))
    assert report.micro_f1.value == pytest.approx(f1_score(targets, predicted, average="micro"))
    wanted = precision_recall_fscore_support(targets, predicted, zero_division=0)
    for row, *values in zip(report.per_class, *wanted, strict=True):
        assert (row.precision, row.recall, row.f1, row.support) == pytest.approx(tuple(values))
        assert (row.given, row.hits) == (
            predicted[:, 0].sum(),
            (predicted & targets)[:, 0].sum(),
        ) or row.label != "a"
    assert report.confusion == ()
    assert from_json(EvaluationReport, to_json(report)) == report
    for metric in ("accuracy", "macro_f1", "micro_f1"):
        assert score(metric, targets, predicted) == pytest.approx(getattr(report, metric).value)


def test_one_label_each_scores_as_it_did() -> None:
    """As indicators or as numbers, scores of one label per document are the same; confusion needs numbers."""
    rng = np.random.default_rng(1)
    targets, predicted = rng.integers(0, 4, 90), rng.integers(0, 4, 90)
    multi_label = [indicators(column, 4).astype(np.int64) for column in (targets, predicted)]
    assert score("macro_f1", *multi_label) == pytest.approx(score("macro_f1", targets, predicted))
    assert score("accuracy", *multi_label) == pytest.approx(score("accuracy", targets, predicted))
    assert np.array_equal(same(*multi_label), targets == predicted)


def test_what_fits_no_several_labels_is_refused() -> None:
    targets, _ = drawn(10)
    with pytest.raises(ConfigError, match="matthews"):
        score("matthews", targets, targets)
    with pytest.raises(DataError):
        score("macro_f1", targets, targets[:, :3])
    with pytest.raises(DataError):
        evaluate_predictions(targets + 1, targets, LABELS)
    with pytest.raises(DataError):
        evaluate_predictions(targets, targets, LABELS[:3])


def test_documents_without_any_label_count() -> None:
    targets = np.zeros((40, 2), dtype=np.int64)
    report = evaluate_predictions(targets, targets, ["a", "b"], resamples=20)
    assert report.accuracy.value == 1.0
    assert report.macro_f1.value == 0.0 and "class_without_test_documents" in report.notes


@dataclass(frozen=True, eq=False)
class Population:
    """Labels that come and are given independently of each other."""

    base: np.ndarray
    """How often each label comes."""
    recall: tuple[float, float]
    """Of two models."""
    wrongly: tuple[float, float]
    """How often a label is given that is not there."""

    def draw(self, n: int, rng: np.random.Generator) -> list[np.ndarray]:
        """True labels and those given by two models, which agree on most of what they do."""
        shape = (n, len(self.base))
        true, first = rng.random(shape) < self.base, rng.random(shape)
        second = np.where(rng.random(shape) < 0.6, first, rng.random(shape))
        given = [
            np.where(true, luck < recall, luck < wrongly)
            for luck, recall, wrongly in zip((first, second), self.recall, self.wrongly, strict=True)
        ]
        return [column.astype(np.int64) for column in (true, *given)]

    def truth(self) -> dict[str, float]:
        """From the rates themselves."""
        f1 = []
        for recall, wrongly in zip(self.recall, self.wrongly, strict=True):
            hits, given = self.base * recall, self.base * recall + (1 - self.base) * wrongly
            f1.append((2 * hits / (self.base + given), 2 * hits.sum() / (self.base + given).sum()))
        right = self.base * self.recall[0] + (1 - self.base) * (1 - self.wrongly[0])
        return {
            "accuracy": float(right.prod()), "macro_f1": float(f1[0][0].mean()), "micro_f1": float(f1[0][1]),
            "difference": float(f1[0][0].mean() - f1[1][0].mean()),
        }  # fmt: skip


POPULATIONS = {
    "8 labels": (
        150,
        Population(np.array([0.5, 0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05]), (0.75, 0.68), (0.02,) * 2),
    ),
    "20 labels, most of them rare": (
        250,
        Population(np.r_[0.3, 0.2, np.full(18, 0.04)], (0.6, 0.6), (0.01, 0.012)),
    ),
    "5 labels, nearly all right": (
        150,
        Population(np.array([0.4, 0.3, 0.2, 0.15, 0.1]), (0.93, 0.9), (0.01,) * 2),
    ),
}


@pytest.mark.parametrize("name", POPULATIONS)
def test_intervals_hold_the_truth_as_often_as_they_claim(name: str) -> None:
    """Over 300 repetitions between 92 and 98%, as of one label per document (`test_coverage.py`)."""
    n, population = POPULATIONS[name]
    truth, labels = population.truth(), [str(label) for label in range(len(population.base))]
    rng = np.random.default_rng(8)
    held = dict.fromkeys(truth, 0)
    for seed in range(300):
        targets, first, second = population.draw(n, rng)
        report = evaluate_predictions(targets, first, labels, seed=seed, resamples=400)
        against = compare_predictions(targets, first, second, n_classes=len(labels), seed=seed, resamples=400)
        for key, found in {
            "accuracy": report.accuracy, "macro_f1": report.macro_f1, "micro_f1": report.micro_f1,
            "difference": against,
        }.items():  # fmt: skip
            held[key] += found.low <= truth[key] <= found.high
    shares = {key: times / 300 for key, times in held.items()}
    assert all(0.92 <= share <= 0.98 for share in shares.values()), shares


def test_a_label_that_is_never_given_gets_hardly_any_score() -> None:
    rng = np.random.default_rng(0)
    targets = (rng.random((160, 30)) < 0.03).astype(np.int64)
    targets[:40, 0] = 1
    always = np.zeros_like(targets)
    always[:, 0] = 1
    report = evaluate_predictions(targets, always, [str(label) for label in range(30)])
    assert report.macro_f1.high < 0.08, report.macro_f1


def test_better_worse_and_no_difference() -> None:
    targets, probabilities = drawn(200)
    good = decide(probabilities, multi_label=True)
    nothing = np.zeros_like(targets)
    assert compare_predictions(targets, good, nothing, n_classes=4).verdict == "better"
    assert compare_predictions(targets, nothing, good, n_classes=4).verdict == "worse"
    same_answers = compare_predictions(targets, good, good, n_classes=4)
    assert (same_answers.verdict, same_answers.disagreements, same_answers.difference) == ("no_difference", 0, 0.0)
    one_document = good.copy()
    one_document[0] = 1 - one_document[0]
    assert compare_predictions(targets, good, one_document, n_classes=4).disagreements == 1


def test_confidence_is_the_chance_that_all_of_it_is_right() -> None:
    values = np.array([[0.9, 0.2], [0.5, 0.1]])
    assert confidence_in(values, multi_label=True) == pytest.approx([0.9 * 0.8, 0.5 * 0.9])
    assert np.array_equal(decide(values, multi_label=True), [[1, 0], [1, 0]]), "one half is enough"
    assert names_of(decide(values, multi_label=True), ["x", "y"], "|") == ["x", "x"]
    assert names_of(np.zeros((1, 2), dtype=np.int64), ["x", "y"], "|") == [""]


def test_the_report_of_confidence() -> None:
    targets, probabilities = drawn(300)
    found = confidence_report(targets, probabilities, LABELS, seed=1, resamples=200)
    right = (decide(probabilities, multi_label=True) == targets).all(1)
    assert found.accuracy.value == pytest.approx(right.mean())
    assert found.mean_confidence == pytest.approx(confidence_in(probabilities, multi_label=True).mean())
    assert found.conformal is None
    assert [curve.label for curve in found.curves][:3] == ["a", "b", "c"]
    assert found.coverage[-1].documents == 300 or found.coverage[0].documents == 300
    assert 0.2 < found.temperature < 5
    assert len(found.hand_over) == 5


def test_a_temperature_changes_no_decision() -> None:
    targets, probabilities = drawn()
    for temperature in (0.3, 1.0, 4.0):
        scaled = at_temperature(probabilities, temperature, multi_label=True)
        assert np.array_equal(decide(scaled, multi_label=True), decide(probabilities, multi_label=True))
    assert np.allclose(at_temperature(probabilities, 1.0, multi_label=True), probabilities)
    extremes = at_temperature(np.array([[0.0, 1.0]]), 2.0, multi_label=True)
    assert np.isfinite(log_losses(extremes, np.array([[1, 0]]))).all()
    assert log_losses(probabilities, targets).mean() > 0
    assert brier_scores(np.array([[1.0, 0.0]]), np.array([[0, 1]])) == pytest.approx([2.0])


def test_what_missing_and_giving_wrongly_costs() -> None:
    targets = np.array([[1, 0]] * 5 + [[1, 1]] * 5)
    probabilities = np.array([[0.9, 0.8]] * 5 + [[0.2, 0.9]] * 5)  # b wrongly given, then a missed
    costs = np.array([[3.0, 1.0], [1.0, 7.0]])  # of a and b: missed, wrongly given
    found = expected_costs(targets, probabilities, costs, 100.0, seed=0, resamples=50)
    assert found.automatic.value == pytest.approx(1000 * (5 * 7 + 5 * 3) / 10)
    assert same_cost(2.0, 2, multi_label=True).tolist() == [[2, 2], [2, 2]]
    with pytest.raises(ConfigError):
        expected_costs(targets, probabilities, np.ones((2, 3)), 1.0, seed=0)


def test_they_are_kept_beside_a_result(tmp_path) -> None:  # type: ignore[no-untyped-def]
    targets, probabilities = drawn(20)
    predicted = decide(probabilities, multi_label=True)
    save_test_probabilities(tmp_path, probabilities, targets, {"scalearn": predicted})
    kept = load_test_probabilities(tmp_path)
    assert kept is not None
    assert np.array_equal(kept.targets, targets) and np.array_equal(kept.predicted["scalearn"], predicted)
    with pytest.raises(DataError):
        save_test_probabilities(tmp_path, probabilities + 0.5, targets, {})


def test_documents_in_turns_show_every_label_early() -> None:
    rng = np.random.default_rng(3)
    targets = (rng.random((200, 6)) < [0.6, 0.4, 0.2, 0.1, 0.05, 0.03]).astype(np.int64)
    chosen = in_turns(targets, 30, rng)
    assert len(set(chosen.tolist())) == 30
    assert targets[chosen].sum(0).min() >= min(3, targets.sum(0).min())
    assert sorted(in_turns(targets, 999, rng).tolist()) == list(range(200)), "those without a label too"


def test_the_formulas_agree_on_either_shape() -> None:
    rng = np.random.default_rng(5)
    true, guess = rng.integers(0, 3, 50), rng.integers(0, 3, 50)
    counts = rng.integers(0, 4, (7, 50))
    numbers = total_classes(counts, true, guess, 3)
    sets = total_classes(counts, *(indicators(column, 3).astype(np.int64) for column in (true, guess)), 3)
    assert np.allclose(macro_f1(numbers), macro_f1(sets)) and np.allclose(micro_f1(numbers), micro_f1(sets))
