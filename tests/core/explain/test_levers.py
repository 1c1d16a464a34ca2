"""Levers at rest are the learned model bit for bit; a lever off is a source left out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS
from scalearn_core.data.split import Split
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import ConfigError
from scalearn_core.explain.lever_settings import Levers, group_of, hardly_used
from scalearn_core.explain.levers import LeverBoard, turned
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.scales import Ablation
from tests.core.tiny import LAYERS, dataset
from tests.records import training


@pytest.fixture
def split() -> Split:
    return dataset(60).split(seed=0).test


def build(encoder: Encoder, sources: list[Adapter], variant: str = "scalearn_uniform") -> ScaLearnModel:
    """A model with random scales, and a head fitted on them."""
    train = dataset(60).split(seed=0).train
    model = ScaLearnModel(encoder, sources, labels=train.labels, variant=variant)
    with torch.no_grad():
        model.scales.omega.normal_(0, 0.3, generator=torch.Generator().manual_seed(0))
        embeddings = unit(embed(encoder, encoder.tokenize(train.texts), model.adapt))
    head = fit_head(embeddings, train.targets, len(train.labels), c=100.0, seed=0)
    model.head.load_state_dict(
        {"1.weight": torch.from_numpy(head.weight), "1.bias": torch.from_numpy(head.bias)}
    )  # fmt: skip
    return model


@pytest.mark.parametrize("variant", VARIANTS)
def test_at_rest_it_is_the_learned_model_bit_for_bit(variant: str, encoder, sources, split) -> None:
    model = build(encoder, sources, variant)
    learned = model.scales.omega.detach().clone()
    board = LeverBoard(model, split)
    assert np.array_equal(board.learned, model.predict_proba(split.texts))
    moved = board.probabilities(Levers({"first": 0.3}, {"third": 0.5}))
    assert not np.array_equal(moved, board.learned)
    for rest in (Levers(), Levers({"first": 1.0}, {"third": 0.0}, (1.0, 1.0, 1.0))):
        assert np.array_equal(board.probabilities(rest), board.learned)
    assert torch.equal(model.scales.omega, learned), "looking changes nothing"


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_levers_off_is_the_encoder_without_sources(variant: str, encoder, sources, split) -> None:
    model = build(encoder, sources, variant)
    off = LeverBoard(model, split).probabilities(Levers(dict.fromkeys(model.stack.names, 0.0)))
    with torch.no_grad():
        batch = encoder.pad(encoder.tokenize(split.texts), range(len(split)))
        pooled = encoder.pool(encoder.hidden_states(*batch), batch.attention_mask)
        plain = model.head(pooled).softmax(-1).numpy()
    np.testing.assert_allclose(off, plain, rtol=1e-4, atol=1e-6)


def test_a_lever_off_is_a_model_without_that_source(
    encoder: Encoder, sources: list[Adapter], split: Split
) -> None:
    model = build(encoder, sources)
    without = ScaLearnModel(encoder, [sources[0], sources[2]], labels=model.labels)
    with torch.no_grad():
        without.scales.omega.copy_(model.scales.omega[:, [0, 2]])
    without.head = model.head
    found = LeverBoard(model, split).probabilities(Levers({"second": 0.0}))
    np.testing.assert_allclose(found, without.predict_proba(split.texts), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_seen_is_what_the_turned_scales_give(variant: str, encoder, sources, split) -> None:
    model = build(encoder, sources, variant)
    levers = Levers({"first": 1.7}, {"second": -0.4})
    seen = LeverBoard(model, split).probabilities(levers)
    omega = turned(model, levers)
    assert torch.equal(omega[:, 0], model.scales.omega[:, 0] * 1.7)
    assert torch.equal(omega[:, 1], model.scales.omega[:, 1] - 0.4)
    assert torch.equal(omega[:, 2], model.scales.omega[:, 2])
    with torch.no_grad():
        model.scales.omega.copy_(omega)
    assert np.array_equal(model.predict_proba(split.texts), seen)


def test_groups_of_layers_turn_all_sources(encoder: Encoder, sources: list[Adapter]) -> None:
    model = build(encoder, sources)
    omega = turned(model, Levers({"first": 0.5}, groups=(2.0, 0.0, 1.0)))
    learned = model.scales.omega.detach() * torch.tensor([0.5, 1, 1])[:, None]
    for layer in range(LAYERS):
        assert torch.equal(omega[layer], learned[layer] * (2.0, 0.0, 1.0)[group_of(layer, LAYERS)])
    assert [group_of(layer, 6) for layer in range(6)] == [0, 0, 1, 1, 2, 2]
    assert [group_of(layer, 12) for layer in range(12)] == [0] * 4 + [1] * 4 + [2] * 4


def test_a_look_counts_what_changed(encoder: Encoder, sources: list[Adapter], split: Split) -> None:
    board = LeverBoard(build(encoder, sources), split)
    levers = Levers(dict.fromkeys(("first", "second", "third"), -3.0))
    look = board.look(levers)
    before, now = board.learned.argmax(1), board.probabilities(levers).argmax(1)
    assert look.changed == (before != now).sum() > 0
    right = [int((values == split.targets).sum()) for values in (before, now)]
    assert look.mended - look.broken == right[1] - right[0]
    assert look.scores.accuracy.value == pytest.approx(right[1] / len(split))
    assert look.learned.accuracy.value == pytest.approx(right[0] / len(split))
    assert look == board.look(levers), "the same levers, the same numbers"
    rest = board.look(Levers())
    assert (rest.changed, rest.comparison.difference, rest.scores) == (0, 0.0, rest.learned)


def test_two_at_once_see_their_own(encoder: Encoder, sources: list[Adapter], split: Split) -> None:
    board = LeverBoard(build(encoder, sources), split)
    asked = [Levers({"first": factor}) for factor in (0.0, 2.0)] * 8
    alone = [board.probabilities(levers) for levers in asked[:2]]
    with ThreadPoolExecutor(4) as pool:
        for number, found in enumerate(pool.map(board.probabilities, asked)):
            assert np.array_equal(found, alone[number % 2])


def test_other_threads_keep_their_cores(encoder: Encoder, sources: list[Adapter], split: Split) -> None:
    here = torch.get_num_threads()
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(here + 1,)) as setting:
        assert setting.submit(torch.get_num_threads).result() == here + 1
        setting.submit(LeverBoard, build(encoder, sources), split).result()
        with ThreadPoolExecutor(1) as new:
            assert new.submit(lambda: (torch.ones(2) + 1, torch.get_num_threads())[1]).result() == here + 1
    assert torch.get_num_threads() == here
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(here,)) as back:
        back.submit(torch.get_num_threads).result()


def test_levers_are_kept_as_json() -> None:
    levers = Levers({"a": 0.5, "b": 1.0}, {"c": 0.0, "d": -0.2}, (1.0, 0.5, 1.0))
    kept = levers.to_dict()
    assert kept == {"factors": {"a": 0.5}, "added": {"d": -0.2}, "groups": [1.0, 0.5, 1.0]}
    assert Levers.from_dict(kept).to_dict() == kept
    assert Levers({"b": 1.0}, {"c": 0.0}).at_rest and not levers.at_rest


@pytest.mark.parametrize("wrong", [5.0, float("nan"), "much", None])
def test_levers_out_of_range_are_told(wrong: object) -> None:
    with pytest.raises(ConfigError) as told:
        Levers({"a": wrong})  # type: ignore[dict-item]
    assert told.value.code == "levers.out_of_range"


def test_what_no_lever_can_do_is_told(encoder: Encoder, sources: list[Adapter]) -> None:
    for code, levers, model in [
        ("levers.unknown_source", Levers({"fourth": 0.5}), build(encoder, sources)),
        ("levers.shared_layers", Levers(groups=(0.5, 1.0, 1.0)), build(encoder, sources, "scalearn_uniform_pp")),
        (
            "levers.combined",
            Levers({"first": 0.5}),
            ScaLearnModel(encoder, sources, labels=["a", "b"], ablation=Ablation("softmax")),
        ),
    ]:
        with pytest.raises(ConfigError) as told:
            turned(model, levers)
        assert told.value.code == code
    with pytest.raises(ConfigError) as told:
        Levers(groups=(1.0, 1.0))
    assert told.value.code == "levers.groups"


def test_a_source_that_adds_next_to_nothing_is_hardly_used() -> None:
    result = training(
        sources=[{"name": "strong"}, {"name": "against"}, {"name": "weak"}],
        scales={"contribution": [[0.05, -0.03, 0.01], [0.0, -0.03, -0.02]]},
    )
    assert hardly_used(result) == {"strong": False, "against": False, "weak": True}
