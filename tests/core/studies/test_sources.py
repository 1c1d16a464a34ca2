"""The study of the sources of a model, as a run asks it: complete, told as it goes, and plain JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.explain import effort
from scalearn_core.heads.logistic import FrozenHead
from scalearn_core.records.sources import SourcesStudy
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.studies import sources
from scalearn_core.studies.time_estimates import estimate_seconds
from tests.core.tiny import WIDTH, dataset, random_adapter
from tests.records import training


def trained_model(
    encoder: Encoder, *, own: bool, forecast: list[dict[str, Any]], divided: TextDataset | None = None
) -> TrainedModel:
    divided = divided or dataset(60).split(validation=0.0)
    adapters = [random_adapter(name, seed=number) for number, name in enumerate(("one", "two", "three"))]
    model = ScaLearnModel(encoder, adapters, labels=divided.labels)
    if own:
        model.add_own_adapter(random_adapter("own", seed=9))
    with torch.no_grad():
        model.scales.omega.fill_(0.1)
        model.scales.omega[:, 1] = 0
    head = FrozenHead(np.zeros((3, WIDTH), np.float32), np.zeros(3, np.float32), 1.0)
    return TrainedModel(model, divided, training(seed=3, forecast=forecast), head)


PROMISES = [
    {"source": name, "strength": strength, "gain": gain}
    for name, strength, gain in (("three", 1.0, 4.0), ("two", -0.5, 1.0), ("one", 1.0, None))
]


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("forecast", [PROMISES, []])
def test_everything_is_measured_and_is_json(own: bool, forecast: list[dict[str, Any]], encoder: Encoder) -> None:
    shares: list[float] = []
    found = sources.study(trained_model(encoder, own=own, forecast=forecast), shares.append)
    assert from_json(SourcesStudy, json.loads(json.dumps(to_json(found), allow_nan=False))) == found
    names = ["one", "two", "three", *["own"] * own]
    assert [row.source for row in found.sources] == names
    assert [row.own for row in found.sources] == [False] * 3 + [True] * own
    assert [row.idle for row in found.sources] == [False, True, False, *[False] * own]
    idle = found.sources[1]
    assert idle.left_out.gain == idle.alone.gain == 0
    strengths = {row.source: row.at_forecast and row.at_forecast.strength for row in found.sources}
    asked = bool(forecast)
    assert strengths == dict.fromkeys(names) | (
        {promise["source"]: promise["strength"] for promise in PROMISES} if asked else {}
    )
    assert sorted(step.source for step in found.added) == sorted(names)
    assert not own or found.added[-1].source == "own"
    assert found.added[-1].macro_f1 == found.all
    assert np.array(found.overlap.similarity, dtype=float).shape == (len(names), len(names))
    assert found.overlap.similarity[0][1] is None
    assert [curve.source for curve in found.probing.curves] == ["one", "two", "three"]
    assert not asked or (found.pair and found.pair.sources == ("three", "two")), (
        "the two that the forecast expects most of"
    )
    assert shares == sorted(shares), "it only goes forward"
    assert shares[0] == 0 and shares[-1] == 1
    assert shares[-2] == 1, "and the work was counted right"


def test_of_many_documents_some_are_looked_at(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "MOST_TRAIN", 20)
    found = sources.study(trained_model(encoder, own=True, forecast=[]), lambda share: None)
    assert (found.documents.train, found.documents.test) == (20, 12)


def test_the_estimate_grows_with_the_work_and_stays_where_documents_are_cut() -> None:
    def seconds(train: int, test: int, sources: int, forecast: Sequence[dict[str, Any]] = ()) -> float:
        result = training(
            dataset={"counts": {"train": train, "validation": 0, "test": test}},
            own_adapter=True,
            sources=[{"name": f"s{number}"} for number in range(sources)],
            forecast=list(forecast),
            seconds={"embedding": 0.01 * train},
        )
        return estimate_seconds(result, "sources")

    one_pass = 0.01 * (100 + 50)
    assert seconds(100, 50, 2) - 10 == pytest.approx(one_pass * (2 + 2 * 2 + 8))
    assert seconds(100, 50, 9, PROMISES) > seconds(100, 50, 9) > seconds(100, 50, 5)
    assert seconds(5000, 2000, 9) == pytest.approx(seconds(1000, 1000, 9))
