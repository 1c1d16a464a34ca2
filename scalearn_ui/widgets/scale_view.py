"""The learned scales as maps, with the words that keep them from being misread."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from scalearn_ui import charts, outcomes, text
from scalearn_ui.text import Markdown, t
from scalearn_ui.widgets import figure

NAMED = 3
"""Sources named in the summary."""


def summary(found: dict[str, Any]) -> None:
    """What carries most, in one sentence."""
    totals = _totals(found)
    if totals.sum() == 0:
        st.info(t("scales.all_zero"), icon=":material/info:")
        return
    order = np.argsort(-totals)[:NAMED]
    names = outcomes.source_titles(found)
    listed = Markdown(t("list.comma").join(t("list.name", name=names[index]) for index in order))
    strength = f"{100 * totals.sum():.1f}"
    if len(totals) > NAMED:
        share = f"{100 * totals[order].sum() / totals.sum():.0f}"
        sentence = t("scales.summary", names=listed, share=share, strength=strength)
    else:
        sentence = t("scales.summary_few", names=listed, strength=strength)
    st.info(
        sentence,
        title=t("scales.summary_title"),
        icon=":material/lightbulb:",
    )


def contribution(found: dict[str, Any]) -> None:
    """Signed share of each layer's signal, in percent."""
    _map(found, 100 * np.array(found["scales"]["contribution"]), decimals=1, unit=t("unit.percent"), centre=0.0)


def reading(view: str, found: dict[str, Any]) -> None:
    """How to read the map."""
    st.markdown(t(f"reading.{view}", layers=len(found["scales"]["contribution"])))


def raw(found: dict[str, Any]) -> None:
    """The learned numbers themselves, coloured by how far they moved from their start."""
    start = found["scales"]["start"]
    _map(found, np.array(found["scales"]["raw"]), decimals=2, unit=t("unit.scale"), centre=start)


def notes(found: dict[str, Any]) -> None:
    """What to know about this variant and this start."""
    start = found["scales"]["start"]
    lines = [t("scales.start_zero") if start == 0 else t("scales.start_value", start=f"{start:.2f}")]
    if found["scales"]["shared"]:
        lines.append(t("scales.shared"))
    if found["scales"]["per_dimension"]:
        lines.append(t("scales.vector"))
    lines.append(t("scales.not_importance", documents=text.count("documents", found["scales"]["documents"])))
    st.caption("\n".join(f"- {line}" for line in lines))


def _totals(found: dict[str, Any]) -> NDArray[np.float64]:
    """Mean size of each source's contribution over layers, as a share; `[sources]`."""
    sizes: NDArray[np.float64] = np.abs(np.array(found["scales"]["contribution"])).mean(axis=0)
    return sizes


def _map(found: dict[str, Any], values: NDArray[np.float64], *, decimals: int, unit: str, centre: float) -> None:
    """The map, strongest source on top; `values` is `[layers or 1, sources]`."""
    order = np.argsort(-_totals(found))
    names = outcomes.source_titles(found)
    layers = [str(layer + 1) for layer in range(len(values))] if len(values) > 1 else [t("scales.all_layers")]
    drawn = charts.scale_map(
        values[:, order].tolist(),
        [names[index] for index in order],
        layers,
        decimals=decimals,
        centre=centre,
        unit=unit,
        x_title=t("axis.layer"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("scales.map_alt"), key="scale_map")
