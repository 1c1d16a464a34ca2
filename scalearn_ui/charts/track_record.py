"""Figures of the track record: forecast against outcome, and which sources keep paying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from scalearn_ui.charts.base import finish, lines, named, signed
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette


@dataclass(frozen=True)
class Point:
    """One source of one run: what was expected of it and what came."""

    name: str
    expected: float
    came: float
    verdict: str


@drawn_once
def expected_and_came(
    points: Sequence[Point], *, x_title: str, y_title: str, names: Mapping[str, str], palette: Palette
) -> go.Figure:
    """A dot per source and run; zero lines part what was expected to help, and what did.

    Args:
        names: legend of each verdict, in the order drawn.
    """
    figure = go.Figure()
    looks = {
        "better": (palette.accent, "circle"),
        "no_difference": (palette.quiet, "circle-open"),
        "worse": (palette.opposite, "x"),
    }
    for verdict, name in names.items():
        colour, symbol = looks[verdict]
        mine = [point for point in points if point.verdict == verdict]
        figure.add_scatter(
            x=[point.expected for point in mine],
            y=[point.came for point in mine],
            text=[named(point.name) for point in mine],
            name=name,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 10, "line": {"width": 1.5, "color": colour}},
            hovertemplate="%{text}<br>%{x:+.1f} % → %{y:+.1f}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1})
    figure.add_hline(y=0, line={"color": palette.ink, "width": 1})
    figure.update_yaxes(title=y_title, gridcolor=palette.grid)
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"color": palette.ink}},
    )
    return finish(figure, palette, rows=1, x_title=x_title, row_height=280, top_down=False)


@drawn_once
def portfolio(
    cells: Sequence[Sequence[tuple[float, bool] | None]], sources: Sequence[str], projects: Sequence[str],
    *, x_title: str, palette: Palette,
) -> go.Figure:  # fmt: skip
    """Measured change by source (rows) and project (columns); only what is shown has colour and bold numbers.

    Args:
        cells: `[sources][projects]`, change in points and whether its interval excludes zero; None: not measured.
    """
    shades = [[(cell[0] if cell[1] else 0.0) if cell else None for cell in row] for row in cells]
    reach = max((abs(value) for row in shades for value in row if value is not None), default=0.0) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=shades,
            x=[named(name) for name in projects],
            y=[lines(name) for name in sources],
            text=[[_cell(cell) for cell in row] for row in cells],
            texttemplate="%{text}",
            textfont={"color": palette.ink, "size": 13},
            colorscale=[[0.0, palette.fill_opposite], [0.5, palette.panel], [1.0, palette.fill]],
            zmin=-reach,
            zmax=reach,
            xgap=2,
            ygap=2,
            showscale=False,
            hoverongaps=False,
            hovertemplate="%{y}<br>%{x}: %{text}<extra></extra>",
        )
    )
    figure.update_xaxes(side="top", type="category", showgrid=False)
    return finish(figure, palette, rows=len(sources), x_title=x_title, row_height=40)


def _cell(cell: tuple[float, bool] | None) -> str:
    if cell is None:
        return ""
    return f"<b>{signed(cell[0], 1)}</b>" if cell[1] else signed(cell[0], 1)
