"""Training the scales with the real recipe on the tiny encoder."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS, TrainingConfig
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.parts import Part
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError
from scalearn_core.heads.logistic import unit
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import Ablation
from scalearn_core.training.contrastive import contrastive_loss
from scalearn_core.training.recipe_auto import HEAD_C
from scalearn_core.training.stage_two import TrainingResult, train_scales
from tests.core.tiny import LAYERS, WIDTH, dataset


@pytest.fixture(scope="module")
def data() -> TextDataset:
    return dataset(60).split(test=0.2, validation=0.3)


@pytest.fixture
def model(encoder: Encoder, sources: list[Adapter], data: TextDataset) -> ScaLearnModel:
    return ScaLearnModel(encoder, sources, labels=data.labels, variant="scalearn")


def validation_losses(result: TrainingResult) -> list[float]:
    return [record.validation["validation_loss"] for record in result.history.records]


def mean_loss(probabilities: np.ndarray, targets: np.ndarray) -> float:
    return float(-np.log(probabilities[range(len(targets)), targets]).mean())


def separation(model: ScaLearnModel | None, encoder: Encoder, texts, targets) -> float:
    """The contrastive loss of all documents at once; of the plain encoder for None."""
    embeddings = torch.from_numpy(embed(encoder, encoder.tokenize(texts), model.adapt if model else None))
    return contrastive_loss(embeddings, torch.from_numpy(targets)).item()


@pytest.mark.parametrize("own_adapter", [True, False])
@pytest.mark.parametrize("variant", VARIANTS)
def test_auto_brings_documents_of_a_class_together(variant, own_adapter, encoder, sources, data) -> None:
    """On documents it never saw, too."""
    model = ScaLearnModel(encoder, sources, labels=data.labels, variant=variant)
    result = train_scales(model, data, TrainingConfig(own_adapter=own_adapter, scales_learning_rate=5e-2))
    for part, share in ((data.train, 0.98), (data.test, 1.0)):
        plain = separation(None, encoder, part.texts, part.targets)
        assert separation(model, encoder, part.texts, part.targets) < share * plain
    losses = [record.train_loss for record in result.history.records[1:]]
    assert losses[-1] < losses[0]
    assert result.history.best_epoch == result.history.records[-1].epoch


def test_auto_learns_from_the_validation_documents_too(encoder, sources, data: TextDataset) -> None:
    models = [ScaLearnModel(encoder, sources, labels=data.labels) for _ in range(2)]
    for model, given in zip(models, (data, data.without_validation()), strict=True):
        train_scales(model, given, TrainingConfig(epochs=1))
    assert torch.equal(models[0].scales.omega, models[1].scales.omega)
    assert torch.equal(models[0].head[-1].weight, models[1].head[-1].weight)


def test_the_model_knows_its_labelled_documents_again(encoder, sources, data: TextDataset) -> None:
    with_some = replace(data, unlabelled=pd.Series(["a question", "another"], index=[900, 901], dtype="str"))
    records = []
    for given in (data, with_some):
        model = ScaLearnModel(encoder, sources, labels=data.labels)
        train_scales(model, given, TrainingConfig(epochs=1))
        records.append(model.training_record)
    assert "labelled_fingerprint" not in records[0]
    assert records[1]["labelled_fingerprint"] == records[0]["dataset_fingerprint"] == data.fingerprint
    assert records[1]["dataset_fingerprint"] == with_some.fingerprint != data.fingerprint


def test_autos_head_is_the_logistic_regression_of_the_trained_embeddings(encoder, sources, data) -> None:
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    train_scales(model, data, TrainingConfig(epochs=1))
    documents = data.without_validation().train
    embeddings = unit(embed(encoder, encoder.tokenize(documents.texts), model.adapt))
    known = LogisticRegression(C=HEAD_C, max_iter=1000, tol=1e-8).fit(embeddings, documents.targets)
    np.testing.assert_allclose(
        model.predict_proba(data.test.texts),
        known.predict_proba(unit(embed(encoder, encoder.tokenize(data.test.texts), model.adapt))),
        atol=2e-3,
    )


def test_classes_of_one_document_leave_the_plain_classifier(encoder, sources, data: TextDataset) -> None:
    """There is no pair to learn from: the scales of the sources stay at zero."""
    targets = [data.labels.index(label) for label in data.frame["label"]]
    firsts = [targets.index(number) for number in range(len(data.labels))]
    data = replace(
        data, parts=np.array([Part.TRAIN if row in firsts else Part.TEST for row in range(len(targets))])
    )
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    history = train_scales(model, data, TrainingConfig()).history
    assert history.best_epoch == 0
    assert not model.scales.omega[:, :-1].any()
    assert np.isfinite(model.predict_proba(["words"])).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_papers_recipe_learns(variant: str, encoder, sources, data: TextDataset) -> None:
    model = ScaLearnModel(encoder, sources, labels=data.labels, variant=variant)
    result = train_scales(model, data, TrainingConfig("paper", epochs=6, batch_size=8))
    losses = validation_losses(result)
    assert losses[result.history.best_epoch] == min(losses) < losses[0]
    assert result.history.records[-1].train_loss < result.history.records[1].train_loss


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_best_epoch_is_restored_with_its_scales(variant: str, encoder, sources, data) -> None:
    """The paper's code keeps the last epoch's scales for the shared variants; ours must not."""
    model = ScaLearnModel(encoder, sources, labels=data.labels, variant=variant)
    states: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    noise = torch.Generator().manual_seed(0)

    def keep_and_spoil(step: int, metrics: dict[str, float]) -> None:
        if "validation_loss" in metrics:
            state = (model.scales.omega, model.head[-1].weight)
            states[int(metrics["epoch"])] = (state[0].detach().clone(), state[1].detach().clone())
        elif metrics["epoch"] == 3:  # from here on it can only be worse
            with torch.no_grad():
                model.scales.omega += 3 * torch.randn(model.scales.omega.shape, generator=noise)
                model.head[-1].weight += torch.randn(model.head[-1].weight.shape, generator=noise)

    config = TrainingConfig("paper", epochs=4, patience=6, batch_size=8)
    result = train_scales(model, data, config, on_step=keep_and_spoil)
    losses, best = validation_losses(result), result.history.best_epoch
    assert best in (1, 2, 3)
    assert losses[best] == min(losses) < losses[4]
    assert torch.equal(model.scales.omega, states[best][0])
    assert torch.equal(model.head[-1].weight, states[best][1])
    assert not torch.equal(model.scales.omega, states[4][0])
    assert model.training_record["best_epoch"] == best


def _scale_bytes(encoder: Encoder, sources: list[Adapter], seed: int, folder: Path) -> bytes:
    data = dataset(30).split(test=0.2, validation=0.0)  # so that the last epoch is kept, however good
    model = ScaLearnModel(encoder, sources, labels=data.labels, variant="scalearn_pp", seed=seed)
    torch.rand(seed)  # wherever the global generator stands
    train_scales(model, data, TrainingConfig(seed=seed, epochs=2))
    model.save(folder)
    return (folder / "scales.safetensors").read_bytes()


def test_the_seed_decides_every_byte(encoder, sources, tmp_path: Path) -> None:
    first = _scale_bytes(encoder, sources, 13, tmp_path / "a")
    torch.manual_seed(99)
    assert _scale_bytes(encoder, sources, 13, tmp_path / "b") == first
    assert _scale_bytes(encoder, sources, 14, tmp_path / "c") != first


def test_the_regulariser_acts_in_the_step_it_belongs_to(encoder, sources) -> None:
    """So strong a regulariser that one step shows it: every set of scales moves towards the mean of one."""
    data = dataset(30).split(test=0.2, validation=0.0)
    config = TrainingConfig("paper", epochs=1, batch_size=64, scales_learning_rate=1e-2)
    found = {}
    for strength in (0.0, 1e6):
        ablation = Ablation(regularization=strength, dropout=0.0)
        model = ScaLearnModel(encoder, sources, labels=data.labels, variant="scalearn", ablation=ablation)
        model.scales.start_as_in_paper(config.seed)
        before = model.scales.omega.detach().mean(-1)
        steps: list[int] = []
        train_scales(model, data, config, on_step=lambda step, _, steps=steps: steps.append(step))
        assert set(steps) == {0, 1}, "one step; 0 is the forecast"
        found[strength] = model.scales.omega.detach().mean(-1) - before
    assert (found[1e6] > 0.009).all()
    assert not (found[0.0] > 0.009).any()


def test_patience_ends_the_training(model: ScaLearnModel, data: TextDataset) -> None:
    config = TrainingConfig("paper", epochs=20, patience=2, scales_learning_rate=1.0, head_learning_rate=1.0)
    history = train_scales(model, data, config).history
    assert history.stopped_early
    assert history.records[-1].epoch == history.best_epoch + 2 < 20


def test_without_validation_the_last_epoch_is_kept(model: ScaLearnModel) -> None:
    data = dataset(60).split(test=0.2, validation=0.0)
    last: list[torch.Tensor] = []
    config = TrainingConfig("paper", epochs=3)
    result = train_scales(model, data, config, on_step=lambda *_: last.append(model.scales.omega.detach().clone()))
    assert result.history.best_epoch == 3
    assert not result.history.stopped_early
    assert torch.equal(model.scales.omega, last[-1])
    assert all(record.validation == {} for record in result.history.records)


def _digest(tensors: list[torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(tensor.detach().numpy().tobytes())
    return digest.hexdigest()


@pytest.mark.parametrize(("recipe", "own_adapter"), [("auto", False), ("auto", True), ("paper", True)])
def test_frozen_parts_keep_every_byte(recipe: str, own_adapter: bool, model, data: TextDataset) -> None:
    frozen = list(model.sources)
    before = [_digest(list(model.encoder.model.state_dict().values()))] + [source.sha256() for source in frozen]
    train_scales(model, data, TrainingConfig(recipe, epochs=1, own_adapter=own_adapter))
    after = [_digest(list(model.encoder.model.state_dict().values()))] + [source.sha256() for source in frozen]
    assert after == before
    parameters = [*model.encoder.model.parameters(), *(p for source in frozen for p in source.layers.parameters())]
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in parameters)
    assert not model.encoder.model.training


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ("auto", ["embedding", "forecast", "training", "without_sources"]),
        ("paper", ["embedding", "forecast", "own_adapter", "training"]),
    ],
)
def test_the_own_adapter_is_the_last_source(recipe: str, expected: list[str], model, data: TextDataset) -> None:
    stages: list[str] = []
    names = [source.name for source in model.sources]
    config = TrainingConfig(recipe, epochs=1, own_adapter=True)
    result = train_scales(model, data, config, on_stage=stages.append)
    assert [source.name for source in model.sources] == [*names, "own"]
    assert model.own_adapter
    assert model.scales.omega.shape == (LAYERS, 4, WIDTH)
    assert any(
        p.any() for key, p in model.sources[-1].layers.named_parameters() if key.endswith("bias")
    )  # learned
    assert stages == expected
    assert set(result.seconds) == set(stages)


def test_the_papers_recipe_starts_as_the_paper_does(model: ScaLearnModel, data: TextDataset) -> None:
    """One step at next to no learning rate shows the start."""
    config = TrainingConfig(
        "paper", epochs=1, scales_learning_rate=1e-12, head_learning_rate=1e-12, batch_size=500
    )
    train_scales(model, data, config)
    omega = model.scales.omega.detach()
    assert omega.mean() == pytest.approx(2 / 3, abs=2e-3)
    assert omega.std() == pytest.approx(1e-3, rel=0.2)
    assert [type(layer).__name__ for layer in model.head] == ["Dropout", "Linear", "Tanh", "Dropout", "Linear"]
    assert model.head[1].weight.shape == (WIDTH, WIDTH)
    assert model.head[1].weight.std().item() == pytest.approx(0.02, rel=0.1)
    assert not model.head[1].bias.detach().abs().gt(1e-9).any()


def test_training_that_is_stopped_leaves_nothing_switched_on(model: ScaLearnModel, data: TextDataset) -> None:
    def stop(step: int, metrics: dict[str, float]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_scales(model, data, TrainingConfig("paper"), on_step=stop)
    assert not model.encoder.model.training
    assert not model.scales.training


def test_a_class_without_training_documents_is_survived(encoder, sources, data: TextDataset) -> None:
    labels = tuple(sorted([*data.labels, "never"]))
    model = ScaLearnModel(encoder, sources, labels=labels)
    with pytest.raises(
        ConfigError, match="invoices, network, rooms; the model was made for invoices, network, never"
    ):
        train_scales(model, data, TrainingConfig(epochs=1))


def test_ten_documents_are_enough_to_run(encoder: Encoder, sources: list[Adapter]) -> None:
    data = dataset(10).split()
    model = ScaLearnModel(encoder, sources, labels=data.labels)
    train_scales(model, data, TrainingConfig(epochs=2, own_adapter=True))
    assert np.isfinite(model.predict_proba(data.test.texts)).all()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"recipe": "best"}, "There is no recipe best. Choose one of auto, paper."),
        ({"batch_size": 2}, "The setting batch_size must be a whole number of at least 4, but is 2."),
        ({"epochs": 1.5}, "The setting epochs must be a whole number of at least 1, but is 1.5."),
        ({"seed": "a"}, "The seed must be a whole number of at least 0, but is a."),
        ({"own_adapter": "no"}, "The setting own_adapter must be True, False or None, but is no."),
        ({"epochs": 0}, "The setting epochs must be a whole number of at least 1, but is 0."),
        ({"batch_size": -1}, "The setting batch_size must be a whole number of at least 4, but is -1."),
        (
            {"scales_learning_rate": float("nan")},
            "The setting scales_learning_rate must be above zero, but is nan.",
        ),
    ],
)
def test_settings_are_checked(setting: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TrainingConfig(**setting)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("documents", "steps"),
    [(16, 40), (64, 40), (112, 40), (288, 54), (512, 96), (1024, 96), (1792, 112), (10_000, 626)],
)
def test_small_tables_are_passed_over_more_often(documents: int, steps: int) -> None:
    """40 steps at least, 6 passes within 100 steps, 2 passes at least; always whole passes."""
    recipe = TrainingConfig().resolved(documents)
    assert recipe.steps == steps
    assert recipe.steps == recipe.epochs * -(-documents // 32)
    assert TrainingConfig(epochs=1).resolved(documents).steps == -(-documents // 32)


def test_the_forecast_tells_how_far_it_is(model: ScaLearnModel, data: TextDataset) -> None:
    told: list[float] = []
    stages: list[str] = []

    def on_step(step: int, metrics: dict[str, float]) -> None:
        if stages[-1] == "forecast":
            assert step == metrics["epoch"] == 0
            told.append(metrics["fraction"])

    train_scales(model, data, TrainingConfig(epochs=1), on_step=on_step, on_stage=stages.append)
    assert len(told) > 5
    assert told == sorted(told)
