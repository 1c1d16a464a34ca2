"""What a model is worth in money and in hours of work."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.records.training import TrainingRecord
from scalearn_core.report.material import costs_of
from scalearn_core.runs import Run
from scalearn_core.workspace.price import load_price
from scalearn_ui.text import count, t


def draw(run: Run, record: TrainingRecord) -> None:
    """What 1,000 documents cost today and with the model, once somebody has said what one costs."""
    price = load_price()
    costs = None if price is None else costs_of(runs.folder(run.id), record, price)
    if price is None or costs is None:
        st.markdown(t("path.worth.open"))
        return
    today = costs.per * price.document
    best = costs.best
    saved = {bound: today - value for bound, value in (
        ("saved", best.cost.value), ("low", best.cost.high), ("high", best.cost.low))}  # fmt: skip
    hours = costs.per * price.minutes * (1 - best.handed_over) / 60
    st.markdown(
        t(
            "path.worth.saved" if saved["low"] > 0 else "path.worth.unsure",
            today=_money(today),
            cost=_money(best.cost.value),
            share=f"{100 * best.handed_over:.0f}",
            hours=f"{hours:,.1f}",
            currency=price.currency,
            documents=count("test_documents", record.scores["scalearn"].n),
            **{name: _money(value) for name, value in saved.items()},
        )
    )


def _money(value: float) -> str:
    amount = f"{abs(value):,.0f}" if abs(value) >= 10 else f"{abs(value):,.2f}"
    return f"−{amount}" if value < 0 and float(amount.replace(",", "")) else amount
