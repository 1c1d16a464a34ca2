"""Documents without label join the training: what the labels taught is tried on them, and learned from.

1. Two heads, on the plain encoder and on the trained model, say together which class each document without
   label has (`heads/unlabelled.py`).
2. Of each class the half of which they are surest joins the labelled documents, and scales and task adapter learn
   `UNLABELLED_STEPS` more steps from pairs of all of them.
3. The head is fitted beside the documents without label as well.

Where the labels teach hardly more than chance, so would that: then nothing of it is done (`may_join`).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scalearn_core.config import UNLABELLED_STEPS, Recipe
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.heads.logistic import FrozenHead, unit
from scalearn_core.heads.unlabelled import fit_beside_unlabelled
from scalearn_core.records.training import Joining
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.scaling.sources import StackedSources
from scalearn_core.targets import Targets
from scalearn_core.training.forecast import Forecast
from scalearn_core.training.loop import OnStep, seeded
from scalearn_core.training.recipe_auto import HEAD_C, Learner, put_head, take_steps

BELIEVED = 0.5
"""Share of the documents of each class, the surest first, that are learned from as if labelled."""
SURENESS = 0.5
"""What the labels must teach for documents without label to join: this share of what there is to know, divided by
the root of the number of documents it was measured on. Chosen on 15 public tables (`docs/quality.md`)."""


@dataclass(frozen=True, eq=False)
class Pile:
    """The documents of a training and those without label, as one encoder reads them."""

    labelled: Tokens
    targets: Targets
    unlabelled: Tokens
    frozen: NDArray[np.float32]
    """Unit-length embeddings of the plain encoder, the labelled ones first, `[documents, width]`."""

    @classmethod
    def read(cls, model: ScaLearnModel, labelled: Tokens, targets: Targets, unlabelled: Tokens) -> Pile:
        return cls(labelled, targets, unlabelled, unit(embed(model.encoder, labelled.followed_by(unlabelled))))


def may_join(multi_label: bool, recipe: Recipe, asked: Forecast, targets: Targets) -> Joining:
    """Whether documents without label join a training by recipe "auto", or why not.

    What the labels teach is how far the forecast's cross-validated log-loss lies below that of a guess.
    """
    if multi_label:
        return "several_labels"
    if not recipe.own_adapter:
        return "no_task_adapter"
    if asked.loss is None:
        return "chance"
    taught = 1 - asked.loss / np.log(len(np.unique(targets)))
    return "joined" if taught > SURENESS / np.sqrt(asked.documents) else "chance"


def learn_beside(
    begin: ScaLearnModel, pile: Pile, recipe: Recipe, *, batch_size: int, seed: int, on_step: OnStep | None = None
) -> ScaLearnModel:
    """All of it, from where `begin` stands; it stays as it is."""
    encoder, n_labelled = begin.encoder, len(pile.labelled)
    every, classes = pile.labelled.followed_by(pile.unlabelled), len(begin.labels)
    views = (pile.frozen, unit(embed(encoder, every, begin.adapt)))
    rows, believed = _believed(
        [head_of(pile, view, classes).predict_log_proba(view[n_labelled:]) for view in views]
    )
    tokens = pile.labelled.followed_by(pile.unlabelled.take(rows))
    learner = _from(begin)
    with seeded(seed):
        take_steps(
            learner, CachedDocuments(encoder, tokens), np.concatenate([pile.targets, believed]),
            replace(recipe, steps=UNLABELLED_STEPS), batch_size, seed, on_step,
        )  # fmt: skip
    assert learner.own is not None
    trained = begin.like([*begin.sources[:-1], learner.own.frozen()])
    trained.own_adapter = True
    trained.scales.load_state_dict(learner.scales.state_dict())
    put_head(trained, head_of(pile, unit(embed(encoder, every, trained.adapt)), classes))
    return trained


JOINED = 1
"""The first part of `join` is the training of the model, the second the same without sources."""


@dataclass(frozen=True, eq=False)
class Joined:
    """What documents without label have done to a training, and what shows it."""

    used: int
    """Documents without label that were read."""
    without: ScaLearnModel
    """The same training without them."""
    alone: ScaLearnModel
    """The same training with them and without sources."""


def join(
    model: ScaLearnModel,
    alone: ScaLearnModel,
    labelled: Tokens,
    targets: Targets,
    unlabelled: Tokens,
    recipe: Recipe,
    *,
    batch_size: int,
    seed: int,
    on_step: OnStep | None = None,
) -> Joined:
    """Let documents without label join a model that was trained by recipe "auto" with a task adapter.

    Args:
        model: changed in place.
        alone: the same training without sources; stays as it is.
        labelled: the documents both learned from.
        unlabelled: at least one.
    """
    without = model.like(model.sources)
    without.take_over(model)
    pile = Pile.read(model, labelled, targets, unlabelled)
    learned, control = (
        learn_beside(begin, pile, recipe, batch_size=batch_size, seed=seed, on_step=_part(on_step, *part))
        for begin, part in ((model, (JOINED, 0.0, 0.6)), (alone, (2, 0.6, 1.0)))
    )
    model.take_over(learned)
    return Joined(len(unlabelled), without, control)


def _part(on_step: OnStep | None, part: int, begin: float, end: float) -> OnStep | None:
    """Tells of a part of the work as of the whole, and which it is, counted from 1."""
    if on_step is None:
        return None

    def told(step: int, metrics: dict[str, float]) -> None:
        on_step(step, metrics | {"fraction": begin + (end - begin) * metrics["fraction"], "part": part})

    return told


def head_of(pile: Pile, embeddings: NDArray[np.float32], classes: int) -> FrozenHead:
    """The head on these embeddings of all documents, the labelled ones first."""
    n = len(pile.labelled)
    return fit_beside_unlabelled(embeddings[:n], pile.targets, embeddings[n:], classes, c=HEAD_C)


def _believed(views: Sequence[NDArray[np.float64]]) -> tuple[list[int], NDArray[np.int64]]:
    """Which documents without label are believed to have which class, by the mean of log-probabilities."""
    means = np.mean(views, axis=0)
    classes, sureness = means.argmax(1), means.max(1)
    chosen: list[int] = []
    for number in np.unique(classes):
        of_class = np.flatnonzero(classes == number)
        surest = of_class[np.argsort(-sureness[of_class], kind="stable")]
        chosen += surest[: max(1, int(BELIEVED * len(surest)))].tolist()
    rows = sorted(chosen)
    return rows, np.asarray(classes[rows], dtype=np.int64)


def _from(begin: ScaLearnModel) -> Learner:
    """What learns on from a model; copies, so that the model stays."""
    own = copy.deepcopy(begin.sources[-1])
    for parameter in own.layers.parameters():
        parameter.requires_grad_(True)
    library = begin.sources[:-1]
    stack = StackedSources(library).to(begin.encoder.device) if library else None
    return Learner(begin.encoder, stack, copy.deepcopy(begin.scales), own)
