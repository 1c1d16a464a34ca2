"""Figures as pure functions of numbers and words: no streamlit, no reading, no translating.

Every figure names its axes and units, prints its numbers, and fits a phone: long names stand on the vertical
axis and break into lines, so nothing is clipped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

import plotly.graph_objects as go

from scalearn_ui.palette import Palette

CONFIG = {"displayModeBar": False, "scrollZoom": False}
"""For `st.plotly_chart(config=...)`: figures are read here, not edited; a swipe scrolls the page."""


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


def class_counts(counts: Mapping[str, int], *, x_title: str, palette: Palette) -> go.Figure:
    """Documents per class as horizontal bars, largest first, count at the end of each bar."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    figure = go.Figure(
        go.Bar(
            x=[n for _, n in ordered],
            y=[escape(label) for label, _ in ordered],
            text=[f"{n:,}" for _, n in ordered],
            orientation="h",
            textposition="outside",
            textfont={"color": palette.ink},
            cliponaxis=False,
            marker_color=palette.accent,
            hovertemplate="%{y}: %{x}<extra></extra>",
        )
    )
    _name_rows(figure, [label for label, _ in ordered])
    return _finish(figure, palette, rows=len(ordered), x_title=x_title, row_height=34)


def probabilities(shares: Mapping[str, float], *, x_title: str, palette: Palette) -> go.Figure:
    """Probability of each class in percent, likeliest first and in the accent colour."""
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    figure = go.Figure(
        go.Bar(
            x=[100 * share for _, share in ordered],
            y=[escape(label) for label, _ in ordered],
            text=[percent(share) for _, share in ordered],
            orientation="h",
            textposition="outside",
            textfont={"color": palette.ink},
            cliponaxis=False,
            marker_color=[palette.accent] + [palette.quiet] * (len(ordered) - 1),
            hovertemplate="%{y}: %{x:.1f}%<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 112], tickvals=[0, 25, 50, 75, 100])
    _name_rows(figure, [label for label, _ in ordered])
    return _finish(figure, palette, rows=len(ordered), x_title=x_title, row_height=34)


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
    finished = _finish(figure, palette, rows=len(rows), x_title=x_title, row_height=56)
    return finished.update_yaxes(autorange=False, range=[len(rows) - 0.5, -0.7])


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
    return _finish(figure, palette, rows=1, x_title=x_title, row_height=210, top_down=False)


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
    return _finish(figure, palette, rows=len(labels), x_title=x_title, row_height=40)


def scale_map(
    values: Sequence[Sequence[float]],
    sources: Sequence[str],
    layers: Sequence[str],
    *,
    decimals: int,
    starts: Sequence[float],
    unit: str,
    x_title: str,
    title: str,
    palette: Palette,
) -> go.Figure:
    """Numbers by source (rows) and layer (columns), printed in each cell with their sign.

    Args:
        values: `[layers][sources]`, as results store them.
        starts: of each source the value drawn in the page's own colour; above it accent, below it opposite.
        title: of the whole axis: its name and the unit.
    """
    by_source = [[row[column] for row in values] for column in range(len(sources))]
    moved = [[value - start for value in row] for row, start in zip(by_source, starts, strict=True)]
    reach = max((abs(distance) for row in moved for distance in row), default=0.0) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=moved,
            x=list(layers),
            y=[lines(name) for name in sources],
            text=[[signed(value, decimals) for value in row] for row in by_source],
            texttemplate="%{text}",
            textfont={"color": palette.ink},
            colorscale=[[0.0, palette.fill_opposite], [0.5, palette.ground], [1.0, palette.fill]],
            zmin=-reach,
            zmax=reach,
            xgap=2,
            ygap=2,
            showscale=False,
            hovertemplate=f"%{{y}}<br>{x_title}: %{{x}}<br>%{{text}} {unit}<extra></extra>",
        )
    )
    figure.update_xaxes(side="top", type="category", showgrid=False)
    return _finish(figure, palette, rows=len(sources), x_title=title, row_height=34)


def percent(share: float) -> str:
    """A probability as a whole percentage that never claims certainty."""
    return "> 99%" if share >= 0.995 else f"{100 * share:.0f}%"


def signed(value: float, decimals: int) -> str:
    """A number with its sign and a real minus; what rounds to zero has none."""
    rounded = round(value, decimals)
    return f"{rounded:+.{decimals}f}".replace("-", "−") if rounded else f"{0:.{decimals}f}"


def lines(name: str, width: int = 24) -> str:
    """`name` in two lines of at most `width` Latin or `width // 2` Japanese letters, the rest as "…".

    Lines break at a bracket first. Plotly reads some HTML (links among it), so names are escaped.
    """
    if any(unicodedata.east_asian_width(letter) in "WF" for letter in name):
        width //= 2
        parts = [name] if len(name) <= width else re.split(r"(?=[(（])", name, maxsplit=1)
        rows = [part[start : start + width] for part in parts for start in range(0, len(part), width)]
    else:
        rows = wrap(name, width)
    if len(rows) > 2:
        rows = [rows[0], rows[1][: width - 1] + "…"]
    return "<br>".join(escape(row, quote=False) for row in rows)


def _name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """Show `names` in short on the vertical axis; rows keep their full ones, so that none fall together."""
    figure.update_yaxes(
        type="category",
        tickmode="array",
        tickvals=[escape(name) for name in names],
        ticktext=[lines(name) for name in names],
    )


def _finish(
    figure: go.Figure,
    palette: Palette,
    *,
    rows: int,
    x_title: str,
    row_height: int,
    extra: int = 60,
    top_down: bool = True,
) -> go.Figure:
    """Size, margins and axis titles that all figures share; `top_down` puts the first row on top."""
    figure.update_xaxes(
        title={"text": x_title, "font": {"color": palette.ink, "size": 13}},
        tickfont={"color": palette.ink, "size": 12},
        gridcolor=palette.grid,
        zeroline=False,
        automargin=True,
        fixedrange=True,
    )
    figure.update_yaxes(
        title_font={"color": palette.ink, "size": 13},
        tickfont={"color": palette.ink, "size": 12},
        zeroline=False,
        showgrid=not top_down,
        automargin=True,
        fixedrange=True,
    )
    if top_down:
        figure.update_yaxes(autorange="reversed")
    figure.update_layout(
        height=rows * row_height + extra,
        margin={"l": 4, "r": 24, "t": 8, "b": 8},
        bargap=0.35,
        dragmode=False,
    )
    return figure
