"""Figures of which sources help: what they print, name and fit can be read off them."""

from __future__ import annotations

import pytest

from scalearn_ui.charts import sources as drawn
from scalearn_ui.charts import track_record
from scalearn_ui.palette import DARK, LIGHT


def test_gains_are_coloured_only_where_they_are_shown() -> None:
    rows = [
        drawn.Gain("good <b>", 4.0, 1.0, 7.0, "better", "expected: +3%"),
        drawn.Gain("open", 1.0, -1.0, 3.0),
        drawn.Gain("bad", -3.0, -5.0, -1.0, "worse"),
    ]
    figure = drawn.gains(rows, x_title="Points", palette=LIGHT)
    assert [trace.marker.color for trace in figure.data] == [LIGHT.accent, LIGHT.ground, LIGHT.opposite]
    assert [trace.text[0] for trace in figure.data] == ["+4.0", "+1.0", "−3.0"]
    assert figure.data[0].error_x.array[0] == 3 and figure.data[2].error_x.arrayminus[0] == 2
    assert figure.layout.xaxis.range[0] < -5 and figure.layout.xaxis.range[1] > 7
    assert figure.layout.shapes[0].x0 == 0, "a line at zero"
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the first row stands on top"
    assert (
        "good &lt;b&gt;" in figure.layout.yaxis.ticktext[0] and "expected: +3%" in figure.layout.yaxis.ticktext[0]
    )


def test_without_any_change_there_is_still_an_axis() -> None:
    figure = drawn.gains([drawn.Gain("idle", 0, 0, 0)], x_title="Points", palette=DARK)
    low, high = figure.layout.xaxis.range
    assert low < 0 < high


def test_a_curve_has_its_band_its_start_and_its_mark() -> None:
    curve = drawn.Curve([-1, 0, 1], [50, 60, 70], [45, 55, 65], [55, 65, 75])
    figure = drawn.strength(
        curve, plain=60, marked=0.2, plain_name="without", marked_name="learned",
        x_title="Strength", y_title="Score", palette=LIGHT,
    )  # fmt: skip
    band, line = figure.data
    assert list(band.y) == [55, 65, 75, 65, 55, 45] and band.mode == "lines"
    assert list(line.y) == [50, 60, 70]
    assert [annotation.text.strip() for annotation in figure.layout.annotations] == ["without", "learned"]
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Strength", "Score")
    unmarked = drawn.strength(
        curve, plain=60, marked=None, plain_name="without", marked_name="learned", x_title="x", y_title="y",
        palette=DARK,
    )  # fmt: skip
    assert len(unmarked.layout.annotations) == 1


@pytest.mark.parametrize("count", [3, 10])
def test_overlap_leaves_the_diagonal_and_the_unknown_empty(count: int) -> None:
    similar = [[1.0 if row == column else 0.5 for column in range(count)] for row in range(count)]
    similar[0][1] = None
    names = [f"source {number}" for number in range(count)]
    figure = drawn.overlap(similar, names, x_title="Source", palette=LIGHT)
    cells = figure.data[0]
    assert cells.text[0][0] == cells.text[0][1] == "" and cells.text[1][0] == "50"
    assert list(cells.x) == [str(number + 1) for number in range(count)]
    assert cells.y[1].startswith("2. ")


def test_the_pair_frames_neither() -> None:
    figure = drawn.pair(
        [[50, 60], [70, 80]], [-1.0, 0.0], x_title="of b", y_title="of a", palette=LIGHT
    )  # fmt: skip
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.5, 1.5, 0.5, 1.5)
    assert figure.data[0].text[1][0] == "70" and list(figure.data[0].x) == ["−1.0", "0.0"]


def test_points_are_told_apart_by_shape_too() -> None:
    points = [
        track_record.Point("a", 1, 2, "better"),
        track_record.Point("b", -1, -2, "worse"),
        track_record.Point("c", 0, 0, "no_difference"),
    ]
    names = {"better": "helped", "no_difference": "open", "worse": "harmed"}
    figure = track_record.expected_and_came(points, x_title="Expected", y_title="Came", names=names, palette=LIGHT)
    assert [trace.name for trace in figure.data] == ["helped", "open", "harmed"]
    assert len({trace.marker.symbol for trace in figure.data}) == 3
    assert list(figure.data[0].y) == [2]


def test_only_what_is_shown_has_colour_in_the_portfolio() -> None:
    cells = [[(4.0, True), (3.0, False)], [None, (-2.0, True)]]
    figure = track_record.portfolio(cells, ["a", "b"], ["1", "2"], x_title="Project", palette=LIGHT)
    shown = figure.data[0]
    assert [list(row) for row in shown.z] == [[4.0, 0.0], [None, -2.0]]
    assert [list(row) for row in shown.text] == [["<b>+4.0</b>", "+3.0"], ["", "<b>−2.0</b>"]]
    assert (shown.zmin, shown.zmax) == (-4.0, 4.0)
