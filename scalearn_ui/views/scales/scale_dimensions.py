"""Inside a source: how its scales are spread over the dimensions, for the variants that have one for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from scalearn_core.records.training import DimensionSummary, TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes
from scalearn_ui.charts.scales import spreads
from scalearn_ui.parts import figure, scale_map
from scalearn_ui.text import t

BOX = slice(1, 6)
"""Of the stored quantiles, those a box is made of: 5%, 25%, 50%, 75%, 95%."""


def draw(run: Run, record: TrainingRecord) -> None:
    """The boxes of one layer, with the dimensions that stand out."""
    if not record.scales.per_dimension:
        st.info(t("dimensions.uniform"), icon=":material/info:")
        return
    summary = record.scales.dimensions
    if summary is None:
        st.info(t("dimensions.earlier"), icon=":material/info:")
        return
    layer = _layer(summary)
    rows, titles = scale_map.order(record), outcomes.source_titles(record)
    names, values = [titles[row] for row in rows], [summary.values[layer][row] for row in rows]
    _words(names, values, [summary.negative[layer][row] for row in rows], summary.width)
    st.markdown(t("dimensions.reading"))
    boxes = [list(row[BOX]) for row in values]
    drawn = spreads(names, boxes, x_title=t("dimensions.axis"), decimals=2, palette=figure.palette())
    scale_map.with_downloads(
        drawn,
        _all_rows(record, summary),
        filename=f"{record.dataset.name}_dimensions",
        alt=t("dimensions.alt"),
        key="scale_boxes",
    )
    with st.expander(t("dimensions.top"), icon=":material/sort:"):
        st.caption(t("dimensions.top_text"))
        top = [summary.top[layer][row] for row in rows]
        st.table(_top(names, top), hide_index=True, border="horizontal", alt=t("dimensions.top"))


def _layer(summary: DimensionSummary) -> int:
    """Which layer is shown, from 0; the one with the widest spread first. 0 where all layers share."""
    spread = np.array(summary.spread)
    if len(spread) == 1:
        st.caption(t("scales.shared_dimensions"))
        return 0
    widest = int(spread.mean(axis=1).argmax())
    chosen = st.select_slider(
        t("dimensions.layer"), range(1, len(spread) + 1), value=widest + 1, key="dimensions_layer"
    )  # fmt: skip
    return int(chosen) - 1


def _words(names: list[str], values: Sequence[Sequence[float]], negative: list[float], width: int) -> None:
    """The source whose dimensions are treated most unlike."""
    widths = [row[4] - row[2] for row in values]
    row = int(np.argmax(widths))
    st.info(
        t(
            "dimensions.widest",
            width=f"{width:,}",
            name=names[row],
            low=charts.signed(values[row][2], 2),
            high=charts.signed(values[row][4], 2),
            share=f"{100 * negative[row]:.0f}",
        ),
        title=t("dimensions.title"),
        icon=":material/lightbulb:",
    )


def _top(names: list[str], top: Sequence[Sequence[tuple[int, float]]]) -> pd.DataFrame:
    """One row per source: its dimensions of the largest size, with their scales."""
    largest = [
        t("list.comma").join(
            t("dimensions.one", dimension=int(place), scale=charts.signed(value, 2)) for place, value in row
        )
        for row in top
    ]
    return pd.DataFrame({t("dimensions.source"): names, t("dimensions.largest"): largest})


def _all_rows(record: TrainingRecord, summary: DimensionSummary) -> pd.DataFrame:
    """The whole summary, one row per layer and source."""
    titles, shares = outcomes.source_titles(record), [f"q{100 * share:g}" for share in summary.quantiles]
    rows = []
    for layer, values in enumerate(summary.values):
        named = t("scales.all_layers") if len(summary.values) == 1 else str(layer + 1)
        for number, source in enumerate(record.sources):
            numbers = [*values[number], summary.spread[layer][number], summary.negative[layer][number]]
            rows.append([named, source.name, titles[number], *(round(x, scale_map.DECIMALS) for x in numbers)])
    return pd.DataFrame(rows, columns=["layer", "source", "title", *shares, "spread", "negative_share"])
