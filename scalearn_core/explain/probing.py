"""How strong should a source be? Its strength is fixed, the same in all layers, and only the classifier is fitted.

This is the paper's probing analysis (section 3; values from 0 to 1), carried on below 0 and above 1: 0 is exactly
the plain encoder and 1 the source adapter as it was trained. Two sources together give a grid of strengths.

Which strength is best is asked of the training documents (cross-validated log-loss): the best of many tries on the
test documents would owe some of its lead to chance.
"""

from __future__ import annotations

from dataclasses import dataclass

from scalearn_core.evaluation.intervals import Interval
from scalearn_core.explain.ablation import Tried, try_mix
from scalearn_core.explain.effort import PAIR_STRENGTHS, STRENGTHS
from scalearn_core.explain.refit import Chosen, Mixes
from scalearn_core.records.sources import Change


@dataclass(frozen=True)
class Curve:
    """One source's strength against the score; lists in the order of `STRENGTHS`."""

    source: int
    scores: list[Interval]
    """Macro-F1 on the test documents, 0 to 1."""
    changes: list[Change]
    """Against the plain encoder."""
    chosen: float
    """The strength at which the training documents are told apart best; 0: without the source."""


def curve(mixes: Mixes, source: int, plain: Tried, part: Chosen) -> Curve:
    """Try every strength of one source on the otherwise plain encoder."""
    trials = [_at(mixes, {source: strength}, plain, part) for strength in STRENGTHS]
    changes = [mixes.change(tried.judged, plain.judged, part) for tried in trials]
    losses = [mixes.held_out_loss(tried.embeddings, part) for tried in trials]
    chosen = min(range(len(STRENGTHS)), key=lambda place: (losses[place], abs(STRENGTHS[place])))
    return Curve(source, [tried.judged.macro_f1 for tried in trials], changes, STRENGTHS[chosen])


def pair_grid(
    mixes: Mixes, pair: tuple[int, int], curves: dict[int, Curve], plain: Tried, part: Chosen
) -> list[list[float]]:
    """Macro-F1 (0 to 1) at every pair of strengths of two sources, `[of the first][of the second]`.

    Args:
        curves: of both sources; where the other's strength is 0 the score is known.
    """
    (first, second), grid = pair, []
    for strength in PAIR_STRENGTHS:
        row = []
        for other in PAIR_STRENGTHS:
            if other == 0.0:
                row.append(curves[first].scores[STRENGTHS.index(strength)].value)
            elif strength == 0.0:
                row.append(curves[second].scores[STRENGTHS.index(other)].value)
            else:
                row.append(_at(mixes, {first: strength, second: other}, plain, part).judged.macro_f1.value)
        grid.append(row)
    return grid


def _at(mixes: Mixes, strengths: dict[int, float], plain: Tried, part: Chosen) -> Tried:
    return try_mix(mixes, mixes.even(strengths), part) if any(strengths.values()) else plain
