"""The contrastive loss against its formula written out, and batches in which every document has a partner."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np
import pytest
import torch

from scalearn_core.training.contrastive import class_batches, contrastive_loss


def written_out(embeddings: torch.Tensor, targets: list[int], temperature: float) -> float:
    """Khosla et al., equation 2, sum by sum."""
    unit = [row / row.norm() for row in embeddings.double()]
    terms = []
    for i, target in enumerate(targets):
        others = [a for a in range(len(targets)) if a != i]
        partners = [p for p in others if targets[p] == target]
        if partners:
            total = sum(torch.exp(unit[i] @ unit[a] / temperature) for a in others)
            shares = [torch.log(torch.exp(unit[i] @ unit[p] / temperature) / total) for p in partners]
            terms.append(-sum(shares) / len(partners))
    return float(sum(terms) / len(terms))


@pytest.mark.parametrize("targets", [[0, 0, 1, 1], [0, 1, 0, 2, 2, 2, 0], [3, 1, 1, 5, 3, 0, 2]])
@pytest.mark.parametrize("temperature", [0.1, 0.7])
def test_it_is_the_formula(targets: list[int], temperature: float) -> None:
    embeddings = torch.randn(len(targets), 6, generator=torch.Generator().manual_seed(0))
    loss = contrastive_loss(embeddings, torch.tensor(targets), temperature)
    assert loss.item() == pytest.approx(written_out(embeddings, targets, temperature), rel=1e-5)


def test_length_does_not_matter_and_the_gradient_is_finite() -> None:
    embeddings = torch.randn(6, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    targets = torch.tensor([0, 0, 1, 1, 2, 3])
    loss = contrastive_loss(embeddings, targets)
    assert torch.allclose(loss, contrastive_loss(7 * embeddings, targets))
    loss.backward()
    assert embeddings.grad is not None and embeddings.grad.isfinite().all() and embeddings.grad.any()


def test_without_partners_there_is_nothing_to_learn() -> None:
    embeddings = torch.randn(3, 4).requires_grad_()
    loss = contrastive_loss(embeddings, torch.tensor([0, 1, 2]))
    loss.backward()
    assert loss.item() == 0
    assert not embeddings.grad.any()


@pytest.mark.parametrize(("counts", "size"), [((8, 8), 16), ((30, 3), 16), ((20,) * 7, 32), ((9,) * 50, 32)])
def test_every_document_of_a_batch_has_a_partner(counts: tuple[int, ...], size: int) -> None:
    targets = np.repeat(np.arange(len(counts)), counts)
    seen: Counter[int] = Counter()
    for batch in islice(class_batches(targets, size, np.random.default_rng(0)), 200):
        assert 2 <= len(batch) <= size
        assert len(set(batch)) == len(batch)
        assert min(Counter(targets[batch].tolist()).values()) >= 2
        seen.update(targets[batch].tolist())
    assert len(seen) == len(counts)  # no class is forgotten
    if len(set(counts)) == 1:
        assert max(seen.values()) < 1.2 * min(seen.values())


def test_all_documents_of_a_class_come_before_one_comes_again() -> None:
    targets = np.repeat([0, 1], 12)
    first_three = list(islice(class_batches(targets, 8, np.random.default_rng(0)), 3))
    assert sorted(row for batch in first_three for row in batch) == list(range(24))


def test_the_seed_decides_the_batches() -> None:
    targets = np.repeat([0, 1, 2], 10)
    first, again, other = (
        list(islice(class_batches(targets, 8, np.random.default_rng(seed)), 5)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_classes_of_one_document_never_come() -> None:
    batches = class_batches(np.array([0, 1, 1, 2, 2, 3]), 4, np.random.default_rng(0))
    assert {row for batch in islice(batches, 20) for row in batch} == {1, 2, 3, 4}
    assert list(class_batches(np.arange(5), 4, np.random.default_rng(0))) == []
