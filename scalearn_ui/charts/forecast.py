"""What sources promise, or brought: a dot and an interval each, beside a line at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from scalearn_ui.charts.base import finish, lines, signed
from scalearn_ui.palette import Palette


@dataclass(frozen=True)
class Gain:
    """What one source is expected to change, in the unit of the axis."""

    name: str
    value: float
    low: float
    high: float


def gains(rows: Sequence[Gain], *, x_title: str, palette: Palette, chance: float | None = None) -> go.Figure:
    """One row per source, first on top; gains in the accent colour, losses in its opposite, the number beside it.

    An interval that holds zero is drawn hollow: nothing is shown. `chance` is marked by a dashed line.
    """
    figure = go.Figure()
    for row in rows:
        shown = row.low > 0 or row.high < 0
        colour = palette.quiet if not shown else palette.accent if row.value > 0 else palette.opposite
        figure.add_scatter(
            x=[row.value],
            y=[lines(row.name)],
            mode="markers+text",
            text=[signed(row.value, 0 if abs(row.value) >= 10 else 1)],
            textposition="top center",
            cliponaxis=False,
            textfont={"color": palette.ink, "size": 12},
            marker={
                "size": 11,
                "color": colour if shown else palette.ground,
                "line": {"color": colour, "width": 2},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [row.high - row.value],
                "arrayminus": [row.value - row.low],
                "color": colour,
                "thickness": 2,
                "width": 4,
            },
            hovertemplate=f"%{{y}}: {signed(row.value, 1)} ({signed(row.low, 1)} … {signed(row.high, 1)})"
            "<extra></extra>",
            showlegend=False,
        )
    if chance is not None:
        figure.add_vline(x=chance, line={"color": palette.quiet, "width": 1, "dash": "dash"})
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1})
    finished = finish(figure, palette, rows=len(rows), x_title=x_title, row_height=44)
    return finished.update_yaxes(autorange=False, range=[len(rows) - 0.5, -0.8])
