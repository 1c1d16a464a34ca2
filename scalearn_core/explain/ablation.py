"""What each source is worth: left out of the mix, used alone, and added one after the other.

- *Left out*: the model as it is, minus the same with the scales of one source at 0. Sources that overlap can
  stand in for one another, so each may look dispensable though together they are not.
- *Alone*: the learned scales of one source, all others 0, minus the plain encoder.
- *Added*: from the plain encoder, one source more at a time; the order was chosen by cross-validation on the
  training documents (the best alone first), so the test documents are only scored.

Every mix has its own classifier (`explain/refit.py`), and every difference its paired 95% interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from scalearn_core.explain.refit import Chosen, Embeddings, Judged, Mixes
from scalearn_core.records.sources import Change


@dataclass(frozen=True, eq=False)
class Tried:
    """A mix with its embeddings and what came of it."""

    embeddings: Embeddings
    """`[documents, width]`, training documents first."""
    judged: Judged


@dataclass(frozen=True, eq=False)
class Step:
    """One source more than the step before."""

    source: int
    judged: Judged
    change: Change
    """Against the plain encoder."""
    step: Change
    """Against the step before."""


def try_mix(mixes: Mixes, omega: torch.Tensor, part: Chosen) -> Tried:
    """Embed and judge one mix."""
    embeddings = mixes.embed(omega, part)
    return Tried(embeddings, mixes.judge(embeddings, part))


def leave_one_out(mixes: Mixes, everything: Tried) -> list[Change]:
    """Of each source how far the whole mix is ahead of the mix without it.

    Args:
        everything: the mix of the trained model.
    """
    part, changes = mixes.whole, []
    for source in range(mixes.count):
        if mixes.idle(source):
            mixes.skip(part)
            without = everything.judged
        else:
            without = try_mix(mixes, mixes.without(source), part).judged
        changes.append(mixes.change(everything.judged, without, part))
    return changes


def each_alone(mixes: Mixes, plain: Tried) -> list[Tried]:
    """Each source with its learned scales, all others 0."""
    tried = []
    for source in range(mixes.count):
        if mixes.idle(source):
            mixes.skip(mixes.whole)
            tried.append(plain)
        else:
            tried.append(try_mix(mixes, mixes.only(source), mixes.whole))
    return tried


def order_by_promise(mixes: Mixes, alone: Sequence[Tried]) -> list[int]:
    """Numbers of the sources given, the one of least cross-validated loss on the training documents first."""
    losses = [mixes.held_out_loss(tried.embeddings, mixes.whole) for tried in alone]
    return sorted(range(len(alone)), key=lambda source: losses[source])


def add_one_by_one(
    mixes: Mixes, order: Sequence[int], *, plain: Tried, alone: Sequence[Tried], everything: Tried
) -> list[Step]:
    """From the plain encoder to the whole mix, one source more at a time in the given order."""
    part, steps, before = mixes.whole, [], plain.judged
    for place, source in enumerate(order):
        if place == 0:
            judged = alone[source].judged
        elif place == mixes.count - 1:
            judged = everything.judged
        elif mixes.idle(source):
            mixes.skip(part)
            judged = before
        else:
            judged = try_mix(mixes, mixes.only(*order[: place + 1]), part).judged
        change = mixes.change(judged, plain.judged, part)
        steps.append(Step(source, judged, change, mixes.change(judged, before, part)))
        before = judged
    return steps


def carriers(mixes: Mixes, sources: Sequence[int]) -> list[tuple[int, float]]:
    """What is lost without each of `sources`, in points of macro-F1, the greatest loss first."""
    everything = try_mix(mixes, mixes.omega, mixes.whole).judged
    lost = []
    for source in sources:
        without = try_mix(mixes, mixes.without(source), mixes.whole).judged
        lost.append((source, mixes.change(everything, without, mixes.whole).gain))
    return sorted(lost, key=lambda item: -item[1])
