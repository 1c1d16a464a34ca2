"""Score any mix of a model's sources: embed the documents, refit the classifier, score the test documents.

The scales are not trained again. What changes is which sources act and how strongly, and the classifier on top,
which is fitted to each mix by the recipe of "auto": a logistic regression (`head_c`) on the training documents'
embeddings, brought to length 1. So a mix is never judged by a classifier that was made for another one.

What does not change is computed once: the tokens, and all states below the first adapter. A mix costs one pass
over the rest, in which only the sources that act are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.encoders.batching import forward_batches
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.intervals import Interval, bootstrap_score
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.heads.solver import askable, cross_validated_losses
from scalearn_core.records.sources import Change
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.sources import mixed
from scalearn_core.targets import Targets, are_multi_label, in_turns
from scalearn_core.training.recipe_auto import head_c
from scalearn_core.training.stage_one import TaskData

FOLDS = 5
TOLERANCE = 1e-3
"""Of the cross-validated fits, which only bring sources into an order."""

Embeddings = NDArray[np.float32]


class Meter:
    """Tells how much of the work is done, after every batch; work is counted in tokens that pass the encoder."""

    def __init__(self, on_progress: Callable[[float], None], total: int) -> None:
        self.on_progress, self.total, self.done = on_progress, max(1, total), 0

    def add(self, tokens: int) -> None:
        """So many more tokens are done. What `on_progress` raises passes through, and stops the work."""
        self.done += tokens
        self.on_progress(min(1.0, self.done / self.total))


@dataclass(frozen=True, eq=False)
class Chosen:
    """Which of the documents are used: numbers into `Mixes.documents`."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """All of them, training documents first."""
        return np.concatenate([self.train, self.test])


@dataclass(frozen=True, eq=False)
class Judged:
    """What the classifier fitted on a mix says of the test documents."""

    predicted: Targets
    macro_f1: Interval


class Mixes:
    """The documents of a model, prepared once, on which any mix of its sources is tried.

    Attributes:
        omega: the scales that act in the trained model, `[layers, sources, width or 1]`.
        tokens: how many tokens each document has.
    """

    def __init__(self, model: ScaLearnModel, train: TaskData, test: TaskData, *, seed: int) -> None:
        """Raises what `Encoder` raises; `train` and `test` hold at least one document each."""
        model.train_mode(False)
        self.model, self.seed = model, seed
        self.meter = Meter(lambda share: None, 1)
        layers = range(len(model.encoder.layers))
        self.omega = torch.stack([model.scales(layer) for layer in layers]).detach()
        tokens = train.tokens.followed_by(test.tokens)
        self.documents = CachedDocuments(model.encoder, tokens, model.stack.first_layer)
        self.tokens = np.array(tokens.lengths)
        self.targets = np.concatenate([train.targets, test.targets])
        self.whole = Chosen(np.arange(len(train)), np.arange(len(train), len(tokens)))

    @property
    def count(self) -> int:
        """Number of sources, including the task adapter."""
        return len(self.model.sources)

    def sample(self, train: int, test: int) -> Chosen:
        """At most so many documents of each part: of the training, one of each class after the other."""
        generator = np.random.default_rng(self.seed)
        chosen = in_turns(self.targets[self.whole.train], train, generator)
        drawn = generator.permutation(len(self.whole.test))[:test]
        return Chosen(self.whole.train[np.sort(chosen)], self.whole.test[np.sort(drawn)])

    def only(self, *sources: int) -> torch.Tensor:
        """The learned scales of some sources, those of the others 0."""
        omega = torch.zeros_like(self.omega)
        omega[:, list(sources)] = self.omega[:, list(sources)]
        return omega

    def without(self, source: int) -> torch.Tensor:
        """The learned scales of all sources but one."""
        omega = self.omega.clone()
        omega[:, source] = 0
        return omega

    def even(self, strengths: dict[int, float]) -> torch.Tensor:
        """One strength in all layers for some sources, `[layers, sources, 1]`."""
        omega = torch.zeros(len(self.omega), self.count, 1, device=self.omega.device)
        for source, strength in strengths.items():
            omega[:, source] = strength
        return omega

    def idle(self, source: int) -> bool:
        """Whether all scales of a source are 0, so that it changes nothing."""
        return not bool(self.omega[:, source].any())

    @torch.inference_mode()
    def embed(self, omega: torch.Tensor, part: Chosen) -> Embeddings:
        """Embeddings of length 1, `[documents of the part, width]`, training documents first."""
        encoder, documents, rows = self.model.encoder, self.documents, part.rows
        adapt = mixed(self.model.sources, omega)
        embeddings = np.zeros((len(rows), encoder.width), dtype=np.float32)
        for places in forward_batches(self.tokens[rows].tolist(), encoder.device.type):
            chosen = rows[places]
            batch, start = documents.batch(chosen.tolist())
            hidden = encoder.hidden_states(*batch, adapt=adapt, start=start)
            embeddings[places] = encoder.pool(hidden, batch.attention_mask).cpu().numpy()
            self.meter.add(int(self.tokens[chosen].sum()))
        return unit(embeddings)

    def skip(self, part: Chosen) -> None:
        """A pass over the part need not be made: count its work as done."""
        self.meter.add(int(self.tokens[part.rows].sum()))

    def judge(self, embeddings: Embeddings, part: Chosen) -> Judged:
        """Fit the classifier on the training documents of the part, and score it on its test documents."""
        labels, first = len(self.model.labels), len(part.train)
        head = fit_head(
            embeddings[:first], self.targets[part.train], labels, c=head_c(self.model.multi_label), seed=self.seed
        )
        predicted = head.predict(embeddings[first:])
        score = bootstrap_score("macro_f1", self.targets[part.test], predicted, seed=self.seed)
        return Judged(predicted, score)

    def change(self, judged: Judged, other: Judged, part: Chosen) -> Change:
        """How far one mix is ahead of another."""
        comparison = compare_predictions(
            self.targets[part.test], judged.predicted, other.predicted,
            n_classes=len(self.model.labels), seed=self.seed,
        )  # fmt: skip
        interval = (100 * comparison.low, 100 * comparison.high)
        return Change(100 * comparison.difference, interval, comparison.verdict, comparison.disagreements)

    def held_out_loss(self, embeddings: Sequence[Any] | Embeddings, part: Chosen) -> float:
        """Log-loss (nats per document) of the training documents, each by a classifier that did not see it.

        Classes of one document are left out; 0 where fewer than two classes remain.

        Args:
            embeddings: as `embed` gave them for the part.
        """
        targets = self.targets[part.train]
        features = np.asarray(embeddings[: len(targets)], dtype=np.float64)
        if are_multi_label(targets):
            targets = askable(targets)
            if not targets.shape[1]:
                return 0.0
        else:
            classes, counts = np.unique(targets, return_counts=True)
            if (counts > 1).sum() < 2:
                return 0.0
            repeated = np.isin(targets, classes[counts > 1])
            features, targets = features[repeated], targets[repeated]
        losses = cross_validated_losses(
            features, targets, (head_c(self.model.multi_label),), folds=FOLDS, tolerance=TOLERANCE, seed=self.seed
        )
        return float(losses.mean())
