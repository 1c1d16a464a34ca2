"""The learning curve of a training."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes
from scalearn_ui.text import t
from scalearn_ui.widgets import figure

Curve = list[tuple[float, float]]


def draw(run: Run) -> None:
    """Loss over epochs, once there are two points: the held-back documents live, both parts in the end."""
    curves = _finished(run.id) if run.status == "succeeded" else _live(run.id)
    if not any(len(curve) > 1 for curve in curves.values()):
        return
    st.markdown(t("run.curve_reading"))
    drawn = charts.curves(
        {t(f"metric.{name}"): curve for name, curve in curves.items()},
        x_title=t("axis.epoch"),
        y_title=t("axis.loss"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("run.curve_alt"), key="loss_curve")


def _live(run_id: str) -> dict[str, Curve]:
    """What a run has reported so far. Its training loss is counted in steps, so it waits for the end."""
    name = "validation_loss"
    return {name: [(metric.step, metric.value) for metric in runs.metrics(run_id) if metric.name == name]}


def _finished(run_id: str) -> dict[str, Curve]:
    """Both losses by epoch; nothing was trained yet at epoch 0, so the training loss starts at 1."""
    history = outcomes.result(run_id)["history"]
    return {
        name: [(row["epoch"], row[name]) for row in history if row[name] is not None]
        for name in ("validation_loss", "train_loss")
    }
