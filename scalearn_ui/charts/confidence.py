"""Figures of the views Confidence and Mistakes: curves of referral and cost, and a matrix to pick cells from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from scalearn_ui.charts.base import finish
from scalearn_ui.charts.basic import confusion
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

_HEIGHT = 250


@dataclass(frozen=True)
class Band:
    """A value with the ends of its interval at one place of a curve, in the units of the axes."""

    x: float
    value: float
    low: float
    high: float


@drawn_once
def curve_with_band(
    points: Sequence[Band],
    *,
    chosen: Band | None,
    chosen_text: str,
    x_title: str,
    y_title: str,
    percent: bool,
    palette: Palette,
) -> go.Figure:
    """A curve over the share handed to a person, its interval shaded, and the place chosen marked and named.

    Args:
        points: from left to right.
        chosen: what is marked; None for nothing.
        chosen_text: stands beside the mark.
        percent: the vertical axis goes up to 100.
    """
    figure = go.Figure()
    xs = [point.x for point in points]
    figure.add_scatter(
        x=[*xs, *reversed(xs)],
        y=[*(point.high for point in points), *(point.low for point in reversed(points))],
        fill="toself",
        fillcolor=palette.fill,
        opacity=0.35,
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=xs,
        y=[point.value for point in points],
        mode="lines",
        line={"color": palette.accent, "width": 2.5},
        customdata=[(point.low, point.high) for point in points],
        hovertemplate=(
            f"{x_title}: %{{x:.0f}}<br>{y_title}: %{{y:,.0f}} (%{{customdata[0]:,.0f}}–%{{customdata[1]:,.0f}})"
            "<extra></extra>"
        ),
        showlegend=False,
    )
    if chosen is not None:
        far_right = chosen.x > (xs[0] + xs[-1]) / 2
        figure.add_scatter(
            x=[chosen.x],
            y=[chosen.value],
            mode="markers+text",
            text=[chosen_text],
            textposition="bottom left" if far_right else "bottom right",
            textfont={"color": palette.ink, "size": 14},
            marker={"size": 13, "color": palette.accent, "line": {"color": palette.ground, "width": 2}},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_xaxes(range=[-1, max(xs) + 1], ticksuffix="%")
    figure.update_yaxes(title=y_title, gridcolor=palette.grid)
    if percent:
        lowest = min(point.low for point in points)
        figure.update_yaxes(range=[max(0.0, lowest - 4), 101], ticksuffix="%")
    else:
        figure.update_yaxes(rangemode="tozero", tickformat=",.0f")
    return finish(figure, palette, rows=1, x_title=x_title, row_height=_HEIGHT, top_down=False)


@drawn_once
def reliability(
    bins: Sequence[Band], documents: Sequence[int], *, ideal: str, x_title: str, y_title: str, palette: Palette
) -> go.Figure:
    """Share right (with interval) against stated confidence, both in percent, and the line on which both agree."""
    figure = go.Figure()
    lowest = min(min(point.x, point.low) for point in bins)
    start = max(0.0, 10 * (lowest // 10))
    figure.add_scatter(
        x=[start, 100],
        y=[start, 100],
        mode="lines",
        line={"color": palette.quiet, "dash": "dot", "width": 2},
        name=ideal,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[point.x for point in bins],
        y=[point.value for point in bins],
        mode="markers",
        marker={"size": 11, "color": palette.accent},
        cliponaxis=False,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [point.high - point.value for point in bins],
            "arrayminus": [point.value - point.low for point in bins],
            "color": palette.accent,
            "thickness": 2,
            "width": 4,
        },
        customdata=[(point.low, point.high, n) for point, n in zip(bins, documents, strict=True)],
        hovertemplate=(
            f"{x_title}: %{{x:.0f}}<br>{y_title}: %{{y:.0f}} (%{{customdata[0]:.0f}}–%{{customdata[1]:.0f}})"
            "<br>n = %{customdata[2]}<extra></extra>"
        ),
        showlegend=False,
    )
    figure.update_xaxes(range=[start, 103], ticksuffix="%")
    figure.update_yaxes(title=y_title, range=[start, 103], ticksuffix="%", gridcolor=palette.grid)
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": palette.ink}},
        showlegend=True,
    )
    return finish(figure, palette, rows=1, x_title=x_title, row_height=_HEIGHT, top_down=False)


@drawn_once
def ranking(
    x: Sequence[float],
    y: Sequence[float],
    *,
    chance: tuple[float, float],
    steps: bool,
    x_title: str,
    y_title: str,
    palette: Palette,
) -> go.Figure:
    """A ROC or precision-recall curve in percent, and what guessing gives as a dotted line.

    Args:
        chance: heights of that line at the left and at the right, from 0 to 1.
        steps: hold each height up to the next point, as precision-recall curves are read.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[100 * height for height in chance],
        mode="lines",
        line={"color": palette.quiet, "dash": "dot", "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=[100 * value for value in x],
        y=[100 * value for value in y],
        mode="lines",
        line={"color": palette.accent, "width": 2.5, "shape": "vh" if steps else "linear"},
        hovertemplate=f"{x_title}: %{{x:.0f}}<br>{y_title}: %{{y:.0f}}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(range=[-2, 102], ticksuffix="%")
    figure.update_yaxes(title=y_title, range=[-2, 103], ticksuffix="%", gridcolor=palette.grid)
    return finish(figure, palette, rows=1, x_title=x_title, row_height=200, top_down=False)


@drawn_once
def pickable_confusion(
    counts: Sequence[Sequence[int]],
    labels: Sequence[str],
    *,
    shares: bool,
    picked: tuple[int, int] | None,
    x_title: str,
    y_title: str,
    palette: Palette,
) -> go.Figure:
    """The confusion matrix with a mark over each cell that can be clicked: heatmaps themselves cannot be.

    Args:
        shares: print percentages of the row instead of documents.
        picked: row and column of the cell to frame.
    """
    figure = confusion(counts, labels, x_title=x_title, y_title=y_title, palette=palette)
    cells = figure.data[0]
    if shares:
        cells.text = [[f"{100 * n / max(1, sum(row)):.0f}%" if n else "" for n in row] for row in counts]
    cells.hoverinfo, cells.hovertemplate = "skip", None
    rows, columns = list(cells.y), list(cells.x)
    places = [(row, column) for row in range(len(rows)) for column in range(len(columns))]
    figure.add_scatter(
        x=[columns[column] for _, column in places],
        y=[rows[row] for row, _ in places],
        customdata=[(row, column, counts[row][column]) for row, column in places],
        mode="markers",
        marker={"symbol": "square", "size": 30, "color": palette.accent, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate=f"{y_title}: %{{y}}<br>{x_title}: %{{x}}<br>%{{customdata[2]}}<extra></extra>",
        showlegend=False,
    )
    if picked is not None:
        row, column = picked
        figure.add_shape(
            type="rect",
            x0=column - 0.5,
            x1=column + 0.5,
            y0=row - 0.5,
            y1=row + 0.5,
            line={"color": palette.opposite, "width": 3},
        )
    return figure
