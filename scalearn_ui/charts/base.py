"""The common parts of all figures: shortened names, number formats, size, margins and axes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape
from textwrap import wrap

import plotly.graph_objects as go

from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.records.studies import FoldDifference
from scalearn_ui.letters import letters
from scalearn_ui.palette import Palette

CONFIG = {"displayModeBar": False, "scrollZoom": False}
"""For `st.plotly_chart(config=...)`: figures are read here, not edited; a swipe scrolls the page."""


WIDEST_TITLE = 36
"""Letters of an axis title in one line, so that a phone shows it whole; half as many Japanese ones."""


def percent(share: float) -> str:
    """A probability as a whole percentage that never claims certainty."""
    return "> 99%" if share >= 0.995 else f"{100 * share:.0f}%"


def signed(value: float, decimals: int) -> str:
    """A number with its sign and a real minus; what rounds to zero has none."""
    rounded = round(value, decimals)
    return f"{rounded:+.{decimals}f}".replace("-", "−") if rounded else f"{0:.{decimals}f}"


def signed_points(found: Comparison | FoldDifference) -> dict[str, str]:
    """A difference and its interval, from shares in points, with their signs."""
    bounds = {"difference": found.difference, "low": found.low, "high": found.high}
    return {name: signed(100 * value, 1) for name, value in bounds.items()}


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
    return "<br>".join(escape(letters(row), quote=False) for row in rows)


def named(name: str) -> str:
    """A name as Plotly shows it letter by letter."""
    return escape(letters(name))


def name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """Show `names` in short on the vertical axis; rows keep their full ones, so that none fall together."""
    figure.update_yaxes(
        type="category",
        tickmode="array",
        tickvals=[named(name) for name in names],
        ticktext=[lines(name) for name in names],
    )


def finish(
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
        title={
            "text": x_title if "<br>" in x_title else lines(x_title, WIDEST_TITLE),
            "font": {"color": palette.ink, "size": 13},
        },
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
