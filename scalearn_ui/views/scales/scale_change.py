"""What learning changed: each source now, compared with its start."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts
from scalearn_ui.parts import scale_map
from scalearn_ui.parts.figure_text import as_figure_text
from scalearn_ui.text import t
from scalearn_ui.views.scales import scale_view

STAYED = 1.0
"""A source that moved by less, in percent of a layer's signal (mean over layers), stayed where it began."""


def draw(run: Run, record: TrainingRecord) -> None:
    """In words what moved most, then the map of learned minus start."""
    moved = change(record)
    shown = scale_map.of_result(
        record, moved, column="change_percent", unit=t("unit.percent"), decimals=1,
        title=as_figure_text(t("change.map_title")),
    )  # fmt: skip
    _words(shown, reused=record.reused)
    st.markdown(t("change.reading", layers=len(moved)))
    scale_map.draw(shown, filename=f"{record.dataset.name}_change", alt=t("change.alt"))
    lines = [*scale_view.start_lines(record), t("change.unit")]
    st.caption("\n".join(f"- {line}" for line in lines))


def change(record: TrainingRecord) -> NDArray[np.float64]:
    """Contribution now minus that of the start scale, in percent of each layer's signal, `[layers, sources]`.

    In percent and not in scales, because only so sources of different volume can be compared. The own adapter did
    next to nothing at its start, whatever its scale: all it does was learned.
    """
    begun = np.array(scale_view.starts(record))
    if record.own_adapter and scale_view.asked_start(record):
        begun[-1] = 0.0
    scales = record.scales
    moved: NDArray[np.float64] = np.array(scales.contribution) - begun * np.array(scales.output_size)
    return 100 * moved


def _words(shown: scale_map.ScaleMap, *, reused: int) -> None:
    """Which of the reused sources moved most, where, and how many stayed; the own adapter is the last row."""
    sizes = np.abs(shown.values[:, :reused]).mean(axis=0)
    if sizes.max() < STAYED:
        st.info(t("change.nothing"), icon=":material/info:")
        return
    row = int(sizes.argmax())
    layer = int(np.abs(shown.values[:, row]).argmax())
    sentence = t(
        "change.most",
        name=shown.titles[row],
        size=f"{sizes[row]:.1f}",
        layer=layer + 1,
        there=charts.signed(float(shown.values[layer, row]), 1),
    )
    stayed = int((sizes < STAYED).sum())
    more = t("change.stayed", stayed=stayed, sources=len(sizes)) if stayed else t("change.all_moved")
    st.info(f"{sentence} {more}", title=t("change.title"), icon=":material/lightbulb:")
