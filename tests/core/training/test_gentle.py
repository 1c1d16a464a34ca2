"""A gentle update keeps its distance and its guard, and is undone where it may not be."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training.gentle import DISTANCE, LIMIT, Moved, gentle_update
from scalearn_core.training.recipe_auto import put_head
from scalearn_core.training.stage_one import TaskData
from tests.core.tiny import dataset


@pytest.fixture(scope="module")
def parts(encoder: Encoder) -> tuple[TaskData, TaskData]:
    """Documents learned from, and the guard."""
    divided = dataset(150).split(seed=0, test=0.4, validation=0.0)
    return TaskData.read(encoder, divided.train), TaskData.read(encoder, divided.test)


@pytest.fixture
def model(encoder: Encoder, sources: list[Adapter], parts) -> ScaLearnModel:
    made = ScaLearnModel(encoder, sources, labels=("invoices", "network", "rooms"))
    with torch.no_grad():
        made.scales.omega.fill_(0.2)
    train, _ = parts
    embeddings = unit(embed(encoder, train.tokens, made.adapt))
    put_head(made, fit_head(embeddings, train.targets, 3, c=100.0, seed=0))
    return made


def corrections(model: ScaLearnModel, parts, rows: range, shift: int) -> TaskData:
    """Documents of the training with their true labels (shift 0), or wrong ones."""
    train, _ = parts
    some = train.take(list(rows))
    return TaskData(some.tokens, (some.targets + shift) % 3, 3)


def test_the_model_moves_within_its_distance(model: ScaLearnModel, parts) -> None:
    before = Moved.of(model)
    sources = [source.sha256() for source in model.sources]
    record = gentle_update(model, corrections(model, parts, range(8), 1), *parts)
    scales, head = before.distances(Moved.of(model))
    assert scales <= DISTANCE + 1e-5 and head <= DISTANCE + 1e-5
    assert record.distance == max(record.distance_scales, record.distance_head) <= DISTANCE + 1e-5
    assert [source.sha256() for source in model.sources] == sources


def test_ten_wrong_corrections_in_a_row_cost_the_guard_no_more_than_the_limit(model: ScaLearnModel, parts) -> None:
    first, last = None, 0.0
    refused = 0
    for number in range(10):
        before = Moved.of(model)
        record = gentle_update(
            model, corrections(model, parts, range(number, number + 1), 1 + number % 2), *parts, guard_first=first
        )
        first, refused = record.guard_first, refused + (not record.accepted)
        if record.accepted:
            last = record.guard_after
            assert first - record.guard_after <= LIMIT
        else:
            assert before.distances(Moved.of(model)) == (0.0, 0.0)
    assert first is not None and (first - last <= LIMIT or refused == 10)


def test_hundred_wrong_ones_at_once_are_refused_or_harmless(model: ScaLearnModel, parts) -> None:
    before = Moved.of(model)
    record = gentle_update(model, corrections(model, parts, range(60), 1), *parts)
    if record.accepted:
        assert record.guard_first - record.guard_after <= LIMIT
    else:
        assert before.distances(Moved.of(model)) == (0.0, 0.0)
        assert record.guard_first - record.guard_after > LIMIT


def test_right_corrections_are_learned(model: ScaLearnModel, parts) -> None:
    train, _ = parts
    with torch.no_grad():  # a model that has forgotten one class a little
        model.head[1].bias[0] -= 8.0
    wrong = np.flatnonzero(model.predict_proba_of(train.tokens).argmax(1) != train.targets)[:16]
    assert len(wrong) >= 4
    record = gentle_update(model, train.take(wrong.tolist()), *parts)
    assert record.accepted and record.right_after > record.right_before


def test_what_stops_it_leaves_the_model_as_it_was(model: ScaLearnModel, parts) -> None:
    before = Moved.of(model)

    def stop(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gentle_update(model, corrections(model, parts, range(3), 1), *parts, on_progress=stop)
    assert before.distances(Moved.of(model)) == (0.0, 0.0)


def test_the_same_update_gives_the_same_model(model: ScaLearnModel, parts) -> None:
    start = Moved.of(model)
    gentle_update(model, corrections(model, parts, range(5), 1), *parts)
    once = Moved.of(model)
    start.put(model)
    gentle_update(model, corrections(model, parts, range(5), 1), *parts)
    assert once.distances(Moved.of(model)) == (0.0, 0.0)


def test_several_labels_and_no_memory(model: ScaLearnModel, parts) -> None:
    model.separator = "|"
    train, guard = (TaskData(part.tokens, np.eye(3, dtype=np.int64)[part.targets], 3) for part in parts)
    record = gentle_update(model, train.take([0, 1]), train.take([]), guard)
    assert record.corrections == 2 and np.isfinite(record.guard_after)
