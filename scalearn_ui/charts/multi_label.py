"""A chart of multi-label results: documents in which each label was found, missed or wrongly assigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from scalearn_core.evaluation.report import ClassScore
from scalearn_ui.charts.base import finish, name_rows, named
from scalearn_ui.charts.once import drawn_once
from scalearn_ui.palette import Palette

KINDS = ("found", "missed", "wrongly")


@drawn_once
def label_bars(
    rows: Sequence[ClassScore], names: Mapping[str, str], *, x_title: str, palette: Palette
) -> go.Figure:
    """Documents by label as bars of three parts, the commonest label first; each part can be clicked.

    Args:
        rows: `per_class` of a report.
        names: of the three `KINDS`, for the legend.
    """
    ordered = sorted(rows, key=lambda row: -row.support)
    figure = go.Figure()
    # Found and missed together are the documents with the label; what was wrongly given has another colour.
    colours = {"found": palette.accent, "missed": palette.grid, "wrongly": palette.opposite}
    for kind in KINDS:
        numbers = [parts(row)[kind] for row in ordered]
        figure.add_bar(
            x=numbers,
            y=[named(row.label) for row in ordered],
            name=names[kind],
            orientation="h",
            text=[f"{n}" if n else "" for n in numbers],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": palette.ink if kind == "missed" else palette.ground},
            customdata=[(row.label, kind) for row in ordered],
            marker={"color": colours[kind], "line": {"color": palette.ground, "width": 1}},
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            hovertemplate=f"%{{y}}: %{{x}} · {named(names[kind])}<extra></extra>",
        )
    name_rows(figure, [row.label for row in ordered])
    figure.update_layout(
        barmode="stack",
        uniformtext={"minsize": 10, "mode": "hide"},  # where a part is too narrow for its number
        showlegend=True,
        legend={
            "orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"color": palette.ink},
            "traceorder": "normal", "itemclick": False, "itemdoubleclick": False,
        },
    )  # fmt: skip
    finished = finish(figure, palette, rows=len(ordered), x_title=x_title, row_height=32, extra=96)
    return finished.update_layout(margin_t=36)


def parts(row: ClassScore) -> dict[str, int]:
    """Documents of a row of `per_class` by `KINDS`."""
    hits, predicted = row.hits or 0, row.given or 0
    return {"found": hits, "missed": row.support - hits, "wrongly": predicted - hits}
