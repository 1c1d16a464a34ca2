"""Levers: a source turned up or down from what was learned, and the effect on the documents shown.

A lever acts on the learned scales; the classifier on top stays as it was learned. So what is seen is what is
saved, and with every lever at rest the model is the learned one, bit for bit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray

from scalearn_core.data.split import Split
from scalearn_core.devices import usable_cores
from scalearn_core.encoders.batching import forward_batches
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.comparison import compare_predictions
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.explain.lever_settings import Levers, group_of
from scalearn_core.records.levers import LeverLook
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import same

RESAMPLES = 500
"""Of the intervals of what is watched; fewer than in a result, for an answer within a second."""


@torch.no_grad()
def turned(model: ScaLearnModel, levers: Levers) -> torch.Tensor:
    """ω with the levers where they stand, `[layers or 1, sources, width or 1]`; the model stays as it is.

    Raises:
        ConfigError: a source the model has not; groups of layers where all layers share their scales; scales that
            are used otherwise than as they are (`Ablation.combination`).
    """
    if model.ablation.combination != "free":
        raise ConfigError("levers.combined", found=model.ablation.combination)
    names = model.stack.names
    if unknown := sorted({*levers.factors, *levers.added} - set(names)):
        raise ConfigError("levers.unknown_source", found=unknown[0], known=", ".join(names))
    omega = model.scales.omega.detach().clone()
    if levers.at_rest:
        return omega
    factors = omega.new_tensor([levers.factors.get(name, 1.0) for name in names])
    added = omega.new_tensor([levers.added.get(name, 0.0) for name in names])
    omega = omega * factors[None, :, None] + added[None, :, None]
    if any(group != 1 for group in levers.groups):
        if model.scales.variant.shared:
            raise ConfigError("levers.shared_layers")
        groups = [levers.groups[group_of(layer, len(omega))] for layer in range(len(omega))]
        omega *= omega.new_tensor(groups)[:, None, None]
    return omega


class LeverBoard:
    """A model with the documents shown, prepared once; any number of threads may use it at the same time.

    Attributes:
        learned: what the model says with all levers at rest, `[documents, labels]`.
    """

    def __init__(self, model: ScaLearnModel, documents: Split) -> None:
        """Open the documents at the first layer that a source acts in; nothing below depends on levers."""
        self.model = model
        self.split = documents
        model.train_mode(False)
        tokens = model.encoder.tokenize(documents.texts)
        self._worker = _computing_with(max(1, usable_cores() // 2))
        self._documents = CachedDocuments(model.encoder, tokens, model.stack.first_layer)
        self._batches = list(forward_batches(tokens.lengths, model.encoder.device.type))
        self.learned = self.probabilities(Levers())

    def probabilities(self, levers: Levers) -> NDArray[np.float32]:
        """Of the watched documents, `[documents, labels]`. Folds the scales once; the model stays as it is."""
        return self._worker.submit(self._probabilities, turned(self.model, levers)).result()

    @torch.no_grad()
    def _probabilities(self, omega: torch.Tensor) -> NDArray[np.float32]:
        shared, encoder = self.model.scales.variant.shared, self.model.encoder
        folded = self.model.stack.folded_by(lambda layer: omega[0 if shared else layer])
        probabilities = np.zeros((len(self.split), len(self.model.labels)), dtype=np.float32)
        for rows in self._batches:
            batch, start = self._documents.batch(rows)
            hidden = encoder.hidden_states(*batch, adapt=lambda layer, z, f: folded.output(layer, z), start=start)
            logits = self.model.head(encoder.pool(hidden, batch.attention_mask))
            probabilities[rows] = self.model.probabilities(logits).cpu().numpy()
        return probabilities

    def look(self, levers: Levers, *, seed: int = 13) -> LeverLook:
        """What the watched documents get with these levers."""
        targets, before = self.split.targets, self.model.decide(self.learned)
        now = before if levers.at_rest else self.model.decide(self.probabilities(levers))
        scores, learned = (
            evaluate_predictions(targets, classes, self.split.labels, seed=seed, resamples=RESAMPLES)
            for classes in (now, before)
        )
        compared = compare_predictions(
            targets, now, before, n_classes=len(self.split.labels), seed=seed, resamples=RESAMPLES
        )  # fmt: skip
        was_right, is_right = same(before, targets), same(now, targets)
        return LeverLook(
            documents=len(targets),
            scores=scores,
            learned=learned,
            comparison=compared,
            changed=int((~same(now, before)).sum()),
            mended=int((is_right & ~was_right).sum()),
            broken=int((was_right & ~is_right).sum()),
        )


def _computing_with(cores: int) -> ThreadPoolExecutor:
    """One thread that computes on so many cores; the others of this process keep theirs.

    Half of them, because with all of them an answer takes ten times as long while a training has its share:
    whichever core is taken away, the others wait for it.
    """
    whole = torch.get_num_threads()
    worker = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(cores,))
    worker.submit(torch.get_num_threads).result()
    # The number is each thread's own, but a new one takes that which was set last: a passing one sets it back.
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(whole,)) as passing:
        passing.submit(torch.get_num_threads).result()
    return worker
