"""A map of contributions whose cells are hatched where they do not repeat."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from scalearn_ui.charts.base import finish, lines, signed
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

INSET = 0.46
"""Half the side of a cell that the hatching keeps within."""
STRIPES = (-0.6, -0.2, 0.2, 0.6)
"""Where the lines of a hatched cell cross its middle."""


@drawn_once
def stability_map(
    values: Sequence[Sequence[float]],
    deviations: Sequence[Sequence[float]],
    repeats: Sequence[Sequence[bool]],
    sources: Sequence[str],
    layers: Sequence[str],
    *,
    words: tuple[str, str],
    x_title: str,
    title: str,
    palette: Palette,
) -> go.Figure:
    """Mean contribution by source (rows) and layer (columns); where it does not repeat, hatched.

    Args:
        values: mean over the trainings, in percent, `[sources][layers]`; `deviations` and `repeats` likewise.
        words: for a cell that repeats, and for one that does not.
        title: of the whole axis: its name and the unit.
    """
    reach = max((abs(value) for row in values for value in row), default=0.0) or 1.0
    rows, columns = range(len(sources)), range(len(layers))
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(columns),
            y=list(rows),
            text=[[signed(value, 1) for value in row] for row in values],
            texttemplate="%{text}",
            textfont={"color": palette.ink},
            customdata=[
                [
                    f"{words[0] if repeats[row][column] else words[1]}, ± {deviations[row][column]:.1f}"
                    for column in columns
                ]
                for row in rows
            ],
            hovertemplate=f"{x_title} %{{x}}: %{{text}}, %{{customdata}}<extra></extra>",
            colorscale=[[0.0, palette.fill_opposite], [0.5, palette.ground], [1.0, palette.fill]],
            zmin=-reach,
            zmax=reach,
            xgap=2,
            ygap=2,
            showscale=False,
        )
    )
    xs: list[float | None] = []
    ys: list[float | None] = []
    for row in rows:
        for column in columns:
            if not repeats[row][column]:
                for offset in STRIPES:
                    start, end = max(-INSET, -INSET + offset), min(INSET, INSET + offset)
                    xs += [column + start, column + end, None]
                    ys += [row + start - offset, row + end - offset, None]
    figure.add_scatter(
        x=xs, y=ys, mode="lines", line={"color": palette.quiet, "width": 1}, opacity=0.55, hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    finish(figure, palette, rows=len(sources), x_title=title, row_height=34)
    figure.update_xaxes(
        side="top", showgrid=False, tickmode="array", tickvals=list(columns), ticktext=list(layers)
    )
    figure.update_yaxes(
        tickmode="array", tickvals=list(rows), ticktext=[lines(name) for name in sources], showgrid=False,
        autorange=False, range=[len(sources) - 0.5, -0.5],
    )  # fmt: skip
    return figure.update_xaxes(range=[-0.5, len(layers) - 0.5])
