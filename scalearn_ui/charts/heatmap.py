"""The map of sources by layers that the product is known for: fit for one screen, a meeting, and a slide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, sqrt

import plotly.graph_objects as go

from scalearn_ui.charts.base import finish, lines, named, signed
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

ROOM = 380
"""Pixels that all rows share, so that they stand in one screen of 900 with what is above them."""
LEAST_ROW, MOST_ROW = 20, 34
TITLE_LETTERS = 92
"""Latin letters of the title in one line; half as many of Japanese."""
GAP = 0.45
"""Rows between the sources and the task adapter, and columns before the totals."""


@dataclass(frozen=True)
class Words:
    """What stands in the picture besides names and numbers, in the reader's language."""

    title: str
    """What it shows, as a sentence."""
    axis: str
    """Of the layers: from the words to the answer, and the unit."""
    layer: str
    unit: str
    total: str
    """Head of the last column."""
    more: str
    """In the legend: the source adds this."""
    less: str
    footer: str
    """Model and date: a saved picture leaves the page."""


def rooted(value: float) -> float:
    """The square root with the sign of the number: one huge cell leaves colour to the others."""
    return copysign(sqrt(abs(value)), value)


def shades(palette: Palette) -> list[list[object]]:
    """From what is subtracted to what is added; blue and ochre say neither good nor bad."""
    return [[0.0, palette.less], [0.5, palette.ground], [1.0, palette.more]]


@drawn_once
def scale_map(
    values: Sequence[Sequence[float]],
    sources: Sequence[str],
    layers: Sequence[str],
    *,
    decimals: int,
    starts: Sequence[float],
    totals: Sequence[float] | None,
    own: bool,
    words: Words,
    palette: Palette,
    present: bool = False,
) -> go.Figure:
    """Numbers by source (rows) and layer (columns), printed in each cell with their sign.

    Args:
        values: `[layers][sources]`, as results store them.
        starts: of each source the value drawn in the page's own colour.
        totals: of each source, for the last column; None where there is one column.
        own: whether the last source is the task adapter, which stands apart.
        present: larger, for a wall.
    """
    by_source = [[row[column] for row in values] for column in range(len(sources))]
    moved = [[value - start for value in row] for row, start in zip(by_source, starts, strict=True)]
    reach = max((abs(distance) for row in moved for distance in row), default=0.0) or 1.0
    places = [row + (GAP if own and row == len(sources) - 1 else 0.0) for row in range(len(sources))]
    size = 18 if present else 13
    figure = go.Figure()
    for row, place in enumerate(places):
        figure.add_heatmap(
            z=[[rooted(distance) for distance in moved[row]]],
            x=list(range(len(layers))),
            y0=place,
            dy=1,
            text=[[signed(value, decimals) for value in by_source[row]]],
            customdata=[[f"{layer}" for layer in layers]],
            texttemplate="%{text}",
            textfont={"color": palette.ink, "size": size},
            colorscale=shades(palette),
            zmin=-rooted(reach),
            zmax=rooted(reach),
            xgap=2,
            ygap=2,
            showscale=row == 0,
            colorbar=_legend(reach, decimals, words, palette) if row == 0 else None,
            hovertemplate=f"{named(sources[row])}<br>{words.layer}: %{{customdata}}<br>%{{text}} {words.unit}"
            "<extra></extra>",
        )
    heads = list(layers)
    columns: list[float] = list(range(len(layers)))
    if totals is not None:
        heads, columns = [*heads, words.total], [*columns, len(layers) + GAP]
        figure.add_scatter(
            x=[columns[-1]] * len(places),
            y=places,
            mode="text",
            text=[f"<b>{total:.{decimals}f}</b>" for total in totals],
            textfont={"color": palette.ink, "size": size},
            hoverinfo="skip",
            showlegend=False,
        )
    row_height = 56 if present else max(LEAST_ROW, min(MOST_ROW, ROOM // len(sources)))
    finish(figure, palette, rows=len(sources), x_title=words.axis, row_height=row_height, extra=170)
    figure.update_xaxes(
        side="top", tickvals=columns, ticktext=heads, showgrid=False, range=[-0.5, columns[-1] + 0.55]
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=[lines(name) for name in sources],
        range=[places[-1] + 0.5, -0.5],
        autorange=False,
    )
    if present:
        figure.update_xaxes(tickfont_size=size, title_font_size=size)
        figure.update_yaxes(tickfont_size=size)
    figure.update_layout(
        title={"text": "<br>".join(_title(words.title)), "x": 0, "xanchor": "left", "y": 0.98, "yanchor": "top",
               "font": {"size": 24 if present else 16, "color": palette.ink}},
        margin={"l": 4, "r": 12, "t": 140 if present else 100, "b": 58},
    )  # fmt: skip
    figure.add_annotation(
        text=named(words.footer), x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="top", yshift=-34,
        showarrow=False, font={"color": palette.quiet, "size": 11},
    )  # fmt: skip
    return figure


def _title(sentence: str) -> list[str]:
    """The sentence in at most two lines."""
    return lines(sentence, TITLE_LETTERS).split("<br>")


def _legend(reach: float, decimals: int, words: Words, palette: Palette) -> dict[str, object]:
    """What the colours mean, below the map on the right."""
    return {
        "orientation": "h", "thickness": 9, "len": 240, "lenmode": "pixels", "x": 0.94, "xanchor": "right",
        "y": 0, "yanchor": "top", "ypad": 10, "outlinewidth": 0,
        "tickvals": [-rooted(reach), 0, rooted(reach)],
        "ticktext": [f"{words.less} {signed(-reach, decimals)}", "0", f"{words.more} {signed(reach, decimals)}"],
        "tickfont": {"color": palette.ink, "size": 11},
    }  # fmt: skip
