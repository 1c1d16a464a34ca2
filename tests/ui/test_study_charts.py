"""Figures of the studies: heights are logarithms, the stop is marked, curves are dashed beyond the documents."""

from __future__ import annotations

import itertools

import pytest

from scalearn_core.records.studies import CarriedOn
from scalearn_ui.charts.ladder import Learned, Step, ladder, learning_curves
from scalearn_ui.charts.stability import stability_map
from scalearn_ui.palette import DARK, LIGHT


def steps(*learned: int) -> list[Step]:
    return [
        Step(f"{n} · step", count, f"{count:,} numbers", 70 + n, 60, 80 + n) for n, count in enumerate(learned)
    ]


def test_the_ladder_stands_on_a_logarithm() -> None:
    figure = ladder(
        steps(0, 10, 100, 1_000_000), stop=1, stop_word="stop", x_title="Score", y_title="Numbers", palette=LIGHT
    )
    dots = figure.data[1:]
    heights = [dot.y[0] for dot in dots]
    assert heights[1:] == [1.0, 2.0, 6.0]
    assert heights[0] < 1.0, "nothing learned stands below"
    assert [dot.marker.symbol for dot in dots] == ["circle", "diamond", "circle", "circle"]
    assert dots[1].marker.color == LIGHT.accent != dots[0].marker.color
    assert "stop" in dots[1].text[0] and "stop" not in dots[0].text[0]
    assert (dots[2].error_x.array[0], dots[2].error_x.arrayminus[0]) == (10, 12)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Score", "Numbers")
    assert [name.split("<br>")[1] for name in figure.layout.yaxis.ticktext][-1] == "<b>1,000,000 numbers</b>"


def test_names_of_rungs_never_overlap() -> None:
    figure = ladder(steps(0, 9, 10, 11, 12, 13), stop=0, stop_word="stop", x_title="x", y_title="y", palette=DARK)
    places = list(figure.layout.yaxis.tickvals)
    bottom, top = figure.layout.yaxis.range
    pixels = (figure.layout.height - 60) / (top - bottom)
    assert min(later - earlier for earlier, later in itertools.pairwise(places)) * pixels >= 30
    assert bottom < places[0] and places[-1] < top


@pytest.mark.parametrize("fitted", [True, False])
def test_beyond_the_documents_the_curve_is_dashed_and_has_a_band(fitted: bool) -> None:
    curve = CarriedOn(
        documents=(10, 20, 40, 80, 120), macro_f1=(50, 60, 70, 75, 77), low=(45, 55, 66, 70, 71),
        high=(55, 65, 74, 79, 82),
    )  # fmt: skip
    methods = [
        Learned(name, [(40, 70), (20, 61), (10, 50)], curve if fitted else None) for name in ("ours", "plain")
    ]
    figure = learning_curves(methods, at_hand=40, now="now", x_title="Labels", y_title="Score", palette=LIGHT)
    dashed = [trace for trace in figure.data if trace.line.dash == "dash"]
    solid = [trace for trace in figure.data if trace.mode == "lines" and trace.line.dash == "solid"]
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(dashed) == len(solid) == len(bands) == 2 * fitted
    for trace in dashed:
        assert list(trace.x) == [40, 80, 120]
    for trace in solid:
        assert list(trace.x) == [10, 20, 40]
    shown = [trace for trace in figure.data if trace.mode == "markers"]
    assert shown[0].marker.symbol != shown[1].marker.symbol, "colour is never alone"
    assert list(figure.layout.xaxis.tickvals) == [10, 20, 40, *([80, 120] if fitted else [])]


def test_hatching_lies_within_its_cell() -> None:
    figure = stability_map(
        [[1.0, -2.0], [0.5, 0.0]],
        [[0.1, 3.0], [0.1, 0.0]],
        [[True, False], [True, True]],
        ["first", "second"],
        ["1", "2"],
        words=("repeats", "varies"),
        x_title="Layer",
        title="Layer (%)",
        palette=LIGHT,
    )
    cells, hatching = figure.data
    assert [list(row) for row in cells.text] == [["+1.0", "−2.0"], ["+0.5", "0.0"]]
    assert "varies" in cells.customdata[0][1] and "repeats" in cells.customdata[0][0]
    xs, ys = ([value for value in axis if value is not None] for axis in (hatching.x, hatching.y))
    assert xs and all(0.5 < x < 1.5 for x in xs) and all(-0.5 < y < 0.5 for y in ys), "column 2, row 1"
    assert -cells.zmin == cells.zmax == 2.0
