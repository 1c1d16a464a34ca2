"""Several labels per document, put to use: hand-over, costs, calibration, and a table from elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, log_loss, roc_auc_score

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.document_numbers import document_numbers
from scalearn_core.data.mapping import Mapping
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError, DataError
from scalearn_core.evaluation.calibration import at_temperature, brier_scores, fit_temperature, log_losses
from scalearn_core.evaluation.confidence import ConfidenceReport, confidence_report
from scalearn_core.evaluation.costs import expected_costs, same_cost
from scalearn_core.evaluation.ranking import ranking_curves
from scalearn_core.evaluation.referral import confidences, coverage_curve, threshold_for
from scalearn_core.evidence.other_table import evaluate_on_table
from scalearn_core.evidence.reference import NOTHING, Reference, load_reference, save_reference
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.records.tables import TableEvaluation
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.targets import decide, indicators
from tests.core.multi_label import LABELS, multi_label_table, with_random_head
from tests.core.tiny import dataset, random_adapter
from tests.records import training


def honest(n: int, seed: int, *, labels: int = 5, sharpness: float = 2.5) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and labels drawn from just these, each by itself."""
    rng = np.random.default_rng(seed)
    probabilities = 1 / (1 + np.exp(-sharpness * rng.normal(size=(n, labels)) + 0.5))
    return probabilities, (rng.random((n, labels)) < probabilities).astype(np.int64)


def test_losses_are_those_of_scikit_learn_label_by_label() -> None:
    probabilities, targets = honest(150, 0)
    by_label = [log_loss(true, stated) for true, stated in zip(targets.T, probabilities.T, strict=True)]
    assert log_losses(probabilities, targets).mean() == pytest.approx(sum(by_label))
    assert brier_scores(probabilities, targets).mean() == pytest.approx(
        ((probabilities - targets) ** 2).sum(1).mean()
    )


def test_curves_are_those_of_scikit_learn_label_by_label() -> None:
    probabilities, targets = honest(150, 1)
    targets[:, 4] = 0
    targets[:3, 4] = 1  # too few documents for a curve
    found = ranking_curves(probabilities, targets, list("abcde"), seed=0, resamples=50)
    assert [curve.label for curve in found] == list("abcd")
    for curve, true, stated in zip(found, targets.T, probabilities.T, strict=False):
        assert curve.positives == true.sum()
        assert curve.auc.value == pytest.approx(roc_auc_score(true, stated))
        assert curve.average_precision.value == pytest.approx(average_precision_score(true, stated))


@pytest.mark.parametrize("bent", [0.5, 1.0, 2.5])
def test_the_temperature_is_found_and_mends(bent: float) -> None:
    probabilities, targets = honest(2000, 2)
    stated = at_temperature(probabilities, 1 / bent, multi_label=True)
    assert fit_temperature(stated, targets) == pytest.approx(bent, rel=0.06)
    np.testing.assert_allclose(at_temperature(stated, bent, multi_label=True), probabilities, atol=1e-6)
    report = confidence_report(targets, stated, list("abcde"), seed=0, resamples=50)
    assert report.at_temperature.ece.value < report.at_temperature.ece.by_chance_high
    mended = report.at_temperature.log_loss.value - report.log_loss.value
    assert mended < -0.01 if bent != 1.0 else abs(mended) < 0.005
    gap = report.stated_minus_right
    assert gap.high < 0 if bent < 1 else gap.low > 0 if bent > 1 else gap.low <= 0 <= gap.high


@pytest.mark.parametrize("temperature", [0.05, 0.7, 1.0, 3.0, 20.0])
def test_a_temperature_leaves_every_decision(temperature: float) -> None:
    edge = np.float32(0.5)
    values = np.array(
        [[edge, np.nextafter(edge, np.float32(0)), np.nextafter(edge, np.float32(1))], [0, 1, 1e-30]]
    )
    values = np.concatenate([values, honest(500, 3, labels=3)[0]])
    with np.errstate(all="raise", under="ignore"):
        scaled = at_temperature(values, temperature, multi_label=True)
    assert np.isfinite(scaled).all()
    assert np.array_equal(decide(scaled, multi_label=True), decide(values, multi_label=True))


def test_confidence_and_right_are_of_all_labels_at_once() -> None:
    probabilities, targets = honest(400, 4)
    confidence, right = confidences(targets, probabilities)
    np.testing.assert_allclose(confidence, np.prod(np.maximum(probabilities, 1 - probabilities), axis=1))
    assert np.array_equal(right, ((probabilities >= 0.5) == targets).all(1))
    report = confidence_report(targets, probabilities, list("abcde"), seed=0, resamples=50)
    assert report.mean_confidence == pytest.approx(confidence.mean())
    assert report.accuracy.value == pytest.approx(right.mean())
    gap = report.stated_minus_right
    assert gap.low <= 0 <= gap.high, "honest probabilities are right as often as they say"
    assert from_json(ConfidenceReport, json.loads(json.dumps(to_json(report), allow_nan=False))) == report


def test_handing_over_leaves_what_it_promises() -> None:
    probabilities, targets = honest(600, 5, labels=3, sharpness=6.0)
    confidence, right = confidences(targets, probabilities)
    found = threshold_for(0.9, targets, probabilities, seed=0)
    assert found.threshold is not None and found.handed_over is not None and found.apparent is not None
    assert right.mean() < 0.9
    taken = confidence >= found.threshold
    assert found.handed_over == pytest.approx(1 - taken.mean())
    assert found.apparent == pytest.approx(right[taken].mean()) and found.apparent >= 0.9
    assert found.assured_threshold is not None and found.assured_threshold >= found.threshold
    fresh_confidence, fresh_right = confidences(*honest(4000, 6, labels=3, sharpness=6.0)[::-1])
    assert fresh_right[fresh_confidence >= found.assured_threshold].mean() >= 0.9
    curve = coverage_curve(confidence, right)
    assert curve[0].documents == 600
    shares = [point.automatic for point in curve]
    assert shares == sorted(shares, reverse=True)


def test_a_document_costs_the_sum_over_its_labels() -> None:
    probabilities, targets = honest(200, 7, labels=3)
    costs = np.array([[5.0, 1.0], [2.0, 3.0], [0.0, 10.0]])
    given = decide(probabilities, multi_label=True)
    paid = ((targets == 1) & (given == 0)) @ costs[:, 0] + ((targets == 0) & (given == 1)) @ costs[:, 1]
    found = expected_costs(targets, probabilities, costs, 4.0, seed=0, resamples=100)
    assert found.automatic.value == pytest.approx(1000 * paid.mean())
    assert found.person.value == pytest.approx(4000)
    confidence, _ = confidences(targets, probabilities)
    for row in found.by_threshold:
        handed = np.ones(200, bool) if row.threshold is None else confidence < row.threshold
        assert row.handed_over == pytest.approx(handed.mean())
        assert row.cost.value == pytest.approx(1000 * np.where(handed, 4.0, paid).mean())
        assert row.cost.low <= row.cost.value <= row.cost.high
    assert found.best.apparent == pytest.approx(min(row.cost.value for row in found.by_threshold))
    free = expected_costs(targets, probabilities, costs, 0.0, seed=0, resamples=20)
    assert free.best.apparent == free.person.value == 0


@pytest.mark.parametrize("shape", [(3, 3), (2, 3), (2, 2), (3,)])
def test_costs_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    probabilities, targets = honest(20, 8, labels=3)
    with pytest.raises(ConfigError) as caught:
        expected_costs(targets, probabilities, np.ones(shape), 1.0, seed=0)
    assert caught.value.code == "evaluation.cost_shape"
    with pytest.raises(ConfigError):
        expected_costs(targets, probabilities, -same_cost(1.0, 3, multi_label=True), 1.0, seed=0)


def test_what_is_no_probability_is_refused() -> None:
    probabilities, targets = honest(20, 9)
    for wrong in (1.5, -0.1, float("nan")):
        broken = probabilities.copy()
        broken[3, 1] = wrong
        with pytest.raises(DataError) as caught:
            confidence_report(targets, broken, list("abcde"), seed=0)
        assert caught.value.code == "evaluation.no_probabilities" and caught.value.values["position"] == 4


# a table from elsewhere


@pytest.fixture
def model(encoder: Encoder) -> ScaLearnModel:
    built = ScaLearnModel(encoder, [random_adapter("own", rank=4)], labels=LABELS, separator=";")
    built.training_record = {"dataset_fingerprint": multi_label_table(64).fingerprint}
    return with_random_head(built, list(multi_label_table(64).frame["text"]))


@pytest.fixture
def reference(encoder: Encoder) -> Reference:
    learned = multi_label_table(64).whole()
    embeddings = unit(embed(encoder, encoder.tokenize(learned.texts)))
    head = fit_head(embeddings, learned.targets, 3, c=10.0, seed=0)
    return Reference({"en": 1.0}, 1, head, document_numbers(learned.texts))


def test_all_methods_are_scored_on_the_same_documents(
    model: ScaLearnModel, reference: Reference, encoder: Encoder
) -> None:
    other = multi_label_table(96, separator="|", seed=4)
    evaluation = evaluate_on_table(model, reference, other)
    result, split = evaluation.result, other.whole(LABELS)
    ours = model.decide(model.predict_proba(split.texts))
    assert result.macro_f1.value == pytest.approx(f1_score(split.targets, ours, average="macro"))
    assert result.micro_f1.value == pytest.approx(f1_score(split.targets, ours, average="micro"))
    assert reference.frozen_head is not None
    plain = reference.frozen_head.predict(unit(embed(encoder, encoder.tokenize(split.texts))))
    assert result.frozen_head.macro_f1.value == pytest.approx(f1_score(split.targets, plain, average="macro"))
    assert result.comparison.disagreements == int((ours != plain).any(1).sum())
    always = np.tile([0, 1, 0], (96, 1))
    expected = f1_score(split.targets, always, average="macro", zero_division=0)
    assert result.majority.macro_f1.value == pytest.approx(expected)
    assert from_json(TableEvaluation, json.loads(json.dumps(to_json(result), allow_nan=False))) == result
    assert evaluation.predictions.label.tolist() == split.names()
    assert np.array_equal(ours, indicators_of(evaluation.predictions.predicted.tolist(), "|"))
    assert evaluate_on_table(model, NOTHING, other).result.comparison is None


def indicators_of(cells: list[str], separator: str) -> np.ndarray:
    return np.array([[label in cell.split(separator) for label in LABELS] for cell in cells])


def test_the_same_documents_are_recognised(model: ScaLearnModel, reference: Reference) -> None:
    same = evaluate_on_table(model, reference, multi_label_table(64)).result
    assert same.same_table and same.learned_from == 64
    assert evaluate_on_table(model, reference, multi_label_table(64, separator="|")).result.same_table


def test_other_labels_and_another_number_of_them_are_refused(model: ScaLearnModel, reference: Reference) -> None:
    rows = "text,label\n" + "\n".join(f"t{i},{'x;y' if i % 2 else 'rooms'}" for i in range(8))
    other = TextDataset.from_table(rows.encode(), Mapping(text="text", label="label", separator=";"))
    with pytest.raises(DataError) as caught:
        evaluate_on_table(model, reference, other)
    assert caught.value.values["unknown"] == "x, y"
    with pytest.raises(ConfigError) as mixed:
        evaluate_on_table(model, reference, dataset(30))
    assert mixed.value.code == "config.other_separator"


def test_the_plain_classifier_is_kept_with_its_kind(
    model: ScaLearnModel, reference: Reference, tmp_path: Path
) -> None:
    assert reference.frozen_head is not None
    entry = save_reference(reference.frozen_head, ["a", "b"], tmp_path)
    table = {
        "fingerprint": multi_label_table(64).fingerprint,
        "class_counts": {"invoices": 3, "network": 5, "rooms": 1},
    }
    record = replace(training(dataset=table), frozen_head=entry)
    (tmp_path / "result.json").write_text(json.dumps(to_json(record)), "utf-8")
    loaded = load_reference(tmp_path, model)
    assert loaded.majority == 1 and loaded.frozen_head is not None and loaded.frozen_head.multi_label
    embeddings = np.random.default_rng(0).normal(size=(5, model.encoder.width))
    assert np.array_equal(loaded.frozen_head.predict(embeddings), reference.frozen_head.predict(embeddings))


def test_indicators_of_either_shape() -> None:
    assert indicators(np.array([2, 0]), 3).tolist() == [[False, False, True], [True, False, False]]
    assert indicators(np.array([[0, 1, 1]]), 3).tolist() == [[False, True, True]]
