"""Own adapter alone and full fine-tuning: they learn, and the shared encoder stays what it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scalearn_core.baselines.fine_tuning import fit_fine_tuned, fit_own_adapter
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from tests.core.tiny import dataset


@pytest.mark.parametrize("fit", [fit_own_adapter, fit_fine_tuned])
def test_it_learns_and_leaves_the_encoder_given_alone(fit, encoder: Encoder, data: TextDataset) -> None:
    before = {key: tensor.clone() for key, tensor in encoder.model.state_dict().items()}
    batch = encoder.pad(encoder.tokenize(data.test.texts), range(len(data.test)))
    hidden = encoder.hidden_states(*batch)
    found = fit(encoder, data.train, data.validation, seed=0)(data.test.texts)
    assert found.dtype == np.int64
    assert (found == data.test.targets).mean() > 0.6
    assert all(torch.equal(before[key], tensor) for key, tensor in encoder.model.state_dict().items())
    assert torch.equal(encoder.hidden_states(*batch), hidden)
    assert not encoder.model.training
    assert not any(parameter.requires_grad for parameter in encoder.model.parameters())


def test_every_layer_of_the_copy_learns_and_the_seed_decides(encoder: Encoder) -> None:
    """A copy that shares a layer with the original, or leaves one frozen, would fine-tune less than it says."""
    data = dataset(48).split(test=0.2, validation=0.0)
    first, again = (fit_fine_tuned(encoder, data.train, data.validation, seed=0) for _ in range(2))
    trained = first.encoder.model.state_dict()
    assert [key for key, tensor in encoder.model.state_dict().items() if torch.equal(trained[key], tensor)] == []
    repeated = again.encoder.model.state_dict()
    assert all(torch.equal(trained[key], repeated[key]) for key in trained)
