"""What a source is worth: made to help it must come out so, and where it does nothing exactly nothing."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import VARIANTS
from scalearn_core.data.dataset import TextDataset
from scalearn_core.explain import ablation
from scalearn_core.explain.refit import Meter, Mixes
from scalearn_core.scaling.model import ScaLearnModel
from tests.core.explain.conftest import Build, mixes_of


def ask(model: ScaLearnModel, divided: TextDataset) -> Mixes:
    return mixes_of(model, divided)


def left_out(mixes: Mixes) -> list[ablation.Change]:
    return ablation.leave_one_out(mixes, ablation.try_mix(mixes, mixes.omega, mixes.whole))


def alone(mixes: Mixes) -> list[ablation.Change]:
    plain = ablation.try_mix(mixes, mixes.only(), mixes.whole)
    tried = ablation.each_alone(mixes, plain)
    return [mixes.change(found.judged, plain.judged, mixes.whole) for found in tried]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_source_that_was_made_to_help_does(variant: str, build: Build, divided: TextDataset) -> None:
    mixes = ask(build(1.0, 0.02, 0.5, variant=variant), divided)
    for changes in (left_out(mixes), alone(mixes)):
        assert changes[0].verdict == "better"
        assert changes[0].gain > 5
        assert changes[0].interval[0] > 0
        assert changes[0].gain == max(change.gain for change in changes)


def test_a_source_without_output_is_worth_exactly_nothing(build: Build, divided: TextDataset) -> None:
    mixes = ask(build(0.6, 0.3, 2.0), divided)
    for changes in (left_out(mixes), alone(mixes)):
        assert (changes[2].gain, changes[2].interval, changes[2].disagreements) == (0, (0, 0), 0)


def test_a_source_with_scales_of_zero_is_worth_exactly_nothing(build: Build, divided: TextDataset) -> None:
    mixes = ask(build(0.6, 0.0, 0.3), divided)
    assert mixes.idle(1) and not mixes.idle(0)
    for changes in (left_out(mixes), alone(mixes)):
        assert (changes[1].gain, changes[1].interval, changes[1].disagreements) == (0, (0, 0), 0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_twice_the_output_at_half_the_scale_changes_nothing(
    variant: str, build: Build, divided: TextDataset
) -> None:
    model = build(0.7, 0.2, 0.1, variant=variant)
    before = ask(model, divided)
    doubled = Adapter("helpful", copy.deepcopy(model.sources[0].layers), model_type="bert")
    for layer in doubled.layers:
        layer.up_weight *= 2
        layer.up_bias *= 2
    other = ScaLearnModel(
        model.encoder, [doubled, *model.sources[1:]], labels=divided.labels, variant=variant
    )  # fmt: skip
    with torch.no_grad():
        other.scales.omega.copy_(model.scales.omega)
        other.scales.omega[:, 0] /= 2
    after = ask(other, divided)
    assert left_out(after) == left_out(before)
    assert alone(after) == alone(before)


def test_a_mix_is_what_the_model_computes(build: Build, divided: TextDataset) -> None:
    """The folded sum of the acting sources alone, against the model's own forward pass with the others at 0."""
    mixes = ask(build(0.7, -0.2, 0.0), divided)
    texts = [*divided.train.texts, *divided.test.texts]
    for omega, scales in [(mixes.omega, (0.7, -0.2, 0.0)), (mixes.without(0), (0.0, -0.2, 0.0))]:
        model = build(*scales)
        tokens = model.encoder.tokenize(texts)
        with torch.no_grad():
            batch = model.encoder.pad(tokens, range(len(tokens)))
            wanted = model.encoder.pool(model.hidden_states(*batch), batch.attention_mask).numpy()
        wanted = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
        np.testing.assert_allclose(mixes.embed(omega, mixes.whole), wanted, atol=1e-5)


def test_adding_goes_from_the_plain_encoder_to_the_whole_mix(build: Build, divided: TextDataset) -> None:
    mixes = ask(build(0.7, 0.2, 0.0), divided)
    plain = ablation.try_mix(mixes, mixes.only(), mixes.whole)
    everything = ablation.try_mix(mixes, mixes.omega, mixes.whole)
    tried = ablation.each_alone(mixes, plain)
    order = ablation.order_by_promise(mixes, tried)
    assert order[0] == 0, "the helpful one"
    steps = ablation.add_one_by_one(mixes, order, plain=plain, alone=tried, everything=everything)
    assert [step.source for step in steps] == order
    assert steps[-1].judged.macro_f1 == everything.judged.macro_f1
    assert sum(step.step.gain for step in steps) == pytest.approx(steps[-1].change.gain)
    again = ablation.try_mix(mixes, mixes.only(*order[:2]), mixes.whole)
    assert np.array_equal(again.judged.predicted, steps[1].judged.predicted)


def test_the_order_knows_nothing_of_the_test_documents(build: Build, divided: TextDataset) -> None:
    mixes = ask(build(0.7, 0.2, 0.1), divided)
    tried = ablation.each_alone(mixes, ablation.try_mix(mixes, mixes.only(), mixes.whole))
    order = ablation.order_by_promise(mixes, tried)
    mixes.targets[mixes.whole.test] = 0
    assert ablation.order_by_promise(mixes, tried) == order


def test_progress_is_told_within_a_mix_and_may_stop_it(build: Build, divided: TextDataset) -> None:
    mixes = ask(build(0.7, 0.2, 0.1), divided)
    shares: list[float] = []
    mixes.meter = Meter(shares.append, 2 * int(mixes.tokens.sum()))
    mixes.embed(mixes.omega, mixes.whole)
    assert len(shares) > 1 and shares == sorted(shares) and shares[-1] == 0.5

    class Stopped(Exception):
        pass

    def stop(share: float) -> None:
        raise Stopped

    mixes.meter = Meter(stop, 1)
    with pytest.raises(Stopped):
        mixes.embed(mixes.omega, mixes.whole)
    assert mixes.meter.done < mixes.tokens.sum(), "it stopped after one batch"


def test_a_sample_takes_of_every_class(build: Build, divided: TextDataset) -> None:
    mixes = ask(build(0.7, 0.2, 0.1), divided)
    part = mixes.sample(6, 5)
    assert sorted(mixes.targets[part.train]) == [0, 0, 1, 1, 2, 2]
    assert set(part.train) <= set(mixes.whole.train) and set(part.test) <= set(mixes.whole.test)
    assert len(part.rows) == 11
    everything = mixes.sample(10_000, 10_000)
    assert np.array_equal(everything.rows, mixes.whole.rows)
