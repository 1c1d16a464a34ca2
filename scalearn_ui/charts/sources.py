"""Figures of which sources help: changes with intervals, steps, overlap, strengths, and the track record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from scalearn_ui.charts.base import finish, lines, name_rows, named, signed
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

FEW_CELLS, MANY_CELLS = 8, 12
"""Up to so many columns a map prints its numbers large; up to so many they fit in small on a phone."""
BAND = 0.16
"""How much of its colour an interval's band has."""


@dataclass(frozen=True)
class Gain:
    """A named change with its 95% interval, above or below zero."""

    name: str
    value: float
    low: float
    high: float
    verdict: str = "no_difference"
    """"better" and "worse" are coloured; anything else is not shown to differ."""
    note: str = ""
    """A few words under the name."""


@drawn_once
def gains(
    rows: Sequence[Gain], *, x_title: str, palette: Palette, decimals: int = 1, chance: float | None = None
) -> go.Figure:
    """One dot per row with its interval around a line at zero, value above the dot; a dashed line at `chance`."""
    figure = go.Figure()
    colours = {"better": palette.accent, "worse": palette.opposite}
    for row in rows:
        colour = colours.get(row.verdict, palette.quiet)
        shown = row.verdict in colours
        figure.add_scatter(
            x=[row.value],
            y=[named(row.name)],
            mode="markers",
            text=[signed(row.value, decimals)],
            cliponaxis=False,
            marker={
                "size": 12 if shown else 10,
                "color": colour if shown else palette.ground,
                "line": {"color": colour, "width": 2},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [row.high - row.value],
                "arrayminus": [row.value - row.low],
                "color": colour,
                "thickness": 3 if shown else 1.5,
                "width": 4,
            },
            hovertemplate=(
                f"%{{y}}: {signed(row.value, decimals)} "
                f"({signed(row.low, decimals)} – {signed(row.high, decimals)})<extra></extra>"
            ),
            showlegend=False,
        )
        # Not the text of the dot: on the line at zero it needs a ground of its own.
        figure.add_annotation(
            x=row.value, y=named(row.name), text=signed(row.value, decimals), showarrow=False, yshift=16,
            bgcolor=palette.ground, borderpad=0, font={"color": palette.ink, "size": 12},
        )  # fmt: skip
    low, high = (
        reach(0.0, *(getattr(row, side) for row in rows))
        for reach, side in ((min, "low"), (max, "high"))
    )  # fmt: skip
    margin = 0.12 * max(high - low, 1.0)
    name_rows(figure, [row.name for row in rows])
    small = [f"<br><span style='font-size:11px'>{named(row.note)}</span>" if row.note else "" for row in rows]
    figure.update_yaxes(ticktext=[lines(row.name) + note for row, note in zip(rows, small, strict=True)])
    figure.add_vline(x=0, line={"color": palette.ink, "width": 1}, layer="below")
    if chance is not None:
        figure.add_vline(x=chance, line={"color": palette.quiet, "width": 1, "dash": "dash"}, layer="below")
    height = 58 if any(small) else 48
    finished = finish(figure, palette, rows=len(rows), x_title=x_title, row_height=height)
    finished.update_xaxes(range=[low - margin, high + margin], nticks=6)
    return finished.update_yaxes(autorange=False, range=[len(rows) - 0.5, -0.75])


@dataclass(frozen=True)
class Curve:
    """A score over strengths, each with its 95% interval."""

    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@drawn_once
def strength(
    curve: Curve, *, plain: float, marked: float | None, plain_name: str, marked_name: str,
    x_title: str, y_title: str, palette: Palette,
) -> go.Figure:  # fmt: skip
    """A line with its band over the strength of one source.

    Args:
        plain: score without the source, drawn as a dotted line.
        marked: a strength to mark by an upright line, such as the learned one; None marks none.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[*curve.x, *reversed(curve.x)],
        y=[*curve.high, *reversed(curve.low)],
        fill="toself",
        fillcolor=_faded(palette.accent),
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=list(curve.x),
        y=list(curve.y),
        mode="lines+markers",
        line={"color": palette.accent, "width": 3},
        marker={"size": 8},
        customdata=list(zip(curve.low, curve.high, strict=True)),
        hovertemplate="%{x}: %{y:.1f} (%{customdata[0]:.1f} – %{customdata[1]:.1f})<extra></extra>",
        showlegend=False,
    )
    note = {"font": {"color": palette.ink, "size": 12}, "showarrow": False}
    figure.add_hline(y=plain, line={"color": palette.quiet, "width": 2, "dash": "dot"})
    right = abs(curve.y[-1] - plain) > abs(curve.y[0] - plain)  # where the line is far from the curve
    figure.add_annotation(
        x=int(right), y=plain, xref="paper", xanchor="right" if right else "left", yanchor="bottom",
        text=named(plain_name), **note,
    )  # fmt: skip
    if marked is not None:
        figure.add_vline(x=marked, line={"color": palette.opposite, "width": 2, "dash": "dash"})
        figure.add_annotation(
            x=marked, y=1, yref="paper", xanchor="left" if marked < 1 else "right", yanchor="top",
            text=f" {named(marked_name)} ", **note,
        )  # fmt: skip
    figure.update_yaxes(title=y_title, gridcolor=palette.grid)
    figure.update_xaxes(tickvals=[-1, -0.5, 0, 0.5, 1, 1.5, 2])
    return finish(figure, palette, rows=1, x_title=x_title, row_height=260, top_down=False)


@drawn_once
def overlap(
    similar: Sequence[Sequence[float | None]], names: Sequence[str], *, x_title: str, palette: Palette
) -> go.Figure:
    """Similarity of each pair (0 to 100), darker the more alike; columns carry the numbers of the rows."""
    numbers = [str(position + 1) for position in range(len(names))]
    rows = [lines(f"{number}. {name}") for number, name in zip(numbers, names, strict=True)]
    cells = [
        [None if row == column else similar[row][column] for column in range(len(names))]
        for row in range(len(names))
    ]
    figure = go.Figure(
        go.Heatmap(
            z=cells,
            x=numbers,
            y=rows,
            text=[["" if value is None else f"{100 * value:.0f}" for value in row] for row in cells],
            texttemplate="%{text}",
            textfont={"color": palette.ink, "size": 13 if len(names) <= FEW_CELLS else 10},
            colorscale=[[0.0, palette.panel], [1.0, palette.fill]],
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
            hoverongaps=False,
            hovertemplate="%{y} · %{x}: %{text}<extra></extra>",
        )
    )
    figure.update_xaxes(side="top", type="category", showgrid=False)
    return finish(figure, palette, rows=len(names), x_title=x_title, row_height=40)


@drawn_once
def pair(
    scores: Sequence[Sequence[float]], strengths: Sequence[float], *, x_title: str, y_title: str, palette: Palette
) -> go.Figure:
    """Score at each pair of strengths of two sources, printed in each cell; the neither-of-them cell is framed.

    Args:
        scores: 0 to 100, `[of the source on the vertical axis][of the other]`.
    """
    names = [signed(value, 1) for value in strengths]
    figure = go.Figure(
        go.Heatmap(
            z=scores,
            x=names,
            y=names,
            text=[[f"{value:.0f}" for value in row] for row in scores],
            texttemplate="%{text}",
            textfont={"color": palette.ink, "size": 13},
            colorscale=[[0.0, palette.panel], [1.0, palette.fill]],
            xgap=2,
            ygap=2,
            showscale=False,
            hovertemplate=f"{named(y_title)}: %{{y}}<br>{named(x_title)}: %{{x}}<br>%{{z:.1f}}<extra></extra>",
        )
    )
    if 0.0 in strengths:
        place = list(strengths).index(0.0)
        frame = {"type": "rect", "line": {"color": palette.ink, "width": 2}}
        figure.add_shape(x0=place - 0.5, x1=place + 0.5, y0=place - 0.5, y1=place + 0.5, **frame)
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(title=lines(y_title, 40), type="category")
    return finish(figure, palette, rows=len(names), x_title=lines(x_title, 40), row_height=40, top_down=False)


def _faded(colour: str) -> str:
    """A colour of the palette as a veil, for bands."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{BAND})"
