"""Figures are pure functions: what they print, name and fit can be read off them."""

from __future__ import annotations

import math
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from scalearn_ui import charts
from scalearn_ui.charts.heatmap import Words
from scalearn_ui.palette import DARK, LIGHT

JAPANESE = "銀行への問い合わせの用件（個人のお客さま）"


def test_bars_are_ordered_and_carry_their_counts() -> None:
    figure = charts.class_counts({"small": 3, "large": 1200}, x_title="Documents", palette=LIGHT)
    bar = figure.data[0]
    assert (list(bar.y), list(bar.text)) == (["large", "small"], ["1,200", "3"])
    assert figure.layout.xaxis.title.text == "Documents"
    assert figure.layout.yaxis.autorange == "reversed", "the first row belongs on top"


def test_probabilities_are_percent_with_the_likeliest_marked() -> None:
    figure = charts.probabilities({"a": 0.2, "b": 0.8}, ("b",), x_title="Probability, %", palette=LIGHT)
    bar = figure.data[0]
    assert list(bar.text) == ["80%", "20%"]
    assert list(bar.marker.color) == [LIGHT.accent, LIGHT.quiet]


def test_score_intervals_may_be_lopsided() -> None:
    rows = [charts.Interval("ours", 80, 70, 95, ours=True), charts.Interval("other", 60, 50, 65)]
    figure = charts.scores(rows, x_title="Score", palette=DARK)
    assert figure.data[0].error_x.array[0] == 15
    assert figure.data[0].error_x.arrayminus[0] == 10
    assert figure.data[0].marker.color == DARK.accent != figure.data[1].marker.color
    assert figure.layout.xaxis.range[0] <= 50 <= 95 <= figure.layout.xaxis.range[1]


def test_curves_name_both_axes() -> None:
    figure = charts.curves({"train": [(1, 2.0), (2, 1.0)]}, x_title="Epoch", y_title="Loss", palette=LIGHT)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Epoch", "Loss")
    assert list(figure.data[0].y) == [2.0, 1.0]
    assert figure.layout.xaxis.dtick == 1, "there is no half epoch"


def test_confusion_prints_counts_and_shades_shares_of_the_row() -> None:
    counts = [[9, 1], [0, 2]]
    figure = charts.confusion(counts, ["a", "b"], x_title="Predicted", y_title="True", palette=LIGHT)
    cells = figure.data[0]
    assert [list(row) for row in cells.text] == [["9", "1"], ["", "2"]]
    assert [list(row) for row in cells.z] == [[0.9, 0.1], [0.0, 1.0]]
    assert list(cells.y) == ["1. a", "2. b"]


def test_a_class_without_documents_does_not_divide_by_zero() -> None:
    figure = charts.confusion([[0, 0], [0, 1]], ["a", "b"], x_title="P", y_title="T", palette=LIGHT)
    assert list(figure.data[0].z[0]) == [0, 0]


@pytest.mark.parametrize("starts", [(0.0, 0.0), (0.5, 0.5), (0.0, 1.0)])
def test_scale_map_prints_values_and_colours_how_far_they_moved(starts: tuple[float, float]) -> None:
    figure = scale_map([[0.5, -1.25], [0.0, 2.0]], starts=starts)
    rows = [trace for trace in figure.data if trace.type == "heatmap"]
    assert [list(row.text[0]) for row in rows] == [["+0.5", "0.0"], ["−1.2", "+2.0"]], "rows are sources"
    moved = [[0.5 - starts[0], 0.0 - starts[0]], [-1.25 - starts[1], 2.0 - starts[1]]]
    for row, distances in zip(rows, moved, strict=True):
        assert list(row.z[0]) == [pytest.approx(math.copysign(abs(d) ** 0.5, d)) for d in distances]
        assert -row.zmin == row.zmax == pytest.approx(max(abs(d) for all_ in moved for d in all_) ** 0.5)
    assert [trace.showscale for trace in rows] == [True, False], "one legend for all"
    assert figure.layout.xaxis.title.text == "Layer (percent)"
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "Total"]
    assert [list(trace.text) for trace in figure.data if trace.type == "scatter"] == [["<b>0.2</b>", "<b>1.6</b>"]]
    assert figure.layout.title.text == "The first is used most"
    assert "of today" in next(note.text for note in figure.layout.annotations)


@pytest.mark.parametrize("n_sources", [2, 10, 23])
def test_a_scale_map_fits_a_screen_and_sets_the_task_adapter_apart(n_sources: int) -> None:
    values = [[1.0] * n_sources] * 6
    names = [f"source {number}" for number in range(n_sources)]
    words = Words("Title", "Axis", "Layer", "percent", "Total", "more", "less", "footer")
    figure = charts.scale_map(
        values, names, list("123456"), decimals=1, starts=[0.0] * n_sources, totals=[1.0] * n_sources, own=True,
        words=words, palette=LIGHT,
    )  # fmt: skip
    assert figure.layout.height <= 640
    places = list(figure.layout.yaxis.tickvals)
    assert places[-1] - places[-2] > 1 and {b - a for a, b in pairwise(places[:-1])} <= {1.0}


def test_a_map_of_zeros_has_a_middle_too() -> None:
    cells = scale_map([[0.0, 0.0]], starts=(0.0, 0.0)).data[0]
    assert cells.zmin < 0 < cells.zmax


@pytest.mark.parametrize("name", ["Does one sentence follow from another?", JAPANESE, "1. Access and passwords"])
def test_long_names_break_into_lines_and_lose_nothing(name: str) -> None:
    broken = charts.lines(name).split("<br>")
    limit = 12 if name == JAPANESE else 24
    assert max(len(line) for line in broken) <= limit
    assert "".join(broken).replace(" ", "") == name.replace(" ", "")


@pytest.mark.parametrize("name", ["word " * 100, "x" * 500, "長" * 500])
def test_names_of_any_length_fit_their_row(name: str) -> None:
    broken = charts.lines(name).split("<br>")
    assert len(broken) == 2
    assert broken[1].endswith("…")


def test_names_are_not_read_as_html() -> None:
    assert charts.lines('<a href="x">b</a>') == '&lt;a href="x"&gt;b&lt;/a&gt;'


def test_labels_that_begin_alike_keep_rows_of_their_own() -> None:
    labels = ["x" * 60 + ending for ending in "ab"]
    figure = charts.class_counts(dict.fromkeys(labels, 1), x_title="Documents", palette=LIGHT)
    assert list(figure.data[0].y) == list(figure.layout.yaxis.tickvals) == labels
    assert list(figure.layout.yaxis.ticktext) == [charts.lines(label) for label in labels]


def test_a_japanese_name_breaks_before_its_bracket() -> None:
    assert charts.lines("含意の判定（さまざまな分野）") == "含意の判定<br>（さまざまな分野）"


@pytest.mark.parametrize("share, printed", [(1.0, "> 99%"), (0.994, "99%"), (0.5, "50%"), (0.0, "0%")])
def test_a_probability_never_claims_certainty(share: float, printed: str) -> None:
    assert charts.percent(share) == printed


@pytest.mark.parametrize("value, printed", [(1.26, "+1.3"), (-1.26, "−1.3"), (-0.04, "0.0"), (0.0, "0.0")])
def test_signs(value: float, printed: str) -> None:
    assert charts.signed(value, 1) == printed


def scale_map(values: list[list[float]], *, starts: tuple[float, float]) -> go.Figure:
    layers = [str(layer + 1) for layer in range(len(values))]
    sizes = [sum(abs(row[source]) for row in values) / len(values) for source in (0, 1)]
    words = Words(
        "The first is used most", "Layer (percent)", "Layer", "percent", "Total", "more", "less", "of today"
    )
    return charts.scale_map(
        values, ["first", "second"], layers, decimals=1, starts=starts, totals=sizes, own=False, words=words,
        palette=LIGHT,
    )  # fmt: skip
