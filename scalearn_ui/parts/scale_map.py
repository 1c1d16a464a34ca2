"""A map of sources by layers, which can be downloaded as a table or as a picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from scalearn_core.records.training import TrainingRecord
from scalearn_core.tables.export import csv_text
from scalearn_ui import charts, outcomes, text
from scalearn_ui.charts.heatmap import Words
from scalearn_ui.charts.scales import PICTURES, narrow_map, picture_config, with_picture
from scalearn_ui.letters import letters
from scalearn_ui.parts import figure, most_used
from scalearn_ui.text import Markdown, t

DECIMALS = 6
"""Of numbers in a downloaded table."""


@dataclass(frozen=True, eq=False)
class ScaleMap:
    """What a map shows; rows in the order of `sources`."""

    values: NDArray[np.float64]
    """`[layers or 1, sources]`"""
    sources: Sequence[str]
    """Names as in `result.json`."""
    titles: Sequence[str]
    """The same in the reader's language."""
    column: str
    """What the numbers are called in a downloaded table."""
    unit: Markdown
    decimals: int
    starts: Sequence[float]
    """Of each source the value in the middle of the colours."""
    title: str
    """What it shows, as a sentence."""
    footer: str
    """Which model, and of when."""
    own: bool = False
    """Whether the last row is the task adapter."""


def order(record: TrainingRecord) -> list[int]:
    """Columns of a result, strongest source first, and the task adapter, which is no source, last."""
    sizes = totals(record)
    if record.own_adapter:
        sizes[-1] = -1.0
    return [int(index) for index in np.argsort(-sizes, kind="stable")]


def totals(record: TrainingRecord) -> NDArray[np.float64]:
    """Mean size of each source's contribution over layers, as a share; `[sources]`."""
    sizes: NDArray[np.float64] = np.abs(np.array(record.scales.contribution)).mean(axis=0)
    return sizes


def of_result(
    record: TrainingRecord,
    values: NDArray[np.float64],
    *,
    column: str,
    unit: Markdown,
    decimals: int,
    starts: Sequence[float] | None = None,
    title: str | None = None,
) -> ScaleMap:
    """A map of all sources of a result, in the order of `order`; `values` and `starts` in that of the result.

    Args:
        title: by default which source is used most, and where.
    """
    rows = order(record)
    titles, begins = outcomes.source_titles(record), [0.0] * len(rows) if starts is None else starts
    return ScaleMap(
        values[:, rows],
        [record.source_names[row] for row in rows],
        [titles[row] for row in rows],
        column,
        unit,
        decimals,
        [begins[row] for row in rows],
        title or most_used.title(record),
        footer([record]),
        record.own_adapter,
    )


def footer(records: Sequence[TrainingRecord]) -> str:
    """The models that a picture is of, with their dates."""
    models = t("list.comma").join(
        f"{letters(each.dataset.name)} · {text.moment(each.created)}" for each in records
    )
    return f"{t('home.title')} · {models}"


def draw(shown: ScaleMap, *, filename: str, alt: str) -> None:
    """The map, and below it a table and a picture of it; on a phone the map is drawn for its width."""
    narrow = narrow_map(
        shown.values.tolist(), shown.titles, _layers(shown), decimals=shown.decimals, starts=shown.starts,
        unit=shown.unit, x_title=t("axis.layer"), palette=figure.palette(),
    )  # fmt: skip
    with_downloads(wide(shown), table(shown), filename=filename, alt=alt, key="scale_map", narrow=narrow)


def wide(shown: ScaleMap, *, present: bool = False) -> go.Figure:
    """The map for a screen, or larger for a wall."""
    layers = _layers(shown)
    sizes = np.abs(shown.values).mean(axis=0).tolist() if len(layers) > 1 else None
    axis = t("axis.layer_unit", unit=shown.unit).replace(" · ", "<br>")  # two lines that are not cut
    words = Words(
        shown.title, axis, t("axis.layer"), shown.unit,
        t("scales.total"), t("scales.more"), t("scales.less"), shown.footer,
    )  # fmt: skip
    return charts.scale_map(
        shown.values.tolist(), shown.titles, layers, decimals=shown.decimals, starts=shown.starts, totals=sizes,
        own=shown.own, words=words, palette=figure.palette(), present=present,
    )  # fmt: skip


def with_downloads(
    drawn: go.Figure, rows: pd.DataFrame, *, filename: str, alt: str, key: str, narrow: go.Figure | None = None
) -> None:
    """A figure with a button for its numbers and one for its picture; on a phone `narrow` stands in its place."""
    place = st.container()
    name = re.sub(r"[^\w-]+", "_", filename).strip("_")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("scales.csv"),
            ("\ufeff" + csv_text(rows)).encode(),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}_csv",
            type="tertiary",
        )
        st.caption(f":material/photo_camera: {t('scales.picture')}", width="content")
        kind = st.segmented_control(
            t("scales.picture_kind"),
            PICTURES,
            default=PICTURES[0],
            required=True,
            format_func=str.upper,
            key=f"{key}_picture",
            label_visibility="collapsed",
        )
    config = picture_config(kind or PICTURES[0], name, button=t("scales.picture_button"))
    with place:
        figure.show(with_picture(drawn, figure.palette()), alt=alt, key=key, config=config)
        if narrow is not None:
            figure.one_for_each_width(wide=key, narrow=f"{key}_narrow")
            narrow = with_picture(narrow, figure.palette())
            figure.show(narrow, alt=alt, key=f"{key}_narrow", config=config)


def table(shown: ScaleMap) -> pd.DataFrame:
    """One row per layer and source, in the order of the map."""
    layers = _layers(shown)
    return pd.DataFrame(
        [
            (layers[layer], source, title, round(float(shown.values[layer, row]), DECIMALS))
            for row, (source, title) in enumerate(zip(shown.sources, shown.titles, strict=True))
            for layer in range(len(shown.values))
        ],
        columns=["layer", "source", "title", shown.column],
    )


def _layers(shown: ScaleMap) -> list[str]:
    if len(shown.values) == 1:
        return [t("scales.all_layers")]
    return [str(layer + 1) for layer in range(len(shown.values))]
