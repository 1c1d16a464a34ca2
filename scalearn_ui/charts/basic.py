"""The figures that most pages need: bars, scores with intervals, curves, confusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from scalearn_ui.charts.base import finish, lines, name_rows, named, percent
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

FEW_EPOCHS = 12
"""Up to this number each epoch has its mark."""


@dataclass(frozen=True)
class Interval:
    """A named score with its 95% interval, on 0 to 100."""

    name: str
    value: float
    low: float
    high: float
    ours: bool = False
    """True for the model the page is about: drawn in the accent colour."""


@drawn_once
def class_counts(counts: Mapping[str, int], *, x_title: str, palette: Palette) -> go.Figure:
    """Documents per class as horizontal bars, largest first, count at the end of each bar."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    figure = go.Figure(
        go.Bar(
            x=[n for _, n in ordered],
            y=[named(label) for label, _ in ordered],
            text=[f"{n:,}" for _, n in ordered],
            orientation="h",
            textposition="outside",
            textfont={"color": palette.ink},
            cliponaxis=False,
            marker_color=palette.accent,
            hovertemplate="%{y}: %{x}<extra></extra>",
        )
    )
    name_rows(figure, [label for label, _ in ordered])
    return finish(figure, palette, rows=len(ordered), x_title=x_title, row_height=34)


@drawn_once
def probabilities(
    shares: Mapping[str, float], given: Sequence[str], *, x_title: str, palette: Palette
) -> go.Figure:
    """Probability of each class in percent, likeliest first; those `given` in the accent colour."""
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    figure = go.Figure(
        go.Bar(
            x=[100 * share for _, share in ordered],
            y=[named(label) for label, _ in ordered],
            text=[percent(share) for _, share in ordered],
            orientation="h",
            textposition="outside",
            textfont={"color": palette.ink},
            cliponaxis=False,
            marker_color=[palette.accent if label in given else palette.quiet for label, _ in ordered],
            hovertemplate="%{y}: %{x:.1f}%<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 112], tickvals=[0, 25, 50, 75, 100])
    name_rows(figure, [label for label, _ in ordered])
    return finish(figure, palette, rows=len(ordered), x_title=x_title, row_height=34)


@drawn_once
def scores(rows: Sequence[Interval], *, x_title: str, palette: Palette) -> go.Figure:
    """One dot per method with its 95% interval as a line, value above the dot; first row on top."""
    figure = go.Figure()
    for row in rows:
        colour = palette.accent if row.ours else palette.quiet
        figure.add_scatter(
            x=[row.value],
            y=[lines(row.name)],
            mode="markers+text",
            text=[f"{row.value:.1f}"],
            textposition="top center",
            cliponaxis=False,
            textfont={"color": palette.ink},
            marker={"size": 13 if row.ours else 10, "color": colour},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [row.high - row.value],
                "arrayminus": [row.value - row.low],
                "color": colour,
                "thickness": 3 if row.ours else 2,
                "width": 5,
            },
            hovertemplate=f"%{{y}}: {row.value:.1f} ({row.low:.1f}–{row.high:.1f})<extra></extra>",
            showlegend=False,
        )
    lowest = min((row.low for row in rows), default=0.0)
    figure.update_xaxes(range=[max(0, lowest - 6), 104])
    finished = finish(figure, palette, rows=len(rows), x_title=x_title, row_height=56)
    return finished.update_yaxes(autorange=False, range=[len(rows) - 0.5, -0.7])


@drawn_once
def curves(
    series: Mapping[str, Sequence[tuple[float, float]]], *, x_title: str, y_title: str, palette: Palette
) -> go.Figure:
    """Lines over epochs, one per name, named at the top; `series[name]` is a list of (x, y)."""
    figure = go.Figure()
    colours = [palette.accent, palette.opposite, palette.quiet]
    dashes = ["solid", "dash", "dot"]
    for position, (name, points) in enumerate(series.items()):
        figure.add_scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            name=name,
            mode="lines+markers",
            line={"color": colours[position % 3], "dash": dashes[position % 3], "width": 2},
            marker={"size": 5},
            hovertemplate=f"{name}: %{{y:.3f}}<extra></extra>",
        )
    figure.update_yaxes(title=y_title, rangemode="tozero", gridcolor=palette.grid)
    if max((x for points in series.values() for x, _ in points), default=0) <= FEW_EPOCHS:
        figure.update_xaxes(dtick=1)  # else Plotly marks halves of epochs
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": palette.ink}},
    )
    return finish(figure, palette, rows=1, x_title=x_title, row_height=210, top_down=False)


@drawn_once
def confusion(
    counts: Sequence[Sequence[int]], labels: Sequence[str], *, x_title: str, y_title: str, palette: Palette
) -> go.Figure:
    """Documents by true class (rows) and predicted class (columns), with the count in each cell.

    Columns carry the numbers of the rows, which fit any width. Shading is the share of the row, so that
    small classes can be read too; empty cells carry no number.
    """
    shares = [[n / max(1, sum(row)) for n in row] for row in counts]
    numbers = [str(position + 1) for position in range(len(labels))]
    names = [lines(f"{number}. {label}") for number, label in zip(numbers, labels, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=numbers,
            y=names,
            text=[[f"{n}" if n else "" for n in row] for row in counts],
            customdata=counts,
            texttemplate="%{text}",
            textfont={"size": 13, "color": palette.ink},
            colorscale=[[0.0, palette.panel], [1.0, palette.fill]],
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
            hovertemplate=f"{y_title}: %{{y}}<br>{x_title}: %{{x}}<br>%{{customdata}}<extra></extra>",
        )
    )
    figure.update_xaxes(side="top", type="category", showgrid=False)
    figure.update_yaxes(title=y_title)
    return finish(figure, palette, rows=len(labels), x_title=x_title, row_height=40)
