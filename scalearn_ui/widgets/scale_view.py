"""The learned scales as maps, with the words that keep them from being misread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from scalearn_core.config import FORECAST
from scalearn_ui import charts, outcomes, text
from scalearn_ui.text import Markdown, t
from scalearn_ui.widgets import figure

NAMED = 3
"""Sources named in the summary."""
NARROW = 8
"""Layers whose numbers still fit into the cells on a phone."""
OWN_START = 1.0
"""Scale of the own adapter before it learned from pairs of documents; it did next to nothing then."""


def summary(found: dict[str, Any]) -> None:
    """Which sources carry most, in one sentence, and how much beside them the own adapter does."""
    totals = _totals(found)
    if totals.sum() == 0:
        st.info(t("scales.all_zero"), icon=":material/info:")
        return
    reused = totals[:-1] if found["own_adapter"] else totals
    order = np.argsort(-reused)[:NAMED]
    names = outcomes.source_titles(found)
    listed = _listed(t("list.name", name=names[index]) for index in order)
    strength = f"{100 * reused.sum():.1f}"
    if len(reused) > NAMED and reused.sum() > 0:
        share = f"{100 * reused[order].sum() / reused.sum():.0f}"
        sentence = t("scales.summary", names=listed, share=share, strength=strength)
    else:
        sentence = t("scales.summary_few", names=listed, strength=strength)
    if found["own_adapter"]:
        sentence = Markdown(f"{sentence}  \n{t('scales.summary_own', strength=f'{100 * totals[-1]:.1f}')}")
    st.info(
        sentence,
        title=t("scales.summary_title"),
        icon=":material/lightbulb:",
    )


def contribution(found: dict[str, Any]) -> None:
    """Signed share of each layer's signal, in percent."""
    starts = [0.0] * len(found["sources"])
    _map(found, 100 * np.array(found["scales"]["contribution"]), decimals=1, unit=t("unit.percent"), starts=starts)


def reading(view: str, found: dict[str, Any]) -> None:
    """How to read the map."""
    st.markdown(t(f"reading.{view}", layers=len(found["scales"]["contribution"])))


def raw(found: dict[str, Any]) -> None:
    """The learned numbers themselves, coloured by how far they moved from their start."""
    values = np.array(found["scales"]["raw"])
    _map(found, values, decimals=2, unit=t("unit.scale"), starts=_starts(found))


def notes(found: dict[str, Any]) -> None:
    """What to know about this variant and this start."""
    lines = _start_lines(found)
    if found["scales"]["shared"]:
        lines.append(t("scales.shared"))
    if found["scales"]["per_dimension"]:
        lines.append(t("scales.vector"))
    lines.append(t("scales.not_importance", documents=text.count("documents", found["scales"]["documents"])))
    st.caption("\n".join(f"- {line}" for line in lines))


def _start_lines(found: dict[str, Any]) -> list[Markdown]:
    """What the scales started from, and why."""
    asked, start = found["start"], found["scales"]["start"]
    if not asked or found["recipe"] != "auto":
        return [t("scales.start_zero") if start == 0 else t("scales.start_value", start=f"{start:.2f}")]
    documents = text.count("documents", asked["documents"])
    if asked["strengths"]:
        titles = dict(
            zip((source["name"] for source in found["sources"]), outcomes.source_titles(found), strict=True)
        )
        picked = sorted(asked["strengths"].items(), key=lambda item: -abs(item[1]))
        named = [
            t("list.name_number", name=titles[name], number=charts.signed(value, 1)) for name, value in picked
        ]
        lines = [t("scales.forecast", documents=documents, names=_listed(named))]
    else:
        lines = [t("scales.forecast_none", documents=documents)]
    return [*lines, t("scales.start_own")] if found["own_adapter"] else lines


def _starts(found: dict[str, Any]) -> list[float]:
    """The scale that each source began with, in the order of the result's columns."""
    asked = found["start"]
    if not asked or found["recipe"] != "auto":
        return [found["scales"]["start"]] * len(found["sources"])
    starts = [FORECAST.shrinkage * asked["strengths"].get(source["name"], 0.0) for source in found["sources"]]
    return [*starts[:-1], OWN_START] if found["own_adapter"] else starts


def _listed(names: Iterable[Markdown]) -> Markdown:
    """Names one after the other, as the language separates them."""
    return Markdown(t("list.comma").join(names))


def _totals(found: dict[str, Any]) -> NDArray[np.float64]:
    """Mean size of each source's contribution over layers, as a share; `[sources]`."""
    sizes: NDArray[np.float64] = np.abs(np.array(found["scales"]["contribution"])).mean(axis=0)
    return sizes


def _map(
    found: dict[str, Any], values: NDArray[np.float64], *, decimals: int, unit: Markdown, starts: Sequence[float]
) -> None:
    """The map, its rows in the order of `_rows`; `values` is `[layers or 1, sources]`."""
    order = _rows(found)
    names = outcomes.source_titles(found)
    layers = [str(layer + 1) for layer in range(len(values))] if len(values) > 1 else [t("scales.all_layers")]
    drawn = charts.scale_map(
        values[:, order].tolist(),
        [names[index] for index in order],
        layers,
        decimals=decimals,
        starts=[starts[index] for index in order],
        unit=unit,
        x_title=t("axis.layer"),
        title=t("axis.layer_unit", unit=unit),
        palette=figure.palette(),
    )
    show = figure.show if len(layers) <= NARROW else figure.show_wide_map
    show(drawn, alt=t("scales.map_alt"), key="scale_map")


def _rows(found: dict[str, Any]) -> list[int]:
    """Columns of the result, strongest source first, and last of all the own adapter, which is none."""
    totals = _totals(found)
    if found["own_adapter"]:
        totals[-1] = -1.0
    return [int(index) for index in np.argsort(-totals, kind="stable")]
