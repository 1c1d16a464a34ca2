"""The forecast: it finds the source that was made to help, and promises nothing where none does."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch

from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.adapters.bottleneck import Adapter, BottleneckLayer
from scalearn_core.config import FORECAST, StageOneConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.training.forecast import Forecast, forecast
from scalearn_core.training.shuffled_sources import shuffled
from scalearn_core.training.stage_one import TaskData, train_adapter
from tests.core.tiny import LAYERS, WIDTH, dataset, random_adapter


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> Encoder:
    return Encoder.load(encoder_folder)


@pytest.fixture(scope="module")
def documents(encoder: Encoder):
    data = dataset(45).split(test=0.2, validation=0.0).train
    return encoder.tokenize(data.texts), data.targets


@pytest.fixture(scope="module")
def telling(encoder: Encoder) -> Adapter:
    """An adapter that was trained on the same classes, on other documents."""
    data = dataset(120).split(test=0.2, validation=0.0).train
    task = TaskData(encoder.tokenize(data.texts), data.targets, 3)
    nothing = TaskData(encoder.tokenize([]), np.array([], dtype=np.int64), 3)
    return train_adapter(encoder, "telling", task, nothing, StageOneConfig(epochs=30, learning_rate=5e-3)).adapter


def ask(encoder: Encoder, sources: list[Adapter], documents, seed: int = 0) -> Forecast:
    tokens, targets = documents
    return forecast(encoder, sources, tokens, targets, seed=seed)


@pytest.mark.parametrize("sign", [1.0, -0.5])
def test_it_finds_the_source_that_helps(sign: float, encoder: Encoder, telling: Adapter, documents) -> None:
    """Also where it takes a negative scale: an adapter turned round has its up-projection negated."""
    turned = Adapter("turned", copy.deepcopy(telling.layers))
    with torch.no_grad():
        for key, parameter in turned.layers.named_parameters():
            if "up" in key:
                parameter.div_(sign)
    idle = [random_adapter(f"idle{i}", seed=i, rank=2) for i in range(2)]
    found = ask(encoder, [idle[0], turned, idle[1]], documents)
    assert found.loss < 0.95 * found.plain_loss
    assert found.strengths[1] * sign > 0


def test_sources_that_do_nothing_promise_nothing(encoder: Encoder, documents) -> None:
    nothing = Adapter("nothing", torch.nn.ModuleList(BottleneckLayer(WIDTH, 2) for _ in range(LAYERS))).frozen()
    found = ask(encoder, [nothing], documents)
    assert not found.strengths.any()
    assert found.loss == found.plain_loss > 0


def test_shuffled_labels_hardly_ever_promise_much(encoder: Encoder, sources, documents) -> None:
    """A chance find passes one standard error now and then; the sum of it must stay small."""
    tokens, targets = documents
    gains = []
    for seed in range(6):
        shuffled = np.random.default_rng(seed).permutation(targets)
        found = ask(encoder, sources, (tokens, shuffled))
        gains.append(1 - found.loss / found.plain_loss)
    assert np.median(gains) < 0.15


def test_the_seed_decides(encoder: Encoder, sources, documents) -> None:
    first, again = ask(encoder, sources, documents, 3), ask(encoder, sources, documents, 3)
    assert np.array_equal(first.strengths, again.strengths)
    assert first.loss == again.loss


def test_few_documents_and_lonely_classes(encoder: Encoder, sources) -> None:
    tokens = encoder.tokenize(["invoice", "vpn", "room", "payment"])
    lonely = forecast(encoder, sources, tokens, np.arange(4), seed=0)
    assert not lonely.strengths.any()
    pairs = forecast(encoder, sources, tokens, np.array([0, 1, 1, 0]), seed=0)
    assert np.isfinite(pairs.loss)
    assert pairs.documents == 4
    one_class = forecast(encoder, sources, tokens, np.array([0, 0, 0, 1]), seed=0)
    assert not one_class.strengths.any()


def test_of_many_documents_some_are_looked_at(encoder: Encoder, sources) -> None:
    tokens = encoder.tokenize([f"invoice {number}" for number in range(300)])
    targets = np.array([0] * 250 + [1] * 49 + [2])
    shares: list[float] = []
    found = forecast(encoder, sources, tokens, targets, seed=0, on_candidate=shares.append)
    assert found.documents == FORECAST.documents
    assert shares == sorted(shares) and 0 < shares[-1] <= 1


def test_a_table_of_pairs_is_trained_and_saved(encoder: Encoder, sources, tmp_path) -> None:
    """Two documents per class leave hardly one to learn from: nothing to ask, nothing to fail on."""
    from scalearn_core.config import TrainingConfig
    from scalearn_core.devices import Device
    from scalearn_core.evidence.pipeline import train_with_evidence

    table = "text,label\n" + "\n".join(f"words {number} about {name},{name}" for name in "ab" for number in (1, 2))
    data = TextDataset.from_table(table.encode(), text="text", label="label").split(seed=0)
    for number, source in enumerate(sources):
        write_adapter(source, tmp_path / f"source{number}")
    outcome = train_with_evidence(
        data, sources=[str(tmp_path / f"source{number}") for number in range(len(sources))],
        variant="scalearn_uniform", config=TrainingConfig(), device=Device("cpu", "cpu", None, 1), encoder=encoder,
    )  # fmt: skip
    outcome.save(tmp_path / "model", evidence=tmp_path)
    result = read_training(tmp_path)
    assert result.start is not None
    assert result.start.loss is None
    assert [row.gain for row in result.forecast] == [None] * len(sources)
    assert result.verdict.helped is None, "one test document tells nothing"


def test_each_source_has_its_promise_best_first(encoder: Encoder, telling: Adapter, documents) -> None:
    idle = random_adapter("idle", seed=1, rank=2)
    found = ask(encoder, [idle, telling], documents)
    assert [promise.source for promise in found.sources] == [1, 0]
    best = found.sources[0]
    assert best.gain > 2 and 0 < best.low < best.gain < best.high
    assert best.strength == 1.0
    assert found.promised
    told = found.record(["idle", "telling"])
    assert [row.source for row in told.forecast] == ["telling", "idle"]
    assert told.start.strengths["telling"] > 0


def test_shuffled_sources_promise_nothing_sure(encoder: Encoder, telling: Adapter, documents) -> None:
    promised = [
        ask(encoder, shuffled([telling, random_adapter("idle", seed=1)], seed=seed), documents, seed).promised
        for seed in range(8)
    ]
    assert sum(promised) <= 1
