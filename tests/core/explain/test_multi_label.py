"""Forecast, mixes, levers and watched documents where documents have several labels."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import FORECAST, VARIANTS, StageOneConfig
from scalearn_core.data.split import Split
from scalearn_core.data.splits import stratified_folds
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evaluation.metrics import score
from scalearn_core.explain.held_back import divide_test, watched
from scalearn_core.explain.lever_settings import Levers
from scalearn_core.explain.levers import LeverBoard
from scalearn_core.explain.refit import FOLDS
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.heads.solver import label_losses
from scalearn_core.records.forecast import ForecastRecord
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.targets import same
from scalearn_core.training.forecast import forecast
from scalearn_core.training.recipe_auto import head_c
from scalearn_core.training.stage_one import TaskData, predict_adapter, train_adapter
from tests.core.explain.conftest import mixes_of
from tests.core.multi_label import LABELS, multi_label_table
from tests.core.tiny import random_adapter


@pytest.fixture(scope="module")
def telling(reader: Encoder) -> Adapter:
    """An adapter that was trained on the same labels, on other documents."""
    data = multi_label_table(160, seed=1).split(test=0.2, validation=0.0)
    task, test = (TaskData(reader.tokenize(part.texts), part.targets, 3) for part in (data.train, data.test))
    nothing = TaskData(reader.tokenize([]), np.zeros((0, 3), dtype=np.int64), 3)
    config = StageOneConfig(epochs=20, learning_rate=1e-2, reduction_factor=2)
    result = train_adapter(reader, "telling", task, nothing, config)
    predicted = predict_adapter(reader, result, test)
    assert predicted.shape == test.targets.shape and score("macro_f1", test.targets, predicted) > 0.8
    return result.adapter


# the forecast


def test_the_forecast_finds_the_source_that_helps(reader: Encoder, telling: Adapter) -> None:
    train = multi_label_table(100).split(test=0.3, validation=0.0).train
    tokens = reader.tokenize(train.texts)
    sources = [random_adapter("idle0", seed=0, rank=2), telling, random_adapter("idle1", seed=1, rank=2)]
    found = forecast(reader, sources, tokens, train.targets, seed=0)
    assert found.promised
    assert found.sources[0].source == 1 and found.strengths[1] > 0
    assert found.plain_loss is not None and found.loss is not None and found.loss < 0.9 * found.plain_loss
    assert found.documents <= min(len(train), FORECAST.documents)
    told = found.record(["idle0", "telling", "idle1"])
    assert from_json(ForecastRecord, json.loads(json.dumps(to_json(told), allow_nan=False))) == told
    again = forecast(reader, sources, tokens, train.targets, seed=0)
    assert np.array_equal(again.strengths, found.strengths) and again.sources == found.sources


def test_random_sources_promise_nothing_for_labels_at_random(reader: Encoder) -> None:
    train = multi_label_table(100).split(test=0.3, validation=0.0).train
    for seed in range(3):
        shuffled = train.targets[np.random.default_rng(seed).permutation(len(train))]
        sources = [random_adapter(f"noise{i}", seed=10 * seed + i, rank=2) for i in range(3)]
        assert not forecast(reader, sources, reader.tokenize(train.texts), shuffled, seed=seed).promised


@pytest.mark.parametrize(
    "targets",
    [
        np.eye(4, dtype=np.int64),  # each label on one document
        np.ones((6, 2), dtype=np.int64),  # on all
        1 - np.eye(4, dtype=np.int64),  # on all but one
        np.zeros((5, 3), dtype=np.int64),  # on none
    ],
    ids=["one document each", "all documents", "all but one", "none"],
)
def test_what_nothing_can_be_asked_of_is_not_known(
    targets: np.ndarray, reader: Encoder, sources: list[Adapter]
) -> None:
    found = forecast(reader, sources, reader.tokenize([f"lamp {i}" for i in range(len(targets))]), targets, seed=0)
    assert (found.plain_loss, found.loss, found.by_chance, found.promised) == (None, None, None, False)
    assert not found.strengths.any()
    assert [promise.gain for promise in found.sources] == [None] * len(sources)


@pytest.mark.parametrize("documents", [4, 6, 9])
def test_few_documents_and_rare_labels_are_asked_as_far_as_they_go(
    documents: int, reader: Encoder, sources: list[Adapter]
) -> None:
    targets = np.zeros((documents, 4), dtype=np.int64)
    targets[::2, 0], targets[:1, 1], targets[:, 2] = 1, 1, 1  # half of them, one alone, all; the last label none
    found = forecast(reader, sources, reader.tokenize([f"lamp {i}" for i in range(documents)]), targets, seed=0)
    assert found.plain_loss is not None and np.isfinite(found.plain_loss)
    only = forecast(
        reader, sources, reader.tokenize([f"lamp {i}" for i in range(documents)]), targets[:, :1], seed=0
    )
    assert only.plain_loss is not None and len(only.sources) == len(sources)


# mixes


@pytest.fixture(scope="module")
def model(reader: Encoder, telling: Adapter) -> ScaLearnModel:
    built = ScaLearnModel(reader, [telling, random_adapter("noise", seed=3, rank=2)], labels=LABELS, separator=";")
    with torch.no_grad():
        built.scales.omega[:, 0], built.scales.omega[:, 1] = 1.0, 0.3
    train = multi_label_table(100).split(seed=5).without_validation().train
    embeddings = unit(embed(reader, reader.tokenize(train.texts), built.adapt))
    head = fit_head(embeddings, train.targets, 3, c=head_c(True), seed=0)
    built.head.load_state_dict({"1.weight": torch.from_numpy(head.weight), "1.bias": torch.from_numpy(head.bias)})
    return built


def test_a_mix_is_judged_as_the_model_is(model: ScaLearnModel) -> None:
    data = multi_label_table(100).split(seed=5).without_validation()
    mixes = mixes_of(model, data)
    embeddings = mixes.embed(mixes.omega, mixes.whole)
    judged = mixes.judge(embeddings, mixes.whole)
    assert np.array_equal(judged.predicted, model.decide(model.predict_proba(data.test.texts)))
    assert judged.macro_f1.value == pytest.approx(score("macro_f1", data.test.targets, judged.predicted))
    plain = mixes.judge(mixes.embed(mixes.only(), mixes.whole), mixes.whole)
    change = mixes.change(judged, plain, mixes.whole)
    assert change.gain == pytest.approx(100 * (judged.macro_f1.value - plain.macro_f1.value))
    assert change.disagreements == int((~same(judged.predicted, plain.predicted)).sum())


def test_held_out_loss_is_that_of_the_labels_one_can_ask(model: ScaLearnModel) -> None:
    data = multi_label_table(100).split(seed=5).without_validation()
    mixes = mixes_of(model, data)
    embeddings, targets = mixes.embed(mixes.omega, mixes.whole), data.train.targets
    expected = np.zeros(len(targets))
    for train, held_out in stratified_folds(targets, FOLDS, 0):
        head = fit_head(embeddings[train], targets[train], 3, c=head_c(True), seed=0)
        expected[held_out] = label_losses(head.logits(embeddings[held_out]), targets[held_out])
    assert mixes.held_out_loss(embeddings, mixes.whole) == pytest.approx(expected.mean(), rel=0.02)
    mixes.targets = np.ones_like(mixes.targets)
    assert mixes.held_out_loss(embeddings, mixes.whole) == 0.0


def test_a_sample_shows_every_label(model: ScaLearnModel) -> None:
    data = multi_label_table(100).split(seed=5).without_validation()
    mixes = mixes_of(model, data)
    part = mixes.sample(6, 4)
    assert (len(part.train), len(part.test)) == (6, 4)
    assert mixes.targets[part.train].sum(0).min() >= 2
    assert set(part.rows.tolist()) <= set(range(100))


# levers


@pytest.fixture
def split() -> Split:
    return watched(divide_test(multi_label_table(120).split(seed=5)))


@pytest.mark.parametrize("variant", VARIANTS)
def test_levers_at_rest_are_the_learned_model_bit_for_bit(
    variant: str, reader: Encoder, sources: list[Adapter], model: ScaLearnModel, split: Split
) -> None:
    built = ScaLearnModel(reader, sources, labels=LABELS, separator=";", variant=variant)
    built.head = copy.deepcopy(model.head)
    board = LeverBoard(built, split)
    assert np.array_equal(board.learned, built.predict_proba(split.texts))
    assert np.array_equal(board.probabilities(Levers({"first": 1.0})), board.learned)
    off = board.probabilities(Levers(dict.fromkeys(built.stack.names, 0.0)))
    with torch.no_grad():
        batch = reader.pad(reader.tokenize(split.texts), range(len(split)))
        plain = built.head(reader.pool(reader.hidden_states(*batch), batch.attention_mask)).sigmoid()
    np.testing.assert_allclose(off, plain.numpy(), rtol=1e-4, atol=1e-6)


def test_a_look_counts_documents_with_another_set_of_labels(model: ScaLearnModel, split: Split) -> None:
    board = LeverBoard(model, split)
    levers = Levers({"telling": -1.0})
    look = board.look(levers)
    before, now = model.decide(board.learned), model.decide(board.probabilities(levers))
    assert look.changed == (before != now).any(1).sum() > 0
    right = [int((values == split.targets).all(1).sum()) for values in (before, now)]
    assert look.mended - look.broken == right[1] - right[0]
    assert look.scores.accuracy.value == pytest.approx(right[1] / len(split))
    assert look.learned.confusion == ()
    assert look == board.look(levers)


def test_watched_documents_are_half_of_every_set_of_labels() -> None:
    divided = divide_test(multi_label_table(240).split(seed=3))
    seen, kept_back = watched(divided), divided.test
    assert seen.separator == ";" and abs(len(seen) - len(kept_back)) <= 1
    assert np.abs(seen.targets.sum(0) - kept_back.targets.sum(0)).max() <= 4
    assert not {*seen.rows} & {*kept_back.rows}
