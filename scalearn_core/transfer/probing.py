"""How strong should a source be? Its strength is fixed, the same in all layers, and only the classifier fitted.

This is the paper's probing analysis (section 3; values from 0 to 1), carried on below 0 and above 1: 0 is exactly
the plain encoder and 1 the source adapter as it was trained. Two sources together give a grid of strengths.
"""

from __future__ import annotations

from dataclasses import dataclass

from scalearn_core.evaluation.intervals import Interval
from scalearn_core.transfer.effort import PAIR_STRENGTHS, STRENGTHS
from scalearn_core.transfer.refit import Change, Judged, Mixes, Part


@dataclass(frozen=True)
class Curve:
    """One source's strength against the score; lists in the order of `STRENGTHS`."""

    source: int
    scores: list[Interval]
    """Macro-F1 on the test documents, 0 to 1."""
    changes: list[Change]
    """Against the plain encoder."""


def curve(mixes: Mixes, source: int, plain: Judged, part: Part) -> Curve:
    """Try every strength of one source on the otherwise plain encoder."""
    found = [_at(mixes, {source: strength}, plain, part) for strength in STRENGTHS]
    changes = [mixes.change(judged, plain, part) for judged in found]
    return Curve(source, [judged.macro_f1 for judged in found], changes)


def pair_grid(
    mixes: Mixes, pair: tuple[int, int], curves: dict[int, Curve], plain: Judged, part: Part
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
                row.append(_at(mixes, {first: strength, second: other}, plain, part).macro_f1.value)
        grid.append(row)
    return grid


def _at(mixes: Mixes, strengths: dict[int, float], plain: Judged, part: Part) -> Judged:
    if not any(strengths.values()):
        return plain
    return mixes.judge(mixes.embed(mixes.even(strengths), part), part)
