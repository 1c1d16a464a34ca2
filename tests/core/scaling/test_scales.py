"""The scales alone: shapes, start, dropout."""

from __future__ import annotations

import pytest
import torch

from scalearn_core.config import VARIANTS
from scalearn_core.errors import ConfigError
from scalearn_core.scaling.scales import Ablation, Scales, find_variant

SHAPES = {
    "scalearn": (12, 8, 768),
    "scalearn_uniform": (12, 8, 1),
    "scalearn_pp": (1, 8, 768),
    "scalearn_uniform_pp": (1, 8, 1),
}


def scales(variant: str, *, layers: int = 12, sources: int = 8, width: int = 768) -> Scales:
    made = Scales(VARIANTS[variant], layers=layers, sources=sources, width=width)
    made.start_as_in_paper(seed=5)
    return made


@pytest.mark.parametrize("variant", VARIANTS)
def test_shapes(variant: str) -> None:
    made = scales(variant)
    assert made.omega.shape == SHAPES[variant]
    assert made.omega.requires_grad
    assert made.eval()(3).shape == SHAPES[variant][1:]


@pytest.mark.parametrize("sources", [3, 5, 8, 15])
def test_the_papers_start(sources: int) -> None:
    omega = scales("scalearn", sources=sources).omega.detach()
    assert omega.mean() == pytest.approx(2 / sources, abs=1e-5)
    assert omega.std() == pytest.approx(1e-3, rel=0.02)
    assert omega[:, 0].mean() == pytest.approx(float(omega[:, -1].mean()), abs=1e-4)


def test_the_papers_start_follows_the_seed() -> None:
    made = scales("scalearn_uniform_pp")
    first = made.omega.detach().clone()
    made.start_as_in_paper(seed=6)
    assert not torch.equal(made.omega, first)
    made.start_as_in_paper(seed=5)
    assert torch.equal(made.omega, first)


def test_the_start_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    scales("scalearn")
    assert torch.equal(torch.get_rng_state(), before)


def test_starting_at_zero() -> None:
    made = scales("scalearn")
    made.start_at_zero()
    assert not made.omega.any()


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_dropped_outside_training(variant: str) -> None:
    made = scales(variant).eval()
    shared = VARIANTS[variant].shared
    for layer in range(12):
        assert torch.equal(made(layer), made.omega[0 if shared else layer])


@pytest.mark.parametrize("variant", ["scalearn", "scalearn_uniform", "scalearn_pp"])
def test_three_tenths_are_dropped_and_the_rest_is_raised(variant: str) -> None:
    torch.manual_seed(0)
    made = scales(variant, width=64).train()
    omega = made.omega.detach()
    draws = torch.stack([made(layer).detach() for layer in range(12) for _ in range(100)])
    undropped = torch.stack(
        [omega[0 if made.variant.shared else layer] for layer in range(12) for _ in range(100)]
    )
    kept = draws != 0
    assert kept.float().mean() == pytest.approx(0.7, abs=0.02)
    assert torch.allclose(draws[kept], undropped[kept] / 0.7)


def test_the_smallest_variant_never_drops() -> None:
    made = scales("scalearn_uniform_pp").train()
    assert all(torch.equal(made(layer), made.omega[0]) for layer in range(12) for _ in range(20))


@pytest.mark.parametrize("variant", ["scalearn_pp", "scalearn"])
def test_each_layer_drops_its_own_entries(variant: str) -> None:
    torch.manual_seed(0)
    made = scales(variant).train()
    masks = [made(layer).detach() != 0 for layer in range(12)]
    assert all(not torch.equal(masks[0], mask) for mask in masks[1:])


def test_uniform_drops_whole_adapters() -> None:
    torch.manual_seed(0)
    made = scales("scalearn_uniform").train()
    output = torch.ones(8, 768)  # what the sources put out, all ones
    scaled = made(0).detach() * output
    per_source = (scaled == 0).float().mean(1)
    assert set(per_source.tolist()) == {0.0, 1.0}


def test_gradients_reach_only_what_was_kept() -> None:
    torch.manual_seed(1)
    made = scales("scalearn_pp", sources=3, width=16).train()
    dropped = made(0)
    dropped.sum().backward()
    assert made.omega.grad is not None
    assert torch.equal(made.omega.grad[0] != 0, dropped != 0)


def test_an_unknown_variant_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no variant fusion\. Choose one of scalearn_uniform_pp,"):
        find_variant("fusion")


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_drawn_holds_until_the_next_draw(variant: str) -> None:
    made = scales(variant).train()
    torch.manual_seed(0)
    made.draw_dropout()
    first = [made(layer).detach().clone() for layer in range(12)]
    assert all(torch.equal(made(layer), kept) for layer, kept in enumerate(first))
    share = torch.stack(first).eq(0).float().mean().item()
    made.draw_dropout()
    if VARIANTS[variant].dropout == 0:
        assert share == 0
        return
    assert share == pytest.approx(0.3, abs=0.15)
    assert any(not torch.equal(made(layer), kept) for layer, kept in enumerate(first))
    assert not torch.equal(first[0].eq(0), first[1].eq(0))  # layers differ, even where they share the scales
    made.eval()
    assert torch.equal(made(0), made.omega[0])


def ablated(variant: str, **settings) -> Scales:
    """Three sources, two layers, width 5, ω drawn far from any start."""
    made = Scales(VARIANTS[variant], layers=2, sources=3, width=5, ablation=Ablation(**settings))
    with torch.no_grad():
        made.omega.uniform_(0.2, 1.5, generator=torch.Generator().manual_seed(3))
    return made


@pytest.mark.parametrize("variant", VARIANTS)
def test_mean_and_softmax_are_over_the_sources(variant: str) -> None:
    mean, softmax = (ablated(variant, combination=name).eval() for name in ("mean", "softmax"))
    for layer in range(2):
        omega = mean.omega[0 if VARIANTS[variant].shared else layer]
        total = omega[0] + omega[1] + omega[2]
        powers = omega.exp()
        assert torch.allclose(mean(layer), omega / total)
        assert torch.allclose(softmax(layer), powers / (powers[0] + powers[1] + powers[2]))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("combination", ["mean", "softmax"])
def test_gradients_pass_the_combination(combination: str, variant: str) -> None:
    made = ablated(variant, combination=combination).eval().double()
    made(1).square().sum().backward()
    gradient, step = made.omega.grad, 1e-6
    assert gradient is not None
    with torch.no_grad():
        for place in [(0, 0, 0), (-1, 2, -1)]:
            before = made(1).square().sum()
            made.omega[place] += step
            slope = (made(1).square().sum() - before) / step
            made.omega[place] -= step
            assert slope == pytest.approx(gradient[place].item(), abs=1e-4)


def test_dropout_comes_after_the_combination_and_can_be_chosen() -> None:
    """What is kept of a softmax is the softmax of all, raised; not a softmax of what is kept."""
    made = ablated("scalearn", combination="softmax", dropout=0.5).train()
    whole = made.omega[0].softmax(0)
    torch.manual_seed(0)
    draws = torch.stack([made(0).detach() for _ in range(200)])
    assert (draws != 0).float().mean() == pytest.approx(0.5, abs=0.05)
    assert torch.allclose(draws[draws != 0], (2 * whole).expand_as(draws)[draws != 0])
    still = ablated("scalearn", dropout=0.0).train()
    assert torch.equal(still(1), still.omega[1])


def test_the_start_can_be_chosen() -> None:
    ablation = Ablation(start_total=8.0, start_deviation=0.5)
    made = Scales(VARIANTS["scalearn"], layers=12, sources=4, width=768, ablation=ablation)
    made.start_as_in_paper(seed=0)
    assert made.omega.mean().item() == pytest.approx(2.0, abs=0.02)
    assert made.omega.std().item() == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_regulariser_is_the_formula(variant: str) -> None:
    made = ablated(variant, regularization=0.1)
    omega = made.omega.detach()
    wanted = 0.0
    for layer in omega:
        for source in layer:
            wanted += (1 - source.mean().item()) ** 2
    assert made.regularization().item() == pytest.approx(0.1 / 3 * wanted, rel=1e-6)
    made.regularization().backward()
    assert made.omega.grad is not None
    slopes = -2 * 0.1 / 3 * (1 - omega.mean(-1, keepdim=True)) / omega.shape[-1]
    assert torch.allclose(made.omega.grad, slopes.expand_as(omega))


def test_nothing_is_regularised_by_default() -> None:
    assert scales("scalearn").regularization() == 0


@pytest.mark.parametrize("combination", ["mean", "softmax"])
def test_scales_that_sum_to_one_cannot_start_at_zero(combination: str) -> None:
    with pytest.raises(ConfigError, match=f"Combined by {combination}, the scales cannot start at zero"):
        ablated("scalearn", combination=combination).start_at_zero()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"combination": "sum"}, "cannot be combined by sum. Choose one of free, mean, softmax"),
        ({"dropout": 1.0}, "dropout must be at least zero and below one, but is 1.0"),
        ({"dropout": -0.1}, "dropout must be at least zero and below one, but is -0.1"),
        ({"regularization": -1.0}, "regularization must not be below zero, but is -1.0"),
        ({"start_deviation": -1.0}, "start_deviation must not be below zero"),
    ],
)
def test_a_wrong_ablation_is_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Ablation(**settings)
