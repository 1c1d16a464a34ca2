"""What trainings on several labels learn from: the loss by its formula, batches, both recipes, the same again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.config import TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.devices import Device
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.metrics import score
from scalearn_core.evidence.pipeline import Outcome, train_with_evidence
from scalearn_core.heads.thresholds import choose_thresholds
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import decide, in_turns
from scalearn_core.training.contrastive import class_batches, contrastive_loss, shared_labels
from scalearn_core.training.loss import classification_loss
from scalearn_core.training.stage_two import train_scales
from tests.core.multi_label import LABELS, multi_label_table, random_targets
from tests.core.tiny import dataset, random_adapter

CPU = Device("cpu", "cpu", None, 1)


def jaccard(first: np.ndarray, second: np.ndarray) -> float:
    both, either = (first & second).sum(), (first | second).sum()
    return float(both / either) if either else 0.0


def written_out(embeddings: torch.Tensor, targets: np.ndarray, temperature: float) -> float:
    """The loss sum by sum: partners weighted by the share of labels they have in common."""
    unit = [row / row.norm() for row in embeddings.double()]
    terms = []
    for i in range(len(targets)):
        others = [a for a in range(len(targets)) if a != i]
        weights = {p: jaccard(targets[i], targets[p]) for p in others}
        if not sum(weights.values()):
            continue
        total = sum(torch.exp(unit[i] @ unit[a] / temperature) for a in others)
        shares = [w * torch.log(torch.exp(unit[i] @ unit[p] / temperature) / total) for p, w in weights.items()]
        terms.append(-sum(shares) / sum(weights.values()))
    return float(sum(terms) / len(terms))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("temperature", [0.1, 0.7])
def test_it_is_the_formula(seed: int, temperature: float) -> None:
    targets = random_targets(9, [0.6, 0.4, 0.3, 0.1], seed)
    targets[0] = 0  # a document without labels is no anchor, yet one to be told apart from
    embeddings = torch.randn(9, 6, generator=torch.Generator().manual_seed(seed))
    loss = contrastive_loss(embeddings, torch.as_tensor(targets), temperature)
    assert loss.item() == pytest.approx(written_out(embeddings, targets, temperature), rel=1e-5)
    weights = shared_labels(torch.as_tensor(targets)).numpy()
    expected = [[jaccard(one, other) for other in targets] for one in targets]
    np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_the_gradient_is_finite_even_without_partners() -> None:
    for targets in (np.eye(4, dtype=np.int64), np.zeros((4, 3), dtype=np.int64), random_targets(4, [0.9, 0.5], 0)):
        embeddings = torch.randn(4, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
        loss = contrastive_loss(embeddings, torch.as_tensor(targets))
        loss.backward()
        assert embeddings.grad is not None and embeddings.grad.isfinite().all()
        partners = targets @ targets.T - np.diag(targets.sum(1))
        assert (loss.item() > 0) == partners.any()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [4, 9, 32])
def test_each_called_label_has_two_documents_in_its_batch(seed: int, size: int) -> None:
    targets = random_targets(50, [0.7, 0.4, 0.2, 0.1, 0.0, 0.0], seed)
    targets[7] = np.eye(6, dtype=np.int64)[4]  # the only label, of this document alone: never called
    none = ~targets.any(1)
    assert none.sum() > 1
    seen: Counter[int] = Counter()
    for rows in islice(class_batches(targets, size, np.random.default_rng(seed)), 60):
        assert 2 <= len(rows) == len({*rows}) <= size
        assert (targets[rows].sum(0) >= 2).any() or none[rows].sum() >= 2
        seen.update(rows)
    repeated = targets[:, targets.sum(0) > 1].any(1)
    assert {*seen} == set(np.flatnonzero(repeated | none).tolist()), "those with none of the labels come too"
    first, again = (list(islice(class_batches(targets, size, np.random.default_rng(1)), 5)) for _ in range(2))
    assert first == again


def test_without_a_repeated_label_there_are_no_batches() -> None:
    assert list(class_batches(np.eye(5, dtype=np.int64), 4, np.random.default_rng(0))) == []
    assert list(class_batches(np.zeros((5, 2), dtype=np.int64), 4, np.random.default_rng(0))) == []


def test_binary_cross_entropy_is_the_mean_over_labels_too() -> None:
    logits = torch.randn(6, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    targets = torch.as_tensor(random_targets(6, [0.5] * 4, 0))
    chances = logits.sigmoid()
    expected = -torch.where(targets == 1, chances, 1 - chances).log().mean()
    assert classification_loss(logits, targets).item() == pytest.approx(expected.item(), rel=1e-6)
    numbers = torch.tensor([0, 1, 2, 3, 0, 1])
    by_class = -logits.log_softmax(1)[torch.arange(6), numbers].mean()
    assert classification_loss(logits, numbers).item() == pytest.approx(by_class.item(), rel=1e-6)


def test_turns_take_the_label_that_was_shown_least() -> None:
    targets = np.array([[1, 1, 0]] * 5 + [[1, 0, 0]] * 5 + [[0, 0, 1]] * 2 + [[0, 0, 0]] * 3)
    order = in_turns(targets, 15, np.random.default_rng(0))
    assert sorted(order.tolist()) == list(range(15))
    assert targets[order[:4]].any(0).all()
    assert not targets[order[-3:]].any(), "those without a label come last"
    assert (targets[order[:6]].sum(0) >= 2).all()


# whole trainings


def train(encoder: Encoder, folder: Path, **settings: Any) -> Outcome:
    names = []
    for number in range(2):
        source = random_adapter(f"s{number}", seed=number)
        write_adapter(source, folder / source.name)
        names.append(str(folder / source.name))
    config = TrainingConfig(**({"seed": 3, "epochs": 3} | settings))
    return train_with_evidence(
        multi_label_table(160).split(seed=3), sources=names, variant="scalearn_uniform", config=config, device=CPU,
        encoder=encoder,
    )  # fmt: skip


@pytest.mark.parametrize("settings", [{}, {"recipe": "paper", "own_adapter": True}], ids=["auto", "paper"])
def test_the_same_seed_gives_the_same_result(settings: dict[str, Any], encoder: Encoder, tmp_path: Path) -> None:
    first, again = (train(encoder, tmp_path / name, **settings) for name in ("a", "b"))
    one, same = first.result, again.result
    assert replace(same, created=one.created, seconds=one.seconds, fast_mode=one.fast_mode) == one
    assert np.array_equal(first.probabilities, again.probabilities)
    other = train(encoder, tmp_path / "c", **{**settings, "seed": 4})
    assert not np.array_equal(first.probabilities[:5], other.probabilities[:5])
    control = "shuffled_sources" if settings else "own_adapter"
    assert set(first.predicted) == {"scalearn", "frozen_head", "tfidf", "majority", "single_source", control}
    for name, predicted in first.predicted.items():
        assert predicted.shape == first.targets.shape == (len(first.targets), 3)
        scored = first.result.scores[name]
        assert scored.macro_f1.value == pytest.approx(score("macro_f1", first.targets, predicted))
        assert scored.micro_f1.value == pytest.approx(score("micro_f1", first.targets, predicted))
        assert scored.accuracy.value == pytest.approx((predicted == first.targets).all(1).mean())
    assert first.model.thresholds is not None
    assert first.result.thresholds == dict(zip(LABELS, first.model.thresholds.tolist(), strict=True))
    expected = decide(first.probabilities, multi_label=True, thresholds=first.model.thresholds)
    assert np.array_equal(first.predicted["scalearn"], expected)
    assert first.result.parameter_counts.head == sum(p.numel() for p in first.model.head.parameters())


def test_sources_of_noise_are_not_praised(encoder: Encoder, tmp_path: Path) -> None:
    for own_adapter in (True, False):
        result = train(encoder, tmp_path / str(own_adapter), own_adapter=own_adapter).result
        assert result.dataset.counts.test >= 30
        assert result.verdict.helped is False


@pytest.mark.parametrize("recipe", ["auto", "paper"])
def test_documents_of_another_kind_are_refused(recipe: str, encoder: Encoder) -> None:
    single, many = dataset(60).split(), multi_label_table(60).split()
    assert single.labels == many.labels == LABELS
    source, config = random_adapter("s"), TrainingConfig(recipe=recipe, epochs=1)
    for separator, data in ((";", single), (None, many), ("|", many)):
        model = ScaLearnModel(encoder, [source], labels=LABELS, separator=separator)
        with pytest.raises(ConfigError) as caught:
            train_scales(model, data, config)
        assert caught.value.code == "config.other_separator"


def test_the_paper_recipe_validates_at_one_half_and_then_chooses_limits(encoder: Encoder) -> None:
    data = multi_label_table(120).split(validation=0.2)
    model = ScaLearnModel(encoder, [random_adapter("s")], labels=LABELS, separator=";")
    result = train_scales(model, data, TrainingConfig(recipe="paper", epochs=4))
    best = result.history.records[result.history.best_epoch].validation
    probabilities = model.predict_proba(data.validation.texts)
    expected = score("macro_f1", data.validation.targets, decide(probabilities, multi_label=True))
    assert best["validation_macro_f1"] == pytest.approx(expected)
    told = np.where(data.validation.targets == 1, probabilities, 1 - probabilities)
    assert model.thresholds is not None
    assert np.array_equal(model.thresholds, choose_thresholds(probabilities, data.validation.targets))
    assert best["validation_loss"] == pytest.approx(float(-np.log(told).mean()), rel=1e-4)


def test_one_label_each_can_be_learned_as_several_too(encoder: Encoder) -> None:
    rows = [f"{text},{label}" for text, label in dataset(90).frame.itertuples(index=False, name=None)]
    content = "\n".join(["text,label", *rows]).encode()
    data = TextDataset.from_table(content, Mapping(text="text", label="label", separator=";")).split(seed=1)
    assert (data.train.targets.sum(1) == 1).all()
    model = ScaLearnModel(encoder, [random_adapter("s")], labels=data.labels, separator=";")
    train_scales(model, data, TrainingConfig())
    predicted = model.decide(model.predict_proba(data.test.texts))
    assert score("macro_f1", data.test.targets, predicted) > 0.8
