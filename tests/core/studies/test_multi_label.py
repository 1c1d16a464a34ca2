"""Every study asked of a model that gives any number of labels."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from scalearn_core.config import TrainingConfig
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.metrics import score
from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.explain.contributions import contribution_map
from scalearn_core.explain.effort import STRENGTHS
from scalearn_core.heads.logistic import unit
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.studies import ladder
from scalearn_core.studies.learning_curve import METHODS, draws
from scalearn_core.studies.run import run_study
from scalearn_core.studies.seeds import MORE
from scalearn_core.studies.stopping import where_to_stop
from scalearn_core.studies.training import new_model
from scalearn_core.training.stage_two import train_scales
from tests.core.multi_label import LABELS, multi_label_table, random_targets
from tests.core.tiny import LAYERS, WIDTH, random_adapter
from tests.records import training


def make_trained(encoder: Encoder, config: TrainingConfig, documents: int = 80) -> TrainedModel:
    """A model trained on documents of several labels, and what a study reads of its result."""
    data = multi_label_table(documents).split(test=0.3, seed=config.seed)
    if config.recipe == "auto":
        data = data.without_validation()
    sources = [random_adapter(f"s{i}", seed=i, rank=2) for i in (1, 2)]
    model = ScaLearnModel(encoder, sources, labels=data.labels, separator=data.separator)
    trained = train_scales(model, data, config)
    measured = contribution_map(model, model.encoder.tokenize(data.frame["text"].tolist()))
    result = training(
        to_json(trained.forecast.record([source.name for source in sources])),
        recipe=config.recipe,
        seed=config.seed,
        own_adapter=model.own_adapter,
        seconds=trained.seconds,
        scales={"documents": documents, "contribution": measured.contribution.tolist()},
    )
    return TrainedModel(model, data, result, trained.frozen_head)


@pytest.fixture(scope="module")
def own(encoder: Encoder) -> TrainedModel:
    return make_trained(encoder, TrainingConfig())


@pytest.fixture(scope="module")
def without(encoder: Encoder) -> TrainedModel:
    return make_trained(encoder, TrainingConfig(own_adapter=False))


def of_the_model(trained_model: TrainedModel) -> float:
    """Macro-F1 of the model at hand."""
    predicted = trained_model.model.decide(trained_model.model.predict_proba(trained_model.test.texts))
    assert predicted.shape == (len(trained_model.test), len(LABELS))
    return score("macro_f1", trained_model.test.targets, predicted)


def ask(study: str, trained_model: TrainedModel) -> Any:
    told: list[float] = []
    found = run_study(study, trained_model, told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0)
    assert from_json(type(found), json.loads(json.dumps(to_json(found), allow_nan=False))) == found
    return found


def test_the_ladder(own: TrainedModel, without: TrainedModel) -> None:
    found = ask("ladder", own)
    rungs = {row.name: row for row in found.rungs}
    assert list(rungs) == list(ladder.RUNGS)
    assert all(row.skipped is None and 0 <= row.macro_f1.value <= 1 for row in rungs.values())
    assert {row.learned.head for row in rungs.values()} == {len(LABELS) * (WIDTH + 1)}
    assert rungs["own_adapter"].is_model
    assert rungs["own_adapter"].macro_f1.value == pytest.approx(of_the_model(own))
    assert rungs["scalearn_uniform"].macro_f1.value == pytest.approx(of_the_model(without)), "as trained alone"
    assert rungs["frozen_head"].macro_f1.value > 0.3
    assert found.stop in ladder.RUNGS


def test_the_ladder_of_the_paper_recipe(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "FREE_SHARE", 1e-9)  # the whole encoder has a recipe of its own
    trained_model = make_trained(encoder, TrainingConfig(recipe="paper", epochs=1))
    found = ask("ladder", trained_model)
    assert [row.name for row in found.rungs if row.is_model] == ["scalearn_uniform"]


def test_where_to_stop_counts_label_by_label() -> None:
    targets = random_targets(200, [0.5, 0.3, 0.2], 0)
    rng = np.random.default_rng(1)
    poor, good = (np.where(rng.random(targets.shape) < share, 1 - targets, targets) for share in (0.3, 0.05))
    stop, found = where_to_stop(targets, {"low": poor, "high": good, "again": good}, n_classes=3, seed=0)
    assert stop == "high"
    other, comparison = found["low"]
    assert (other, comparison.verdict) == ("high", "worse")
    expected = score("macro_f1", targets, poor) - score("macro_f1", targets, good)
    assert comparison.difference == pytest.approx(expected)
    assert comparison.disagreements == int((poor != good).any(1).sum())
    assert found["again"][1].verdict == "no_difference"
    assert where_to_stop(targets, {"low": good, "high": good}, n_classes=3, seed=0)[0] == "low"


def test_seeds(own: TrainedModel) -> None:
    found = ask("seeds", own)
    assert found.sources == ("s1", "s2", "own")
    assert np.array(found.contribution).shape == (MORE + 1, LAYERS, 3)
    assert found.macro_f1[0] == pytest.approx(of_the_model(own))
    assert len(found.macro_f1) == MORE + 1
    again = new_model(own, own.model.variant, 14)
    assert again.separator == ";"
    train_scales(again, own.dataset, TrainingConfig(seed=14))
    predicted = again.decide(again.predict_proba(own.test.texts))
    assert found.macro_f1[1] == pytest.approx(score("macro_f1", own.test.targets, predicted))


def test_the_learning_curve(encoder: Encoder) -> None:
    trained_model = make_trained(encoder, TrainingConfig(own_adapter=False), documents=150)
    found = ask("learning_curve", trained_model)
    tokens = trained_model.model.encoder.tokenize(trained_model.test.texts)
    plain = trained_model.frozen_head.predict(unit(embed(trained_model.model.encoder, tokens)))
    expected = {
        "scalearn": of_the_model(trained_model),
        "frozen_head": score("macro_f1", trained_model.test.targets, plain),
    }
    for name in METHODS:
        points = found.methods[name].points
        assert (points[0].documents, points[0].macro_f1) == (
            len(trained_model.train),
            pytest.approx(expected[name]),
        )
        assert len({point.documents for point in points}) == 5
        assert all(0 <= point.macro_f1 <= 1 for point in points)
        assert found.methods[name].code in ("flat", "rising", "unsure", "misfit")


def test_parts_of_a_curve_lie_within_each_other_and_have_every_label() -> None:
    targets = random_targets(120, [0.6, 0.3, 0.1, 0.08], 0)
    parts = draws(targets, 4, seed=3)
    sizes = [int(kept.sum()) for _, kept in parts]
    assert sizes[0] == 120 and sizes == sorted(sizes, reverse=True) and min(sizes) == 8
    for number, kept in parts:
        assert targets[kept].any(0).all()
        for other, larger in parts:
            assert other != number or kept.sum() > larger.sum() or (larger | ~kept).all()
        shares = targets[kept].mean(0)
        assert kept.sum() < 30 or np.abs(shares - targets.mean(0)).max() < 0.15
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(parts, draws(targets, 4, seed=3), strict=True))


def test_the_sources(own: TrainedModel) -> None:
    found = ask("sources", own)
    assert [row.source for row in found.sources] == ["s1", "s2", "own"]
    assert found.documents.test == len(own.test)
    assert found.added[-1].macro_f1 == found.all
    assert {curve.source for curve in found.probing.curves} == {"s1", "s2"}
    for curve in found.probing.curves:
        assert curve.chosen in STRENGTHS and len(curve.macro_f1) == len(STRENGTHS)
        assert curve.changes[STRENGTHS.index(0.0)].disagreements == 0
    assert np.array(found.pair.macro_f1).min() >= 0
    assert found.all.low <= found.all.value <= found.all.high
