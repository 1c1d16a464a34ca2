"""The learning curve of a training."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes
from scalearn_ui.parts import figure
from scalearn_ui.text import t

Curve = list[tuple[float, float]]
LOSSES = ("validation_loss", "train_loss")


def draw(run: Run) -> None:
    """Loss over epochs, once there are two points, of the training documents and of those held back, if any."""
    reported = _finished(run.id) if run.status == "succeeded" else _live(run.id)
    curves = {name: curve for name, curve in reported.items() if curve}
    if not any(len(curve) > 1 for curve in curves.values()):
        return
    held_back = "validation_loss" in curves
    st.markdown(t("run.curve_reading") if held_back else t("run.curve_reading_pairs"))
    drawn = charts.curves(
        {t(f"metric.{name}"): curve for name, curve in curves.items()},
        x_title=t("axis.epoch"),
        y_title=t("axis.loss") if held_back else t("axis.loss_pairs"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("run.curve_alt") if held_back else t("run.curve_alt_pairs"), key="loss_curve")


def _live(run_id: str) -> dict[str, Curve]:
    """What a run has reported so far, by epoch."""
    reported = runs.metrics(run_id)
    return {name: [(metric.step, metric.value) for metric in reported if metric.name == name] for name in LOSSES}


def _finished(run_id: str) -> dict[str, Curve]:
    """Both losses by epoch; nothing was trained yet at epoch 0, so the training loss starts at 1."""
    history = outcomes.result(run_id).history
    curves: dict[str, Curve] = {name: [] for name in LOSSES}
    for row in history:
        for name, value in zip(LOSSES, (row.validation_loss, row.train_loss), strict=True):
            if value is not None:
                curves[name].append((row.epoch, value))
    return curves
