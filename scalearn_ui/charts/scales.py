"""Figures of the scales beyond the map: how the scales of single dimensions are distributed."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from scalearn_ui.charts.base import CONFIG, finish, lines, named, signed
from scalearn_ui.charts.heatmap import rooted, shades
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

FEW_LAYERS = 8
"""Up to this number of layers, cells of a phone's width hold a number with all its decimals."""
FONT = "Arial, 'Hiragino Sans', 'Yu Gothic', 'Noto Sans CJK JP', sans-serif"
"""A picture cannot take the page's own font along; with another one its margins would be wrong."""
PICTURES = ("png", "svg")
"""Kinds of pictures that a browser makes of a figure."""


def picture_config(kind: str, filename: str, *, button: str) -> dict[str, object]:
    """`CONFIG` with one visible button that saves the figure as a picture.

    Args:
        kind: one of `PICTURES`.
        filename: without ending.
        button: what the button says, in the reader's language.
    """
    # Plotly looks its own words up in a dictionary; it has none for most languages, but takes one per figure.
    words = {"Download plot as a png": button, "Download plot as a PNG": button, "Download plot": button}
    return {
        **CONFIG,
        "displayModeBar": True,
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": kind, "filename": filename, "scale": 1 if kind == "svg" else 3},
        "locale": "studio",
        "locales": {"studio": {"dictionary": words}},
    }


@drawn_once
def with_picture(figure: go.Figure, palette: Palette) -> go.Figure:
    """Room for the button, and a ground of its own: a saved picture has none of the page's."""
    figure = go.Figure(figure)
    room = max(0, 40 - figure.layout.margin.t)
    figure.update_layout(
        paper_bgcolor=palette.ground,
        plot_bgcolor=palette.ground,
        font={"color": palette.ink, "family": FONT},
        margin={"t": figure.layout.margin.t + room},
        height=figure.layout.height + room,
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": palette.quiet, "activecolor": palette.accent},
    )
    return figure


@drawn_once
def narrow_map(
    values: Sequence[Sequence[float]],
    sources: Sequence[str],
    layers: Sequence[str],
    *,
    decimals: int,
    starts: Sequence[float],
    unit: str,
    x_title: str,
    palette: Palette,
) -> go.Figure:
    """`scale_map` for a phone: names stand above their row, so that the cells have the whole width for numbers.

    Args:
        values: `[layers][sources]`, as results store them.
        starts: of each source the value drawn in the page's own colour.
        unit: stands in a line of its own below `x_title`.
    """
    by_source = [[row[column] for row in values] for column in range(len(sources))]
    moved = [[value - start for value in row] for row, start in zip(by_source, starts, strict=True)]
    reach = rooted(max((abs(distance) for row in moved for distance in row), default=0.0) or 1.0)
    printed = decimals if len(layers) <= FEW_LAYERS else decimals - 1
    rows = [f"{number}" for number in range(len(sources))]  # names may be alike when shortened
    figure = go.Figure(
        go.Heatmap(
            z=[[rooted(distance) for distance in row] for row in moved],
            x=list(layers),
            y=rows,
            text=[[signed(value, printed) for value in row] for row in by_source],
            customdata=[[f"{named(name)}: {signed(value, decimals)} {unit}" for value in row]
                        for name, row in zip(sources, by_source, strict=True)],
            texttemplate="%{text}",
            textfont={"color": palette.ink, "size": 13 if len(layers) <= FEW_LAYERS else 11},
            colorscale=shades(palette),
            zmin=-reach,
            zmax=reach,
            xgap=2,
            ygap=26,
            showscale=False,
            hovertemplate=f"%{{customdata}}<br>{x_title}: %{{x}}<extra></extra>",
        )
    )  # fmt: skip
    for row, name in zip(rows, sources, strict=True):
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=row, yshift=25, text=lines(name, 52).partition("<br>")[0],
            showarrow=False, font={"color": palette.ink, "size": 13},
        )  # fmt: skip
    figure.update_xaxes(side="top", type="category", showgrid=False)
    figure.update_yaxes(type="category", showticklabels=False)
    return finish(
        figure, palette, rows=len(sources), x_title=f"{x_title}<br>{unit}", row_height=56, extra=76
    )  # fmt: skip


@drawn_once
def spreads(
    names: Sequence[str],
    quantiles: Sequence[Sequence[float]],
    *,
    x_title: str,
    decimals: int,
    palette: Palette,
) -> go.Figure:
    """One box per source, first source on top: middle half, median with its number, and whiskers.

    Args:
        quantiles: per source the 5%, 25%, 50%, 75% and 95% points of its scales over the dimensions.
    """
    low, first, middle, third, high = (list(column) for column in zip(*quantiles, strict=True))
    rows = [lines(name) for name in names]
    figure = go.Figure(
        go.Box(
            y=rows,
            lowerfence=low,
            q1=first,
            median=middle,
            q3=third,
            upperfence=high,
            orientation="h",
            fillcolor=palette.fill,
            line={"color": palette.ink, "width": 1.5},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    figure.add_scatter(
        x=high,
        y=rows,
        mode="text",
        text=[f"\u2002{signed(value, decimals)}" for value in middle],
        textposition="middle right",
        textfont={"color": palette.ink, "size": 13},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_vline(x=0, line={"color": palette.quiet, "width": 1, "dash": "dot"})
    reach = max((abs(value) for row in quantiles for value in row), default=0.0) or 1.0
    figure.update_xaxes(range=[min(0.0, *low) - 0.08 * reach, max(0.0, *high) + 0.3 * reach], nticks=6)
    figure.update_yaxes(type="category")
    return finish(figure, palette, rows=len(names), x_title=x_title, row_height=44)
