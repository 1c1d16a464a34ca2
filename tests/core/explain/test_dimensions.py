"""What a map of means hides is told rightly."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.explain.dimensions import QUANTILES, TOP, dimension_summary, summary_of
from scalearn_core.records.training import DimensionSummary
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, to_json
from tests.core.tiny import LAYERS, WIDTH


def test_it_is_the_distribution_over_dimensions() -> None:
    omega = np.zeros((2, 3, 100))
    omega[1, 2] = np.linspace(-0.25, 0.74, 100)
    found = dimension_summary(omega)
    assert found.width == 100
    assert found.values[1][2] == pytest.approx(np.quantile(omega[1, 2], QUANTILES))
    assert found.spread[1][2] == pytest.approx(omega[1, 2].std())
    assert found.negative[1][2] == 0.25
    assert found.top[1][2] == tuple((99 - i, pytest.approx(0.74 - 0.01 * i)) for i in range(TOP))
    assert found.spread[0] == (0.0, 0.0, 0.0)


def test_the_top_is_by_size_with_the_sign_kept() -> None:
    omega = np.array([[[0.1, -0.9, 0.5, 0.0, 0.2, -0.3]]])
    top = dimension_summary(omega).top[0][0]
    assert top == ((1, -0.9), (2, 0.5), (5, -0.3), (4, 0.2), (0, 0.1))


@pytest.mark.parametrize("variant, sets", [("scalearn", LAYERS), ("scalearn_pp", 1)])
def test_variants_of_one_number_per_dimension_have_one(
    variant: str, sets: int, encoder: Encoder, sources: list[Adapter]
) -> None:
    model = ScaLearnModel(encoder, sources, labels=["a", "b"], variant=variant)
    found = summary_of(model.scales)
    assert found is not None and found.width == WIDTH
    assert [len(found.values), len(found.values[0]), len(found.top[0][0])] == [sets, 3, TOP]
    assert from_json(DimensionSummary, json.loads(json.dumps(to_json(found)))) == found
    omega = model.scales.omega.detach()
    assert found.values[0][1][3] == pytest.approx(float(torch.quantile(omega[0, 1], 0.5)), abs=1e-6)


@pytest.mark.parametrize("variant", ["scalearn_uniform", "scalearn_uniform_pp"])
def test_one_number_per_source_needs_no_summary(variant: str, encoder: Encoder, sources: list[Adapter]) -> None:
    assert summary_of(ScaLearnModel(encoder, sources, labels=["a", "b"], variant=variant).scales) is None
