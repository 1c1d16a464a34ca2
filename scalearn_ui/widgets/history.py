"""The learning curve of a run."""

from __future__ import annotations

from collections import defaultdict

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_ui import charts
from scalearn_ui.text import t
from scalearn_ui.widgets import figure

CURVES = ("train_loss", "validation_loss")
"""Metrics of a run that are drawn; both are losses, so they share an axis."""


def draw(run: Run) -> None:
    """Loss over epochs, once there are two points."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for metric in runs.metrics(run.id):
        if metric.name in CURVES:
            points[metric.name].append((metric.step, metric.value))
    if not any(len(curve) > 1 for curve in points.values()):
        return
    st.markdown(t("run.curve_reading"))
    drawn = charts.curves(
        {t(f"metric.{name}"): points[name] for name in CURVES if name in points},
        x_title=t("axis.epoch"),
        y_title=t("axis.loss"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("run.curve_alt"), key="loss_curve")
