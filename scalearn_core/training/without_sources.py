"""The same training without sources: the control of every model with a task adapter, and half of the model itself.

A source may promise much and still stand in the task adapter's way. The average of both trainings, number by
number, keeps what helpful sources bring in mean and loses less where they harm (`docs/decisions/method.md`). Both
begin at the same task adapter, so `ω/2` of the sources and the mean of the adapters lie between them.
"""

from __future__ import annotations

import copy

import numpy as np
import torch

from scalearn_core.config import Recipe
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import Targets
from scalearn_core.training.loop import OnStep, seeded
from scalearn_core.training.recipe_auto import (
    OWN_NAME,
    Learner,
    fit_head_on,
    new_own_adapter,
    start_scales,
    take_steps,
)


def average_with_alone(
    model: ScaLearnModel,
    documents: CachedDocuments,
    targets: Targets,
    recipe: Recipe,
    *,
    batch_size: int,
    seed: int,
    on_step: OnStep | None = None,
) -> ScaLearnModel:
    """Train again without sources, make `model` the average of both, and give back the one without.

    Args:
        model: as `learn_from_pairs` left it, with sources and a task adapter; changed in place.
        documents, targets: what it learned from.
    """
    alone = learn_own_adapter_alone(
        model, documents, targets, recipe, batch_size=batch_size, seed=seed, on_step=on_step
    )
    model.take_over(average(model, alone))
    fit_head_on(model, documents, targets, seed)
    return alone


def learn_own_adapter_alone(
    beside: ScaLearnModel,
    documents: CachedDocuments,
    targets: Targets,
    recipe: Recipe,
    *,
    batch_size: int,
    seed: int,
    on_step: OnStep | None = None,
) -> ScaLearnModel:
    """The training of `beside` without any source: the difference is what the sources are worth.

    Args:
        beside: a model with the same encoder, sources, labels and variant as the trained one; stays as it is.
    """
    encoder = beside.encoder
    own = new_own_adapter(encoder, [source for source in beside.sources if source.name != OWN_NAME], seed)
    model = beside.like([own])
    learner = Learner(encoder, None, start_scales(model, np.ones(1), own_adapter=False), own)
    with seeded(seed):
        take_steps(learner, documents, targets, recipe, batch_size, seed, on_step)
    trained = beside.like([own.frozen()])
    trained.own_adapter = True
    trained.scales.load_state_dict(learner.scales.state_dict())
    fit_head_on(trained, documents, targets, seed)
    return trained


def average(model: ScaLearnModel, alone: ScaLearnModel) -> ScaLearnModel:
    """The mean of a model with sources and of the same training without: half the scales of every source.

    Args:
        model, alone: each with a task adapter as the last source, begun from the same numbers.
    """
    own = copy.deepcopy(model.sources[-1])
    with torch.no_grad():
        for mine, other in zip(own.layers.parameters(), alone.sources[-1].layers.parameters(), strict=True):
            mine.copy_((mine + other) / 2)
    mean = model.like([*model.sources[:-1], own])
    mean.own_adapter = True
    with torch.no_grad():
        omega = model.scales.omega / 2
        omega[:, -1] += alone.scales.omega[:, -1] / 2
        mean.scales.omega.copy_(omega)
    return mean
