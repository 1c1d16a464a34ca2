"""Documents without label join a training: what becomes of model, control and evidence, and when they stay out."""

from __future__ import annotations

import copy
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import LONG_TEXTS, VARIANTS, TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.unlabelled import MOST_UNLABELLED
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.training import unlabelled
from scalearn_core.training.documents import Documents
from scalearn_core.training.forecast import Forecast
from scalearn_core.training.stage_two import TrainingResult, train_scales
from scalearn_core.training.unlabelled import may_join
from tests.core.tiny import TOPICS, dataset

CONFIG = TrainingConfig(epochs=2)


def with_pile(labelled: int = 60, others: int = 45, separator: str | None = None) -> TextDataset:
    """The tiny table, and below it documents of the same topics without label."""
    frame = dataset(labelled).frame[["text", "label"]]
    if separator:
        labels = frame["label"].tolist()
        pairs = list(zip(labels, labels[1:] + labels[:1], strict=True))
        frame = frame.assign(label=[separator.join(pair[: 1 + n % 2]) for n, pair in enumerate(pairs)])
    topics = list(TOPICS)
    texts = [
        f"{TOPICS[topics[n % 3]][n % 5]} again {TOPICS[topics[n % 3]][n % 7]} {n + 500}" for n in range(others)
    ]
    rows = pd.concat([frame, pd.DataFrame({"text": texts, "label": ""})])
    content = io.BytesIO()
    rows.to_csv(content, index=False)
    return TextDataset.from_table(content.getvalue(), text="text", label="label", name="pile")


def trained(
    encoder: Encoder, sources: list[Adapter], data: TextDataset, config: TrainingConfig = CONFIG
) -> tuple[ScaLearnModel, TrainingResult]:
    model = ScaLearnModel(encoder, sources, labels=data.labels, separator=data.separator)
    return model, train_scales(model, data, config)


@pytest.fixture(scope="module")
def data() -> TextDataset:
    return with_pile().split(test=0.2, validation=0.0)


@pytest.fixture
def certain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The random encoder teaches little; what follows from joining is tried all the same."""
    monkeypatch.setattr(unlabelled, "SURENESS", -1e9)


@pytest.mark.usefixtures("certain")
def test_they_change_the_model_and_leave_what_it_was_without_them(
    encoder: Encoder, sources: list[Adapter], data: TextDataset
) -> None:
    before = [source.sha256() for source in sources]
    plain, _ = trained(encoder, sources, replace(data, unlabelled=data.unlabelled.iloc[:0]))
    model, result = trained(encoder, sources, data)
    assert result.joining == "joined"
    assert result.joined is not None
    assert result.joined.used == len(data.pile) == 45
    assert [source.sha256() for source in sources] == before, "sources stay frozen"
    assert [source.name for source in model.sources] == [source.name for source in plain.sources]
    assert torch.equal(result.joined.without.scales.omega, plain.scales.omega)
    texts = list(data.test.texts)
    assert np.array_equal(result.joined.without.predict_proba(texts), plain.predict_proba(texts))
    assert not torch.equal(model.scales.omega, plain.scales.omega)
    assert [source.name for source in result.joined.alone.sources] == ["own"], "the control has no sources"
    assert result.alone is result.joined.alone
    assert set(result.seconds) >= {"training", "without_sources", "unlabelled"}
    assert not any(p.requires_grad for source in model.sources for p in source.layers.parameters())


@pytest.mark.usefixtures("certain")
def test_the_same_documents_give_the_same_bytes(
    encoder: Encoder, sources: list[Adapter], data: TextDataset
) -> None:
    first, second = (trained(encoder, copy.deepcopy(sources), data)[0] for _ in range(2))
    assert torch.equal(first.scales.omega, second.scales.omega)
    assert first.sources[-1].sha256() == second.sources[-1].sha256()
    assert all(torch.equal(a, b) for a, b in zip(first.head.parameters(), second.head.parameters(), strict=True))


@pytest.mark.usefixtures("certain")
def test_test_documents_teach_nothing(encoder: Encoder, sources: list[Adapter], data: TextDataset) -> None:
    """Other test documents, the same training: not a byte differs, and copies of them never join."""
    copies = pd.Series(list(data.test.texts), index=range(900, 900 + len(data.test)), dtype="str")
    more = replace(data, unlabelled=pd.concat([data.unlabelled, copies]))
    assert more.pile == data.pile
    first, second = (trained(encoder, sources, table)[0] for table in (data, more))
    assert torch.equal(first.scales.omega, second.scales.omega)


@pytest.mark.parametrize(
    ("separator", "config", "why"),
    [
        ("|", CONFIG, "several_labels"),
        (None, replace(CONFIG, own_adapter=False), "no_task_adapter"),
        (None, TrainingConfig("paper", epochs=1), "other_recipe"),
    ],
)
def test_where_they_cannot_join_it_is_said_why(
    encoder: Encoder, sources: list[Adapter], separator: str | None, config: TrainingConfig, why: str
) -> None:
    table = with_pile(separator=separator).split(test=0.2, validation=0.1)
    _, result = trained(encoder, sources, table, config)
    assert (result.joining, result.joined) == (why, None)


def test_without_any_nothing_is_said(encoder: Encoder, sources: list[Adapter]) -> None:
    _, result = trained(encoder, sources, dataset(60).split(test=0.2, validation=0.0))
    assert (result.joining, result.joined) == (None, None)


def asked(loss: float | None, documents: int) -> Forecast:
    return Forecast(np.zeros(2), 1.0, loss, documents, (), None, promised=False)


def test_labels_that_teach_no_more_than_chance_let_nothing_join() -> None:
    """Half of what there is to know, by the root of the documents: 12.5% of two classes' ln 2 for sixteen."""
    recipe, targets = TrainingConfig().resolved(16), np.arange(16) % 2
    enough, too_little = ((1 - share) * np.log(2) for share in (0.13, 0.12))
    assert may_join(False, recipe, asked(enough, 16), targets) == "joined"
    assert may_join(False, recipe, asked(too_little, 16), targets) == "chance"
    assert may_join(False, recipe, asked(too_little, 64), targets) == "joined", "as sure with more documents"
    assert may_join(False, recipe, asked(None, 0), targets) == "chance"
    assert may_join(True, recipe, asked(enough, 16), targets) == "several_labels"


def test_no_more_are_read_than_stated(encoder: Encoder) -> None:
    data = with_pile(others=MOST_UNLABELLED + 30).split(test=0.2, validation=0.0)
    read, again = (Documents.read(data, encoder).unlabelled for _ in range(2))
    assert len(read) == MOST_UNLABELLED
    assert read.ids == again.ids


@pytest.mark.usefixtures("certain")
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("long_texts", LONG_TEXTS)
def test_every_variant_and_every_way_of_reading_learns_from_them(
    encoder: Encoder, sources: list[Adapter], data: TextDataset, variant: str, long_texts: str
) -> None:
    """One of them has 3,000 words, of which no more is read than of a labelled one."""
    long = pd.Series(["invoice again " * 1_500], index=[700], dtype="str")
    table = replace(data, unlabelled=pd.concat([data.unlabelled, long]))
    model = ScaLearnModel(encoder, sources, labels=table.labels, variant=variant)
    result = train_scales(model, table, TrainingConfig(epochs=1, long_texts=long_texts))
    assert result.joined is not None
    assert result.joined.used == len(data.pile) + 1
    assert np.isfinite(model.predict_proba(list(table.test.texts))).all()


@pytest.mark.usefixtures("certain")
def test_it_can_be_stopped_and_tells_how_far_it_is(
    encoder: Encoder, sources: list[Adapter], data: TextDataset
) -> None:
    stages: list[str] = []
    shares: list[float] = []

    def listen(step: int, metrics: dict[str, float]) -> None:
        if stages[-1] == "unlabelled":
            shares.append(metrics["fraction"])
            if metrics["fraction"] > 0.8:
                raise KeyboardInterrupt

    model = ScaLearnModel(encoder, sources, labels=data.labels)
    with pytest.raises(KeyboardInterrupt):
        train_scales(model, data, CONFIG, on_step=listen, on_stage=stages.append)
    assert shares == sorted(shares)
    assert shares[0] < 0.6 < shares[-1] <= 1


def test_where_the_labels_teach_too_little_the_training_is_the_one_without_them(
    encoder: Encoder, sources: list[Adapter], data: TextDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlabelled, "SURENESS", 1e9)
    model, result = trained(encoder, sources, data)
    plain, _ = trained(encoder, sources, replace(data, unlabelled=data.unlabelled.iloc[:0]))
    assert (result.joining, result.joined) == ("chance", None)
    assert torch.equal(model.scales.omega, plain.scales.omega)
    assert all(torch.equal(a, b) for a, b in zip(model.head.parameters(), plain.head.parameters(), strict=True))
