"""Strength: 0 is the plain encoder, 1 the adapter as it is, and the pair's grid meets the curves."""

from __future__ import annotations

from scalearn_core.data.dataset import TextDataset
from scalearn_core.explain import ablation, effort, probing
from tests.core.explain.conftest import Build, mixes_of


def test_curves_pass_through_the_plain_encoder(build: Build, divided: TextDataset) -> None:
    mixes = mixes_of(build(1.0, 1.0, 1.0), divided)
    part = mixes.sample(40, 30)
    plain = ablation.try_mix(mixes, mixes.only(), part)
    curves = {source: probing.curve(mixes, source, plain, part) for source in range(3)}
    zero, one = effort.STRENGTHS.index(0.0), effort.STRENGTHS.index(1.0)
    assert all(found.scores[zero] == plain.judged.macro_f1 for found in curves.values())
    assert all(found.changes[zero].interval == (0, 0) for found in curves.values())
    assert curves[0].scores[one].value > plain.judged.macro_f1.value, "the helpful one, as it was trained"
    as_learned = mixes.judge(mixes.embed(mixes.only(0), part), part)
    assert as_learned.macro_f1 == curves[0].scores[one], "its scales are 1 in all layers"
    assert curves[0].chosen > 0, "the training documents prefer some of it"
    assert curves[2].chosen == 0, "of equals the least"
    assert {score.value for score in curves[2].scores} == {plain.judged.macro_f1.value}, "the silent one"

    grid = probing.pair_grid(mixes, (0, 2), curves, plain, part)
    for row, strength in zip(grid, effort.PAIR_STRENGTHS, strict=True):
        assert set(row) == {curves[0].scores[effort.STRENGTHS.index(strength)].value}
    for at, number in ((0, 0), (-1, -1)):
        mixed = mixes.even({0: effort.PAIR_STRENGTHS[at], 1: effort.PAIR_STRENGTHS[number]})
        wanted = ablation.try_mix(mixes, mixed, part).judged.macro_f1.value
        assert probing.pair_grid(mixes, (0, 1), curves, plain, part)[at][number] == wanted


def test_the_passes_are_those_that_are_made(build: Build, divided: TextDataset) -> None:
    mixes = mixes_of(build(1.0, 1.0, 1.0), divided)
    part = mixes.sample(20, 20)
    plain = ablation.try_mix(mixes, mixes.only(), part)
    mixes.meter.done = 0
    curves = {source: probing.curve(mixes, source, plain, part) for source in range(3)}
    probing.pair_grid(mixes, (0, 1), curves, plain, part)
    assert mixes.meter.done == effort.probing_passes(3) * mixes.tokens[part.rows].sum()
