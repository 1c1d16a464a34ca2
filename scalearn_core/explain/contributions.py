"""What each source adds to each layer on the user's own documents.

A raw scale is no contribution, because adapters differ in the size of what they put out. The contribution of
source t in layer l is the mean size of the scaled output against the mean size of what the layer makes itself:

    contribution = sign(ω) · mean ‖ω_t ⊙ A_t(z)‖ / mean ‖f‖

over all tokens of the documents. 0.10 reads "this source adds a tenth of the layer's own signal". Doubling an
adapter's output and halving its scale leaves it unchanged. It says how much a source changes, not whether the
change is for the better; that is what the scores are for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from scalearn_core.encoders.batching import forward_batches
from scalearn_core.encoders.encoder import Tokens
from scalearn_core.scaling.model import ScaLearnModel


@dataclass(frozen=True)
class ContributionMap:
    """All arrays are float64 `[layers, sources]`, sources in the order of ω."""

    raw: np.ndarray
    """The scale; for one number per dimension, their mean. `[1, sources]` where layers share the scales."""
    contribution: np.ndarray
    """Share of the layer's own signal, signed (see above)."""
    output_size: np.ndarray
    """Mean size of the unscaled output `A_t(z)` against the layer's own signal."""


@torch.no_grad()
def contribution_map(model: ScaLearnModel, tokens: Tokens) -> ContributionMap:
    """Measure the contributions on some documents (at least one), with the trained scales in place.

    With one number per dimension the sign tells whether the scaled output points along the source's own output
    or against it: the sign of `Σ ω_d A_d²`.
    """
    model.train_mode(False)
    encoder, count = model.encoder, len(model.sources)
    shape = (len(encoder.layers), count)
    scaled, unscaled, signed = (np.zeros(shape) for _ in range(3))
    own = np.zeros(len(encoder.layers))
    for rows in forward_batches(tokens.lengths, encoder.device.type):
        batch = encoder.pad(tokens, rows)
        real = batch.attention_mask.bool()

        def observe(
            layer: int, z: torch.Tensor, f: torch.Tensor | None, real: torch.Tensor = real
        ) -> torch.Tensor:
            assert f is not None  # every layer is run
            omega = model.scales(layer)
            own[layer] += float(f[real].norm(dim=-1).sum())
            for t, output in enumerate(model.stack.outputs(layer, z[real])):
                scaled[layer, t] += float((omega[t] * output).norm(dim=-1).sum())
                unscaled[layer, t] += float(output.norm(dim=-1).sum())
                signed[layer, t] += float((omega[t] * output**2).sum())
            return model.stack.scaled_sum(layer, z, omega)

        encoder.hidden_states(*batch, adapt=observe)
    sets = range(len(model.scales.omega))
    raw = torch.stack([model.scales(layer).mean(-1) for layer in sets]).double().cpu().numpy()
    own = np.maximum(own, np.finfo(float).tiny)[:, None]
    return ContributionMap(raw, np.sign(signed) * scaled / own, unscaled / own)
